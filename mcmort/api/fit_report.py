"""A fit as text, table or JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from mcmort.analysis import Comparison, compare
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.request import FitRequest
from mcmort.api.printed import Printed
from mcmort.bayes import Posterior
from mcmort.errors import VerifyError
from mcmort.present.documents.fit_document import FitDocument, fit_document
from mcmort.present.fit_text import next_commands
from mcmort.present.print_format import page_width
from mcmort.present.tables.columns import Table
from mcmort.present.tables.components_table import components_table
from mcmort.present.tables.figures_table import figures_table
from mcmort.present.tables.fit_totals_table import fit_totals_table
from mcmort.present.tables.priors_table import priors_table
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
        table = {"components": components_table, "priors": priors_table, "figures": figures_table}[self.rows]
        rows = table(self.posterior)
        if self.rows != "components" or not self._comparison.rows:
            return (rows,)
        return (fit_totals_table(self.posterior, self._comparison), rows)

    def rows_table(self) -> Table:
        """Return the one table of CSV and of a data frame: that of the rows, without the totals."""
        return self.tables(whole=True)[-1]

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
