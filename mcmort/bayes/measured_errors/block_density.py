"""The density of errors that share events and lineages, with those shared parts integrated out.

The standardised errors of one event have a multivariate Student t distribution. Its correlation is ``shared_event``
between any two, and ``shared_event + shared_lineage`` between two of one lineage. The inverse and the determinant of
such a nested matrix are sums over lineages and events, so no shared part has to be sampled.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from mcmort.bayes.measured_errors.design import Design

__all__ = ["DEGREES", "block_density"]

DEGREES: Final = 4.0
"""Degrees of freedom of the Student t: tails as heavy as those that both engines use."""


def block_density(error: Any, mean: Any, scale: Any, shared_event: Any, shared_lineage: Any, design: Design) -> Any:
    """Return the log density of all errors.

    Parameters
    ----------
    error, mean, scale : tensor, one value for each pair
        Errors, and where and how wide each is.
    shared_event, shared_lineage : tensor
        Parts of the squared scale that all pairs of an event, and all pairs of a lineage, have in common.
    design : Design
        Which event and lineage each pair belongs to.

    Returns
    -------
    tensor
        A scalar.
    """
    import pytensor.tensor as pt

    per_lineage = np.bincount(design.lineage).astype(float)
    per_event = np.bincount(design.event).astype(float)
    own = 1.0 - shared_event - shared_lineage
    residual = (error - mean) / scale
    zeros = np.zeros(len(per_lineage))
    total = pt.inc_subtensor(pt.as_tensor(zeros)[design.lineage], residual)
    squares = pt.inc_subtensor(pt.as_tensor(zeros)[design.lineage], residual**2)
    width = own + per_lineage * shared_lineage
    distance = (squares - shared_lineage * total**2 / width) / own
    determinant = (per_lineage - 1.0) * pt.log(own) + pt.log(width)

    def over_event(values: Any) -> Any:
        return pt.inc_subtensor(pt.as_tensor(np.zeros(len(per_event)))[design.event_of_lineage], values)

    spread = 1.0 + shared_event * over_event(per_lineage / width)
    quadratic = over_event(distance) - shared_event * over_event(total / width) ** 2 / spread
    log_determinant = over_event(determinant) + pt.log(spread)
    constant = sum(
        math.lgamma((DEGREES + count) / 2) - math.lgamma(DEGREES / 2) - count / 2 * math.log(DEGREES * math.pi)
        for count in per_event
    )
    body = -0.5 * log_determinant - 0.5 * (DEGREES + per_event) * pt.log1p(quadratic / DEGREES)
    return constant + body.sum() - pt.log(scale).sum()
