"""Sentences about totals. Never a centre without its interval and its definition; a floor reads "or more"."""

from __future__ import annotations

from collections.abc import Sequence

from mcmort.analysis import Summary
from mcmort.present.numbers import rounding_for
from mcmort.present.print_format import years_text
from mcmort.totals import Total, is_floor, rests_on_registers

__all__ = [
    "counts_text",
    "floor_condition",
    "floor_note",
    "headline",
    "interval_text",
    "is_floor",
    "left_out_text",
    "level_text",
    "measure_text",
    "not_added_text",
    "or_more",
    "titled_headline",
    "units",
    "unknown_text",
]


def floor_condition(total: Total) -> str:
    """Say under which condition the interval is that of the whole: of a floor, or where a part is not known."""
    conditions = ["no register missed a death"] if rests_on_registers(total) else []
    conditions += ["what is not known adds none"] if total.unknown else []
    return " and ".join(conditions)


def or_more(total: Total, interval: str) -> str:
    """Return the text of an interval of a total; that of a floor reads "or more"."""
    return f"{interval} or more" if is_floor(total) else interval


def floor_note(totals: Sequence[Total]) -> list[str]:
    """Explain "or more" beneath a table, if any of its totals reads so."""
    conditions = list(dict.fromkeys(floor_condition(total) for total in totals if is_floor(total)))
    if not conditions:
        return []
    condition = conditions[0] if len(conditions) == 1 else "no register missed a death and what is not known adds none"
    return [f"Or more: the total is at least the lower end, and within the interval only if {condition}."]


def measure_text(total: Total) -> str:
    """Say which deaths count, and whether ordinary mortality is taken off."""
    measure = "registered" if total.definition.measure == "registered" else "registered or not"
    return f"{measure}, net of ordinary mortality" if total.definition.net else measure


def units(total: Total) -> list[str]:
    """Return the units of the parts of a total, deaths first."""
    return sorted({total.case.components[name].unit for name in total.terms}, key=lambda unit: (unit != "deaths", unit))


def counts_text(total: Total) -> str:
    """Say in a few words what a total counts; where nothing else is said, registered or not and gross."""
    kinds = ["registered"] if total.definition.measure == "registered" else []
    kinds += ["net"] if total.definition.net else []
    first, *others = units(total)
    return ", ".join([f"{first} ({', '.join(kinds)})" if kinds else first, *others])


def level_text(probability: float, kind: str = "equal-tailed") -> str:
    """Name an interval in words."""
    name = "credible interval" if kind == "equal-tailed" else "highest-density interval"
    return f"{100 * probability:g} % {name}"


def headline(total: Total, summary: Summary, probability: float = 0.95) -> str:
    """Return the sentence that says what a total is.

    Parameters
    ----------
    total : Total
        The total.
    summary : Summary
        Its summary.
    probability : float
        Of the interval to print.

    Returns
    -------
    str
        Interval first, then the median, with the definition and the years in the same sentence. Of a floor, first what
        the total is at least; with the interval the condition under which it holds.
    """
    interval = summary.interval(probability)
    rounding = rounding_for(summary, probability)
    span = rounding.span(interval.low, interval.high, to=" to ")
    text = f"{span} ({level_text(probability)}; median {rounding.number(summary.median)})"
    if condition := floor_condition(total):
        least = f"at least {rounding.number(interval.low)}; " if is_floor(total) else ""
        text = f"{least}{text} if {condition},"
    return (
        f"{text} under the definition \N{LEFT DOUBLE QUOTATION MARK}{total.definition.label}"
        f"\N{RIGHT DOUBLE QUOTATION MARK}, {years_text(total.years)}, {measure_text(total)}"
    )


def titled_headline(total: Total, summary: Summary, probability: float = 0.95) -> str:
    """Return the headline as a sentence of its own, after the title of the case."""
    return f"{total.case.head.title}: {headline(total, summary, probability)}."


def interval_text(total: Total, summary: Summary, probability: float) -> str:
    """Return the interval of a total as tables and figures print it; that of a floor reads "or more"."""
    interval = summary.interval(probability)
    return or_more(total, rounding_for(summary, probability).span(interval.low, interval.high))


def _labels(total: Total, names: list[str]) -> str:
    return "; ".join(total.case.components[name].label for name in names)


def not_added_text(total: Total) -> str:
    """List the components of the case that a total does not add: some of them may be parts of what it counts."""
    labels = _labels(total, sorted(total.excluded))
    return f"Not added, as outside of the total or as parts of it: {labels}." if labels else ""


def left_out_text(total: Total) -> str:
    """Say what a total leaves out: in the words of its definition, then by the components that it does not add."""
    return f"Left out: {total.definition.leaves_out.rstrip('.')}. {not_added_text(total)}".rstrip()


def unknown_text(total: Total) -> str:
    """List what a total asks for but has no evidence on; unknown is not zero."""
    return _labels(total, sorted(total.unknown))
