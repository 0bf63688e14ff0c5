"""The table of the figures of a fit: each beside what the model would have expected to see."""

from __future__ import annotations

from mcmort.analysis.fitted import Predicted, predictions
from mcmort.bayes import Posterior
from mcmort.present.fit_text import printed_text
from mcmort.present.numbers import rounding_of
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table

__all__ = ["figures_table"]


def figures_table(posterior: Posterior) -> Table:
    """Return the table of the figures: each beside what the model would have expected to see, and what was left out."""
    rows: list[tuple[str, ...]] = []
    raw: list[tuple[object, ...]] = []
    for prediction in predictions(posterior):
        expected = rounding_of((prediction.low, prediction.middle, prediction.high))
        rows.append(
            (
                prediction.name,
                printed_text(prediction),
                expected.span(prediction.low, prediction.high),
                f"{prediction.below:.2f}",
                _surprise(prediction),
            )
        )
        raw.append(
            (
                prediction.name,
                prediction.printed,
                prediction.low,
                prediction.middle,
                prediction.high,
                prediction.below,
                prediction.below_before,
            )
        )
    rows += [(name, EN_DASH, EN_DASH, EN_DASH, f"not used: {reason}") for name, reason in posterior.rejected.items()]
    raw += [(name, None, None, None, None, None, None) for name in posterior.rejected]
    columns = (
        Column("Figure"),
        Column("As printed", is_number=True),
        Column("Expected, 95 %", is_number=True),
        Column("Quantile", is_number=True),
        Column("How they stand"),
    )
    notes = (
        "Expected: what the model, given all the evidence, says that a source of this basis would print. Of a bound "
        "it is what the source would have printed in its place. Quantile: the share of that below the figure. "
        "A range stands for its middle; a figure for other years is carried to those of its component.",
    )
    return Table(
        f"{posterior.case.head.title}: each figure against the model", columns, tuple(rows), notes,
        ("name", "printed", "low", "middle", "high", "below", "below_before"), tuple(raw),
    )  # fmt: skip


def _surprise(prediction: Predicted) -> str:
    formula = "computed by a formula" if prediction.computed else ""
    if not prediction.is_surprising:
        return formula
    side = "higher than expected" if prediction.below > 0.5 else "lower than expected"
    return f"{side}, {formula}" if formula else side
