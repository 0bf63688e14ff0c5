"""JSON documents compared value by value, and the digest of one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

__all__ = ["Difference", "differences", "document_digest"]

_MISSING: Final = object()
_OWN_DIGESTS: Final = ("document", "picture")
"""Keys of a receipt that hold digests of what holds the receipt."""
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Difference:
    """A value of a document that a second run does not give.

    Attributes
    ----------
    path : str
        Where it stands, such as ``components[0].interval.low``.
    printed : str
        What stands there, as JSON, or ``nothing``.
    remade : str
        What the second run gives.
    """

    path: str
    printed: str
    remade: str

    def __str__(self) -> str:
        return f"{self.path}: printed {self.printed}, remade {self.remade}"


def document_digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a document with a receipt: of its content, not of how it is laid out.

    Parameters
    ----------
    document : mapping
        As `json.loads` returns it. The digests of the whole in its receipt do not count.

    Returns
    -------
    str
        Of the JSON with sorted keys and no spaces, where whole numbers have no fraction.
    """
    receipt = {key: value for key, value in document["receipt"].items() if key not in _OWN_DIGESTS}
    text = json.dumps(_plain({**document, "receipt": receipt}), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differences(printed: Any, remade: Any, path: str = "") -> Iterator[Difference]:
    """Go through all values of two documents and yield those that differ, in the order of the second.

    Parameters
    ----------
    printed, remade : object
        As `json.loads` returns them.
    path : str
        Where they stand.

    Yields
    ------
    Difference
    """
    if isinstance(printed, Mapping) and isinstance(remade, Mapping):
        for key in (*remade, *(key for key in printed if key not in remade)):
            place = f"{path}.{key}" if path else str(key)
            yield from differences(printed.get(key, _MISSING), remade.get(key, _MISSING), place)
    elif _is_list(printed) and _is_list(remade):
        for index, (one, other) in enumerate(zip_longest(printed, remade, fillvalue=_MISSING)):
            yield from differences(one, other, f"{path}[{index}]")
    elif isinstance(printed, bool) is not isinstance(remade, bool) or printed != remade:
        yield Difference(path, _shown(printed), _shown(remade))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _plain(value: Any) -> Any:
    """Write whole numbers without a fraction: other programs that lay JSON out anew do so."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if _is_list(value):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _shown(value: Any) -> str:
    if value is _MISSING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
