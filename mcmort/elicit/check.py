"""Checks a case as a whole: its files, and whether every figure can be turned into a prior."""

from __future__ import annotations

from pathlib import Path

from mcmort.catalogue import load
from mcmort.elicit.priors import elicit
from mcmort.errors import CaseError, Problem

__all__ = ["check"]


def check(name: str | Path) -> tuple[Problem, ...]:
    """Return every problem of a case.

    Parameters
    ----------
    name : str or Path
        Name of a shipped case, or path of a folder.

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
        elicit(load(name), None)
    except CaseError as error:
        return error.problems
    return ()
