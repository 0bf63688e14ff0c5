"""Checks a case as a whole: its files, whether every figure can be turned into a prior, and what remains unknown."""

from __future__ import annotations

from pathlib import Path

from mcmort.catalogue import Case, load
from mcmort.catalogue.checks.lint import check_strict
from mcmort.catalogue.selection import selected_years
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.elicit.copula import Copula
from mcmort.elicit.evidence_rules import known_of
from mcmort.elicit.priors import Priors, elicit
from mcmort.errors import CaseError, Problem

__all__ = ["check", "check_known", "check_loaded"]


@checked_arguments
def check(name: str | Path, *, strict: bool = False) -> tuple[Problem, ...]:
    """Return every problem of a case.

    Parameters
    ----------
    name : str or Path
        Name of a shipped case, or path of a folder.
    strict : bool
        Whether to look for what a finished case should not have as well; see `mcmort.catalogue.checks.lint`.

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
        return check_loaded(load(name), strict=strict)
    except CaseError as error:
        return error.problems


def check_loaded(case: Case, *, strict: bool = False) -> tuple[Problem, ...]:
    """Return every problem of a case that loads; see `check`."""
    try:
        priors = elicit(case)
        Copula(priors)  # which refuses links that contradict one another
    except CaseError as error:
        return error.problems
    return tuple(sorted([*check_strict(case), *check_known(priors)])) if strict else ()


def check_known(priors: Priors) -> list[Problem]:
    """Find components that a definition asks for without evidence, unless the case owns up to it.

    Parameters
    ----------
    priors : Priors
        Of the case, under the evidence that it admits.

    Returns
    -------
    list of Problem
    """
    case, found = priors.case, []
    for name, known in known_of(priors).items():
        component, file, place = case.components[name], case.files.get(f"component {name}", ""), f'component "{name}"'
        for measure in known.unknown:
            wanted = [
                definition.id
                for definition in case.definitions.values()
                if definition.measure == measure and selected_years(definition, component)
            ]
            if wanted and measure not in component.unknown:
                said = f"no admissible {measure} evidence, though {', '.join(wanted)} counts it"
                expected = f"evidence, or the reason under unknown = {{ {measure} = '...' }}"
                found.append(Problem(file, place, said, expected, "unknown is not zero"))
        for measure in sorted(component.unknown.keys() - known.unknown.keys()):
            said, hint = "a reason why it is unknown, though there is evidence", "take the reason out"
            found.append(Problem(file, f"{place} > unknown > {measure}", said, "one or the other", hint))
    return found
