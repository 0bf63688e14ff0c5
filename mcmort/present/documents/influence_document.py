"""The JSON document of what drives a total."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from mcmort.analysis import summarise
from mcmort.analysis.receipt import Receipt
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.documents.limits import LimitsDocument, limits_of
from mcmort.totals import Total

if TYPE_CHECKING:
    from mcmort.bayes.power_scaling import Influence, Sensitivity

__all__ = ["InfluenceDocument", "influence_document"]


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
    receipt: Receipt


def influence_document(
    total: Total, influences: Sequence[Influence], power: Sensitivity, receipt: Receipt
) -> InfluenceDocument:
    """Return what drives a total in the stable JSON schema."""
    summary = summarise(total.values, (0.95,), shortest=False, chains=total.chains)
    document = InfluenceDocument(
        **frame(total.case, total.draws.manifest),
        definition=total.definition.id,
        total=limits_of(summary),
        left_out=tuple(
            LeftOutDocument(name=influence.name, total=_limits(influence.quantiles), pareto_k=influence.pareto_k)
            for influence in influences
        ),
        prior_sensitivity=power.prior,
        likelihood_sensitivity=power.likelihood,
        receipt=receipt,
    )
    return sealed(document, receipt)


def _limits(quantiles: tuple[float, float, float]) -> LimitsDocument:
    low, median, high = quantiles
    return LimitsDocument(low=low, median=median, high=high)
