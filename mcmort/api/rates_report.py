"""Deaths per population, of one case or of several side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mcmort.analysis.rates import RatesRequest, SummarisedRate, summarised_rates
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.summary import reported_probabilities
from mcmort.api.printed import Printed
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.definitions import DefinitionChanges
from mcmort.errors import DefinitionError, UsageError
from mcmort.present.documents.rates_document import RatesDocument, rates_document
from mcmort.present.tables.columns import Table
from mcmort.present.tables.rates_table import rates_headline, rates_table
from mcmort.totals import DrawSource

__all__ = ["RatesReport", "again", "rates", "rates_with"]


@dataclass(frozen=True, repr=False)
class RatesReport(Printed):
    """Totals as shares of their populations at risk.

    Attributes
    ----------
    rows : tuple of SummarisedRate
        One for each definition of each case.
    receipt : Receipt
        Of the first case, with those of the others beside.
    interval : float
        Probability of the interval that is printed.
    """

    rows: tuple[SummarisedRate, ...]
    receipt: Receipt
    interval: float = 0.95

    @classmethod
    def joined(cls, reports: Sequence[RatesReport]) -> RatesReport:
        """Return the reports of several cases as one."""
        if not reports:
            raise UsageError("there is no case to compare")
        first, *others = reports
        receipt = first.receipt.model_copy(update={"beside": tuple(other.receipt for other in others)})
        return replace(first, rows=tuple(row for report in reports for row in report.rows), receipt=receipt)

    @property
    def headline(self) -> str:
        """The sentence that says the finding: the largest of the rates."""
        return rates_headline(self.rows, self.interval)

    def document(self) -> RatesDocument:
        """Return the rates in the stable JSON schema."""
        return rates_document(self.rows, self.receipt, self.interval)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of rates."""
        del whole
        return (rates_table(self.rows, self.interval),)


@checked_arguments
def rates(
    draws: DrawSource | Sequence[DrawSource],
    definitions: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    *,
    years: tuple[int, int] | None = None,
    interval: float = 0.95,
) -> RatesReport:
    """Compute totals as shares of their populations at risk, for one case or for several side by side.

    Parameters
    ----------
    draws : Draws or Sampler, or a sequence of them
        One for each case.
    definitions : sequence of str, or mapping of str to sequence of str, optional
        Names of definitions, of all cases or by the id of a case; by default all that name a population at risk.
    years : tuple of int, optional
        First and last year to restrict the deaths to; the population stays what it is.
    interval : float
        Probability of the interval that is printed.

    Returns
    -------
    RatesReport
        Prints itself as a table. Deaths and population are of the same draws.

    Raises
    ------
    DefinitionError
        If a definition is unknown, or names no population.

    Examples
    --------
    >>> import mcmort as mm
    >>> report = mm.rates(mm.Sampler(mm.load("cambodia"), 2_000, rng=1), ["excess"])
    >>> 100 < report.rows[0].per_thousand.median < 300
    True
    """
    changes = DefinitionChanges.checked(years=years)
    sources = draws if isinstance(draws, Sequence) else [draws]
    if isinstance(definitions, Mapping) and (other := [*definitions.keys() - {source.case.id for source in sources}]):
        raise UsageError(f"definitions: found the case {other[0]!r}; expected one of those that draws are given of")
    reports = []
    for source in sources:
        chosen = definitions.get(source.case.id) if isinstance(definitions, Mapping) else definitions
        reports.append(rates_with(source, chosen, changes, interval=interval))
    return RatesReport.joined(reports)


def rates_with(
    draws: DrawSource, definitions: Sequence[str] | None, changes: DefinitionChanges, *, interval: float = 0.95
) -> RatesReport:
    """Compute the rates of one case under definitions with changes; see `rates`."""
    probabilities = reported_probabilities(interval)
    names = tuple(dict.fromkeys(definitions or ())) or tuple(
        name for name, definition in draws.case.definitions.items() if definition.population is not None
    )
    if not names:
        raise DefinitionError(
            f'no definition of {draws.case.id} names its population at risk. Hint: population = "..." in '
            "definitions.toml names a quantity of the case"
        )
    rows = summarised_rates(draws, names, changes, probabilities)
    request = RatesRequest(definitions=names, is_all=not definitions, **dict(changes))
    totals = [row.rate.total for row in rows]
    receipt = receipt_of(request, totals, draws, interval=interval)
    return RatesReport(rows, receipt, interval)


def again(draws: DrawSource, request: RatesRequest, receipt: Receipt, *others: RatesReport) -> RatesReport:
    """Compute rates again from their receipt, and from the rates of other cases that stand beside it."""
    names = None if request.is_all else request.definitions
    return RatesReport.joined([rates_with(draws, names, request.changes, interval=receipt.interval), *others])
