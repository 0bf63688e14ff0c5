"""A fit as text, table or JSON document."""

from __future__ import annotations

from typing import Literal

from mcmort.bayes import Posterior
from mcmort.present.documents.fit_document import fit_document
from mcmort.present.documents.frame import as_json
from mcmort.present.documents.influence_document import influence_document
from mcmort.present.tables.components_table import components_table
from mcmort.present.tables.figures_table import figures_table
from mcmort.present.tables.formats import render
from mcmort.present.tables.influence_table import influence_table
from mcmort.present.tables.priors_table import priors_table
from mcmort.totals import definition_of, kept, total

__all__ = ["render_fit"]


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
    if influence is not None:
        from mcmort.bayes.power_scaling import influence as influences_of
        from mcmort.bayes.power_scaling import sensitivity

        computed = total(posterior, definition_of(posterior.case, influence))
        values = kept(computed.values)
        influences, power = influences_of(posterior, values), sensitivity(posterior, values)
        if form == "json":
            return as_json(influence_document(computed, influences, power))
        chosen = influence_table(computed, influences, power)
    elif form == "json":
        return as_json(fit_document(posterior))
    else:
        chosen = {"components": components_table, "priors": priors_table, "figures": figures_table}[table](posterior)
    return render(chosen, form, width)
