"""Tables of totals and comparisons, ready to be rendered."""

from __future__ import annotations

import math
from dataclasses import replace

from mcmort.analysis import Bridge, Comparison, Summary, mean_of, summarise
from mcmort.analysis.bounds import IntervalBounds
from mcmort.draws import Manifest
from mcmort.present.numbers import FEWEST, Rounding, percent, rounding_for
from mcmort.present.print_format import EN_DASH, as_printed, years_text
from mcmort.present.tables.formats import Column, Table
from mcmort.present.wording import (
    counts_text,
    excluded_text,
    is_floor,
    level_text,
    unknown_text,
)
from mcmort.totals import Total, Values

__all__ = ["bridge_table", "cited_table", "comparison_table", "engine_note", "total_table"]

_PARTS_NOTE = "Medians and interval ends do not add up; means do."
_LIMITED = "The Monte Carlo error limits the digits: more draws would show more of them."


def engine_note(total: Total, summary: Summary) -> str:
    """Say how the draws were made and how sure they make the printed figures."""
    manifest = total.draws.manifest
    case = f"{total.case.id}@{total.case.digest[:12]}"
    made = f"{manifest.draws:,} draws{_choices(manifest)}, seed {manifest.seed}"
    if summary.is_exact:
        made = f"exact, by convolution{_choices(manifest)}"
    return (
        f"{made}, {manifest.engine} engine, "
        f"mcmort {manifest.versions['mcmort']}, case {case}; {_error_text(summary)}.{_precision(manifest)}"
    )


def _choices(manifest: Manifest) -> str:
    """Name what differs from the usual way of drawing."""
    chosen = ["on scrambled Sobol points"] if manifest.method == "quasi" else []
    if manifest.dependence != "declared":
        chosen.append(f"{manifest.dependence} instead of the declared dependence")
    if manifest.pool is not None:
        chosen.append(f"estimates pooled by the {manifest.pool} rule")
    return "".join(f", {one}" for one in chosen)


def _precision(manifest: Manifest) -> str:
    """Say whether the precision that was asked for was reached."""
    if manifest.precision is None or manifest.reached is None:
        return ""
    asked, reached = (f"{100 * one:.2g} %" for one in (manifest.precision, manifest.reached))
    if manifest.reached <= manifest.precision:
        return f" Asked for a precision of {asked}; reached {reached}."
    return f" The precision of {asked} was not reached: the limits are known to {reached} after all draws allowed."


def _error_text(summary: Summary) -> str:
    """Say how far the printed interval may be off, for want of draws or of finer grids."""
    if summary.draws < FEWEST and not summary.is_exact:
        return f"fewer than {FEWEST} draws do not tell the Monte Carlo error"
    widest = max((one for one in summary.intervals if one.kind == "equal-tailed"), key=lambda one: one.probability)
    worst = max(widest.low_error, widest.high_error)
    size = f"{100 * worst / summary.median:.2g} % of the median" if summary.median > 0 else f"{worst:.2g}"
    return f"{'numerical' if summary.is_exact else 'Monte Carlo'} error of the interval's ends at most {size}"


def _summarise(values: Values, probability: float, chains: int) -> Summary:
    """Summarise a part: the interval to print, and the one by which its digits are chosen."""
    return summarise(values, tuple(sorted({probability, 0.95})), shortest=False, chains=chains)


def _span(total: Total, summary: Summary, probability: float) -> str:
    """Return the interval of a total; a floor reads "at least"."""
    wide = summary.interval(probability)
    return ("at least " if is_floor(total) else "") + rounding_for(summary).span(wide.low, wide.high)


def comparison_table(comparison: Comparison, probability: float = 0.95) -> Table:
    """Return the table of a comparison: one row for each definition.

    Parameters
    ----------
    comparison : Comparison
        From `mcmort.compare`.
    probability : float
        Of the interval to print; the one of 50 % is printed beside it.

    Returns
    -------
    Table
    """
    level = level_text(probability)
    columns = (
        Column("Definition"),
        Column("Counts"),
        Column("Years"),
        Column(f"{100 * probability:g} % interval", is_number=True),
        Column("Median", is_number=True),
        Column("50 % interval", is_number=True),
        Column("Not known"),
    )
    rows, raw = [], []
    for row in comparison.rows:
        total, summary = row.total, row.summary
        rounding = rounding_for(summary)
        wide, half = summary.interval(probability), summary.interval(0.5)
        unknown = f"{len(total.unknown)} of {len(total.unknown) + len(total.terms)}" if total.unknown else EN_DASH
        rows.append(
            (
                total.definition.id,
                counts_text(total),
                years_text(total.years),
                _span(total, summary, probability),
                rounding.number(summary.median),
                rounding.span(half.low, half.high),
                unknown,
            )
        )
        raw.append((summary.median, summary.mean, wide.low, wide.high, wide.low_error, wide.high_error))
    first = comparison.rows[0]
    notes = []
    for row in comparison.rows:
        words = row.total.definition
        notes.append(f"{words.id}: {words.question} Left out: {words.leaves_out}")
        if row.total.unknown:
            notes.append(f"{words.id} does not know: {unknown_text(row.total)}.")
    if comparison.years is not None:
        notes.append(f"Nothing outside {years_text(comparison.years)} is counted.")
    notes += [f"{name}: {reason}" for name, reason in comparison.empty.items()]
    if any(rounding_for(row.summary).is_limited for row in comparison.rows):
        notes.append(_LIMITED)
    notes.append(f"Intervals are {level}s, equal-tailed. {engine_note(first.total, first.summary)}")
    return Table(
        title=f"{first.total.case.head.title}: the total under each definition",
        columns=columns,
        rows=tuple(rows),
        notes=tuple(notes),
        raw_columns=("median", "mean", "low", "high", "low_error", "high_error"),
        raw_rows=tuple(raw),
    )


def cited_table(comparison: Comparison) -> Table | None:
    """Return the published totals beside the definitions that they start from, or None if there are none."""
    columns = (
        Column("Definition"),
        Column("Author"),
        Column("Figure, as printed", is_number=True),
        Column("Basis"),
        Column("Scope"),
    )
    rows = []
    for row in comparison.rows:
        for one in row.cited:
            claim = one.claim
            scope = "the same" if one.same else f"counts: {claim.counts}"
            if claim.beyond is not None:
                scope += f"; beyond this case: {claim.beyond}"
            if one.superseded:
                scope += " (since replaced by its author)"
            figure = as_printed(claim.low, claim.best, claim.high, claim.reading)
            rows.append((row.total.definition.id, claim.author, figure, claim.basis, scope))
    if not rows:
        return None
    notes = ("Published figures are not inputs of the totals beside which they stand.",)
    return Table("Published totals", columns, tuple(rows), notes)


def total_table(
    total: Total, summary: Summary, probability: float = 0.95, bounds: IntervalBounds | None = None
) -> Table:  # fmt: skip
    """Return the table of a total: one row for each component that counts, then overlaps, then the total.

    Parameters
    ----------
    total : Total
        From `mcmort.total`.
    summary : Summary
        Of its values.
    probability : float
        Of the interval to print.
    bounds : IntervalBounds, optional
        What its ends can be under any dependence.

    Returns
    -------
    Table
    """
    columns = (
        Column("Component"),
        Column("Years"),
        Column("Share of mean", is_number=True),
        Column(f"{100 * probability:g} % interval", is_number=True),
        Column("Median", is_number=True),
    )
    rows, raw = [], []
    for name in sorted(total.parts, key=lambda name: (-mean_of(total.parts[name]), name)):
        own = _summarise(total.parts[name], probability, total.chains)
        wide, rounding = own.interval(probability), rounding_for(own)
        term = total.terms[name]
        part = "" if term.fraction > 1 - 1e-12 else f" ({percent(term.fraction)} of it)"
        rows.append(
            (
                total.case.components[name].label,
                years_text((min(term.years), max(term.years))) + part,
                percent(own.mean / summary.mean) if summary.mean > 0 else EN_DASH,
                rounding.span(wide.low, wide.high),
                rounding.number(own.median),
            )
        )
        raw.append((name, own.median, own.mean, wide.low, wide.high))
    for name in sorted(total.overlaps):
        own = _summarise(total.overlaps[name], probability, total.chains)
        wide, rounding = own.interval(probability), rounding_for(own)
        overlap = total.case.overlaps[name]
        labels = [total.case.components[end].label for end in (overlap.of, overlap.within)]
        rows.append(
            (
                f"less: {labels[0]}, within {labels[1]}",
                EN_DASH if overlap.years is None else years_text(overlap.years),
                percent(-own.mean / summary.mean) if summary.mean > 0 else EN_DASH,
                "\N{MINUS SIGN}(" + rounding.span(wide.low, wide.high) + ")",
                "\N{MINUS SIGN}" + rounding.number(own.median),
            )
        )
        raw.append((name, 0.0 - own.median, 0.0 - own.mean, 0.0 - wide.high, 0.0 - wide.low))
    wide = summary.interval(probability)
    rows.append(
        (
            "Total",
            years_text(total.years),
            "100 %",
            _span(total, summary, probability),
            rounding_for(summary).number(summary.median),
        )
    )
    raw.append(("total", summary.median, summary.mean, wide.low, wide.high))
    return Table(
        title=f"{total.case.head.title}: {total.definition.label}, counting {counts_text(total)}",
        columns=columns,
        rows=tuple(rows),
        notes=_total_notes(total, summary, probability, bounds),
        raw_columns=("id", "median", "mean", "low", "high"),
        raw_rows=tuple(raw),
    )


def _shortest_span(summary: Summary, probability: float) -> str:
    """Return the shortest interval, no finer than the error of its own ends."""
    shortest = summary.interval(probability, "highest-density")
    rounding = rounding_for(summary)
    error = max(shortest.low_error, shortest.high_error)  # not a number with few draws, and then unequal to all
    if 2.0 * error > 10.0**rounding.exponent:
        rounding = replace(rounding, exponent=math.ceil(math.log10(2.0 * error)))
    return rounding.span(shortest.low, shortest.high)


def _bounds_text(bounds: IntervalBounds, rounding: Rounding) -> str:
    """Say what the ends of the interval can be, whatever the dependence."""
    low, high = (rounding.span(max(end.low.limit, 0.0), end.high.limit, to=" to ") for end in (bounds.low, bounds.high))
    return (
        f"Whatever the dependence between the components, the lower end lies in {low} and the upper end in {high}; "
        "no single dependence need reach all of these."
    )


def _total_notes(
    total: Total, summary: Summary, probability: float, bounds: IntervalBounds | None
) -> tuple[str, ...]:  # fmt: skip
    definition = total.definition
    notes = [f"Question: {definition.question}", f"Not counted: {excluded_text(total)}."]
    if total.unknown:
        reasons = "; ".join(
            f"{total.case.components[name].label} ({reason})" for name, reason in sorted(total.unknown.items())
        )
        notes.append(f"Asked for, but not known: {reasons}.")
    span = _shortest_span(summary, probability)
    notes.append(f"Shortest interval that holds {100 * probability:g} %: {span}. {_PARTS_NOTE}")
    if bounds is not None:
        notes.append(_bounds_text(bounds, rounding_for(summary)))
    notes += [f"Note: {note}." for note in total.notes]
    if rounding_for(summary).is_limited:
        notes.append(_LIMITED)
    notes.append(engine_note(total, summary))
    return tuple(notes)


def bridge_table(bridge: Bridge, probability: float = 0.95) -> Table:
    """Return the table of a bridge: start, steps by the size of their means, end.

    Parameters
    ----------
    bridge : Bridge
        From `mcmort.bridge`.
    probability : float
        Of the interval to print.

    Returns
    -------
    Table
    """
    columns = (
        Column("Step"),
        Column("Mean", is_number=True),
        Column(f"{100 * probability:g} % interval", is_number=True),
    )
    start, end = bridge.start, bridge.end
    lines: list[tuple[str, Summary, bool]] = [
        (start.definition.id, summarise(start.values, chains=start.chains), is_floor(start))
    ]
    lines += [(step.label, step.summary, False) for step in bridge.steps]
    lines.append((end.definition.id, summarise(end.values, chains=end.chains), is_floor(end)))
    rows = []
    for label, summary, floor in lines:
        wide, rounding = summary.interval(probability), rounding_for(summary)
        span = rounding.span(wide.low, wide.high, to=" to ")
        rows.append((label, rounding.number(summary.mean), f"at least {span}" if floor else span))
    wide, rounding = bridge.difference.interval(probability), rounding_for(bridge.difference)
    difference = (
        f"The difference: {rounding.span(wide.low, wide.high, to=' to ')} ({level_text(probability)}; "
        f"median {rounding.number(bridge.difference.median)})."
    )
    left_out = [f"{one.definition.id} does not count: {excluded_text(one)}." for one in (start, end)]
    left_out += [f"{one.definition.id} does not know: {unknown_text(one)}." for one in (start, end) if one.unknown]
    return Table(
        title=f"{start.case.head.title}: from {start.definition.id} to {end.definition.id}",
        columns=columns,
        rows=tuple(rows),
        notes=(
            difference,
            "Means add up; the order is bookkeeping, not cause.",
            *left_out,
            engine_note(end, summarise(end.values, chains=end.chains)),
        ),
    )
