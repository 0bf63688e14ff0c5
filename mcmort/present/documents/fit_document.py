"""The JSON document of a fit."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from mcmort.analysis import compare
from mcmort.analysis.admitting_assertions import admitting_assertions
from mcmort.analysis.fitted import predictions, registers_apart, shifts
from mcmort.analysis.judged_priors import PRIOR_KINDS, Place, judged_priors
from mcmort.analysis.parts_apart import parts_apart
from mcmort.analysis.receipt import Receipt
from mcmort.bayes import Posterior
from mcmort.present.documents.frame import Document, Frame, finite_or_none, frame, sealed
from mcmort.present.documents.limits import LimitsDocument, limits_of
from mcmort.present.documents.modes_document import ModesDocument, modes_document
from mcmort.totals import Total

__all__ = ["FitDocument", "fit_document"]


class InputDocument(Document):
    """An uncertain input before and after the evidence."""

    name: str = Field(
        description="all:ID, registered:ID, quantity:NAME, tau:BASIS, bias:BASIS, scatter:ID, completeness:ID, ..."
    )
    prior: LimitsDocument | None
    posterior: LimitsDocument
    place: Place | None = Field(
        description="Where in the prior the median of the posterior lies: in the central 60 % (middle), the central "
        "95 % (an end), or outside; unchanged: the evidence hardly moves the prior. Null where nothing is presupposed."
    )
    is_wider: bool | None = Field(
        description="Whether the central 95 % of the prior holds that of the posterior and, of deaths, all figures."
    )
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


class AssertionsDocument(Document):
    """What assertions that are left out would make of the widest total, from weights of the draws."""

    figures: int
    adds: tuple[str, ...] = Field(description="Components of which assertions alone speak; then nothing is weighed.")
    pareto_k: float | None = Field(description="Of the weights, which are relied upon up to 0.7; null without any.")
    definition: str
    total: LimitsDocument | None
    shift: float | None = Field(description="Of the median.")
    shift_error: float | None = Field(description="Monte Carlo error of the shift.")


class FitDocument(Frame):
    """What ``mcmort fit --format json`` prints."""

    schema_: str = Field("mcmort/fit/1", alias="schema")
    totals: tuple[TotalLimitsDocument, ...]
    registers_apart: tuple[RegisterApartDocument, ...]
    parts_apart: tuple[PartApartDocument, ...]
    inputs: tuple[InputDocument, ...]
    figures: tuple[FigureDocument, ...]
    left: dict[str, str] = Field(description="Figures that were not used, each with the reason.")
    assertions: AssertionsDocument | None = Field(None, description="Null if no assertion is left out.")
    modes: ModesDocument | None = Field(None, description="What has several modes; null if nothing.")
    divergent: int
    bfmi: tuple[float, ...]
    receipt: Receipt


_KINDS: Final = ("all", "registered", *PRIOR_KINDS[1:], "residual")
"""Kinds of inputs, in the order of the document."""


def fit_document(posterior: Posterior, receipt: Receipt) -> FitDocument:
    """Return a fit in the stable JSON schema."""
    diagnosis = posterior.diagnosis
    rows = compare(posterior).rows
    document = FitDocument(
        **frame(posterior.case, posterior.manifest),
        totals=tuple(
            TotalLimitsDocument(definition=row.total.definition.id, total=limits_of(row.summary)) for row in rows
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
        assertions=_assertions(rows[-1].total) if rows else None,
        modes=modes_document(posterior),
        divergent=diagnosis.divergent,
        bfmi=diagnosis.bfmi,
        receipt=receipt,
    )
    return sealed(document, receipt)


def _inputs(posterior: Posterior) -> tuple[InputDocument, ...]:
    """Return each input before and after the evidence, with the checks of its chains."""
    diagnosis = posterior.diagnosis
    judged = {f"{kind}:{one.shifted.name}": one for kind in PRIOR_KINDS for one in judged_priors(posterior, kind)}
    return tuple(
        InputDocument(
            name=name,
            prior=None if shift.before is None else limits_of(shift.before),
            posterior=limits_of(shift.after),
            place=judged[name].place if name in judged else None,
            is_wider=judged[name].is_wider if name in judged else None,
            rhat=diagnosis.rhat[name],
            ess_bulk=diagnosis.ess_bulk[name],
            ess_tail=diagnosis.ess_tail[name],
            mcse=diagnosis.mcse[name],
        )
        for kind in _KINDS
        for shift in shifts(posterior, kind)
        for name in (f"{kind}:{shift.name}",)
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


def _assertions(widest: Total) -> AssertionsDocument | None:
    assertions = widest.draws.assertions
    if assertions is None:
        return None
    found = admitting_assertions(widest)
    return AssertionsDocument(
        figures=assertions.figures,
        adds=assertions.adds,
        pareto_k=finite_or_none(assertions.pareto_k),
        definition=widest.definition.id,
        total=None if found is None else LimitsDocument(low=found.low, median=found.median, high=found.high),
        shift=None if found is None else found.shift,
        shift_error=None if found is None else found.error,
    )
