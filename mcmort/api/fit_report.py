"""A fit as text, table or JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mcmort.analysis.receipt import TotalsRequest, receipt_of
from mcmort.bayes import Posterior
from mcmort.present.documents.fit_document import FitDocument, fit_document
from mcmort.present.documents.frame import as_json
from mcmort.present.documents.influence_document import InfluenceDocument, influence_document
from mcmort.present.tables.components_table import components_table
from mcmort.present.tables.figures_table import figures_table
from mcmort.present.tables.formats import render
from mcmort.present.tables.influence_table import influence_table
from mcmort.present.tables.priors_table import priors_table
from mcmort.totals import Total, definition_of, kept, total

if TYPE_CHECKING:
    from mcmort.bayes.power_scaling import Influence, Sensitivity

__all__ = ["fitted_document", "render_fit"]


def render_fit(
    posterior: Posterior,
    form: str = "text",
    table: Literal["components", "priors", "figures"] | str = "components",
    influence: str | None = None,
    width: int | None = None,
) -> str:
    """Return a fit as ``text``, ``json``, ``csv``, ``markdown`` or ``latex``.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    form : str
        How to print it; JSON holds all tables at once, but that of influence, which is a document of its own.
    table : {"components", "priors", "figures"}
        Which table.
    influence : str, optional
        Name of a definition: the table of what drives its total, instead.
    width : int, optional
        Of a line of plain text; by default that of the terminal.

    Returns
    -------
    str
    """
    if form == "json":
        return as_json(fitted_document(posterior, influence))
    if influence is not None:
        chosen = influence_table(*_influences(posterior, influence))
    else:
        chosen = {"components": components_table, "priors": priors_table, "figures": figures_table}[table](posterior)
    return render(chosen, form, width)


def fitted_document(posterior: Posterior, influence: str | None = None) -> FitDocument | InfluenceDocument:
    """Return a fit, or what drives the total of a definition, in the stable JSON schema."""
    if influence is None:
        return fit_document(posterior, receipt_of(TotalsRequest(definitions=()), {}, posterior, result="fit"))
    computed, influences, power = _influences(posterior, influence)
    request = TotalsRequest(definitions=(influence,))
    receipt = receipt_of(request, [computed], posterior, result="influence")
    return influence_document(computed, influences, power, receipt)


def _influences(posterior: Posterior, definition: str) -> tuple[Total, list[Influence], Sensitivity]:
    """Compute a total, and what drives it."""
    from mcmort.bayes.power_scaling import influence, sensitivity

    computed = total(posterior, definition_of(posterior.case, definition))
    values = kept(computed.values)
    return computed, influence(posterior, values), sensitivity(posterior, values)
