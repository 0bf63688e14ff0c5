"""Demographic balances beside a total: what a formula of censuses says, less what the parts of its scope sum to.

The pooled engine takes no balance as data, so that its components may add up to more, or to less, than a population
was short of. Each balance is worked out on the draws of the total.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import cast

from mcmort.catalogue.case import Case
from mcmort.definitions.sums import ResolvedDefinition, evaluate, resolve_definition
from mcmort.definitions.terms import of_balance, resolve
from mcmort.errors import DefinitionError
from mcmort.results import Arithmetic, ComponentStatus, Residual, Split, maximum

__all__ = ["balances_within", "residuals"]


def balances_within(
    case: Case, statuses: Mapping[str, ComponentStatus], columns: Collection[str], counted: ResolvedDefinition
) -> dict[str, ResolvedDefinition]:
    """Return the balances whose scope a definition holds whole, each with what of its scope can be counted.

    Parameters
    ----------
    case : Case
        The case.
    statuses : mapping of str to ComponentStatus
        What is known of each component.
    columns : collection of str
        Names of the columns that an engine makes: a balance is there as ``balance:ID`` if its formula can be computed.
    counted : ResolvedDefinition
        The definition.

    Returns
    -------
    dict of str to ResolvedDefinition
        By id of the balance, sorted; none for a definition of registered deaths, since a census lacks all who died.
    """
    found: dict[str, ResolvedDefinition] = {}
    for name, balance in case.balances.items():
        if counted.definition.measure != "all" or f"balance:{name}" not in columns:
            continue
        try:
            scope = resolve_definition(case, statuses, columns, resolve(case, of_balance(balance)))
        except DefinitionError:  # nothing of its scope is known
            continue
        if _holds(counted, scope):
            found[name] = scope
    return found


def _holds(counted: ResolvedDefinition, scope: ResolvedDefinition) -> bool:
    """Whether a definition counts every component of a scope, known or not, in every year of the scope."""
    terms = counted.terms
    return all(name in terms and term.years <= terms[name].years for name, term in scope.terms.items()) and all(
        name in counted.unknown for name in scope.unknown
    )


def residuals[Value: Arithmetic](
    case: Case,
    columns: Mapping[str, Value],
    scopes: Mapping[str, ResolvedDefinition],
    split: Callable[[Split], Value | float],
) -> dict[str, Residual[Value]]:
    """Return what each formula says, less what the components of its scope sum to.

    Parameters
    ----------
    case, columns, split
        As for `mcmort.definitions.evaluate`.
    scopes : mapping of str to ResolvedDefinition
        From `balances_within`.

    Returns
    -------
    dict of str to Residual
        By id of the balance.
    """
    found: dict[str, Residual[Value]] = {}
    for name, scope in scopes.items():
        stated, summed = columns[f"balance:{name}"], evaluate(case, columns, scope, split).total
        found[name] = Residual(
            above=maximum(cast("Value", stated - summed), 0.0), below=maximum(cast("Value", summed - stated), 0.0)
        )
    return found
