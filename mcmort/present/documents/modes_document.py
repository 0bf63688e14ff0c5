"""What documents say of the modes of a fit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from pydantic import Field

from mcmort.present.documents.frame import Document
from mcmort.results import Draws, HistogramResults

__all__ = ["ModesDocument", "modes_document"]


class ModeDocument(Document):
    """One mode of the deaths of a component."""

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


class SplitDocument(Document):
    """A component whose deaths have several modes."""

    component: str
    cuts: tuple[float, ...] = Field(description="Where one mode ends and the next begins.")
    modes: tuple[ModeDocument, ...] = Field(description="From the lowest up.")


class TogetherDocument(Document):
    """A combination of modes of all components that have several."""

    modes: tuple[int, ...] = Field(description="Number of the mode of each component, from 0 for the lowest.")
    share: float


class ModesDocument(Document):
    """Components whose deaths have several modes, and how probable their combinations are."""

    components: tuple[SplitDocument, ...]
    together: tuple[TogetherDocument, ...] = Field(description="The most probable first; empty of fewer than two.")


def modes_document(draws: Draws | HistogramResults, components: Collection[str] | None = None) -> ModesDocument | None:
    """Return the modes of components, by default of all; None if there are none."""
    splits = [split for split in draws.modes if components is None or split.component in components]
    if not splits:
        return None
    shares = draws.joint_modes(splits)
    return ModesDocument(
        components=tuple(
            SplitDocument(
                component=split.component,
                cuts=split.cuts,
                modes=tuple(ModeDocument(**asdict(mode)) for mode in split.modes),
            )
            for split in splits
        ),
        together=tuple(TogetherDocument(modes=key, share=share) for key, share in shares.items()),
    )
