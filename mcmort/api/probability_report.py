"""Probabilities of what a total may be: that it exceeds a number, or another total."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mcmort.analysis.probability import Probability, check_thresholds
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.summary import reported_probabilities
from mcmort.analysis.total_probabilities import (
    ProbabilityRequest,
    TotalProbabilities,
    compared_with,
    difference_of,
    probabilities_of,
)
from mcmort.api.printed import IntervalReport
from mcmort.api.reports import TotalReport
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.catalogue.vocabulary import Measure
from mcmort.definitions import DefinitionChanges
from mcmort.errors import UsageError, VerifyError
from mcmort.present.documents.probability_document import ProbabilityDocument, probability_document
from mcmort.present.probability_text import probability_headline
from mcmort.present.tables.columns import Table
from mcmort.present.tables.probability_table import probability_table
from mcmort.totals import DrawSource, definition_of, resolve

__all__ = ["ProbabilityReport", "again", "probability", "probability_with"]


class ProbabilityReport(IntervalReport[TotalProbabilities]):
    """Probabilities of a total; `result` has the total and the probabilities."""

    @property
    def probability(self) -> Probability:
        """The probability that was asked for; of a table, the first."""
        return self.result.events[0].probability

    @property
    def headline(self) -> str:
        """The sentence that says the finding."""
        return probability_headline(self.result, self.interval)

    def document(self) -> ProbabilityDocument:
        """Return the result in the stable JSON schema."""
        return probability_document(self.result, self.receipt, self.interval)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of probabilities."""
        del whole
        return (probability_table(self.result, self.interval),)


@checked_arguments
def probability(
    draws: DrawSource,
    definition: str,
    *,
    above: float | None = None,
    below: float | None = None,
    exceeds: str | TotalReport | None = None,
    years: tuple[int, int] | None = None,
    measure: Measure | None = None,
    net: bool | None = None,
    include: Sequence[Mapping[str, Sequence[str]]] = (),
    exclude: Sequence[Mapping[str, Sequence[str]]] = (),
    interval: float = 0.95,
) -> ProbabilityReport:
    """Compute the probability that a total is above or below a number, or exceeds another total.

    Parameters
    ----------
    draws : Draws or Sampler
        From `mcmort.simulate`, `mcmort.Sampler` or `mcmort.fit`.
    definition : str
        Name of a definition of the case.
    above, below : float, optional
        The total is more than the one and less than the other. Without either, and without `exceeds`, probabilities
        are given that it is more than round numbers.
    exceeds : str or TotalReport, optional
        Another definition of the case, computed on the same draws; or the total of another case, whose draws are
        independent of these.
    years, measure, net, include, exclude
        Changes to the definition, and to another one of the same case; see `mcmort.total`.
    interval : float
        Probability of the interval that is printed beside the total.

    Returns
    -------
    ProbabilityReport
        Prints itself; `probability` is what was asked for.

    Raises
    ------
    UsageError
        If a number is not finite, or nothing lies between the two.

    Examples
    --------
    >>> import mcmort as mm
    >>> draws = mm.simulate(mm.load("ussr"), n=2_000, rng=1)
    >>> 0.0 < mm.probability(draws, "broad", above=20e6).probability.value < 1.0
    True
    """
    changes = DefinitionChanges.checked(
        years=years, measure=measure, net=net, include=tuple(include), exclude=tuple(exclude)
    )
    is_table = above is None and below is None and exceeds is None
    return probability_with(
        draws, definition, changes, above=above, below=below, exceeds=exceeds, table=is_table, interval=interval
    )


def probability_with(
    draws: DrawSource,
    definition: str,
    changes: DefinitionChanges,
    *,
    above: Any = None,
    below: Any = None,
    exceeds: Any = None,
    table: bool = False,
    interval: float = 0.95,
) -> ProbabilityReport:
    """Compute probabilities of a total under a definition with changes, with a table if asked; see `probability`."""
    asked = reported_probabilities(interval)
    low, high = check_thresholds(above, below)
    if exceeds is not None and (table or math.isfinite(low) or math.isfinite(high)):
        raise UsageError("the total is compared either with numbers or with another total; expected one of the two")
    resolved = resolve(draws.case, definition_of(draws.case, definition, changes))
    compared: Literal["definition", "case"] | None = None
    beside: tuple[Receipt, ...] = ()
    names = (definition,)
    if exceeds is None:
        result = probabilities_of(draws, resolved, low, high, with_table=table, probabilities=asked)
    elif isinstance(exceeds, TotalReport):
        result = compared_with(draws, resolved, exceeds.total, asked)
        compared, beside = "case", (exceeds.receipt,)
    else:
        other = resolve(draws.case, definition_of(draws.case, exceeds, changes))
        result = difference_of(draws, resolved, other, asked)
        compared, names = "definition", tuple(dict.fromkeys((definition, exceeds)))
    request = ProbabilityRequest(
        definitions=names, above=above, below=below, exceeds=compared, table=table, **dict(changes)
    )
    totals = [result.total] if result.other is None or beside else [result.total, result.other]
    receipt = receipt_of(request, totals, draws, interval=interval, beside=beside)
    return ProbabilityReport(result, receipt, interval)


def again(
    draws: DrawSource, request: ProbabilityRequest, receipt: Receipt, other: TotalReport | None = None
) -> ProbabilityReport:
    """Compute probabilities again from their receipt, and from the total of another case that stands beside it."""
    if (request.exceeds == "case") != (other is not None):
        raise VerifyError("the receipt contradicts itself: the total of another case and its receipt belong together")
    return probability_with(
        draws, request.definitions[0], request.changes, above=request.above, below=request.below,
        exceeds=request.definitions[-1] if request.exceeds == "definition" else other, table=request.table,
        interval=receipt.interval,
    )  # fmt: skip
