"""What a total may be: probabilities at thresholds, and that one total is more than another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mcmort.analysis.probability import (
    Probability,
    probability_between,
    probability_equal,
    probability_of_more,
    round_thresholds,
)
from mcmort.analysis.request import ChangedRequest
from mcmort.analysis.summary import Summary, summarise
from mcmort.definitions import DefinitionTerms
from mcmort.totals import DrawSource, Total, totals_of, totals_with_difference

__all__ = [
    "Event",
    "EventKind",
    "ProbabilityRequest",
    "TotalProbabilities",
    "compared_with",
    "difference_of",
    "probabilities_of",
]

EventKind = Literal["above", "below", "between", "exceeds", "equals", "exceeded"]


type _Number = Annotated[float, Field(allow_inf_nan=False)]


class ProbabilityRequest(ChangedRequest):
    """What was asked: the probability that a total lies beyond numbers, exceeds another total, or a table of them.

    Attributes
    ----------
    definitions : tuple of str
        Of the total, and of another of the same case that it exceeds.
    above, below : float or None
        The numbers.
    exceeds : {"definition", "case"} or None
        Whether it is compared with the last definition, or with a total of another case.
    table : bool
        Whether round numbers are asked for as well.
    """

    result: Literal["probability"] = "probability"
    above: _Number | None = None
    below: _Number | None = None
    exceeds: Literal["definition", "case"] | None = None
    table: bool = False

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        has_numbers = self.table or self.above is not None or self.below is not None
        if has_numbers == (self.exceeds is not None):
            raise ValueError(
                "a probability is of numbers or of another total; this is of " + ("neither", "both")[has_numbers]
            )
        if not 1 <= len(self.definitions) <= (2 if self.exceeds == "definition" else 1):
            raise ValueError(f"a probability names {len(self.definitions)} definitions")
        return self


@dataclass(frozen=True, slots=True)
class Event:
    """What may be true of a total, with its probability.

    Attributes
    ----------
    kind : EventKind
        The total is above or below a number or between two; or it exceeds another total, equals it, or is exceeded.
    above, below : float or None
        The numbers.
    probability : Probability
        How probable it is.
    """

    kind: EventKind
    above: float | None
    below: float | None
    probability: Probability


@dataclass(frozen=True)
class TotalProbabilities:
    """A total with the probabilities that were asked for.

    Attributes
    ----------
    total, summary : Total and Summary
        The total.
    events : tuple of Event
        What was asked first, then what a table adds.
    is_table : bool
        Whether a table alone was asked for.
    other : Total or None
        The total that it is compared with.
    is_same_draws : bool
        Whether both totals are of the same draws; else the draws of one are independent of those of the other.
    """

    total: Total
    summary: Summary
    events: tuple[Event, ...]
    is_table: bool = False
    other: Total | None = None
    is_same_draws: bool = True


def probabilities_of(
    source: DrawSource,
    resolved: DefinitionTerms,
    above: float,
    below: float,
    *,
    with_table: bool,
    probabilities: Sequence[float],
) -> TotalProbabilities:
    """Compute the probability that a total lies between two numbers, and those of a table.

    Parameters
    ----------
    source : Draws or Sampler
        From either engine.
    resolved : DefinitionTerms
        The definition.
    above, below : float
        The numbers, infinite where there is none.
    with_table : bool
        Whether to add the probabilities that the total is more than round numbers.
    probabilities : sequence of float
        Of intervals.
    """
    (total,) = totals_of(source, [resolved], probabilities=probabilities, with_parts=False)
    events: list[Event] = []
    is_table = with_table and not (math.isfinite(above) or math.isfinite(below))
    if math.isfinite(above) or math.isfinite(below):
        kind: EventKind = "between"
        if not (math.isfinite(above) and math.isfinite(below)):
            kind = "above" if math.isfinite(above) else "below"
        events.append(_event(total, kind, above, below))
    if with_table:
        events += [_event(total, "above", threshold, math.inf) for threshold in round_thresholds(total.values)]
    return TotalProbabilities(total, _summary(total, probabilities), tuple(events), is_table)


def difference_of(
    source: DrawSource, resolved: DefinitionTerms, other: DefinitionTerms, probabilities: Sequence[float]
) -> TotalProbabilities:
    """Compute the probability that the total of one definition exceeds that of another, on the same draws."""
    first, second, difference = totals_with_difference(source, resolved, other, probabilities=probabilities)
    events = (
        Event("exceeds", None, None, probability_between(difference, 0.0, chains=first.chains)),
        Event("equals", None, None, probability_equal(difference, chains=first.chains)),
        Event("exceeded", None, None, probability_between(difference, below=0.0, chains=first.chains)),
    )
    return TotalProbabilities(first, _summary(first, probabilities), events, other=second)


def compared_with(
    source: DrawSource, resolved: DefinitionTerms, other: Total, probabilities: Sequence[float]
) -> TotalProbabilities:
    """Compute the probability that a total exceeds that of another case, whose draws are independent of it."""
    (total,) = totals_of(source, [resolved], probabilities=probabilities, with_parts=False)
    events = (
        Event("exceeds", None, None, probability_of_more(total, other)),
        Event("exceeded", None, None, probability_of_more(other, total)),
    )
    return TotalProbabilities(total, _summary(total, probabilities), events, other=other, is_same_draws=False)


def _event(total: Total, kind: EventKind, above: float, below: float) -> Event:
    probability = probability_between(total.values, above, below, chains=total.chains)
    low, high = (end if math.isfinite(end) else None for end in (above, below))
    return Event(kind, low, high, probability)


def _summary(total: Total, probabilities: Sequence[float]) -> Summary:
    return summarise(total.values, probabilities, shortest=False, chains=total.chains)
