"""The container that every engine returns: one column of draws for each uncertain input, with a manifest.

Nothing above this layer knows which engine ran.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.case import Case
from mcmort.catalogue.words import Measure

__all__ = ["Draws", "Manifest", "Standing"]

type Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one component.

    Attributes
    ----------
    unknown : dict of str to str
        For each measure without evidence, the reason.
    notes : tuple of str
        What a reader of the number should know: "registered only", figures taken as printed, and so on.
    sources : dict of str to tuple of str
        Keys of the sources behind each measure.
    """

    unknown: Mapping[str, str]
    notes: tuple[str, ...]
    sources: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """How draws were made: with the case's digest it is all that is needed to make them again."""

    engine: str
    seed: int
    draws: int
    evidence: tuple[str, ...]
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Draws:
    """Joint draws of every uncertain input of a case.

    Attributes
    ----------
    case : Case
        The case.
    manifest : Manifest
        How they were made.
    columns : dict of str to ndarray, shape (n_draws,)
        By name: ``all:ID`` and ``registered:ID`` (deaths of a component), ``ordinary:ID``, ``overlap:ID``,
        ``share:KEY`` and ``quantity:NAME`` (those on which components rest).
    standing : dict of str to Standing
        What is known of each component.
    """

    case: Case
    manifest: Manifest
    columns: Mapping[str, Array]
    standing: Mapping[str, Standing] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of draws."""
        return self.manifest.draws

    def deaths(self, component: str, measure: Measure = "all") -> Array | None:
        """Return the draws of a component, or None where it is unknown under that measure."""
        return self.columns.get(f"{measure}:{component}")

    def __repr__(self) -> str:
        known = len(self.standing)
        return f"<Draws of {self.case.id}: {len(self):,} x {known} components, {self.manifest.engine} engine>"
