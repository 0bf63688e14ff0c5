"""What documents say of the modes of a fit."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import Field

from mcmort.analysis import TotalPieces
from mcmort.analysis.pieces import median_between
from mcmort.analysis.total_modes import splits_in
from mcmort.present.documents.frame import Document
from mcmort.results import Draws, HistogramResults
from mcmort.results.weighed_modes import SplitDeaths

__all__ = ["ModesDocument", "modes_document"]


class ModeDocument(Document):
    """One mode of the deaths of a component, of a sum of components or of a total."""

    share: float = Field(description="Its probability: the share of the draws that are in it.")
    error: float = Field(description="Monte Carlo standard error of the probability.")
    low: float = Field(description="Lower end of the central 95 % of the draws in it.")
    median: float
    high: float
    figures: tuple[str, ...] = Field(
        description="Figures that fit better there than in any other mode, clearest first."
    )
    ess: float = Field(description="Effective number of the draws in it.")
    rhat: float | None = Field(description="R-hat within it; null if a chain has few draws in it.")


class SplitFields(Document):
    """Several modes of one quantity."""

    cuts: tuple[float, ...] = Field(description="Where one mode ends and the next begins.")
    modes: tuple[ModeDocument, ...] = Field(description="From the lowest up.")


class SplitDocument(SplitFields):
    """A component whose deaths have several modes."""

    component: str


class SplitSumDocument(SplitFields):
    """A sum of components whose deaths have several modes."""

    components: tuple[str, ...]


class SplitTotalDocument(SplitFields):
    """A total that has several modes."""

    median_between: tuple[float, float] | None = Field(
        description="Where the median lies by other seeds, if not within the central 95 % of a mode."
    )


class TogetherDocument(Document):
    """A combination of modes of all components that have several."""

    modes: tuple[int, ...] = Field(description="Number of the mode of each component, from 0 for the lowest.")
    share: float


class ModesDocument(Document):
    """What has several modes, and how probable combinations of the modes of components are."""

    total: SplitTotalDocument | None = Field(None, description="Null of a total with one mode, and of a fit.")
    components: tuple[SplitDocument, ...]
    sums: tuple[SplitSumDocument, ...] = Field((), description="About which claims are far from one another.")
    together: tuple[TogetherDocument, ...] = Field(description="The most probable first; empty of fewer than two.")


def modes_document(draws: Draws | HistogramResults, pieces: TotalPieces | None = None) -> ModesDocument | None:
    """Return the modes of a fit, or those of a total with what is torn in it; None if there are none."""
    splits = draws.modes if pieces is None else splits_in(pieces.total)
    whole = None if pieces is None else pieces.modes
    if not splits and whole is None:
        return None
    components = [split for split in splits if not split.is_sum]
    shares = draws.joint_modes(components)
    return ModesDocument(
        total=pieces
        and whole
        and SplitTotalDocument(
            **_split_values(whole), median_between=median_between(whole.modes, pieces.total.values, pieces.total.chains)
        ),
        components=tuple(SplitDocument(component=split.components[0], **_split_values(split)) for split in components),
        sums=tuple(
            SplitSumDocument(components=split.components, **_split_values(split)) for split in splits if split.is_sum
        ),
        together=tuple(TogetherDocument(modes=key, share=share) for key, share in shares.items()),
    )


def _split_values(split: SplitDeaths) -> dict[str, Any]:
    """Return the values of `SplitFields`."""
    return {"cuts": split.cuts, "modes": tuple(ModeDocument(**asdict(mode)) for mode in split.modes)}
