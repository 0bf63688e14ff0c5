"""Which definition fits a printed number: the verb, and the report that it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcmort.analysis.locate import LocatedTotal, Location, LocationRequest
from mcmort.analysis.locate import locate as find
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.api.printed import Printed
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.present.documents.location_document import LocationDocument, location_document
from mcmort.present.location_text import location_headline
from mcmort.present.tables.columns import Table
from mcmort.present.tables.location_table import location_table
from mcmort.totals import DrawSource

__all__ = ["LocationReport", "again", "locate"]


@dataclass(frozen=True, repr=False)
class LocationReport(Printed):
    """Where a number lies among our totals, with a receipt."""

    location: Location
    receipt: Receipt

    @property
    def rows(self) -> tuple[LocatedTotal, ...]:
        """The totals, the more central the number the earlier."""
        return self.location.rows

    @property
    def headline(self) -> str:
        """The sentence that says which definitions hold the number."""
        return location_headline(self.location)

    def document(self) -> LocationDocument:
        """Return the location in the stable JSON schema."""
        return location_document(self.location, self.receipt)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of totals, with those that the number lies far from if whole."""
        return (location_table(self.location, is_whole=whole),)


@checked_arguments
def locate(
    draws: DrawSource,
    figure: float,
    definitions: Sequence[str] | None = None,
    *,
    years: tuple[int, int] | None = None,
    interval: float = 0.95,
) -> LocationReport:
    """Find the definitions under which a printed number lies inside, below or above our interval.

    Parameters
    ----------
    draws : Draws or Sampler
        From `mcmort.simulate`, `mcmort.Sampler` or `mcmort.fit`.
    figure : float
        The number.
    definitions : sequence of str, optional
        Names; by default all of the case.
    years : tuple of int, optional
        The only years to look at; by default those of each definition, and those that authors' claims about it name.
    interval : float
        Probability of the interval.

    Returns
    -------
    LocationReport
        The totals, most central first, with claims that print a number near.

    Raises
    ------
    UsageError
        If the number is not finite, or negative where no total can be.
    DefinitionError
        If a definition is unknown, or none counts anything.

    Examples
    --------
    >>> import mcmort as mm
    >>> found = mm.locate(mm.Sampler(mm.load("ussr"), 10_000, rng=1), 20e6)
    >>> [row.name for row in found.rows if row.is_own and row.place == "inside"]
    ['broad', 'maximal']
    """
    found = find(draws, figure, definitions, years=years, probability=interval)
    names = tuple(draws.case.definitions if definitions is None else dict.fromkeys(definitions))
    request = LocationRequest(definitions=names, years=years, figure=figure)
    totals = {row.name: row.total for row in found.rows}
    return LocationReport(found, receipt_of(request, totals, draws, interval=interval))


def again(draws: DrawSource, request: LocationRequest, receipt: Receipt) -> LocationReport:
    """Locate a number again from its receipt."""
    return locate(draws, request.figure, request.definitions, years=request.years, interval=receipt.interval)
