"""The table of authors' totals against ours, each under the author's own definition."""

from __future__ import annotations

import math
from collections import Counter
from typing import Final

from mcmort.analysis.claims import ClaimComparison
from mcmort.catalogue import Case
from mcmort.present.engine_note import digits_note
from mcmort.present.numbers import rounding_for
from mcmort.present.print_format import EN_DASH, as_printed, years_text
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import floor_note, interval_text

__all__ = ["claims_headline", "claims_table", "discrepancy"]

_VERDICTS: Final = {
    "inside": ("lies inside our 95 % interval", "lie inside our 95 % interval"),
    "overlaps": ("overlaps it", "overlap it"),
    "above": ("lies above it", "lie above it"),
    "above a minimum": ("lies above a minimum of ours", "lie above a minimum of ours"),
    "below": ("lies below it", "lie below it"),
    "allowed": ("is a bound that it allows", "are bounds that it allows"),
    "excluded": ("is a bound that it rules out", "are bounds that it rules out"),
    "no total": ("has no total of ours beside it", "have no total of ours beside them"),
}
"""What is said of one claim of each verdict and of several, those that agree with ours first."""
_OUTSIDE: Final = ("below", "above", "above a minimum", "excluded")
"""Verdicts of claims that stand outside our interval."""
_MOST: Final = 10
"""Claims of which a short table consists: those that stand farthest from ours."""


def discrepancy(comparison: ClaimComparison) -> str:
    """Say in words how a claim stands to our total under its definition.

    Parameters
    ----------
    comparison : ClaimComparison
        From `mcmort.analysis.compare_claims`.

    Returns
    -------
    str
        With the ratio to our median where the claim lies outside.
    """
    match comparison.verdict:
        case "no total":
            return "no total of ours to compare with: its parts have no evidence"
        case "inside":
            return "inside our 95 % interval"
        case "overlaps":
            return f"its range and our 95 % interval overlap; middle {_times(comparison.ratio)} our median"
        case "below" | "above":
            near = "just " if _looks_inside(comparison) else ""
            return f"{near}{comparison.verdict} our 95 % interval; {_times(comparison.ratio)} our median"
        case "above a minimum":
            figure = "the bound is " if comparison.claim.is_one_sided else ""
            return f"above ours, which is a minimum; {figure}{_times(comparison.ratio)} our median"
        case "allowed":
            return "our total allows it"
        case _:
            return f"our total rules it out; the bound is {_times(comparison.ratio)} our median"


def _looks_inside(comparison: ClaimComparison) -> bool:
    """Whether the digits of our interval hide that a figure lies outside."""
    claim, summary = comparison.claim, comparison.summary
    assert summary is not None
    given = [value for value in (claim.low, claim.best, claim.high) if value is not None]
    interval, rounding = summary.interval(0.95), rounding_for(summary)
    if comparison.verdict == "below":
        return given[-1] >= rounding.value(interval.low)
    return given[0] <= rounding.value(interval.high)


def _times(ratio: float) -> str:
    if math.isinf(ratio):
        return "more than any multiple of"
    return "about" if 0.95 <= ratio <= 1.05 else f"{float(f'{ratio:.2g}'):,.10g} times"


def _quantile(comparison: ClaimComparison) -> str:
    share = comparison.quantile
    if math.isnan(share):
        return EN_DASH
    return _percent(share)


def _percent(share: float) -> str:
    if share < 0.005:
        return "under 1 %"
    if share > 0.995:
        return "over 99 %"
    return f"{100 * share:.0f} %"


_RAW: Final = (
    "id",
    "counts",
    "basis",
    "low",
    "best",
    "high",
    "our_low",
    "our_median",
    "our_high",
    "quantile",
    "verdict",
)


def claims_table(case: Case, comparisons: tuple[ClaimComparison, ...]) -> Table:
    """Return the table of claims.

    Parameters
    ----------
    case : Case
        The case.
    comparisons : tuple of ClaimComparison
        From `mcmort.analysis.compare_claims`.

    Returns
    -------
    Table
        One row for each claim, with its figure as printed, our interval under its definition, and the discrepancy in
        words and as a quantile of our draws.
    """
    columns = (
        Column("Author"),
        Column("Theirs, as printed", is_number=True),
        Column("Ours, 95 %", is_number=True),
        Column("Years", is_number=True, is_optional=True),
        Column("Quantile", is_number=True, is_optional=True),
        Column("How they stand"),
        Column("Besides", is_optional=True),
    )
    return Table(
        title=f"{case.head.title}: each author's total against ours under that author's definition",
        columns=columns,
        rows=tuple(_cells(comparison) for comparison in comparisons),
        notes=(*_notes(comparisons), *_number_notes(comparisons)),
        raw_columns=_RAW,
        raw_rows=tuple(_raw(comparison) for comparison in comparisons),
        main_rows=_farthest(comparisons),
        main_notes=(
            f"Shown are those outside our interval, at most {_MOST}, the farthest. Ours is the total under the "
            "author's own definition, as far as it is known.",
            *floor_note([row.total for row in comparisons if row.total is not None]),
        ),
    )


def claims_headline(case: Case, comparisons: tuple[ClaimComparison, ...]) -> str:
    """Return the sentence that counts the claims by how they stand to our totals under their own definitions."""
    if not comparisons:
        return f"{case.head.title} holds no published totals to compare with ours."
    counts: Counter[str] = Counter(comparison.verdict for comparison in comparisons)
    parts = [f"{count} {words[count > 1]}" for verdict, words in _VERDICTS.items() if (count := counts[verdict])]
    return (
        f"{case.head.title}: of {len(comparisons)} published totals, each against ours under its author's own "
        f"definition, {', '.join(parts)}."
    )


def _farthest(comparisons: tuple[ClaimComparison, ...]) -> tuple[int, ...]:
    """Return the rows of claims outside our intervals, by the ratio to our median, in the order of the table."""
    outside = [index for index, comparison in enumerate(comparisons) if comparison.verdict in _OUTSIDE]

    def distance(index: int) -> float:
        ratio = comparisons[index].ratio
        return abs(math.log(ratio)) if 0.0 < ratio < math.inf else math.inf

    return tuple(sorted(sorted(outside, key=distance, reverse=True)[:_MOST]))


def _cells(comparison: ClaimComparison) -> tuple[str, ...]:
    claim = comparison.claim
    ours = years = EN_DASH
    if comparison.total is not None and comparison.summary is not None:
        ours = interval_text(comparison.total, comparison.summary, 0.95)
        years = years_text(comparison.total.years)
    return (
        claim.author,
        as_printed(claim.low, claim.best, claim.high, claim.reading),
        ours,
        years,
        _quantile(comparison),
        discrepancy(comparison),
        "; ".join(_marks(comparison)),
    )


def _raw(comparison: ClaimComparison) -> tuple[object, ...]:
    claim = comparison.claim
    low = median = high = None
    if comparison.total is not None and comparison.summary is not None:
        interval = comparison.summary.interval(0.95)
        low, median, high = interval.low, comparison.summary.median, interval.high
    theirs = (claim.low, claim.best, claim.high)
    return (claim.id, claim.counts, claim.basis, *theirs, low, median, high, comparison.quantile, comparison.verdict)


def _notes(comparisons: tuple[ClaimComparison, ...]) -> tuple[str, ...]:
    inputs = "no claim is an input of it"
    if any(comparison.conditioned for comparison in comparisons):
        inputs = "it is conditioned on the claims marked so, and agreement with these tests nothing"
    return (
        f"Ours is the total under the author's own definition, as far as it is known; {inputs}. "
        "Quantile: the share of our draws below the middle of theirs; of a bound, the share that respects it.",
        "A claim that shares data with our pools is no independent test of them; one in a weak source was read "
        "second-hand, in the press or on a forum. Years are those in which something counts.",
    )


def _number_notes(comparisons: tuple[ClaimComparison, ...]) -> list[str]:
    """Explain intervals that read "or more", and name those known less surely than their digits say."""
    known = [(row.claim, row.total, row.summary) for row in comparisons]
    notes = floor_note([total for _, total, _ in known if total is not None])
    return notes + digits_note(
        (claim.author, rounding_for(summary)) for claim, _, summary in known if summary is not None
    )


def _marks(comparison: ClaimComparison) -> list[str]:
    """Return what a reader must know besides."""
    claim = comparison.claim
    marks = []
    if claim.beyond is not None:
        marks.append(f"theirs also holds: {claim.beyond}")
    if comparison.conditioned:
        marks.append("among our evidence")
    elif comparison.shared:
        marks.append("shares data with our pools")
    if comparison.retired_by:
        marks.append(f"since replaced ({comparison.retired_by})")
    if claim.confidence == "low":
        marks.append("weak source")
    return marks
