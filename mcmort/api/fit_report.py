"""A fit as text, table or JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.request import FitRequest
from mcmort.api.printed import Printed
from mcmort.bayes import Posterior
from mcmort.errors import VerifyError
from mcmort.present.documents.fit_document import FitDocument, fit_document
from mcmort.present.tables.columns import Table
from mcmort.present.tables.components_table import components_table
from mcmort.present.tables.figures_table import figures_table
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

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of its rows."""
        del whole
        table = {"components": components_table, "priors": priors_table, "figures": figures_table}[self.rows]
        return (table(self.posterior),)


def again(draws: DrawSource, request: FitRequest, receipt: Receipt) -> FitReport:
    """Report a fit again that was made from its receipt."""
    del request
    if not isinstance(draws, Posterior):
        raise VerifyError(f"the receipt contradicts itself: the engine {receipt.engine!r} makes no fit")
    return FitReport(draws)
