"""A bridge in words: what it finds in one sentence, the names of its steps, and the order in which they are taken."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from mcmort.analysis import Bridge, BridgeEnd, Interval, Step, Summary
from mcmort.present.numbers import percent, rounding_for, rounding_of, significant
from mcmort.present.print_format import as_printed, years_text
from mcmort.present.wording import interval_text, level_text
from mcmort.totals import StepKind

__all__ = [
    "bridge_headline",
    "claim_notes",
    "mean_text",
    "order_note",
    "piece_notes",
    "printed",
    "quoted",
    "span_text",
    "step_label",
]

_DIALS: Final = {
    "scope": "components",
    "years": "years",
    "measure": "measure",
    "net": "net or gross",
    "share": "shares",
}


def bridge_headline(bridge: Bridge, probability: float = 0.95) -> str:
    """Return the sentence that says what a bridge finds.

    Parameters
    ----------
    bridge : Bridge
        From `mcmort.bridge`.
    probability : float
        Of the interval to print.

    Returns
    -------
    str
        Of two definitions, by how much their totals differ; with a claim, how much of the difference is scope and how
        much evidence.
    """
    title = bridge.start.total.case.head.title
    if bridge.evidence is None:
        return f"{title}: {_totals_differ(bridge, probability)}."
    wide = bridge.difference.interval(probability)
    is_fall = wide.high < 0.0
    whole, scope, evidence = (
        _mirrored(summary) if is_fall else summary for summary in (bridge.difference, bridge.scope, bridge.evidence)
    )
    start, end = (_side(one, probability) for one in bridge.ends)
    split = _split(scope, evidence, probability)
    if wide.low > 0.0 or is_fall:
        return f"{title}: of the {_size(whole, probability)} between {start} and {end}, {split}."
    return f"{title}: {end} less {start} is {_size(whole, probability)}, of which {split}."


def _split(scope: Summary, evidence: Summary, probability: float) -> str:
    """Say how much of a difference is scope and how much evidence, the larger first."""
    parts = [("the scope, what each counts", scope), ("the evidence", evidence)]
    (first, larger), (second, smaller) = sorted(parts, key=lambda part: -abs(part[1].mean))
    level = level_text(probability)
    if smaller.sd == 0.0 and smaller.mean == 0.0:
        return (
            f"all comes from {first} ({level}: {span_text(larger, probability)}; mean {mean_text(larger, probability)})"
        )
    return (
        f"{span_text(larger, probability)} come from {first} ({level}; mean {mean_text(larger, probability)}) and "
        f"{span_text(smaller, probability)} from {second} (mean {mean_text(smaller, probability)})"
    )


def _totals_differ(bridge: Bridge, probability: float) -> str:
    """Say how two totals of ours differ; which of them counts more is said of the numbers alone."""
    wide = bridge.difference.interval(probability)
    start, end = (quoted(one.name) for one in bridge.ends)
    level = level_text(probability)
    if wide.low > 0.0 or wide.high < 0.0:
        size = bridge.difference if wide.low > 0.0 else _mirrored(bridge.difference)
        higher, lower = (end, start) if wide.low > 0.0 else (start, end)
        return (
            f"the total under {higher} is {span_text(size, probability)} higher than that under {lower} "
            f"({level}; mean {mean_text(size, probability)})"
        )
    if bridge.difference.sd == 0.0:
        return f"the totals under {start} and {end} are the same on every draw"
    share = 100.0 * bridge.exceeds
    likely = f"{share:.0f} %" if 0.5 <= share <= 99.5 else "under 1 %" if share < 0.5 else "over 99 %"
    return (
        f"the total under {end} less that under {start} is {span_text(bridge.difference, probability)} ({level}; mean "
        f"{mean_text(bridge.difference, probability)}), and above zero with a probability of {likely}"
    )


def _size(whole: Summary, probability: float) -> str:
    """Return how far apart two sides are: one number between printed figures, else an interval."""
    if whole.sd == 0.0:
        return significant(whole.mean)
    return span_text(whole, probability)


def _side(end: BridgeEnd, probability: float) -> str:
    if end.claim is None:
        return f"our total under {quoted(end.name)} ({interval_text(end.total, end.summary, probability)})"
    best = end.claim.best if None not in (end.claim.low, end.claim.high) else None
    span = as_printed(end.claim.low, None if best is not None else end.claim.best, end.claim.high, end.claim.reading)
    return f"{end.claim.author} ({span}{f', best {best:,.10g}' if best is not None else ''})"


def printed(end: BridgeEnd) -> str:
    """Return what the author of a side prints."""
    claim = end.claim
    assert claim is not None
    return as_printed(claim.low, claim.best, claim.high, claim.reading)


def quoted(name: str) -> str:
    """Return a name between quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"


def span_text(summary: Summary, probability: float) -> str:
    """Return an interval."""
    wide = summary.interval(probability)
    return rounding_for(summary, probability).span(wide.low, wide.high, to=" to ")


def mean_text(summary: Summary, probability: float) -> str:
    """Return a mean, with the digits that its interval allows."""
    wide = summary.interval(probability)
    if wide.high <= wide.low:
        return significant(summary.mean)
    return rounding_of((wide.low, summary.mean, wide.high), error=summary.mean_error).number(summary.mean)


def _mirrored(summary: Summary) -> Summary:
    """Return the summary of the negative of what is summarised."""
    intervals = tuple(
        Interval(one.probability, one.kind, -one.high, -one.low, one.high_error, one.low_error)
        for one in summary.intervals
    )
    return replace(summary, median=-summary.median, mean=-summary.mean, intervals=intervals)


def step_label(bridge: Bridge, step: Step) -> str:
    """Name a step as a row of a table."""
    first, last = (end.total.definition for end in bridge.ends)
    match step.kind:
        case "evidence-start":
            return "Evidence: our total instead of the figure"
        case "evidence-end":
            return "Evidence: the figure instead of our total"
        case "years":
            spans = [years_text(end.total.years) for end in bridge.ends]
            return "Other years" if spans[0] == spans[1] else f"Years {spans[1]} instead of {spans[0]}"
        case "measure":
            return "All deaths instead of registered ones" if last.measure == "all" else "Registered deaths only"
        case "net":
            return "Ordinary mortality taken off" if last.net else "Ordinary mortality counted"
        case "share":
            return (
                "Other shares of responsibility"
                if last.share and first.share
                else ("Shares of responsibility" if last.share else "Full responsibility instead of shares")
            )
        case "overlaps":
            return "Deaths counted by two figures"
        case _:
            return step.label


def order_note(bridge: Bridge) -> str:
    """Say in which order steps are taken, or that orders are averaged."""
    kinds: set[StepKind] = {step.kind for step in bridge.steps}
    turned = [name for dial, name in _DIALS.items() if dial in bridge.dials]
    if bridge.orders == "average":
        if len(turned) < 2:
            return "Means add up. Only one thing differs, so that no order matters."
        orders = math.factorial(len(turned))
        return f"Means add up. Each step is the average over the {orders} orders of {_listed(turned)} (Shapley values)."
    parts = [f"what only {bridge.start.name} counts goes out"] if "leave" in kinds else []
    kept = [name for dial, name in _DIALS.items() if dial in kinds and dial != "scope"]
    parts += [f"what both count changes in {_listed(kept)}"] if kept else []
    parts += [f"what only {bridge.end.name} counts comes in"] if "enter" in kinds else []
    parts += ["overlaps"] if "overlaps" in kinds else []
    if len(parts) < 2:
        return "Means add up."
    return f"Means add up, medians do not. Order, which is bookkeeping and not cause: {'; then '.join(parts)}."


def piece_notes(bridge: Bridge, probability: float) -> list[str]:
    """Say of steps that fall into pieces what these are, with the probability of each."""
    notes = []
    for step in bridge.steps:
        rounding = rounding_for(replace(step.summary, median_error=0.0), probability)
        spans = [
            f"{rounding.span(piece.low, piece.high)} (probability {percent(piece.probability)})"
            for piece in step.pieces
        ]
        if spans:
            notes.append(f"{step_label(bridge, step)}: in pieces, either {' or '.join(spans)}.")
    return notes


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def claim_notes(bridge: Bridge) -> list[str]:
    """Say what a reader of a bridge to or from a printed figure must know."""
    notes = []
    claims = [(end, end.claim) for end in bridge.ends if end.claim is not None]
    if claims:
        notes.append(
            "Evidence: the figure that is printed against our total under the author's own definition, as far as it is "
            "known. Scope: our totals under either definition."
        )
    for end, claim in claims:
        marks = []
        if claim.is_one_sided:
            bound = claim.reading.replace("-", " ")
            marks.append(f"says {bound}; evidence is reckoned from the bound itself")
        elif claim.best is None:
            marks.append(f"prints a range; evidence is reckoned from its middle, {significant(end.mean)}")
        marks += [f"also counts: {claim.beyond}, which is in the step of evidence"] if claim.beyond else []
        marks += ["is among our evidence"] if end.conditioned else []
        marks += ["shares data with our evidence"] if end.shared and not end.conditioned else []
        marks += [f"has since been replaced ({end.retired_by})"] if end.retired_by else []
        marks += ["was read in a weak source"] if claim.confidence == "low" else []
        notes += [f"{claim.author} {'; '.join(marks)}."] if marks else []
    return notes
