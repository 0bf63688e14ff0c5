"""What draws say of the evidence that they are conditioned on, where they are conditioned on none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mcmort.results.assertion_weights import AssertionWeights
from mcmort.results.weighed_modes import SplitDeaths

__all__ = ["Unconditioned"]

type Array = NDArray[np.float64]


class Unconditioned:
    """Draws that no figure or claim conditions: an engine that does condition its draws overrides each answer."""

    @property
    def conditioned(self) -> frozenset[str]:
        """Claims that the draws are conditioned on, by id."""
        return frozenset()

    @property
    def fitted_to(self) -> frozenset[str]:
        """Figures that the draws are conditioned on: ``OWNER:ESTIMATE``, ``claim:ID``, ``balance:ID``."""
        return frozenset()

    @property
    def assertions(self) -> AssertionWeights | None:
        """What draws would weigh if assertions that are left out were evidence; None of engines that do not weigh."""
        return None

    @property
    def basis_parameters(self) -> Mapping[str, Array]:
        """Heterogeneities ``tau:BASIS`` and biases ``bias:BASIS``, each of shape ``(n_draws,)``."""
        return {}

    @property
    def modes(self) -> tuple[SplitDeaths, ...]:
        """Components, and sums of components, whose deaths have several modes, with the probability of each."""
        return ()

    def modes_near(self, middles: Sequence[float], values: Array) -> SplitDeaths | None:
        """Return the modes of a total by its draws, given near where they may be; None if there is but one."""
        del middles, values
        return None

    def joint_modes(self, splits: Sequence[SplitDeaths]) -> Mapping[tuple[int, ...], float]:
        """Return the share of each combination of modes."""
        del splits
        return {}
