"""The JSON document of a fit."""

from __future__ import annotations

from pydantic import Field

from mcmort.analysis.fitted import predictions, shifts
from mcmort.bayes import Posterior
from mcmort.present.documents.frame import Document, Frame, frame
from mcmort.present.documents.limits import LimitsDocument, limits_of

__all__ = ["FitDocument", "fit_document"]


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


def fit_document(posterior: Posterior) -> FitDocument:
    """Return a fit in the stable JSON schema."""
    found = posterior.diagnosis
    kinds = ("all", "registered", "ordinary", "overlap", "share", "quantity", "tau", "bias", "completeness", "residual")
    inputs = [
        InputDocument(
            name=f"{kind}:{one.name}",
            prior=None if one.before is None else limits_of(one.before),
            posterior=limits_of(one.after),
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
        left=dict(posterior.rejected),
        divergent=found.divergent,
        bfmi=found.bfmi,
    )
