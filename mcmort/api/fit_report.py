"""A fit as text, table or JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.request import FitRequest
from mcmort.bayes import Posterior
from mcmort.errors import VerifyError
from mcmort.present.documents.fit_document import FitDocument, fit_document
from mcmort.present.documents.frame import as_json
from mcmort.present.tables.components_table import components_table
from mcmort.present.tables.figures_table import figures_table
from mcmort.present.tables.formats import render
from mcmort.present.tables.priors_table import priors_table
from mcmort.results import DrawSource

__all__ = ["FitReport", "FitRows", "again"]

FitRows = Literal["components", "priors", "figures"]


@dataclass(frozen=True)
class FitReport:
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

    def render(self, form: str, width: int | None = None) -> str:
        """Return the fit as ``text``, ``json``, ``csv``, ``markdown`` or ``latex``."""
        if form == "json":
            return as_json(self.document())
        table = {"components": components_table, "priors": priors_table, "figures": figures_table}[self.rows]
        return render(table(self.posterior), form, width)

    def __str__(self) -> str:
        return self.render("text")


def again(draws: DrawSource, request: FitRequest, receipt: Receipt) -> FitReport:
    """Report a fit again that was made from its receipt."""
    del request
    if not isinstance(draws, Posterior):
        raise VerifyError(f"the receipt contradicts itself: the engine {receipt.engine!r} makes no fit")
    return FitReport(draws)
