"""Cited priors as smooth functions of a normal score, so that every parameter of the model is standard normal.

A pool or a share is tabulated at normal scores and joined by monotone cubic pieces (Fritsch and Carlson 1980, SIAM
Journal on Numerical Analysis 17): its distribution is the elicited one, whatever the family, and its slope has no
jumps, which a gradient needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["FIRST", "PIECES", "STEPS", "Prior", "QuantileSpline", "cubic", "spline_of"]

type Array = NDArray[np.float64]

FIRST: Final = -6.0
"""The lowest score that is tabulated; beyond the ends the outermost pieces go on straight."""
STEPS: Final = 16
"""Pieces for each unit of score."""
PIECES: Final = int(-2 * FIRST * STEPS)
_TENTH: Final = -1.25
"""The normal score at the lowest tenth of a share, near enough, and a knot."""
_LAST: Final = -4.0
"""The normal score below which a heavy tail goes on straight: no draw comes there, and no share underflows."""
_MOST: Final = 1.0 - 1e-6

type Tails = Literal["heavy", "normal"]


class Prior(Protocol):
    """A distribution of one quantity."""

    def ppf(self, u: Array) -> Array:
        """Return quantiles at probabilities."""
        ...


@dataclass(frozen=True)
class QuantileSpline:
    """A monotone function of a normal score, and whether it gives the logarithm of the value.

    Attributes
    ----------
    coefficients : ndarray, shape (PIECES, 4)
        Of each piece in powers of the distance from its left end, from the constant up.
    is_log : bool
        Whether the value is the exponential of the curve.
    """

    coefficients: Array
    is_log: bool

    def __call__(self, score: Array) -> Array:
        """Return values at normal scores, shape ``(n,)``."""
        place = np.clip(np.asarray(score, dtype=np.float64), FIRST, -FIRST)
        piece = np.minimum(((place - FIRST) * STEPS).astype(np.intp), PIECES - 1)
        inside, slope = cubic(self.coefficients.T[:, piece], place - (FIRST + piece / STEPS))
        value = inside + slope * (score - place)
        return np.exp(value) if self.is_log else np.asarray(value)


def cubic(coefficients: Any, t: Any) -> tuple[Any, Any]:
    """Return a cubic and its slope, in plain arithmetic: over arrays, in the compiled kernel, and in PyTensor.

    Parameters
    ----------
    coefficients : sequence of four numbers, or of arrays shaped as `t`
        From the constant up.
    t : number or array
        Distance from the left end of the piece.
    """
    c = coefficients
    return c[0] + t * (c[1] + t * (c[2] + t * c[3])), c[1] + t * (2.0 * c[2] + t * 3.0 * c[3])


def spline_of(prior: Prior, *, below: Tails | None = None) -> QuantileSpline:
    """Tabulate a prior.

    Parameters
    ----------
    prior : Prior
        A distribution, elicited or declared.
    below : {"heavy", "normal"}, optional
        For a share that is above zero, the tail that its lowest tenth gets in place of the cited one; see `soft_below`.

    Returns
    -------
    QuantileSpline
        On the logarithm where the prior allows no zero.
    """
    from scipy.interpolate import PchipInterpolator
    from scipy.special import ndtr

    scores = FIRST + np.arange(PIECES + 1) / STEPS
    values = prior.ppf(ndtr(scores))
    if below is not None and values[0] > 0.0:
        values = soft_below(scores, values, below)
    is_log = bool(values[0] > 0.0)
    knots = np.log(values) if is_log else values
    pieces = PchipInterpolator(scores, knots).c  # shape (4, PIECES), highest power first
    return QuantileSpline(np.ascontiguousarray(pieces[::-1].T), is_log)


def soft_below(scores: Array, shares: Array, tails: Tails) -> Array:
    """Return the quantiles of a share without a hard low end.

    A cited range says where the share lies, and not that less is impossible: what is known beside it may say so. From
    the lowest tenth on, the logarithm of the odds goes on with the slope that it has there: as a normal variable, or
    as Student's t with four degrees of freedom, as errors of figures do. What is above stays as it is cited.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Normal scores, increasing in equal steps.
    shares : ndarray, shape (n,)
        Quantiles at these scores, above zero.
    tails : {"heavy", "normal"}
        Of the variable.

    Returns
    -------
    ndarray, shape (n,)
    """
    from scipy.special import expit, logit, ndtr, stdtrit

    place = int(np.searchsorted(scores, _TENTH))
    drawn = scores
    if tails == "heavy":
        last = int(np.searchsorted(scores, _LAST))
        drawn = stdtrit(4.0, ndtr(scores))
        drawn[:last] = drawn[last] + (scores[:last] - scores[last]) * (drawn[last + 1] - drawn[last]) * STEPS
    near = slice(place - 1, place + 2)
    odds = logit(np.minimum(shares[near], _MOST))
    slope = (odds[2] - odds[0]) / (drawn[near][2] - drawn[near][0])
    softened = shares.copy()
    softened[:place] = expit(odds[1] + slope * (drawn[:place] - drawn[place]))
    return softened
