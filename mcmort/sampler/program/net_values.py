"""Values of a plan on a fixed net of points: what is known of a case before anything is drawn.

The points do not depend on a seed, so the same case always gives the same numbers; the error of a probability is about
a thousandth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.sampler.program.plan import Plan
from mcmort.sampler.program.reference import evaluate
from mcmort.sampler.random.streams import digital_net, streams_of

__all__ = ["net_values"]

_POINTS: Final = 1 << 13


def net_values(plan: Plan, registers: Sequence[int]) -> list[NDArray[np.float64]]:
    """Compute some registers of a plan on the points of one net.

    Parameters
    ----------
    plan : Plan
        The program.
    registers : sequence of int
        Which registers.

    Returns
    -------
    list of ndarray, shape (n_points,)
        In the order of the registers.
    """
    needed = plan.needed(registers)
    points = digital_net(0, streams_of(plan.streams[at] for at in needed), _POINTS, 0)
    values: dict[int, NDArray[np.float64]] = {}
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for at in needed:
            stream = plan.streams[at]
            uniform = points.uniforms(stream, 0, _POINTS) if stream else np.zeros(_POINTS)
            values[at] = evaluate(plan, at, values, uniform)
    return [values[register] for register in registers]
