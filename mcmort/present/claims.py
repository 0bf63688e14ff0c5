"""The table of authors' totals against ours, each under the author's own definition."""

from __future__ import annotations

import math

from mcmort.analysis.claims import Judged
from mcmort.catalogue import Case
from mcmort.present.numbers import rounding_for
from mcmort.present.printed import EN_DASH, as_printed, years_text
from mcmort.present.tables import Column, Table

__all__ = ["claims_table", "discrepancy"]


def discrepancy(judged: Judged) -> str:
    """Say in words how a claim stands to our total under its definition.

    Parameters
    ----------
    judged : Judged
        From `mcmort.analysis.judge_claims`.

    Returns
    -------
    str
        With the ratio to our median where the claim lies outside.
    """
    match judged.verdict:
        case "no total":
            return "no total of ours to compare with: its parts have no evidence"
        case "inside":
            return "inside our 95 % interval"
        case "overlaps":
            return f"its range and our 95 % interval overlap; middle {_times(judged.ratio)} our median"
        case "below" | "above":
            return f"{judged.verdict} our 95 % interval; {_times(judged.ratio)} our median"
        case "allowed":
            return "our total allows it"
        case _:
            return f"our total rules it out; the bound is {_times(judged.ratio)} our median"


def _times(ratio: float) -> str:
    return f"{ratio:.2g} times"


def _quantile(judged: Judged) -> str:
    share = judged.quantile
    if math.isnan(share):
        return EN_DASH
    if judged.claim.is_one_sided:
        return f"respected by {_percent(share)}"
    return _percent(share)


def _percent(share: float) -> str:
    if share < 0.005:
        return "under 1 %"
    if share > 0.995:
        return "over 99 %"
    return f"{100 * share:.0f} %"


def claims_table(case: Case, judged: tuple[Judged, ...]) -> Table:
    """Return the table of claims.

    Parameters
    ----------
    case : Case
        The case.
    judged : tuple of Judged
        From `mcmort.analysis.judge_claims`.

    Returns
    -------
    Table
        One row for each claim, with its figure as printed, our interval under its definition, and the discrepancy in words
        and as a quantile of our draws.
    """
    columns = (
        Column("Author"),
        Column("Counts"),
        Column("Years", is_number=True),
        Column("Theirs, as printed", is_number=True),
        Column("Ours, 95 %", is_number=True),
        Column("Quantile", is_number=True),
        Column("How they stand"),
    )
    rows, raw = [], []
    for one in judged:
        claim = one.claim
        ours = years = EN_DASH
        low = high = median = None
        if one.total is not None and one.summary is not None:
            interval, rounding = one.summary.interval(0.95), rounding_for(one.summary)
            ours, years = rounding.span(interval.low, interval.high), years_text(one.total.years)
            low, high, median = interval.low, interval.high, one.summary.median
        rows.append(
            (
                claim.author,
                claim.counts,
                years,
                as_printed(claim.low, claim.best, claim.high, claim.reading),
                ours,
                _quantile(one),
                "; ".join([discrepancy(one), *_marks(one)]),
            )
        )
        raw.append(
            (claim.id, claim.basis, claim.low, claim.best, claim.high, low, median, high, one.quantile, one.verdict)
        )
    notes = (
        "Ours is the total under the author's own definition, as far as it is known; no claim is an input of it. "
        "Quantile: the share of our draws below the middle of theirs.",
        "Years are those in which something counts.",
    )
    return Table(
        title=f"{case.head.title}: each author's total against ours under that author's definition",
        columns=columns,
        rows=tuple(rows),
        notes=notes,
        raw_columns=("id", "basis", "low", "best", "high", "our_low", "our_median", "our_high", "quantile", "verdict"),
        raw_rows=tuple(raw),
    )


def _marks(judged: Judged) -> list[str]:
    """Return what a reader must know besides."""
    claim = judged.claim
    marks = []
    if claim.beyond is not None:
        marks.append(f"the author also counts, or may count: {claim.beyond}")
    if judged.shared:
        marks.append("rests on data that our pools hold too, so agreement is no test")
    if judged.retired_by:
        marks.append(f"since replaced ({judged.retired_by})")
    if claim.confidence == "low":
        marks.append("read in a weak source")
    return marks
