"""The table of what a fit presupposes of the figures, before and after the evidence."""

from __future__ import annotations

from typing import Final

from mcmort.analysis import Summary
from mcmort.analysis.fitted import Shifted, shifts
from mcmort.bayes import Posterior
from mcmort.catalogue import Case
from mcmort.catalogue.measured_errors.spreads import MEASURED
from mcmort.present.numbers import rounding_for
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.components_table import raw_ends

__all__ = ["priors_table"]

_LARGE: Final = 100.0
"""Heterogeneities from which on decimals say nothing."""


def priors_table(posterior: Posterior) -> Table:
    """Return the table of what is presupposed of the figures, before and after the evidence."""
    case = posterior.case
    rows, raw = [], []
    for kind, label in (("tau", "heterogeneity"), ("heterogeneity", "heterogeneity"), ("bias", "bias"),
                        ("completeness", "completeness of the register")):  # fmt: skip
        for shift in shifts(posterior, kind):
            owner = case.components[shift.name].label if shift.name in case.components else shift.name
            rows.append((f"{label}: {owner}", _plain(shift.before), _plain(shift.after), _cited(case, kind, shift)))
            raw.append((f"{kind}:{shift.name}", *raw_ends(shift.before), *raw_ends(shift.after)))
    columns = (
        Column("Of figures, on the logarithm; of registers, a share"),
        Column("Prior, 95 %", is_number=True),
        Column("Posterior, 95 %", is_number=True),
        Column("Source of the prior"),
    )
    note = "A heterogeneity of 0.1: figures of that basis differ by about 10 per cent beyond their own errors."
    if any(case.head.support_of(one) == "signed" for one in case.components.values()):
        note += " Of what may be negative: in its own unit where it is declared, else in the size of its figures."
    return Table(
        f"{case.head.title}: what is presupposed of the evidence", columns, tuple(rows), (note,),
        ("id", "prior_low", "prior_high", "low", "high"), tuple(raw),
    )  # fmt: skip


def _plain(summary: Summary | None) -> str:
    if summary is None:
        return EN_DASH
    wide = summary.interval(0.95)
    if wide.high >= _LARGE:  # of what may be negative, in its own unit
        return rounding_for(summary).span(wide.low, wide.high, to=" to ")
    return f"{wide.low:.2f} to {wide.high:.2f}"


def _cited(case: Case, kind: str, shift: Shifted) -> str:
    priors = case.head.synthesis
    assert priors is not None
    if kind == "tau":
        own = [spread.source for basis, spread in case.head.spread.items() if basis == shift.name]
        return own[0] if own else MEASURED
    if kind == "heterogeneity":
        return priors.prior[shift.name].source
    if kind == "bias":
        return ", ".join(bias.source for basis, bias in priors.bias.items() if basis == shift.name)
    share = case.components[shift.name].completeness or priors.completeness
    return share.source if share is not None else ""
