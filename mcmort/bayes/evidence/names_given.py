"""Names of bases, sources and lineages as they are given in Python: any iterable of texts, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from mcmort.errors import UsageError

__all__ = ["names_given"]


def names_given(argument: str, given: Iterable[str]) -> tuple[str, ...]:
    """Return names sorted and once each, as the key of a stored fit has them.

    Raises
    ------
    UsageError
        If it is one text, no iterable, or one of other things than texts.
    """
    if isinstance(given, str):
        raise UsageError(f"{argument} is the text {given!r}; expected a list of names. Hint: write [{given!r}]")
    try:
        names = list(given)
    except TypeError:
        raise UsageError(f"{argument} is {given!r}; expected a list of names") from None
    if not all(isinstance(name, str) for name in names):
        raise UsageError(f"{argument} is {names!r}; expected a list of names")
    return tuple(sorted(set(names)))
