"""Plans with words for what tests of the exact engine need, and what is allowed of its quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.draws import ExactTotal
from mcmort.elicit.families import Distribution
from mcmort.elicit.table import TARGET, build_score_table, build_table
from mcmort.sampler.exact import exact_distribution
from mcmort.sampler.plan import Builder, Op
from mcmort.sampler.scores import normal_scores

__all__ = ["GOAL", "TABLE", "Made", "P", "agrees"]

type Array = NDArray[np.float64]

P: Final = np.array([0.005, 0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975, 0.995])
TABLE: Final = TARGET
"""Relative error of a table's quantiles, within which sums of positive terms stay too."""
GOAL: Final = 1e-4
"""Relative numerical error promised for these probabilities."""


class Made(Builder):
    """A builder with words for what these tests need."""

    def prior(self, stream: str, family: str, *parameters: float, score: int | None = None) -> int:
        """Draw from a prior by a stream of its own, or look it up at a score."""
        prior = Distribution(family, parameters)
        if score is None:
            return self.emit(Op.DRAW, b=self.table(build_table(prior)), stream=stream)
        return self.emit(Op.SCORED, score, self.score_table(build_score_table(prior)))

    def normal(self, stream: str) -> int:
        """Draw a normal score."""
        return self.emit(Op.DRAW, b=self.table(normal_scores()), stream=stream)

    def tied(self, stream: str, loadings: dict[str, float]) -> int:
        """Return the score of an input tied to factors by its loadings."""
        own = float(np.sqrt(1.0 - sum(loading**2 for loading in loadings.values())))
        score = self.emit(Op.SCALE, self.normal(stream), x=own)
        for factor, loading in loadings.items():
            score = self.emit(Op.ADD_SCALED, score, self.normal(factor), x=loading)
        return score

    def constant(self, value: float) -> int:
        """Return a constant."""
        return self.emit(Op.CONSTANT, x=value)

    def sum(self, registers: Sequence[int]) -> int:
        """Add registers."""
        total = registers[0]
        for register in registers[1:]:
            total = self.emit(Op.ADD, total, register)
        return total

    def exact(self, register: int) -> ExactTotal:
        """Return the distribution of a register."""
        return exact_distribution(self.plan(), register)


def agrees(found: ExactTotal, truth: Array, tables: float = TABLE) -> bool:
    """Whether quantiles agree within the stated errors, and the error is as small as promised."""
    stated = bool(found.error <= 3 * GOAL * float(np.max(np.abs(truth))))
    return stated and bool(np.all(np.abs(found.quantile(P) - truth) <= tables * np.abs(truth) + found.error))
