"""The compiled loop of parallel tempering: Hamiltonian moves on each rung of a ladder, then swaps of neighbours.

Its random numbers are given, so it needs nothing of Numba when it runs, and any thread may run a ladder of its own.
"""

from __future__ import annotations

import ctypes
import math
from typing import TYPE_CHECKING, Final, cast

import numba
import numpy as np
from numba.core import types
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from mcmort.bayes.autodiff.tape_loops import HEAD, as_pointer, jit, run

if TYPE_CHECKING:
    from mcmort.cache.machine_code import CFunction

__all__ = ["ENTRIES", "ladder"]

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

_DIVERGED: Final = 1000.0
"""Loss of energy on the way at which a move is called divergent, as other samplers do."""

ENTRIES: Final = (
    "rungs", "size", "moves", "heads", "other_heads", "powers", "steps", "most_steps", "scales", "points", "momenta",
    "uniforms", "cold", "energy", "leaps", "accepted", "slope", "squared_slope", "rejected", "diverging", "replica",
    "was_hot", "trips", "scratch", "contested",
)  # fmt: skip
"""What the table of a ladder holds: three sizes, then addresses of arrays."""


@jit
def _move(
    point: Floats, head: Ints, step: float, count: np.int64, scale: Floats, normals: Floats, uniform: float,
    scratch: Floats, slope: Floats, squared: Floats,
) -> tuple[float, float, bool, float]:  # fmt: skip
    """Move a point along a Hamiltonian trajectory, if that is accepted.

    Returns its log density, how probable acceptance was, whether it diverged, and the energy before.
    """
    size = len(point)
    place, gradient, momentum = scratch[0], scratch[1], scratch[2]
    before = run(point, gradient, head)
    kinetic = 0.0
    for i in range(size):
        place[i] = point[i]
        momentum[i] = normals[i]
        kinetic += 0.5 * normals[i] * normals[i]
        slope[i] += gradient[i]
        squared[i] += gradient[i] * gradient[i]
        momentum[i] += 0.5 * step * scale[i] * gradient[i]
    energy = kinetic - before
    after = before
    for leap in range(count):
        for i in range(size):
            place[i] += step * scale[i] * momentum[i]
        after = run(place, gradient, head)
        share = 0.5 if leap == count - 1 else 1.0
        for i in range(size):
            momentum[i] += share * step * scale[i] * gradient[i]
    kinetic = 0.0
    for i in range(size):
        kinetic += 0.5 * momentum[i] * momentum[i]
    lost = kinetic - after - energy
    if not math.isfinite(lost):
        return before, 0.0, True, energy
    probability = 1.0 if lost <= 0.0 else math.exp(-lost)
    if uniform < probability:
        for i in range(size):
            point[i] = place[i]
        return after, probability, lost > _DIVERGED, energy
    return before, probability, lost > _DIVERGED, energy


@jit
def _swap(rung: int, points: Floats, contested: Floats, replica: Ints) -> None:
    """Swap a point with that on the next rung."""
    for i in range(points.shape[1]):
        points[rung, i], points[rung + 1, i] = points[rung + 1, i], points[rung, i]
    contested[rung], contested[rung + 1] = contested[rung + 1], contested[rung]
    replica[rung], replica[rung + 1] = replica[rung + 1], replica[rung]


def ladder() -> CFunction:
    """Compile the C function that runs a ladder; its one argument is the table of `ENTRIES`."""

    def climb(table: ctypes.c_void_p) -> None:
        t = carray(table, (25,), np.int64)
        rungs, size, moves = t[0], t[1], t[2]
        heads = carray(as_pointer(t[3]), (rungs, HEAD), np.int64)
        other_heads = carray(as_pointer(t[4]), (rungs, HEAD), np.int64)
        powers = carray(as_pointer(t[5]), (rungs,), np.float64)
        steps = carray(as_pointer(t[6]), (rungs,), np.float64)
        most_steps = carray(as_pointer(t[7]), (rungs,), np.int64)
        scales = carray(as_pointer(t[8]), (rungs, size), np.float64)
        points = carray(as_pointer(t[9]), (rungs, size), np.float64)
        momenta = carray(as_pointer(t[10]), (moves, rungs, size), np.float64)
        uniforms = carray(as_pointer(t[11]), (moves, rungs, 3), np.float64)
        cold = carray(as_pointer(t[12]), (moves, size), np.float64)
        energy = carray(as_pointer(t[13]), (moves,), np.float64)
        leaps = carray(as_pointer(t[14]), (moves,), np.int64)
        accepted = carray(as_pointer(t[15]), (rungs,), np.float64)
        slope = carray(as_pointer(t[16]), (rungs, size), np.float64)
        squared = carray(as_pointer(t[17]), (rungs, size), np.float64)
        rejected = carray(as_pointer(t[18]), (rungs,), np.float64)
        diverging = carray(as_pointer(t[19]), (moves,), np.int64)
        replica = carray(as_pointer(t[20]), (rungs,), np.int64)
        was_hot = carray(as_pointer(t[21]), (rungs,), np.int64)
        trips = carray(as_pointer(t[22]), (1,), np.int64)
        scratch = carray(as_pointer(t[23]), (3, size), np.float64)
        contested = carray(as_pointer(t[24]), (rungs,), np.float64)
        last = rungs - 1
        for move in range(moves):
            for rung in range(rungs):
                count = 1 + np.int64(uniforms[move, rung, 0] * most_steps[rung])
                density, probability, has_diverged, before = _move(
                    points[rung], heads[rung], steps[rung], count, scales[rung], momenta[move, rung],
                    uniforms[move, rung, 1], scratch, slope[rung], squared[rung],
                )  # fmt: skip
                accepted[rung] += probability
                other = run(points[rung], scratch[1], other_heads[rung])
                # the other head has the power 1 where that of the rung is below a half, and else 0
                power = powers[rung]
                contested[rung] = (other - density) / (1.0 - power) if power < 0.5 else (density - other) / power
                if rung == last:
                    energy[move], leaps[move], diverging[move] = before, count, 1 if has_diverged else 0
            for rung in range(move % 2, last, 2):
                gain = (powers[rung + 1] - powers[rung]) * (contested[rung] - contested[rung + 1])
                probability = 1.0 if gain >= 0.0 else math.exp(gain)
                rejected[rung] += 1.0 - probability
                if uniforms[move, rung, 2] < probability:
                    _swap(rung, points, contested, replica)
            was_hot[replica[0]] = 1
            if was_hot[replica[last]] == 1:
                was_hot[replica[last]] = 0
                trips[0] += 1
            for i in range(size):
                cold[move, i] = points[last, i]

    return cast("CFunction", numba.cfunc(types.void(types.voidptr), error_model="numpy")(climb))
