"""Probability boxes: what a distribution can be under any of the choices, which are no matter of probability.

The bounds are the envelopes of the distribution functions of all universes (Ferson, Kreinovich, Ginzburg, Myers and
Sentz 2003, Constructing probability boxes and Dempster-Shafer structures, SAND2002-4015). No universe is weighed
against another: between the bounds lies choice, along them lies chance (Sarma, Hwang, Hullman and Kay 2024, Milliways,
doi 10.1145/3613904.3642375).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcmort.errors import UsageError

__all__ = ["PBox", "pbox"]

type Array = NDArray[np.float64]


@dataclass(frozen=True)
class PBox:
    """The envelope of distribution functions.

    Attributes
    ----------
    probabilities : ndarray, shape (n_probabilities,)
        In ascending order, symmetric about one half.
    lowest, highest : ndarray, shape (n_probabilities,)
        The smallest and the largest quantile of any universe. They are the inverse of the upper and of the lower
        envelope of the distribution functions.
    universes : int
        How many universes it is made of.
    """

    probabilities: Array
    lowest: Array
    highest: Array
    universes: int

    def probability_at_most(self, value: float) -> tuple[float, float]:
        """Return the smallest and the largest probability of a total of at most a value.

        Linear between the quantiles; zero below the first of them and one above the last.
        """
        smallest = np.interp(value, self.highest, self.probabilities, left=0.0, right=1.0)
        largest = np.interp(value, self.lowest, self.probabilities, left=0.0, right=1.0)
        return float(smallest), float(largest)

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval from the smallest lower to the largest upper end of the intervals of all universes.

        Raises
        ------
        UsageError
            If the ends were not computed.
        """
        levels, low, high = self.consonance()
        matching = np.flatnonzero(np.isclose(levels, level, rtol=0.0, atol=1e-9))
        if not len(matching):
            raise UsageError(f"no interval of {level:g}; expected one of {', '.join(f'{each:g}' for each in levels)}")
        return float(low[matching[0]]), float(high[matching[0]])

    def consonance(self) -> tuple[Array, Array, Array]:
        """Return the consonance curve: levels from 0 up, and for each the smallest lower and the largest upper end."""
        half = (len(self.probabilities) + 1) // 2
        lows, highs = self.lowest[:half][::-1], self.highest[::-1][:half][::-1]
        return 1.0 - 2.0 * self.probabilities[:half][::-1], lows, highs


def pbox(quantiles: Sequence[Sequence[float]] | Array, probabilities: Sequence[float]) -> PBox:
    """Return the probability box of universes.

    Parameters
    ----------
    quantiles : array_like, shape (universes, n_probabilities)
        Quantiles of each universe.
    probabilities : sequence of float
        Their probabilities.

    Returns
    -------
    PBox
    """
    rows = np.asarray(quantiles, dtype=np.float64)
    return PBox(np.asarray(probabilities), rows.min(axis=0), rows.max(axis=0), len(rows))
