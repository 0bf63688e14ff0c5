"""How much of the spread of published totals is scope, and how much evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcmort.analysis.claims import ClaimComparison, middle
from mcmort.analysis.shapley import shapley_values

__all__ = ["PublishedSpread", "published_spread"]


@dataclass(frozen=True)
class PublishedSpread:
    """The spread of published totals, split.

    Attributes
    ----------
    figures : tuple of (str, float, float)
        Each published total: its id, its figure, and the median of our total under its author's own definition.
    scope : float
        Share of the variance of the logarithms of the figures that our totals under the authors' definitions have: what
        the authors count. It may pass 0 or 1 where figures lie against their scope.
    evidence : float
        The rest: what a figure is of our total under the same definition.
    beyond : int
        How many of the authors count more than the case holds, which is scope and stands under evidence.
    """

    figures: tuple[tuple[str, float, float], ...]
    scope: float
    evidence: float
    beyond: int

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest figure."""
        values = [value for _, value, _ in self.figures]
        return min(values), max(values)

    @property
    def range_of_scope(self) -> tuple[float, float]:
        """The smallest and the largest of our totals under the authors' definitions."""
        values = [ours for _, _, ours in self.figures]
        return min(values), max(values)


def published_spread(compared: Sequence[ClaimComparison]) -> PublishedSpread | None:
    """Split the spread of the published totals of a case into scope and evidence.

    Parameters
    ----------
    compared : sequence of ClaimComparison
        From `compare_claims`. Bounds, what authors have replaced, and what has no total here, do not count.

    Returns
    -------
    PublishedSpread or None
        None if fewer than two figures differ.

    Notes
    -----
    The logarithm of a figure is that of our total under the author's definition plus that of the ratio of the two. The
    share of each part is its Shapley value: its own variance and half of what the two have in common.
    """
    rows = [
        (row.claim, middle(row.claim), row.summary.median)
        for row in compared
        if row.summary is not None and not row.claim.is_one_sided and not row.retired_by
    ]
    rows = [(claim, figure, ours) for claim, figure, ours in rows if figure > 0.0 and ours > 0.0]
    if len({figure for _, figure, _ in rows}) < 2:
        return None
    parts = {
        "scope": np.log([ours for _, _, ours in rows]),
        "evidence": np.array([math.log(figure / ours) for _, figure, ours in rows]),
    }

    def variance(subset: frozenset[str]) -> float:
        return float(np.var(np.sum([parts[name] for name in parts if name in subset], axis=0))) if subset else 0.0

    values = shapley_values(list(parts), variance).values
    scope, evidence = (values / values.sum()).tolist()
    figures = tuple((claim.id, float(figure), float(ours)) for claim, figure, ours in rows)
    return PublishedSpread(figures, scope, evidence, sum(claim.beyond is not None for claim, _, _ in rows))
