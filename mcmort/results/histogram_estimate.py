"""A column's histogram with its Monte Carlo errors, some of which come from replicates of the run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from mcmort.results.histogram import Histogram, quantile_error, shortest_interval

__all__ = ["HistogramEstimate", "Statistic", "statistics_of"]

_SUBSAMPLES: Final = 20
_SAME_PROBABILITY: Final = 1e-12
_T_FACTORS: Final = {8: 2.3646 / 1.9600}
"""By the number of replicates: the 97.5 % quantile of Student's t with one degree of freedom less, over the normal's.
"""

type Array = NDArray[np.float64]

type Statistic = tuple[Literal["mean", "quantile", "shortest-low", "shortest-high"], float]
"""A statistic of a histogram: its kind, and the probability of a quantile or of a shortest interval."""


@dataclass(frozen=True)
class HistogramEstimate:
    """The histogram of a column, with statistics of each replicate of the run.

    Attributes
    ----------
    whole : Histogram
        The histogram of all draws.
    statistics : tuple of Statistic
        What was computed of each replicate.
    replicates : ndarray, shape (n_replicates, n_statistics)
        The statistics of each replicate; none if they were not asked for.
    is_independent : bool
        Whether all draws are independent; else only the replicates are, each on a digital net of its own.
    nets : tuple of Histogram
        The histogram of each digital net, of a column whose probabilities may be asked for; else none.

    Notes
    -----
    All errors are standard errors in the sense that plus and minus 1.96 of them make a 95 % interval: those that come
    from the spread of a few replicates are widened accordingly, by Student's t.
    """

    whole: Histogram
    statistics: tuple[Statistic, ...]
    replicates: Array
    is_independent: bool
    nets: tuple[Histogram, ...] = field(default=(), repr=False)

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self.whole.draws

    @property
    def mean(self) -> float:
        """Mean of all draws."""
        return self.whole.mean

    @property
    def sd(self) -> float:
        """Standard deviation of all draws."""
        return self.whole.sd

    def quantile(self, probability: float | Sequence[float] | Array) -> Array:
        """Return quantiles of all draws; see `Histogram.quantile`."""
        return self.whole.quantile(probability)

    def cdf(self, value: float | Array) -> Array:
        """Return the share of all draws at most a value."""
        return self.whole.cdf(value)

    def shortest(self, probability: float) -> tuple[float, float]:
        """Return the shortest interval that holds a share of all draws; see `Histogram.shortest`."""
        return self.whole.shortest(probability)

    def quantile_error(self, probability: float) -> float:
        """Return the Monte Carlo error of a quantile.

        Of independent draws it is that of `quantile_error`; of digital nets it comes from the spread of their
        quantiles.
        """
        if not self.is_independent:
            return self._spread(("quantile", probability)) / math.sqrt(len(self.replicates))
        return quantile_error(self.whole.quantile, probability, self.whole.draws)

    def narrowed(self) -> HistogramEstimate:
        """Return the same estimate in as little memory as it takes."""
        return replace(self, whole=self.whole.narrowed())

    def mean_error(self) -> float:
        """Return the Monte Carlo error of the mean."""
        if not self.is_independent:
            return self._spread(("mean", 0.0)) / math.sqrt(len(self.replicates))
        return self.whole.sd / math.sqrt(self.whole.draws)

    def shortest_errors(self, probability: float) -> tuple[float, float]:
        """Return the Monte Carlo errors of the ends of a shortest interval.

        Of digital nets they come from the spread of the nets' intervals; of independent draws from subsamples of a
        twentieth of them: the ends converge with the cube root of the number of draws (Kim and Pollard 1990), for which
        subsampling is valid and the bootstrap is not (Politis, Romano and Wolf 1999, Subsampling).
        """
        if not self.is_independent:
            root = math.sqrt(max(len(self.replicates), 1))
            low, high = (self._spread((end, probability)) for end in ("shortest-low", "shortest-high"))
            return low / root, high / root
        if self.whole.draws < 10 * _SUBSAMPLES:
            return math.nan, math.nan
        rng = np.random.default_rng(0)  # the same histogram has the same errors
        counts, left, right = self.whole.filled
        subsamples = rng.multinomial(self.whole.draws // _SUBSAMPLES, counts / self.whole.draws, size=_SUBSAMPLES)
        ends = [shortest_interval(sample, left, right, probability) for sample in subsamples]
        spread = np.std(np.array(ends), axis=0, ddof=1) / _SUBSAMPLES ** (1.0 / 3.0)
        return float(spread[0]), float(spread[1])

    def error_over_nets(self, statistic: Callable[[Histogram], float]) -> float:
        """Return the Monte Carlo error of any statistic, from its spread between digital nets; NaN without them."""
        count = len(self.nets)
        if count < 2:
            return math.nan
        spread = float(np.std([statistic(net) for net in self.nets], ddof=1)) * _T_FACTORS.get(count, 1.0)
        return spread / math.sqrt(count)

    def _spread(self, statistic: Statistic) -> float:
        """Return the standard deviation of a statistic between replicates, widened; NaN if it was not computed.

        Probabilities that differ only by rounding are the same: 0.025 is not quite (1 - 0.95) / 2.
        """
        count, (kind, probability) = len(self.replicates), statistic
        matching = [
            index
            for index, (own_kind, own_probability) in enumerate(self.statistics)
            if own_kind == kind and abs(own_probability - probability) < _SAME_PROBABILITY
        ]
        if not matching or count < 2:
            return float("nan")
        return float(np.std(self.replicates[:, matching[0]], ddof=1)) * _T_FACTORS.get(count, 1.0)


def statistics_of(histogram: Histogram, statistics: Sequence[Statistic]) -> Array:
    """Return statistics of a histogram, shape ``(n_statistics,)``."""
    quantiles = [probability for kind, probability in statistics if kind == "quantile"]
    values = histogram.quantile(quantiles).tolist()
    computed: dict[Statistic, float] = {("quantile", key): value for key, value in zip(quantiles, values, strict=True)}
    for kind, probability in statistics:
        if kind == "mean":
            computed[kind, probability] = histogram.mean
        elif kind != "quantile" and (kind, probability) not in computed:
            ends = histogram.shortest(probability)
            computed["shortest-low", probability], computed["shortest-high", probability] = ends
    return np.array([computed[statistic] for statistic in statistics])
