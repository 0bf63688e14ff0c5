"""The JSON document of a calibration."""

from __future__ import annotations

from pydantic import Field

from mcmort.analysis.receipt import Receipt
from mcmort.analysis.request import CalibrationRequest
from mcmort.bayes.calibration.simulation_based import Calibration
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.tables.calibration_table import LEVELS, REJECTED, calibration_finding
from mcmort.results import Draws

__all__ = ["CalibrationDocument", "calibration_document"]


class HeldDocument(Document):
    """How often intervals of one probability held the true values."""

    level: float
    held: float


class RankedDocument(Document):
    """The ranks of one quantity."""

    name: str = Field(description="A column of a fit, `lineage:NAME`, `total:DEFINITION` or `log density`.")
    coverage: tuple[HeldDocument, ...]
    chi_square: float = Field(description="Probability of ranks as uneven, if they are uniform, by a chi-square test.")
    distribution: float = Field(description="The same by a test of their empirical distribution function.")
    rejected: bool = Field(description="Whether ranks are not uniform at 1 % for all quantities together.")
    ranks: tuple[int, ...] = Field(description="Draws of the posterior below the true value, a number for each fit.")


class CalibrationDocument(Frame):
    """What ``mcmort calibrate CASE --format json`` prints."""

    schema_: str = Field("mcmort/calibration/1", alias="schema")
    headline: str = Field(description="The finding in a sentence.")
    simulations: int
    believed: str | None = Field(description="The wrong model by which simulated cases were fitted; null for none.")
    counted: int = Field(description="Fits that were not refused; the others are left out.")
    divergent: int = Field(description="Divergent transitions in all fits together.")
    quantities: tuple[RankedDocument, ...]
    receipt: Receipt


def calibration_document(
    calibration: Calibration, draws: Draws, request: CalibrationRequest, receipt: Receipt
) -> CalibrationDocument:
    """Return a calibration in the stable JSON schema.

    Parameters
    ----------
    calibration : Calibration
        Enough of whose fits were not refused.
    draws : Draws
        No draws, but the case and how fits were made.
    request : CalibrationRequest
        What was asked.
    receipt : Receipt
        All that is needed to make it again.
    """
    rejected, probabilities = calibration.rejected(REJECTED), calibration.probabilities()
    ranks = dict(zip(calibration.quantities, calibration.counted.T.tolist(), strict=True))
    document = CalibrationDocument(
        **frame(draws.case, draws.manifest),
        headline=calibration_finding(calibration),
        simulations=request.simulations,
        believed=request.believed,
        counted=len(calibration.counted),
        divergent=int(calibration.divergent.sum()),
        quantities=tuple(
            RankedDocument(
                name=name,
                coverage=tuple(HeldDocument(level=level, held=calibration.coverage(name, level)) for level in LEVELS),
                chi_square=probabilities[name][0],
                distribution=probabilities[name][1],
                rejected=name in rejected,
                ranks=tuple(ranks[name]),
            )
            for name in calibration.quantities
        ),
        receipt=receipt,
    )
    return sealed(document, receipt)
