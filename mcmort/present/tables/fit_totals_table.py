"""The table of totals of a fit: one row for each definition of the case."""

from __future__ import annotations

from mcmort.analysis import Comparison
from mcmort.bayes import Posterior
from mcmort.present.assertion_text import assertions_text, with_assertions_text
from mcmort.present.fit_text import lean_notes, measured_priors_note, unexpected_notes
from mcmort.present.modes_text import mode_notes
from mcmort.present.numbers import rounding_for
from mcmort.present.print_format import years_text
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import counts_text, floor_note, interval_text
from mcmort.totals import Total

__all__ = ["fit_totals_table"]


def fit_totals_table(posterior: Posterior, comparison: Comparison) -> Table:
    """Return the table of totals under each definition, and beneath it what in the evidence pulls apart."""
    rows = [
        (
            row.total.definition.id,
            counts_text(row.total),
            years_text(row.total.years),
            interval_text(row.total, row.summary, 0.95),
            rounding_for(row.summary).number(row.summary.median),
        )
        for row in comparison.rows
    ]
    columns = (
        Column("Definition"),
        Column("Counts", is_optional=True),
        Column("Years", is_optional=True),
        Column("95 % interval", is_number=True),
        Column("Median", is_number=True),
    )
    title = f"{comparison.rows[0].total.case.head.title}: totals, given all the evidence"
    return Table(
        title,
        columns,
        tuple(rows),
        (
            *mode_notes(posterior),
            *floor_note([row.total for row in comparison.rows]),
            *lean_notes(posterior),
            *_assertions(comparison.rows[-1].total),
            *unexpected_notes(posterior),
            *measured_priors_note(posterior),
        ),
    )


def _assertions(widest: Total) -> list[str]:
    """Say what assertions would make of the widest total, and which option admits them."""
    text = " ".join(filter(None, (with_assertions_text(widest), assertions_text(widest.draws))))
    return [text] if text else []
