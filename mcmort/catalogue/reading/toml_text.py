"""Writes records as the TOML of a case."""

from __future__ import annotations

import json
import re
from typing import Any

from mcmort.catalogue.reading.number_spelling import is_ambiguous

__all__ = ["inline_toml", "to_toml"]


def to_toml(document: dict[str, Any]) -> str:
    """Write tables as TOML.

    Parameters
    ----------
    document : dict
        Of plain values, lists and tables.

    Returns
    -------
    str
    """
    import tomlkit

    def inline(value: Any) -> Any:
        """Write the facets of a component on one line before its estimates, and no number that a case would refuse."""
        if isinstance(value, float) and is_ambiguous(repr(value)):
            return tomlkit.value(f"{value!r}0")
        if isinstance(value, list):
            return [inline(item) for item in value]
        if not isinstance(value, dict):
            return value
        written = {key: inline(item) for key, item in value.items()}
        if "facets" in written:
            table = tomlkit.inline_table()
            table.update(written["facets"])
            written["facets"] = table
        return written

    return tomlkit.dumps(inline(document))


def inline_toml(value: Any) -> str:
    """Write a value on one line, as it stands to the right of an equals sign.

    Examples
    --------
    >>> inline_toml({"low": 0.1, "years": [1930, 1935], "source": "lee"})
    '{ low = 0.1, years = [1930, 1935], source = "lee" }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value!r}0" if isinstance(value, float) and is_ambiguous(repr(value)) else repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        items = (f"{_key(key)} = {inline_toml(item)}" for key, item in value.items())
        return "{ " + ", ".join(items) + " }"
    return "[" + ", ".join(inline_toml(item) for item in value) + "]"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
