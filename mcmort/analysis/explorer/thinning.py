"""A few thousand joint draws that stand for all of them: chosen systematically, not at random.

Draws are sorted by the largest total of a case in blocks, inside each block by the middle one, up and down in turn, and
every so many-th is taken. Quantiles of both totals are then met far better than by as many draws at random, and those
of other selections no worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.results import Draws, Split

__all__ = ["MOST_ROWS", "nested_rows", "thinned"]

MOST_ROWS: Final = 2_000
"""Joint draws that a page holds."""
_BLOCKS: Final = 63
"""Blocks by the first total: about the square root of the rows, so that both totals are met alike."""

type Array = NDArray[np.float64]


def nested_rows(totals: Sequence[Array], count: int = MOST_ROWS) -> NDArray[np.int64]:
    """Choose draws by systematic sampling in blocks.

    Parameters
    ----------
    totals : sequence of ndarray, shape (n_draws,)
        Totals of the same draws.
    count : int
        Draws to choose.

    Returns
    -------
    ndarray
        Their indices in ascending order; all of them where there are no more than `count`.
    """
    draws = len(totals[0])
    if draws <= count:
        return np.arange(draws)
    by_size = sorted(totals, key=lambda values: float(values.mean()), reverse=True)
    outer, inner = by_size[0], by_size[len(by_size) // 2]
    blocks = np.array_split(np.argsort(outer, kind="stable"), _BLOCKS)
    path = []
    for index, block in enumerate(blocks):
        ordered = block[np.argsort(inner[block], kind="stable")]
        path.append(ordered if index % 2 == 0 else ordered[::-1])
    places = ((np.arange(count) + 0.5) * draws / count).astype(np.int64)
    return np.sort(np.concatenate(path)[places])


def thinned(draws: Draws, rows: NDArray[np.int64]) -> Draws:
    """Return the draws at some rows, shape ``(n_rows,)``: every column and every split of years at the same ones."""

    def splits(split: Split, _: int) -> Array:
        return draws.years_split(split)[rows]

    columns = {name: values[rows] for name, values in draws.columns.items()}
    return Draws(draws.case, replace(draws.manifest, draws=len(rows)), columns, draws.statuses, splits)
