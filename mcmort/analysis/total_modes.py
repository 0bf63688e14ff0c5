"""The modes of a total of a fit: where it has its probability if contested figures or claims hold, or others.

What is torn is a component, or a sum of components about which claims contradict one another; a fit knows both
(`mcmort.results.weighed_modes`). A total that counts them may have modes of its own: near its medians in theirs, or in
the pieces of its highest-density region. Where it has none, what is torn may still carry much of its width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.pieces import Piece
from mcmort.results import Draws
from mcmort.results.weighed_modes import SplitDeaths
from mcmort.totals import Total, kept

__all__ = ["modes_of_total", "splits_in", "splits_that_move"]

type Array = NDArray[np.float64]

_COMBINATIONS: Final = 12
"""Most combinations of modes, the most probable, near whose medians a total may have modes."""
_MOVES: Final = 0.2
"""Least share of the variance of a total that lies between the modes of what is torn in it, for these to be told."""


def splits_in(total: Total) -> tuple[SplitDeaths, ...]:
    """Return what is torn, of the components that a total counts and of sums with any of them."""
    return tuple(split for split in total.draws.modes if total.terms.keys() & {*split.components})


def modes_of_total(total: Total, pieces: Sequence[Piece]) -> SplitDeaths | None:
    """Return the modes that a total of a fit has.

    Parameters
    ----------
    total : Total
        The total.
    pieces : sequence of Piece
        The pieces of its highest-density region; there may be one.

    Returns
    -------
    SplitDeaths or None
        None if it has but one, or was not drawn from a posterior.
    """
    splits = splits_in(total)
    if not (total.draws.is_kept and (splits or len(pieces) > 1)):
        return None
    values = kept(total.values)
    middles = [float(np.median(values[(piece.low <= values) & (values <= piece.high)])) for piece in pieces]
    if splits:
        columns = cast(Draws, total.draws).columns
        modes = np.stack([split.modes_in(columns) for split in splits], axis=1)
        _, found, counts = np.unique(modes, axis=0, return_inverse=True, return_counts=True)
        found = found.ravel()
        middles += [float(np.median(values[found == number])) for number in np.argsort(-counts)[:_COMBINATIONS]]
    return total.draws.modes_near(middles, values)


def splits_that_move(total: Total) -> tuple[SplitDeaths, ...]:
    """Return what is torn in a total of one mode and makes much of its variance: a fifth of it, between the modes."""
    if not (splits := splits_in(total)):
        return ()
    values, columns = kept(total.values), cast(Draws, total.draws).columns
    least = _MOVES * float(np.var(values))
    return tuple(split for split in splits if _variance_between(values, split.modes_in(columns)) >= least > 0.0)


def _variance_between(values: Array, mode_of: NDArray[np.int64]) -> float:
    """Return the variance of the mean of the mode of each value."""
    counts = np.bincount(mode_of)
    means = np.bincount(mode_of, values) / np.maximum(counts, 1)
    return float(np.var(means[mode_of]))
