"""A fit as text, table or document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mcmort.analysis import Summary, summarise
from mcmort.analysis.fitted import predictions, shifts
from mcmort.bayes import Posterior
from mcmort.present.documents.frame import Document, Frame, frame
from mcmort.present.tables.components_table import components_table, figures_table, influence_table, priors_table
from mcmort.present.tables.formats import render
from mcmort.present.tables.plain_text import to_text
from mcmort.totals import Total, definition_of, kept, total

if TYPE_CHECKING:
    from mcmort.bayes.influence import Influence, Sensitivity

__all__ = ["FitDocument", "InfluenceDocument", "fit_document", "influence_document", "render_fit"]


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
    mcse: float = Field(description="Monte Carlo standard error of the mean, in posterior standard deviations.")


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


class LeftOutDocument(Document):
    """A total without one figure."""

    name: str
    total: LimitsDocument
    pareto_k: float = Field(description="Above 0.7 the draws cannot tell: fit again without the figure's source.")


class InfluenceDocument(Frame):
    """What ``mcmort fit --influence NAME --format json`` prints."""

    schema_: str = Field("mcmort/influence/1", alias="schema")
    definition: str
    total: LimitsDocument
    left_out: tuple[LeftOutDocument, ...] = Field(description="By how far the median moves, the farthest first.")
    prior_sensitivity: float = Field(description="Of the total to the power of the priors; above 0.05 worth a look.")
    likelihood_sensitivity: float


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
            mcse=found.mcse[f"{kind}:{one.name}"],
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


def influence_document(total: Total, moved: Sequence[Influence], power: Sensitivity) -> InfluenceDocument:
    """Return what drives a total in the stable JSON schema."""
    summary = summarise(total.values, (0.95,), shortest=False, chains=total.chains)
    return InfluenceDocument(
        **frame(total.case, total.draws.manifest),
        definition=total.definition.id,
        total=_limits(summary),
        left_out=tuple(
            LeftOutDocument(name=one.name, total=_of(one.quantiles), pareto_k=one.pareto_k) for one in moved
        ),
        prior_sensitivity=power.prior,
        likelihood_sensitivity=power.likelihood,
    )


def _json(document: Document) -> str:
    return document.model_dump_json(indent=2, by_alias=True) + "\n"


def _of(quantiles: tuple[float, float, float]) -> LimitsDocument:
    low, median, high = quantiles
    return LimitsDocument(low=low, median=median, high=high)


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
        How to print it; JSON holds all tables at once, but that of influence, which is a document of its own.
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
        moved, power = left_out(posterior, values), sensitivity(posterior, values)
        if form == "json":
            return _json(influence_document(found, moved, power))
        chosen = influence_table(found, moved, power)
    elif form == "json":
        return _json(fit_document(posterior))
    else:
        chosen = {"components": components_table, "priors": priors_table, "figures": figures_table}[table](posterior)
    return to_text(chosen) if form == "text" else render(chosen, form)
