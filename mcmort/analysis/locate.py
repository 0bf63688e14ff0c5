"""Which definition fits a printed number: where it lies in our total under each, in years that the case names."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from mcmort.analysis.claims import middle
from mcmort.analysis.pieces import pieces_of
from mcmort.analysis.request import YearsRequest
from mcmort.analysis.summary import Interval, Summary, reported_probabilities, share_at_most, summarise
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Claim, Definition
from mcmort.catalogue.vocabulary import Measure
from mcmort.errors import DefinitionError, UsageError
from mcmort.totals import (
    DefinitionChanges,
    DrawSource,
    Total,
    definition_of,
    of_claim,
    resolve,
    totals_with_evidence,
)

__all__ = ["LocatedTotal", "Location", "LocationRequest", "Place", "locate"]

Place = Literal["inside", "below", "above"]
"""Where a number lies: inside an interval, below its lower end, or above its upper end."""
_NEAR: Final = 0.1
"""A claim stands beside a number if it prints one within a tenth of it, or a range that holds it."""
_MEASURES: Final[tuple[Measure, ...]] = ("registered", "all")

type _Signature = tuple[object, ...]


class LocationRequest(YearsRequest):
    """What was asked: where a number lies among the totals of definitions."""

    result: Literal["location"] = "location"
    figure: Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True)
class LocatedTotal:
    """A number against one total.

    Attributes
    ----------
    name : str
        Name of the definition, with the years and the measure by which it differs from that of the case.
    is_own : bool
        Whether the definition is as the case has it, or as restricted by the years that were asked for.
    is_cut : bool
        Whether it is restricted to years that a claim names.
    total, summary : Total and Summary
        Ours.
    place : {"inside", "below", "above"}
        Where the number lies.
    below : float
        Probability that the total is at most the number.
    is_between : bool
        Whether it lies inside the interval and between the pieces of the total's highest-density region, where no
        school of figures is.
    claims : tuple of Claim
        Those of the same scope that print a number near it.
    """

    name: str
    is_own: bool
    is_cut: bool
    total: Total
    summary: Summary
    place: Place
    below: float
    is_between: bool
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Location:
    """A number against the totals of a case.

    Attributes
    ----------
    figure, probability : float
        The number, and the probability of the intervals.
    rows : tuple of LocatedTotal
        The more central the number, the earlier.
    others : tuple of Claim
        Claims that print a number near it under scopes that are no row.
    empty : dict of str to str
        Definitions that count nothing, or nothing that is known, each with the reason.
    """

    figure: float
    probability: float
    rows: tuple[LocatedTotal, ...]
    others: tuple[Claim, ...]
    empty: dict[str, str]

    @property
    def own(self) -> tuple[LocatedTotal, ...]:
        """The rows of definitions as the case has them."""
        return tuple(row for row in self.rows if row.is_own)


@dataclass(frozen=True)
class _Candidate:
    """A definition whose total a number is compared with."""

    name: str
    is_own: bool
    is_cut: bool
    has_own_measure: bool
    definition: Definition
    signature: _Signature


def locate(
    source: DrawSource,
    figure: float,
    definitions: Sequence[str] | None = None,
    *,
    years: tuple[int, int] | None = None,
    probability: float = 0.95,
) -> Location:
    """Find the definitions, and years, under which a number lies inside, below or above our interval.

    Parameters
    ----------
    source : Draws or Sampler
        From either engine.
    figure : float
        The number.
    definitions : sequence of str, optional
        Names; by default all of the case.
    years : tuple of int, optional
        The only years to look at. By default those of each definition, and those that claims about it name.
    probability : float
        Of the intervals.

    Returns
    -------
    Location
        Under the measure of each definition, and under the other where all that it counts has evidence under that.

    Raises
    ------
    UsageError
        If the number is none, or negative where no total can be.
    DefinitionError
        If a definition is unknown, or none counts anything.
    """
    case = source.case
    if not math.isfinite(figure):
        raise UsageError(f"{figure:g} is no number that a total could be; expected one such as 20e6")
    names = list(case.definitions if definitions is None else dict.fromkeys(definitions))
    for name in names:
        definition_of(case, name)  # a name that the case does not have is an error, not an empty definition
    candidates, empty = _candidates(case, names, years)
    asked = {one.name: one for one in candidates}
    made = {one.name: (lambda definition=one.definition: definition) for one in candidates}
    probabilities = reported_probabilities(probability)
    totals, reasons = totals_with_evidence(source, made, probabilities=probabilities, with_parts=False)
    totals = {name: total for name, total in totals.items() if asked[name].has_own_measure or not total.unknown}
    empty |= {name: reason for name, reason in reasons.items() if asked[name].is_own}
    if not totals:
        raise DefinitionError("; ".join(empty.values()) or f"{case.id} has no definitions")
    if figure < 0.0 and all(total.least == 0.0 for total in totals.values()):
        raise UsageError(f"{figure:,.10g} is negative, and no total of {case.id} can be; expected a number of deaths")
    near = {claim.id: claim for claim in case.claims.values() if _is_near(claim, figure)}
    scopes = {name: _signature(case, of_claim(case, claim)) for name, claim in near.items()}
    rows = []
    for name, total in totals.items():
        own = asked[name]
        beside = tuple(near[key] for key, scope in scopes.items() if scope == own.signature)
        rows.append(_located(own, total, figure, beside, probabilities, probability))
    rows.sort(key=lambda row: (abs(row.below - 0.5), _distance(row, figure, probability)))
    shown = {claim.id for row in rows for claim in row.claims}
    others = sorted(
        (claim for key, claim in near.items() if key not in shown), key=lambda claim: (middle(claim), claim.id)
    )
    return Location(figure, probability, tuple(rows), tuple(others), empty)


def _candidates(
    case: Case, names: Sequence[str], years: tuple[int, int] | None
) -> tuple[list[_Candidate], dict[str, str]]:  # fmt: skip
    """Return what a number is compared with, each scope once, and why some definitions count nothing."""
    candidates, empty = list[_Candidate](), dict[str, str]()
    for name in names:
        known = set[_Signature]()
        for span in (years,) if years is not None else (None, *_spans_of_claims(case, name)):
            for measure in sorted(_MEASURES, key=lambda one: one != case.definitions[name].measure):
                has_own = measure == case.definitions[name].measure
                try:
                    definition = definition_of(case, name, DefinitionChanges(years=span, measure=measure))
                    signature = _signature(case, definition)
                except DefinitionError as error:
                    empty |= {name: str(error)} if has_own and span == years else {}
                    continue
                if signature in known:
                    continue
                known.add(signature)
                is_cut = span is not None and span != years
                words = [name, *([f"{span[0]}:{span[1]}"] if span and is_cut else []), *([] if has_own else [measure])]
                candidates.append(
                    _Candidate(" ".join(words), has_own and not is_cut, is_cut, has_own, definition, signature)
                )
    return candidates, empty


def _spans_of_claims(case: Case, name: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of years that claims about a definition name, each once."""
    claims = (claim for claim in case.claims.values() if claim.definition == name)
    yield from sorted({claim.years for claim in claims if claim.years is not None})


def _signature(case: Case, definition: Definition) -> _Signature:
    """Return what two definitions have in common that count the same in the same way."""
    terms = tuple((term.component, term.pieces) for term in resolve(case, definition).terms)
    return definition.measure, bool(definition.net), terms


def _is_near(claim: Claim, figure: float) -> bool:
    given = [value for value in (claim.low, claim.best, claim.high) if value is not None]
    holds = not claim.is_one_sided and given[0] <= figure <= given[-1]
    return holds or any(abs(value - figure) <= _NEAR * abs(figure) for value in given)


def _located(
    candidate: _Candidate,
    total: Total,
    figure: float,
    claims: tuple[Claim, ...],
    probabilities: Sequence[float],
    probability: float,
) -> LocatedTotal:
    summary = summarise(total.values, probabilities, shortest=False, chains=total.chains)
    interval = summary.interval(probability)
    below = share_at_most(total.values, figure)
    place = _place(interval, figure)
    is_between = place == "inside" and _is_between(total, figure)
    return LocatedTotal(
        candidate.name, candidate.is_own, candidate.is_cut, total, summary, place, below, is_between, claims
    )


def _is_between(total: Total, figure: float) -> bool:
    """Whether a number lies in a gap of the highest-density region of a total."""
    pieces = pieces_of(total.values, total.chains)
    return pieces[0].low < figure < pieces[-1].high and not any(one.low <= figure <= one.high for one in pieces)


def _place(interval: Interval, figure: float) -> Place:
    if figure < interval.low:
        return "below"
    return "above" if figure > interval.high else "inside"


def _distance(row: LocatedTotal, figure: float, probability: float) -> float:
    """Return how far outside of an interval a number lies, in widths of the interval."""
    interval = row.summary.interval(probability)
    outside = max(interval.low - figure, figure - interval.high, 0.0)
    width = interval.high - interval.low
    return outside / width if width > 0.0 else math.inf if outside else 0.0
