"""Arguments of the verbs that users call in Python: one of the wrong kind is named, with what makes the right one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from functools import wraps
from numbers import Integral, Real
from os import PathLike
from typing import Any, Final

from pydantic import ValidationError

from mcmort.catalogue.case import Case
from mcmort.errors import UsageError

__all__ = ["checked_arguments"]

_SHORT: Final = 40
_LARGEST: Final = 10**300


def checked_arguments[**P, R](verb: Callable[P, R]) -> Callable[P, R]:
    """Let a verb refuse a case, draws, names or paths of the wrong kind before it begins.

    Parameters
    ----------
    verb : callable
        Its parameters are known by their names: the first may be ``case`` or ``draws``, others ``definition``,
        ``path`` and ``threads``.

    Returns
    -------
    callable
        With the signature of the verb.
    """
    signature = inspect.signature(verb)
    first = next((name for name in signature.parameters if name != "self"), "")
    checks = {name: check for name, check in _CHECKS.items() if name in signature.parameters}
    checks |= {first: _FIRST[first]} if first in _FIRST else {}

    @wraps(verb)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:  # Python says best what is missing or too many
            return verb(*args, **kwargs)
        for name, check in checks.items():
            if name in given and not (given[name] is None and signature.parameters[name].default is None):
                check(name, given[name])
        try:
            return verb(*args, **kwargs)
        except ValidationError as error:  # of the request that a verb makes of its arguments
            raise UsageError("; ".join(map(_defect, error.errors()))) from error

    return checked


def _defect(one: Any) -> str:
    """Return what is wrong with an argument, in the words of the library that looked at it."""
    name = " > ".join(map(str, one["loc"]))
    return f"{name}: found {_found(one['input'])}; {one['msg'][:1].lower()}{one['msg'][1:]}"


def _found(value: Any) -> str:
    """Return what was given: a short text as it is, anything else by its kind."""
    is_simple = value is None or isinstance(value, str | int | float | bytes)
    text = repr(value) if is_simple else f"a value of the type {type(value).__name__}"
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}..."


def _is_source(value: Any) -> bool:
    """Whether totals can be computed from a value."""
    return hasattr(value, "evaluate") and hasattr(value, "case")


def _case(name: str, value: Any) -> None:
    if not isinstance(value, Case):
        loaded = f"mm.load({value!r})" if isinstance(value, str) and len(value) < _SHORT else 'mm.load("ussr")'
        raise UsageError(f"{name}: found {_found(value)}; expected a case. Hint: {loaded}")


def _draws(name: str, value: Any) -> None:
    for one in value if isinstance(value, list | tuple) else (value,):
        if not _is_source(one):
            case = f"mm.load({one!r})" if isinstance(one, str) and len(one) < _SHORT else 'mm.load("ussr")'
            hint = f"mm.Sampler({'case' if isinstance(one, Case) else case})"
            raise UsageError(f"{name}: found {_found(one)}; expected draws, a sampler or a fit. Hint: {hint}")


def _name(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise UsageError(f"{name}: found {_found(value)}; expected a name, as 'broad'")


def _names(name: str, value: Any) -> None:
    is_list = isinstance(value, Collection) and not isinstance(value, str | bytes)
    if not is_list or not all(isinstance(one, str) for one in value):
        raise UsageError(f"{name}: found {_found(value)}; expected names in a list, as ['broad']")


def _name_or_report(name: str, value: Any) -> None:
    if not isinstance(value, str) and not hasattr(value, "summary"):
        raise UsageError(f"{name}: found {_found(value)}; expected the name of a definition, or the report of a total")


def _mapping(name: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise UsageError(
            f"{name}: found {_found(value)}; expected lists by their names, as {{'pool': ['linear', 'log']}}"
        )


def _listed(name: str, value: Any) -> None:
    if not isinstance(value, Collection) or isinstance(value, str | bytes):
        raise UsageError(f"{name}: found {_found(value)}; expected a list")


def _path(name: str, value: Any) -> None:
    if not isinstance(value, str | PathLike):
        raise UsageError(f"{name}: found {_found(value)}; expected a path, as text or a pathlib.Path")


def _case_name(name: str, value: Any) -> None:
    if not isinstance(value, str | PathLike):
        raise UsageError(f"{name}: found {_found(value)}; expected the name of a case, or the path of its folder")


_FIRST: Final = {"case": _case, "draws": _draws, "name": _case_name}
"""What the first argument of a verb may be; ``draws`` further behind is a number."""


def _count(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral):  # one below 1 is refused where it is used
        raise UsageError(f"the number of {name} is {value!r}; expected a whole number from 1 up")


def _number(name: str, value: Any) -> None:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or (isinstance(value, int) and abs(value) > _LARGEST):
        raise UsageError(f"{name}: found {_found(value)}; expected a number, as 20e6")


_CHECKS: Final = {
    **dict.fromkeys(("definition", "start", "end"), _name),
    **dict.fromkeys(("definitions", "bases"), _names),
    "exceeds": _name_or_report,
    "dials": _mapping,
    **dict.fromkeys(("holds", "extra"), _listed),
    **dict.fromkeys(("folder", "path"), _path),
    **dict.fromkeys(("threads", "workers", "universes", "simulations"), _count),
    **dict.fromkeys(("figure", "above", "below", "precision"), _number),
}
