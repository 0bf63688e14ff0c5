"""The JSON document of what carries the width of a total."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from mcmort.analysis import summarise
from mcmort.analysis.receipt import Receipt
from mcmort.analysis.sensitivity import MODEL_DRAWS, Estimate, TotalSensitivity
from mcmort.analysis.sensitivity.sobol import SobolIndices
from mcmort.present.documents.frame import Document, Frame, finite_or_none, frame, sealed
from mcmort.present.documents.limits import LimitsDocument, limits_of
from mcmort.present.sensitivity_text import input_label, part_label, sensitivity_headline, tied_label

__all__ = ["SensitivityDocument", "sensitivity_document"]


class EstimateDocument(Document):
    """A share with its Monte Carlo standard error."""

    value: float
    error: float | None

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """Return an estimate; an error that is not known is null."""
        return cls(value=estimate.value, error=finite_or_none(estimate.error))


class SobolDocument(Document):
    """Sobol' indices."""

    first: EstimateDocument = Field(description="What would go of the variance if this alone were known.")
    total: EstimateDocument = Field(description="What would stay of the variance if all else were known.")

    @classmethod
    def of(cls, indices: SobolIndices) -> Self:
        """Return the indices."""
        return cls(first=EstimateDocument.of(indices.first), total=EstimateDocument.of(indices.total))


class PartDocument(Document):
    """A component, an overlap that is taken off, or what raises a sum below zero to it."""

    name: str
    kind: str
    label: str
    narrower: EstimateDocument | None = Field(
        description="By what share the interval would be narrower on average if this were known; null for overlaps."
    )
    covariance_share: EstimateDocument = Field(description="These sum to one.")
    shapley_share: EstimateDocument | None = Field(description="Of components, less their overlaps: these sum to one.")


class InputDocument(Document):
    """An uncertain input."""

    name: str
    kind: str
    label: str
    narrower: EstimateDocument
    shapley_effect: EstimateDocument | None = Field(description="These sum to one; null for the synthesis engine.")
    sobol: SobolDocument | None = Field(description="Null for inputs that are tied to others.")


class TiedDocument(Document):
    """Inputs that depend on one another and have Sobol' indices only together."""

    inputs: tuple[str, ...]
    label: str
    sobol: SobolDocument


class SensitivityDocument(Frame):
    """What ``mcmort sensitivity --format json`` prints."""

    schema_: str = Field("mcmort/sensitivity/1", alias="schema")
    definition: str
    headline: str = Field(description="The sentence that says which components carry the width.")
    inputs_headline: str = Field(description="The sentence that says which inputs do.")
    total: LimitsDocument
    probability: float = Field(description="Of the interval whose width is meant.")
    components: tuple[PartDocument, ...]
    inputs: tuple[InputDocument, ...]
    tied: tuple[TiedDocument, ...]
    model_draws: int | None = Field(description="Draws of each sample for Shapley effects and Sobol' indices.")
    farthest_share: float = Field(description="Share of the variance that the farthest thousandth of draws makes.")
    variance_is_unsure: bool
    receipt: Receipt


def sensitivity_document(result: TotalSensitivity, receipt: Receipt) -> SensitivityDocument:
    """Return what carries the width of a total in the stable JSON schema."""
    total, estimate = result.total, EstimateDocument.of
    document = SensitivityDocument(
        **frame(total.case, total.draws.manifest),
        definition=total.definition.id,
        headline=sensitivity_headline(result),
        inputs_headline=sensitivity_headline(result, "inputs"),
        total=limits_of(summarise(total.values, (0.95,), shortest=False, chains=total.chains)),
        probability=result.probability,
        components=tuple(
            PartDocument(
                name=part.name,
                kind=part.kind,
                label=part_label(total, part),
                narrower=part.narrower and estimate(part.narrower),
                covariance_share=estimate(part.covariance_share),
                shapley_share=part.shapley_share and estimate(part.shapley_share),
            )
            for part in result.parts
        ),
        inputs=tuple(
            InputDocument(
                name=one.name,
                kind=one.kind,
                label=input_label(total, one),
                narrower=estimate(one.narrower),
                shapley_effect=one.shapley_effect and estimate(one.shapley_effect),
                sobol=one.sobol and SobolDocument.of(one.sobol),
            )
            for one in result.inputs
        ),
        tied=tuple(
            TiedDocument(inputs=group.names, label=tied_label(total, group), sobol=SobolDocument.of(group.sobol))
            for group in result.tied
        ),
        model_draws=MODEL_DRAWS if total.draws.manifest.engine == "elicited" else None,
        farthest_share=result.farthest_share,
        variance_is_unsure=result.is_variance_unsure,
        receipt=receipt,
    )
    return sealed(document, receipt)
