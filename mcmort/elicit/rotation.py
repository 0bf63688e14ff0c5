"""Two independent scores whose weighted sum follows a declared link: how a link reaches deaths known from a register.

With a register ``R`` and its completeness ``kappa``, all deaths are ``theta = R / kappa``: a link about deaths is about
the direction ``c Z_R - s Z_kappa`` in the plane of the two scores, where ``c`` and ``s`` are in the proportion of the
standard deviations of ``log R`` and ``log kappa``, and ``c^2 + s^2 = 1``. The scores get the common part ``A`` of the
link as ``c A`` and ``-s A``, beside the links of their own, and residuals correlated so that the two scores stay
independent of one another; then neither of the two distributions changes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

__all__ = ["rotated"]

type Loadings = dict[str, float]

_ROUNDING: Final = 1e-7
"""What sums of squares of rounded loadings may miss, and what is left over by it."""


def rotated(
    target: Mapping[str, float],
    direction: tuple[float, float],
    shared: tuple[Mapping[str, float], Mapping[str, float]],
    own: tuple[str, str],
) -> tuple[Loadings, Loadings] | None:
    """Return the loadings of two independent scores in whose plane a direction has given loadings.

    Parameters
    ----------
    target : mapping of str to float
        Loadings of the link on scores that other inputs have as well.
    direction : (float, float)
        Coefficients of the two scores, whose squares sum to one.
    shared : (mapping, mapping)
        Loadings of each score by links of its own, on scores that other inputs have as well.
    own : (str, str)
        Names of the scores that no other input has.

    Returns
    -------
    tuple of dict of str to float, or None
        Squares sum to one for each. None if the two cannot be independent with all these loadings.

    Examples
    --------
    >>> first, second = rotated({"factor": 1.0}, (0.6, -0.8), ({}, {}), ("x", "y"))
    >>> [round(first[name], 9) for name in ("factor", "x")], [round(second[name], 9) for name in ("factor", "x")]
    ([0.6, 0.8], [-0.8, 0.6])
    """
    first, second = dict(shared[0]), dict(shared[1])
    for loadings, coefficient in zip((first, second), direction, strict=True):
        for name, loading in target.items():
            loadings[name] = loadings.get(name, 0.0) + coefficient * loading
    remaining, other = (1.0 - sum(loading**2 for loading in loadings.values()) for loadings in (first, second))
    covariance = -sum(loading * second.get(name, 0.0) for name, loading in first.items())
    if min(remaining, other) < -_ROUNDING or covariance**2 > max(remaining, 0.0) * max(other, 0.0) + _ROUNDING:
        return None
    if remaining > _ROUNDING:
        first[own[0]] = math.sqrt(remaining)
        second[own[0]] = covariance / first[own[0]]
        other -= second[own[0]] ** 2
    if other > _ROUNDING:
        second[own[1]] = math.sqrt(other)
    return _nonzero(first), _nonzero(second)


def _nonzero(loadings: Loadings) -> Loadings:
    return {name: loading for name, loading in loadings.items() if loading}
