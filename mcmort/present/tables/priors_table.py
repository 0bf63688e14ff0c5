"""The table of what a fit presupposes of the figures, before and after the evidence."""

from __future__ import annotations

from typing import Final

from mcmort.analysis import Summary
from mcmort.analysis.fitted import Shifted, shifts
from mcmort.bayes import Posterior
from mcmort.bayes.evidence.error_groups import group_named, priors_of
from mcmort.catalogue import Case
from mcmort.catalogue.measured_errors.spreads import MEASURED
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.components_table import raw_ends

__all__ = ["priors_table"]


_LABELS: Final = {
    "tau": "heterogeneity",
    "bias": "bias",
    "scatter": "scatter",
    "completeness": "completeness of the register",
}


def priors_table(posterior: Posterior) -> Table:
    """Return the table of what is presupposed of the figures, before and after the evidence."""
    case = posterior.case
    rows, raw = [], []
    for kind, label in _LABELS.items():
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
    notes = [
        "A heterogeneity of 0.1: figures of that basis differ by about 10 per cent beyond their own errors. A scatter "
        "of 2: those of that component differ by twice as much as those of others."
    ]
    if any(MEASURED in row for row in rows):
        notes.append(
            f"{MEASURED}: what figures of that kind have proved to be worth, with what is not known of it; a case may "
            "say otherwise under [spread] and [synthesis]."
        )
    return Table(
        f"{case.head.title}: what is presupposed of the evidence", columns, tuple(rows), tuple(notes),
        ("id", "prior_low", "prior_high", "low", "high"), tuple(raw),
    )  # fmt: skip


def _plain(summary: Summary | None) -> str:
    if summary is None:
        return EN_DASH
    wide = summary.interval(0.95)
    return f"{wide.low:.2f} to {wide.high:.2f}"


def _cited(case: Case, kind: str, shift: Shifted) -> str:
    priors = priors_of(case)
    if kind in ("tau", "bias"):
        group = group_named(case, shift.name)
        return group.spread_source if kind == "tau" else group.bias_source
    if kind == "scatter":
        return MEASURED if priors.scatter is None else priors.source
    share = case.components[shift.name].completeness or priors.completeness
    return MEASURED if share is None else share.source
