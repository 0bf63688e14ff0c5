"""Checks a case as a whole: its files, and whether every figure can be turned into a prior."""

from __future__ import annotations

from pathlib import Path

from mcmort.catalogue import load
from mcmort.catalogue.strict import check_strict
from mcmort.elicit.priors import elicit
from mcmort.errors import CaseError, Problem

__all__ = ["check"]


def check(name: str | Path, *, strict: bool = False) -> tuple[Problem, ...]:
    """Return every problem of a case.

    Parameters
    ----------
    name : str or Path
        Name of a shipped case, or path of a folder.
    strict : bool
        Whether to look for what a finished case should not have as well; see `mcmort.catalogue.strict`.

    Returns
    -------
    tuple of Problem
        Empty for a sound case.

    Raises
    ------
    UnknownCaseError
        If there is no such case or folder.

    Examples
    --------
    >>> import mcmort as mm
    >>> mm.check("ussr")
    ()
    """
    try:
        case = load(name)
        elicit(case)
    except CaseError as error:
        return error.problems
    return tuple(check_strict(case)) if strict else ()
