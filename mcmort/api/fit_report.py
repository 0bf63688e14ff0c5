"""A fit as text, table or JSON document."""

from __future__ import annotations

from typing import Literal

from mcmort.analysis import compare
from mcmort.analysis.receipt import TotalsRequest, receipt_of
from mcmort.bayes import Posterior
from mcmort.present.documents.fit_document import FitDocument, fit_document
from mcmort.present.documents.frame import as_json
from mcmort.present.fit_text import next_commands
from mcmort.present.print_format import page_width
from mcmort.present.tables.components_table import components_table
from mcmort.present.tables.figures_table import figures_table
from mcmort.present.tables.fit_totals_table import fit_totals_table
from mcmort.present.tables.formats import render
from mcmort.present.tables.priors_table import priors_table

__all__ = ["fitted_document", "render_fit"]


def render_fit(
    posterior: Posterior,
    form: str = "text",
    table: Literal["components", "priors", "figures"] | str = "components",
    width: int | None = None,
) -> str:
    """Return a fit as ``text``, ``json``, ``csv``, ``markdown`` or ``latex``.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    form : str
        How to print it; JSON holds all tables at once.
    table : {"components", "priors", "figures"}
        Which table.
    width : int, optional
        Of a line of plain text; by default that of the terminal.

    Returns
    -------
    str
    """
    if form == "json":
        return as_json(fitted_document(posterior))
    chosen = {"components": components_table, "priors": priors_table, "figures": figures_table}[table](posterior)
    text = render(chosen, form, width)
    if table != "components" or form == "csv" or not posterior.case.definitions:
        return text
    comparison = compare(posterior)
    parts = [render(fit_totals_table(posterior, comparison), form, width)] if comparison.rows else []
    parts.append(text)
    if form == "text" and comparison.rows:
        parts.append(
            "\n".join(next_commands(posterior, comparison.rows[-1].total.definition.id, width or page_width())) + "\n"
        )
    return "\n".join(parts)


def fitted_document(posterior: Posterior) -> FitDocument:
    """Return a fit in the stable JSON schema."""
    return fit_document(posterior, receipt_of(TotalsRequest(definitions=()), {}, posterior, result="fit"))
