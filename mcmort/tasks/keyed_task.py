"""Tasks: a call of a pure function, and the key under which its result is kept.

A key is a digest of the function's name, of what it is asked, of the case or the library of measured errors that it is
about, and of the versions of all that computes.
Who has the same key has the same result, wherever and whenever it was computed.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from mcmort.cache.folder import version_of
from mcmort.errors import UsageError
from mcmort.tasks.locations import CaseLocation, LibraryLocation, Located, location_of

__all__ = ["Task", "TaskFailure", "canonical_json", "task_of", "versions"]

_LIBRARIES: Final = ("arviz-stats", "llvmlite", "numba", "numpy", "nutpie", "pymc", "pytensor", "scipy")
"""Libraries on whose version a result may depend."""


@dataclass(frozen=True)
class Task:
    """A call of a pure function: the same task gives the same result, anywhere.

    Attributes
    ----------
    function : str
        Dotted name of a function at the top of a module. It is called with the request alone, or with what it is about
        and the request; what it returns must be plain values of JSON (no NaN, no infinity). A result that is a refusal
        (a fit whose chains do not agree) should be returned, not raised: what is raised is not kept, and is computed
        again.
    request : mapping of str to object
        All else that the result depends on, the seed too, as plain values of JSON.
    about : CaseLocation or LibraryLocation, optional
        The case, or the library of measured errors, that it is about.
    """

    function: str
    request: Mapping[str, Any]
    about: CaseLocation | LibraryLocation | None = None

    def __post_init__(self) -> None:
        """Copy the request, so that nobody changes it afterwards."""
        try:
            copied = json.loads(canonical_json(self.request))
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"the request of a task is {self.request!r:.200}; expected values of JSON ({error})"
            ) from None
        if copied != self.request:
            raise UsageError(
                f"the request of a task is {self.request!r:.200}; expected values of JSON with text as keys"
            )
        object.__setattr__(self, "request", copied)

    def __hash__(self) -> int:
        return hash(self.key)

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """All that the result depends on."""
        return {
            "function": self.function,
            "request": self.request,
            "about": None if self.about is None else self.about.digest,
            "versions": versions(),
        }

    @cached_property
    def key(self) -> str:
        """SHA-256 of the content as canonical JSON."""
        return hashlib.sha256(canonical_json(self.content).encode()).hexdigest()

    def __str__(self) -> str:
        where = "" if self.about is None else f"{self.about}, "
        asked = canonical_json(self.request)
        return f"{self.function.rpartition('.')[2]}({where}{asked if len(asked) <= 100 else asked[:99] + '…'})"


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """That a task gave no result, and why.

    Attributes
    ----------
    kind : str
        Name of the exception.
    reason : str
        Its message.
    """

    kind: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


def task_of(function: Callable[..., Any], request: Mapping[str, Any], about: Located | None = None) -> Task:
    """Return the task that calls a function.

    Parameters
    ----------
    function : callable
        A function at the top of a module; see `Task`.
    request : mapping of str to object
        What it is called with, as plain values of JSON.
    about : Case or ErrorLibrary, optional
        As it was loaded: the task holds where it lies and its digest, and each worker loads it from there.

    Returns
    -------
    Task
    """
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if module in (None, "__main__") or not name.isidentifier():
        raise UsageError(f"{function!r:.200} cannot be called elsewhere; expected a function at the top of a module")
    return Task(f"{module}.{name}", request, None if about is None else location_of(about))


def canonical_json(value: object) -> str:
    """Return the JSON of a value, the same for equal values: keys sorted, no spaces, numbers as Python prints them."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


@cache
def versions() -> Mapping[str, str]:
    """Return what computes here: Python, libraries, and mcmort with a digest of its source."""
    package = Path(__file__).resolve().parents[1]
    source = hashlib.sha256()
    for path in sorted(package.rglob("*.py"), key=lambda path: path.relative_to(package).as_posix()):
        source.update(path.relative_to(package).as_posix().encode() + b"\0")
        source.update(hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).digest())
    return {
        "mcmort": f"{version_of('mcmort')} (source {source.hexdigest()[:16]})",
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version_of(name) for name in _LIBRARIES},
    }
