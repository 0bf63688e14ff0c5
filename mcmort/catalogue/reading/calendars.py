"""Years that stand for one in two calendars, as 1368/1989 of the Islamic calendar and ours."""

from __future__ import annotations

from typing import Final

__all__ = ["is_same_year_of_islam", "year_of_ours"]

_BUDDHIST: Final = 543


def is_same_year_of_islam(first: int, last: int) -> bool:
    """Whether a second year is that of our era in which a year of the Islamic calendar, lunar or solar, falls."""
    return 0 < first < 1600 and (abs(last - 0.970224 * first - 621.57) <= 1 or last - first in (621, 622))


def year_of_ours(first: int, second: int) -> int | None:
    """Return the year of our era where two years are one in two calendars, in either order; None if they are not.

    Examples
    --------
    >>> year_of_ours(1368, 1989), year_of_ours(2567, 2024), year_of_ours(1930, 1989)
    (1989, 2024, None)
    """
    early, late = sorted((first, second))
    if is_same_year_of_islam(early, late):
        return late
    return early if late - early == _BUDDHIST else None
