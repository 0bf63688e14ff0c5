"""A fit as text, table or JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from mcmort.analysis import Comparison, compare
from mcmort.analysis.judged_priors import JudgedPrior
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.request import FitRequest
from mcmort.api.printed import Printed
from mcmort.bayes import Posterior
from mcmort.errors import VerifyError
from mcmort.present.comparison_text import comparison_headline
from mcmort.present.documents.fit_document import FitDocument, fit_document
from mcmort.present.fit_text import next_commands
from mcmort.present.print_format import page_width
from mcmort.present.prior_text import priors_headline
from mcmort.present.tables.columns import Table
from mcmort.present.tables.components_table import components_table
from mcmort.present.tables.figures_table import figures_table
from mcmort.present.tables.fit_totals_table import fit_totals_table
from mcmort.present.tables.priors_table import all_priors, priors_summary_table, priors_table
from mcmort.results import DrawSource

__all__ = ["FitReport", "FitRows", "again"]

FitRows = Literal["components", "priors", "figures"]


@dataclass(frozen=True, repr=False)
class FitReport(Printed):
    """What a fit makes of the evidence.

    Attributes
    ----------
    posterior : Posterior
        The fit.
    rows : {"components", "priors", "figures"}
        Of what its table has rows.
    """

    posterior: Posterior
    rows: FitRows = "components"

    def document(self) -> FitDocument:
        """Return the fit in the stable JSON schema, with all tables at once."""
        return fit_document(self.posterior, receipt_of(FitRequest(), {}, self.posterior))

    def tables(self, *, whole: bool = False) -> tuple[Table, ...]:
        """Return the table of its rows."""
        del whole
        if self.rows == "priors":
            judged = self._judged
            return (priors_summary_table(self.posterior.case, judged), priors_table(self.posterior, judged))
        if self.rows == "figures":
            return (figures_table(self.posterior),)
        rows = components_table(self.posterior)
        return (fit_totals_table(self.posterior, self._comparison), rows) if self._comparison.rows else (rows,)

    def rows_table(self) -> Table:
        """Return the one table of CSV and of a data frame: that of the rows, without the totals."""
        return self.tables(whole=True)[-1]

    @property
    def headline(self) -> str:
        """The sentence that says how wide the priors are, or how far the definitions lie apart, by its rows."""
        if self.rows == "priors":
            return priors_headline(self.posterior.case.head.title, self._judged)
        if self.rows == "figures" or not self._comparison.rows:
            return ""
        return comparison_headline(self._comparison, given="given all the evidence")

    @cached_property
    def _judged(self) -> list[JudgedPrior]:
        return all_priors(self.posterior)

    @cached_property
    def _comparison(self) -> Comparison:
        return compare(self.posterior)

    def render(self, form: str = "text", width: int | None = None, *, full: bool = False) -> str:
        """Return the fit in a format; see `Printed.render`. Text of totals and components names the next commands."""
        text = super().render(form, width, full=full)
        if form != "text" or self.rows != "components" or not self._comparison.rows:
            return text
        widest = self._comparison.rows[-1].total.definition.id
        return "\n".join([text, *next_commands(self.posterior, widest, width or page_width()), ""])


def again(draws: DrawSource, request: FitRequest, receipt: Receipt) -> FitReport:
    """Report a fit again that was made from its receipt."""
    del request
    if not isinstance(draws, Posterior):
        raise VerifyError(f"the receipt contradicts itself: the engine {receipt.engine!r} makes no fit")
    return FitReport(draws)
