"""Why two numbers differ: the verb, and the report that it returns."""

from __future__ import annotations

from dataclasses import dataclass

from mcmort import analysis
from mcmort.analysis import Orders, Summary
from mcmort.analysis.bridge import BridgeRequest
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.summary import reported_probabilities
from mcmort.api.printed import Printed
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.present.bridge_text import bridge_headline
from mcmort.present.documents.bridge_document import BridgeDocument, bridge_document
from mcmort.present.tables.bridge_table import bridge_table
from mcmort.present.tables.columns import Table
from mcmort.totals import DrawSource

__all__ = ["BridgeReport", "again", "bridge"]


@dataclass(frozen=True, repr=False)
class BridgeReport(Printed):
    """What takes one number to another, with a receipt.

    Attributes
    ----------
    bridge : Bridge
        The difference and its steps.
    receipt : Receipt
        All that is needed to make it again.
    probability : float
        Of the interval that is printed.
    """

    bridge: analysis.Bridge
    receipt: Receipt
    probability: float = 0.95

    @property
    def difference(self) -> Summary:
        """The difference of the two numbers, a distribution of its own."""
        return self.bridge.difference

    @property
    def steps(self) -> tuple[analysis.Step, ...]:
        """What each change adds."""
        return self.bridge.steps

    @property
    def headline(self) -> str:
        """The sentence that says what it finds."""
        return bridge_headline(self.bridge, self.probability)

    def document(self) -> BridgeDocument:
        """Return the bridge in the stable JSON schema."""
        return bridge_document(self.bridge, self.receipt, self.probability)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of its steps."""
        del whole
        return (bridge_table(self.bridge, self.probability),)


@checked_arguments
def bridge(
    draws: DrawSource,
    start: str,
    end: str,
    *,
    years: tuple[int, int] | None = None,
    orders: Orders = "stated",
    interval: float = 0.95,
) -> BridgeReport:
    """Split the difference between two numbers into steps.

    Parameters
    ----------
    draws : Draws or Sampler
        From `mcmort.simulate`, `mcmort.Sampler` or `mcmort.fit`.
    start, end : str
        Each the name of a definition, whose total is ours, or the id of a claim, whose figure is an author's.
    years : tuple of int, optional
        First and last year to restrict definitions to; an author's figure keeps its own.
    orders : {"stated", "average"}
        Whether steps are taken in the order that is stated beneath the table, or each is its average over all orders
        of components, years, measure, net and shares: its Shapley value.
    interval : float
        Probability of the interval that is printed.

    Returns
    -------
    BridgeReport
        The difference as a distribution of its own, and its steps, whose means add up to its mean. From an author's
        figure to our total under that author's own definition is a step of evidence, all between our totals is scope.

    Raises
    ------
    UsageError
        If both sides are the same, or years are given where both are claims.
    DefinitionError
        If a side is neither definition nor claim, or counts nothing that is known.

    Examples
    --------
    >>> import mcmort as mm
    >>> sampler = mm.Sampler(mm.load("ussr"), 10_000, rng=1)
    >>> between = mm.bridge(sampler, "getty-1993-total", "rummel-1990")
    >>> round(sum(step.mean for step in between.steps))
    59611000
    """
    probabilities = reported_probabilities(interval)
    made = analysis.bridge(draws, start, end, years=years, orders=orders, probabilities=probabilities)
    request = BridgeRequest(definitions=(start, end), years=years, orders=orders)
    totals = {end.name: end.total for end in made.ends}
    receipt = receipt_of(request, totals, draws, interval=interval)
    return BridgeReport(made, receipt, interval)


def again(draws: DrawSource, request: BridgeRequest, receipt: Receipt) -> BridgeReport:
    """Make a bridge again from its receipt."""
    start, end = request.definitions
    return bridge(draws, start, end, years=request.years, orders=request.orders, interval=receipt.interval)
