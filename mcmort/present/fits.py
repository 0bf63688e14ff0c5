"""A fit as text, table or document."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mcmort.analysis import Summary
from mcmort.analysis.fitted import predictions, shifts
from mcmort.bayes import Posterior
from mcmort.present.document import Document, Frame, frame
from mcmort.present.fitting import components_table, figures_table, influence_table, priors_table
from mcmort.present.tables import render
from mcmort.present.terminal import to_text
from mcmort.totals import definition_of, kept, total

__all__ = ["FitDocument", "fit_document", "render_fit"]


class LimitsDocument(Document):
    """A median with the ends of the 95 % interval."""

    low: float
    median: float
    high: float


class InputDocument(Document):
    """An uncertain input before and after the evidence."""

    name: str = Field(description="all:ID, registered:ID, quantity:NAME, tau:BASIS, bias:BASIS, completeness:ID, ...")
    prior: LimitsDocument | None
    posterior: LimitsDocument
    rhat: float
    ess_bulk: float
    ess_tail: float


class FigureDocument(Document):
    """A figure beside what the model would have expected."""

    name: str
    printed: float
    expected: LimitsDocument
    quantile: float
    quantile_before: float


class FitDocument(Frame):
    """What ``mcmort fit --format json`` prints."""

    schema_: str = Field("mcmort/fit/1", alias="schema")
    inputs: tuple[InputDocument, ...]
    figures: tuple[FigureDocument, ...]
    left: dict[str, str] = Field(description="Figures that were not used, each with the reason.")
    divergent: int
    bfmi: tuple[float, ...]


def _limits(summary: Summary) -> LimitsDocument:
    wide = summary.interval(0.95)
    return LimitsDocument(low=wide.low, median=summary.median, high=wide.high)


def fit_document(posterior: Posterior) -> FitDocument:
    """Return a fit in the stable JSON schema."""
    found = posterior.diagnosis
    kinds = ("all", "registered", "ordinary", "overlap", "share", "quantity", "tau", "bias", "completeness", "residual")
    inputs = [
        InputDocument(
            name=f"{kind}:{one.name}",
            prior=None if one.before is None else _limits(one.before),
            posterior=_limits(one.after),
            rhat=found.rhat[f"{kind}:{one.name}"],
            ess_bulk=found.ess_bulk[f"{kind}:{one.name}"],
            ess_tail=found.ess_tail[f"{kind}:{one.name}"],
        )
        for kind in kinds
        for one in shifts(posterior, kind)
    ]
    figures = [
        FigureDocument(
            name=one.name,
            printed=one.printed,
            expected=LimitsDocument(low=one.low, median=one.middle, high=one.high),
            quantile=one.below,
            quantile_before=one.below_before,
        )
        for one in predictions(posterior)
    ]
    return FitDocument(
        **frame(posterior.case, posterior.manifest),
        inputs=tuple(inputs),
        figures=tuple(figures),
        left=dict(posterior.left),
        divergent=found.divergent,
        bfmi=found.bfmi,
    )


def render_fit(
    posterior: Posterior,
    form: str = "text",
    table: Literal["components", "priors", "figures"] | str = "components",
    influence: str | None = None,
) -> str:
    """Return a fit as ``text``, ``json``, ``csv``, ``markdown`` or ``latex``.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    form : str
        How to print it; JSON holds all tables but that of influence.
    table : {"components", "priors", "figures"}
        Which table.
    influence : str, optional
        Name of a definition: the table of what drives its total, instead.

    Returns
    -------
    str
    """
    if influence is not None:
        from mcmort.bayes.influence import influence as left_out
        from mcmort.bayes.influence import sensitivity

        found = total(posterior, definition_of(posterior.case, influence))
        values = kept(found.values)
        chosen = influence_table(found, left_out(posterior, values), sensitivity(posterior, values))
    elif form == "json":
        return fit_document(posterior).model_dump_json(indent=2, by_alias=True) + "\n"
    else:
        chosen = {"components": components_table, "priors": priors_table, "figures": figures_table}[table](posterior)
    if form == "json":
        form = "csv"
    return to_text(chosen) if form == "text" else render(chosen, form)
