"""What each family of distributions would make of the figures of one component, side by side.

SHELF shows its experts the same table: the fits, and where they differ from what was said (Oakley & O'Hagan).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Component, Estimate, Quantity
from mcmort.elicit.alternatives import families_side_by_side
from mcmort.elicit.estimate_fit import fit_estimate
from mcmort.elicit.figure_fit import Fit
from mcmort.elicit.measured_worth import measured_for
from mcmort.errors import DefinitionError, FitError
from mcmort.present.numbers import rounding_of
from mcmort.present.print_format import EN_DASH, as_printed
from mcmort.present.tables.columns import Column, Table

__all__ = ["families_tables"]

_COLUMNS = (
    Column("Family"),
    Column("95 % interval", is_number=True),
    Column("Median", is_number=True),
    Column("Asked", is_number=True),
    Column("Achieved"),
)
_NOTE = "Asked and achieved: the probability below each printed figure. An asterisk marks the family that is used."


def families_tables(case: Case, name: str) -> list[Table]:
    """Return a table for each printed figure of a component or quantity that a family is fitted to.

    Parameters
    ----------
    case : Case
        The case.
    name : str
        A component or quantity.

    Returns
    -------
    list of Table
        Empty if there are only formulas and bounds.

    Raises
    ------
    DefinitionError
        If there is no such component or quantity.
    """
    owners: dict[str, Component | Quantity] = {**case.components, **case.quantities}
    if name not in owners:
        raise DefinitionError(case.missing(name, "component or quantity"))
    fitted = [one for one in owners[name].estimate if one.formula is None and not one.is_one_sided]
    tables = [_table(case, owners[name], estimate) for estimate in fitted]
    return [*tables[:-1], *(replace(last, notes=(_NOTE,)) for last in tables[-1:])]


def _table(case: Case, owner: Component | Quantity, estimate: Estimate) -> Table:
    support = case.head.support_of(owner)
    try:
        used = fit_estimate(case, owner, estimate, measured_for(case, owner, estimate))
    except FitError:
        used = None
    rows: list[tuple[str, ...]] = []
    if estimate.reading == "point":
        assert used is not None
        rows.append(_row(f"{used.distribution.family}*", used, ""))
    else:
        for side in families_side_by_side(case, estimate, support):
            is_used = used is not None and side.fit is not None and side.fit.distribution == used.distribution
            rows.append(_row(f"{side.family}{'*' if is_used else ''}", side.fit, side.reason))
    spread = f"; spread of basis {estimate.basis}" if estimate.reading == "point" else ""
    printed = as_printed(estimate.low, estimate.best, estimate.high, estimate.reading)
    return Table(
        f"{owner.id}, {estimate.name}: {printed} {owner.unit}, {estimate.reading}{spread}",
        _COLUMNS,
        tuple(rows),
        (_NOTE,),
    )


def _row(name: str, fit: Fit | None, reason: str) -> tuple[str, ...]:
    if fit is None:
        return (name, EN_DASH, EN_DASH, EN_DASH, reason.removeprefix(f"the family {name} ").removeprefix(f"{name} "))
    low, middle, high = [float(value) for value in fit.distribution.ppf(np.array([0.025, 0.5, 0.975]))]
    asked = ", ".join(f"{100 * probability:.3g}" for probability, _ in fit.asked)
    achieved = ", ".join(f"{100 * probability:.3g}" for probability in fit.achieved)
    rounding = rounding_of((low, middle, high), high - low)
    spans = (rounding.span(low, high), rounding.number(middle))
    return (name, *spans, f"{asked} %" if asked else "mean, error", f"{achieved} %" if achieved else "both")
