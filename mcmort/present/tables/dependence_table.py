"""The table of one total under each setting of dependence, and of what it can be under any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mcmort.analysis import Summary
from mcmort.analysis.dependence import DependenceRanges
from mcmort.present.engine_note import engine_note
from mcmort.present.numbers import Rounding, rounding_for, rounding_of
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import counts_text, is_floor, left_out_text, unknown_text
from mcmort.results import Dependence
from mcmort.totals import Total

__all__ = ["dependence_table"]

_NAMES: Final[dict[Dependence, str]] = {
    "independent": "none",
    "declared": "as declared",
    "comonotonic": "all inputs in step",
}
_ANY_NOTE: Final = (
    "Under any dependence each column lies between its smallest and its largest, for components distributed as in any "
    "of the rows above; no single dependence need reach two of these at once."
)


def dependence_table(
    total: Total, summaries: Mapping[Dependence, Summary], ranges: DependenceRanges
) -> Table:  # fmt: skip
    """Return the table of one total under each setting of dependence.

    Parameters
    ----------
    total : Total
        Under the dependence that the case declares.
    summaries : mapping of str to Summary
        Of the total under each setting.
    ranges : DependenceRanges
        What it can be under any dependence; its interval is printed.

    Returns
    -------
    Table
    """
    probability = ranges.probability
    at_least = "at least " if is_floor(total) else ""
    rows, raw = [], []

    def add(
        name: str, label: str, low: float, median: float, high: float, mean: float | None, rounding: Rounding
    ) -> None:  # fmt: skip
        rows.append((label, at_least + rounding.number(low), rounding.number(median), rounding.number(high)))
        raw.append((name, low, median, high, mean))

    for setting, summary in summaries.items():
        interval = summary.interval(probability)
        rounding = rounding_for(summary, probability)
        add(setting, _NAMES[setting], interval.low, summary.median, interval.high, summary.mean, rounding)
    smallest = (ranges.low.smallest, ranges.median.smallest, ranges.high.smallest)
    add("smallest", "any: smallest", *smallest, None, rounding_of(smallest))
    largest = (ranges.low.largest, ranges.median.largest, ranges.high.largest)
    add("largest", "any: largest", *largest, None, rounding_of(largest))

    tails = ((1.0 - probability) / 2.0, (1.0 + probability) / 2.0)
    low, high = (f"{100.0 * tail:g} %" for tail in tails)
    columns = (Column("Dependence"), Column(low, True), Column("Median", True), Column(high, True))
    notes = [f"Question: {total.definition.question}", left_out_text(total)]
    if total.unknown:
        notes.append(f"Asked for, but not known: {unknown_text(total)}.")
    return Table(
        title=(
            f"{total.case.head.title}: {total.definition.label}, counting {counts_text(total)}, by the dependence "
            "between its inputs"
        ),
        columns=columns,
        rows=tuple(rows),
        notes=(*notes, _ANY_NOTE, engine_note(total, *summaries.values())),
        raw_columns=("dependence", "low", "median", "high", "mean"),
        raw_rows=tuple(raw),
    )
