"""Probabilities of a total in words. Of a floor, what is printed is what the probability is at least or at most."""

from __future__ import annotations

from typing import Final, Literal

from mcmort.analysis.total_probabilities import Event, TotalProbabilities
from mcmort.present.numbers import probability_text, significant
from mcmort.present.print_format import years_text
from mcmort.present.wording import floor_condition, is_floor, measure_text, titled_headline
from mcmort.totals import Total

__all__ = [
    "Reading",
    "completeness_note",
    "event_label",
    "event_probability",
    "probability_headline",
    "reading_of",
    "total_name",
]

Reading = Literal["exact", "at least", "at most", "conditional"]
"""How a probability is to be read: as it is; as a bound, since a total can only be read as a minimum; or on the
condition that it is none.
"""
_IF_COMPLETE: Final = "if complete"


def reading_of(result: TotalProbabilities, event: Event) -> Reading:
    """Return how the probability of an event is to be read."""
    totals = [total for total in (result.total, result.other) if total is not None]
    if any(floor_condition(total) and not is_floor(total) for total in totals):
        return "conditional"
    is_more = is_floor(result.total)
    other_is_more = result.other is not None and is_floor(result.other)
    if not is_more and not other_is_more:
        return "exact"
    if event.kind in ("between", "equals") or (is_more and other_is_more):
        return "conditional"
    rises = event.kind in ("above", "exceeds") if is_more else event.kind == "exceeded"
    return "at least" if rises else "at most"


def event_probability(result: TotalProbabilities, event: Event, condition: str = _IF_COMPLETE) -> str:
    """Return the probability of an event as tables print it.

    Parameters
    ----------
    result : TotalProbabilities
        What it belongs to.
    event : Event
        The event.
    condition : str
        What to say where it holds only if the totals are no minimum.
    """
    own, reading = event.probability, reading_of(result, event)
    text = probability_text(own.value, own.low, own.high)
    is_bound = text.startswith(("less", "more"))
    if reading == "exact" or (is_bound and reading == {"l": "at most", "m": "at least"}[text[0]]):
        return text
    if reading == "conditional" or is_bound:
        return f"{text} {condition}"
    return f"{reading} {text}"


def completeness_note(result: TotalProbabilities) -> list[str]:
    """Explain "if complete" beneath a table, if any of its probabilities reads so."""
    if not any(event_probability(result, event).endswith(_IF_COMPLETE) for event in result.events):
        return []
    return [f"If complete: only if {_condition(result)}."]


def _condition(result: TotalProbabilities) -> str:
    texts = [floor_condition(total) for total in (result.total, result.other) if total is not None]
    conditions = [condition for text in texts if text for condition in text.split(" and ")]
    return " and ".join(dict.fromkeys(conditions))


def total_name(result: TotalProbabilities, total: Total) -> str:
    """Return the id of a total's definition, after that of its case where there are two cases."""
    return total.definition.id if result.is_same_draws else f"{total.case.id}:{total.definition.id}"


def event_label(result: TotalProbabilities, event: Event) -> str:
    """Say what may be true of the total."""
    if result.other is not None:
        names = [total_name(result, total) for total in (result.total, result.other)]
        first, second = names[::-1] if event.kind == "exceeded" else names
        return f"{first} {'equals' if event.kind == 'equals' else 'exceeds'} {second}"
    low, high = ("" if end is None else significant(end, 10) for end in (event.above, event.below))
    return {"above": f"more than {low}", "below": f"less than {high}"}.get(event.kind, f"between {low} and {high}")


def probability_headline(result: TotalProbabilities, interval: float) -> str:
    """Return the sentence that says the finding; of a table alone, what the total is."""
    event, total = result.events[0], result.total
    if result.is_table:
        return titled_headline(total, result.summary, interval)
    probable = f"with a probability of {event_probability(result, event, f'if {_condition(result)}')}"
    if result.other is None:
        return f"{_titled(total)} is {event_label(result, event)} {probable}."
    if result.is_same_draws:
        return f"{_titled(total)} exceeds that under {_scope(result.other)} {probable}, on the same draws."
    return f"{_titled(total)} exceeds {_titled(result.other)} {probable}, the draws of the two being independent."


def _titled(total: Total) -> str:
    return f"{total.case.head.title}: the total under {_scope(total)}"


def _scope(total: Total) -> str:
    label = f"\N{LEFT DOUBLE QUOTATION MARK}{total.definition.label}\N{RIGHT DOUBLE QUOTATION MARK}"
    return f"{label}, {years_text(total.years)}, {measure_text(total)},"
