"""The JSON document of a fit."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from mcmort.analysis import compare
from mcmort.analysis.fitted import predictions, registers_apart, shifts
from mcmort.analysis.parts_apart import parts_apart
from mcmort.analysis.receipt import Receipt
from mcmort.bayes import Posterior
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.documents.limits import LimitsDocument, limits_of
from mcmort.present.documents.modes_document import ModesDocument, modes_document

__all__ = ["FitDocument", "fit_document"]


class InputDocument(Document):
    """An uncertain input before and after the evidence."""

    name: str = Field(
        description="all:ID, registered:ID, quantity:NAME, tau:BASIS, bias:BASIS, scatter:ID, completeness:ID, ..."
    )
    prior: LimitsDocument | None
    posterior: LimitsDocument
    rhat: float
    ess_bulk: float
    ess_tail: float
    mcse: float = Field(description="Monte Carlo standard error of the mean, in posterior standard deviations.")


class FigureDocument(Document):
    """A figure beside what the model would have expected."""

    name: str
    printed: float = Field(description="Where a formula stands for it, the median of what that gives.")
    expected: LimitsDocument
    quantile: float
    quantile_before: float


class PartApartDocument(Document):
    """A part of the evidence that lies far from the rest, as far as one fit shows."""

    name: str = Field(description="COMPONENT:ESTIMATE, claim:ID, or COMPONENT for all its figures.")
    ratio: float = Field(description="How many times as high as the rest, about.")
    probability: float = Field(description="Of a difference as large, either way, without a conflict, about.")
    strong: bool = Field(description="Whether it stays below 5 % times the number of parts.")


class TotalLimitsDocument(Document):
    """The total under one definition."""

    definition: str
    total: LimitsDocument


class RegisterApartDocument(Document):
    """A register and estimates that agree only on a completeness outside the central 90 % of its prior."""

    component: str
    share: float = Field(description="Median of the share that was registered, given all the evidence.")
    cited_low: float
    cited_high: float


class FitDocument(Frame):
    """What ``mcmort fit --format json`` prints."""

    schema_: str = Field("mcmort/fit/1", alias="schema")
    totals: tuple[TotalLimitsDocument, ...]
    registers_apart: tuple[RegisterApartDocument, ...]
    parts_apart: tuple[PartApartDocument, ...]
    inputs: tuple[InputDocument, ...]
    figures: tuple[FigureDocument, ...]
    left: dict[str, str] = Field(description="Figures that were not used, each with the reason.")
    modes: ModesDocument | None = Field(None, description="Components whose deaths have several modes; null if none.")
    divergent: int
    bfmi: tuple[float, ...]
    receipt: Receipt


_KINDS: Final = (
    "all",
    "registered",
    "ordinary",
    "overlap",
    "share",
    "quantity",
    "tau",
    "bias",
    "heterogeneity",
    "scatter",
    "completeness",
    "residual",
    "lean",
)
"""Kinds of inputs, in the order of the document."""


def fit_document(posterior: Posterior, receipt: Receipt) -> FitDocument:
    """Return a fit in the stable JSON schema."""
    diagnosis = posterior.diagnosis
    document = FitDocument(
        **frame(posterior.case, posterior.manifest),
        totals=tuple(
            TotalLimitsDocument(definition=row.total.definition.id, total=limits_of(row.summary))
            for row in compare(posterior).rows
        ),
        registers_apart=tuple(
            RegisterApartDocument(
                component=one.component, share=one.share, cited_low=one.cited[0], cited_high=one.cited[1]
            )
            for one in registers_apart(posterior)
        ),
        parts_apart=tuple(
            PartApartDocument(name=one.name, ratio=one.ratio, probability=one.probability, strong=one.is_strong)
            for one in parts_apart(posterior)
        ),
        inputs=_inputs(posterior),
        figures=_figures(posterior),
        left=dict(posterior.rejected),
        modes=modes_document(posterior),
        divergent=diagnosis.divergent,
        bfmi=diagnosis.bfmi,
        receipt=receipt,
    )
    return sealed(document, receipt)


def _inputs(posterior: Posterior) -> tuple[InputDocument, ...]:
    """Return each input before and after the evidence, with the checks of its chains."""
    diagnosis = posterior.diagnosis
    return tuple(
        InputDocument(
            name=f"{kind}:{shift.name}",
            prior=None if shift.before is None else limits_of(shift.before),
            posterior=limits_of(shift.after),
            rhat=diagnosis.rhat[f"{kind}:{shift.name}"],
            ess_bulk=diagnosis.ess_bulk[f"{kind}:{shift.name}"],
            ess_tail=diagnosis.ess_tail[f"{kind}:{shift.name}"],
            mcse=diagnosis.mcse[f"{kind}:{shift.name}"],
        )
        for kind in _KINDS
        for shift in shifts(posterior, kind)
    )


def _figures(posterior: Posterior) -> tuple[FigureDocument, ...]:
    """Return what the model predicts of each figure, beside what is printed."""
    return tuple(
        FigureDocument(
            name=prediction.name,
            printed=prediction.printed,
            expected=LimitsDocument(low=prediction.low, median=prediction.middle, high=prediction.high),
            quantile=prediction.below,
            quantile_before=prediction.below_before,
        )
        for prediction in predictions(posterior)
    )
