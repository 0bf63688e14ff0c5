"""Tasks: a call of a pure function, and the key under which its result is kept.

A key is a digest of the function's name, of what it is asked, of the case and of the versions of all that computes.
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
from typing import TYPE_CHECKING, Any, Final

from mcmort.cache.folder import version_of
from mcmort.errors import TaskError, UsageError

if TYPE_CHECKING:
    from mcmort.catalogue.case import Case

__all__ = ["CaseLocation", "Task", "TaskFailure", "canonical_json", "task_of", "versions"]

_LIBRARIES: Final = ("arviz-stats", "llvmlite", "numba", "numpy", "nutpie", "scipy")
"""Libraries on whose version a result may depend."""


@dataclass(frozen=True, slots=True)
class CaseLocation:
    """Where a case is read, and what it must hold to be the same case.

    Attributes
    ----------
    where : str
        Name of a shipped case, or the absolute path of a folder. No part of a key: a case may lie elsewhere on another
        machine.
    digest : str
        Digest of its content.
    """

    where: str
    digest: str

    @classmethod
    def of(cls, case: Case) -> CaseLocation:
        """Return the location of a case that was loaded."""
        from mcmort.catalogue.reading.load import cases

        return cls(case.where if case.where in cases() else str(Path(case.where).resolve()), case.digest)

    def load(self) -> Case:
        """Load the case, once in each process.

        Raises
        ------
        CaseError, UnknownCaseError
            If there is no such case, or it has defects.
        TaskError
            If its content is not that of the task.
        """
        return _loaded(self)


@cache
def _loaded(location: CaseLocation) -> Case:
    from mcmort.catalogue.reading.load import load

    case = load(location.where)
    if case.digest != location.digest:
        raise TaskError(
            f"the case {location.where} has the digest {case.digest[:16]}; expected {location.digest[:16]}, that of "
            "the task. Hint: the files of the case were changed, or the case was changed after it was loaded"
        )
    return case


@dataclass(frozen=True)
class Task:
    """A call of a pure function: the same task gives the same result, anywhere.

    Attributes
    ----------
    function : str
        Dotted name of a function at the top of a module. It is called with the request alone, or with the case and the
        request; what it returns must be plain values of JSON (no NaN, no infinity). A result that is a refusal (a fit
        whose chains do not agree) should be returned, not raised: what is raised is not kept, and computed again.
    request : mapping of str to object
        All else that the result depends on, the seed too, as plain values of JSON.
    case : CaseLocation, optional
        The case that it is about.
    """

    function: str
    request: Mapping[str, Any]
    case: CaseLocation | None = None

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
            "case": None if self.case is None else self.case.digest,
            "versions": versions(),
        }

    @cached_property
    def key(self) -> str:
        """SHA-256 of the content as canonical JSON."""
        return hashlib.sha256(canonical_json(self.content).encode()).hexdigest()

    def __str__(self) -> str:
        where = "" if self.case is None else f"{self.case.where}, "
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


def task_of(function: Callable[..., Any], request: Mapping[str, Any], case: Case | None = None) -> Task:
    """Return the task that calls a function.

    Parameters
    ----------
    function : callable
        A function at the top of a module; see `Task`.
    request : mapping of str to object
        What it is called with, as plain values of JSON.
    case : Case, optional
        As it was loaded: the task holds where it lies and its digest, and each worker loads it from there.

    Returns
    -------
    Task
    """
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if module in (None, "__main__") or not name.isidentifier():
        raise UsageError(f"{function!r:.200} cannot be called elsewhere; expected a function at the top of a module")
    return Task(f"{module}.{name}", request, None if case is None else CaseLocation.of(case))


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
