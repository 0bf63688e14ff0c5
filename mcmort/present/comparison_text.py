"""What a comparison of definitions finds, in one sentence."""

from __future__ import annotations

from mcmort.analysis import ComparedDefinition, Comparison, Summary
from mcmort.present.numbers import rounding_for, significant
from mcmort.present.pieces_text import headline_with_pieces
from mcmort.present.print_format import years_text
from mcmort.present.wording import interval_text, level_text, units

__all__ = ["comparable", "comparison_headline", "engines_headline"]


def comparison_headline(comparison: Comparison, probability: float = 0.95, given: str = "") -> str:
    """Return the sentence that says how far the definitions lie apart, and how far the ends of one interval.

    Parameters
    ----------
    comparison : Comparison
        From `mcmort.compare`.
    probability : float
        Of the intervals.
    given : str
        On what the totals are conditioned, if that is to be said.

    Returns
    -------
    str
        Of definitions that count deaths alone, where there are two; of one definition, its own headline.
    """
    title = comparison.rows[0].total.case.head.title
    rows, which = comparable(comparison)
    if len(rows) == 1:
        row = rows[0]
        return headline_with_pieces(row.total, row.summary, probability, row.pieces)
    least, most = rows[0], rows[-1]
    years = f", in {years_text(comparison.years)} alone" if comparison.years is not None else ""
    subject = f"{title}, {given}" if given else title
    return (
        f"{subject}: {which}{years}, the total goes from {_total_text(least, probability)} to "
        f"{_total_text(most, probability)} ({level_text(probability)}s).{_spreads(rows, probability)}"
    )


def comparable(comparison: Comparison) -> tuple[list[ComparedDefinition], str]:
    """Return definitions whose totals are sums of one thing, by their medians, and which these are."""
    rows = sorted(comparison.rows, key=lambda row: row.summary.median)
    deaths = [row for row in rows if units(row.total) == ["deaths"]]
    if 1 < len(deaths) < len(rows):
        return deaths, f"among {len(deaths)} definitions that count only deaths"
    return rows, f"among {len(rows)} definitions"


def _total_text(row: ComparedDefinition, probability: float) -> str:
    median = rounding_for(row.summary, probability).number(row.summary.median)
    interval = interval_text(row.total, row.summary, probability)
    return f"{interval} (median {median}) under {_quoted(row.total.definition.id)}"


def _quoted(name: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"


def _spreads(rows: list[ComparedDefinition], probability: float) -> str:
    """Say by which factor medians differ, and the ends of the widest interval; nothing where one is not positive."""
    ends = [row.summary.interval(probability) for row in rows]
    if min(end.low for end in ends) <= 0.0 or rows[0].summary.median <= 0.0:
        return ""
    between = rows[-1].summary.median / rows[0].summary.median
    within = max(end.high / end.low for end in ends)
    return (
        f" The largest median is {significant(between, 2)} times the smallest; within one definition the upper end of "
        f"the interval is at most {significant(within, 2)} times the lower."
    )


def engines_headline(elicited: Comparison, synthesis: Comparison, probability: float = 0.95) -> str:
    """Return the sentence that says how the totals of both engines differ.

    Parameters
    ----------
    elicited, synthesis : Comparison
        The same definitions by either engine.
    probability : float
        Of the intervals whose widths are compared.

    Returns
    -------
    str
        How far the medians lie apart at most, and how many intervals all the evidence makes narrower; nothing where no
        definition has positive medians by both.
    """
    ours = {row.total.definition.id: row.summary for row in elicited.rows}
    pairs = {
        row.total.definition.id: (ours[row.total.definition.id], row.summary)
        for row in synthesis.rows
        if row.total.definition.id in ours
    }
    gaps = {
        name: theirs.median / own.median - 1.0
        for name, (own, theirs) in pairs.items()
        if own.median > 0.0 and theirs.median > 0.0
    }
    if not gaps:
        return ""
    farthest = max(gaps, key=lambda name: abs(gaps[name]))
    size = f"{significant(100.0 * abs(gaps[farthest]), 2)} %"
    narrower = sum(_width(theirs, probability) < _width(own, probability) for own, theirs in pairs.values())
    title = elicited.rows[0].total.case.head.title
    definitions = f"{len(gaps)} definition{'s' if len(gaps) > 1 else ''}"
    return (
        f"{title}: the medians from all the evidence lie within {size} of those from pooled ranges under "
        f"{definitions} (farthest {_quoted(farthest)}, {'higher' if gaps[farthest] > 0.0 else 'lower'}); "
        f"{narrower} of {len(pairs)} {level_text(probability)}s become narrower."
    )


def _width(summary: Summary, probability: float) -> float:
    interval = summary.interval(probability)
    return interval.high - interval.low
