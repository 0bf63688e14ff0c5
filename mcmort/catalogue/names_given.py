"""Names of bases, sources and lineages as they are given in Python: any iterable of texts, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from mcmort.catalogue.vocabulary import BASES
from mcmort.errors import UsageError

__all__ = ["bases_given", "names_given"]


def bases_given(given: Iterable[str] | None) -> frozenset[str] | None:
    """Return the bases of evidence that are asked for; None where nothing is said.

    Raises
    ------
    UsageError
        If they are no names, or a name is that of no basis.
    """
    if given is None:
        return None
    names = names_given("evidence", given)
    if unknown := [name for name in names if name not in BASES]:
        raise UsageError(f"no basis {unknown[0]!r}; expected some of {', '.join(BASES)}")
    return frozenset(names)


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
