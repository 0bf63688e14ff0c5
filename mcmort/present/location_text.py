"""Where a number lies among totals, in words."""

from __future__ import annotations

from collections.abc import Sequence

from mcmort.analysis.locate import LocatedTotal, Location, Place
from mcmort.catalogue.records import Claim
from mcmort.present.numbers import significant
from mcmort.present.print_format import as_printed, years_text
from mcmort.present.wording import is_floor

__all__ = ["figure_text", "location_headline", "named", "place_text", "printed_by"]

_MOST_SPANS = 4
_AS_GIVEN = 12
"""Significant figures of the number that was asked for: as it was given."""


def figure_text(figure: float) -> str:
    """Return the number that was asked for."""
    return significant(figure, _AS_GIVEN)


def location_headline(location: Location) -> str:
    """Return the sentence that says under which definitions a number is inside, above or below our interval.

    Parameters
    ----------
    location : Location
        From `mcmort.locate`.

    Returns
    -------
    str
        The definitions as the case has them; of the rest those that hold the number.
    """
    case, own = location.rows[0].total.case, location.own
    figure, level = figure_text(location.figure), f"{100 * location.probability:g} % interval"
    by_place: dict[Place, list[str]] = {"inside": [], "above": [], "below": []}
    for row in sorted(own, key=lambda row: list(case.definitions).index(row.total.definition.id)):
        by_place[row.place].append(row.total.definition.id + (" (in a gap)" if row.is_between else ""))
    count = f"{len(by_place['inside']) or 'none'} of {len(own)} definition{'s' if len(own) != 1 else ''}"
    text = f"{case.head.title}: {figure} lies inside the {level} of {count}"
    text += f": {_listed(by_place['inside'])}" if by_place["inside"] else ""
    outside = [f"{place} {_listed(by_place[place])}" for place in ("above", "below") if by_place[place]]
    text += f"; it is {' and '.join(outside)}" if outside else ""
    spans = [named(row) for row in location.rows if not row.is_own and row.place == "inside"]
    if spans:
        more = f" and {len(spans) - _MOST_SPANS} more" if len(spans) > _MOST_SPANS else ""
        text += f". Inside as well: {'; '.join(spans[:_MOST_SPANS])}{more}"
    return f"{text}."


def named(row: LocatedTotal) -> str:
    """Name a definition with the years and the measure by which it differs from that of the case."""
    definition = row.total.definition
    is_other = definition.measure != row.total.case.definitions[definition.id].measure
    years = years_text(row.total.years)
    return ", ".join([definition.id, *([years] if row.is_cut else []), *([definition.measure] if is_other else [])])


def place_text(row: LocatedTotal) -> str:
    """Say where the number lies; above the interval of a total that is a minimum it is not ruled out."""
    if row.place == "above" and is_floor(row.total):
        return "above a minimum"
    if row.is_between:
        return "inside, in a gap"
    return row.place


def printed_by(claims: Sequence[Claim]) -> str:
    """Name authors with the figures that they print."""
    return "; ".join(
        f"{claim.author} ({as_printed(claim.low, claim.best, claim.high, claim.reading)})" for claim in claims
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
