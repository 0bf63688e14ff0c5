"""The compiled kernel that runs a program forward for its log density and backward for the gradient.

It is compiled once for all models, and its machine code is kept. The signature is the one that the sampler calls from
its own threads: number of parameters, parameters, gradient, log density, and the address of the program's arrays.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

import numba
import numpy as np
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.numpy_support import carray
from numpy.typing import NDArray

from mcmort.bayes.autodiff.tape import TapeOp
from mcmort.bayes.quantile_spline import FIRST, PIECES, STEPS, cubic

if TYPE_CHECKING:
    from mcmort.cache.machine_code import CFunction

__all__ = ["HEAD", "as_pointer", "identity", "jit", "log_density", "run"]

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Words = NDArray[np.uint64]

_HALF_LOG_TWO_PI: Final = 0.5 * math.log(2.0 * math.pi)
HEAD: Final = 17
_NUMBERS: Final[Any] = cast("Any", types.CPointer)(types.float64)
_STUDENT: Final = 0.375  # density of Student's t with four degrees of freedom at its centre

# enumerations become plain numbers, which the compiler folds
_ADD_SCALED, _MULTIPLY, _DIVIDE = int(TapeOp.ADD_SCALED), int(TapeOp.MULTIPLY), int(TapeOp.DIVIDE)
_MINIMUM, _MAXIMUM = int(TapeOp.MINIMUM), int(TapeOp.MAXIMUM)
_EXP, _LOG, _NORM, _CURVE = int(TapeOp.EXP), int(TapeOp.LOG), int(TapeOp.NORM), int(TapeOp.CURVE)
_NORMAL, _NORMAL_ABOVE = int(TapeOp.NORMAL), int(TapeOp.NORMAL_ABOVE)
_STUDENT_OP, _STUDENT_ABOVE = int(TapeOp.STUDENT), int(TapeOp.STUDENT_ABOVE)


def jit[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop; a division by zero gives infinity."""
    return cast("Callable[P, R]", numba.njit(error_model="numpy")(function))


@jit
def _log_normal_above(z: float) -> float:
    """Return the log of the standard normal's survival function."""
    if z < 25.0:
        return math.log(0.5 * math.erfc(z / math.sqrt(2.0)))
    # the asymptotic series, whose next term, 945 / z^10, is below 1e-11 (Abramowitz and Stegun 26.2.12)
    square = 1.0 / (z * z)
    series = math.log1p(-square * (1.0 - 3.0 * square * (1.0 - 5.0 * square * (1.0 - 7.0 * square))))
    return -0.5 * z * z - _HALF_LOG_TWO_PI - math.log(z) + series


@jit
def _student_above(t: float) -> float:
    """Return the survival function of Student's t with four degrees of freedom, which is algebraic.

    With u = -t / sqrt(4 + t^2) it is (1 + u)^2 (2 - u) / 4 (Johnson, Kotz and Balakrishnan 1995, chapter 28); for large
    t the factor 1 + u is taken as (1 - u^2) / (1 - u), which does not cancel.
    """
    square = 4.0 + t * t
    u = -t / math.sqrt(square)
    near = 4.0 / (square * (1.0 - u)) if u < 0.0 else 1.0 + u
    return near * near * (2.0 - u) / 4.0


_cubic = jit(cubic)


@jit
def _along(curve: Floats, score: float) -> tuple[float, float]:
    """Return a quantile spline and its slope at a normal score; beyond its ends it is linear."""
    place = min(max(score, FIRST), -FIRST)
    piece = min(int((place - FIRST) * STEPS), PIECES - 1)
    value, slope = _cubic(curve[piece], place - (FIRST + piece / STEPS))
    return value + slope * (score - place), slope


# A loop for each operation, since a dispatch within the loop took three times as long. Indices are unsigned, since a
# signed one is first tested for counting from the end, which doubles the time. Instructions of a batch may depend on
# one another, so the backward pass is in exactly the reverse order.


@jit
def _forward(
    v: Floats, slope: Floats, op: Ints, start: Words, a: Words, b: Words, x: Floats, curves: Floats, first: np.uint64
) -> None:
    for k in range(len(op)):
        what, begin, end = op[k], start[k], start[k + 1]
        if what == _ADD_SCALED:
            for i in range(begin, end):
                v[first + i] = v[a[i]] + x[i] * v[b[i]]
        elif what == _MULTIPLY:
            for i in range(begin, end):
                v[first + i] = v[a[i]] * v[b[i]]
        elif what == _DIVIDE:
            for i in range(begin, end):
                v[first + i] = v[a[i]] / v[b[i]]
        elif what == _MINIMUM:
            for i in range(begin, end):
                v[first + i] = min(v[a[i]], v[b[i]])
        elif what == _MAXIMUM:
            for i in range(begin, end):
                v[first + i] = max(v[a[i]], v[b[i]])
        elif what == _EXP:
            for i in range(begin, end):
                v[first + i] = math.exp(v[a[i]])
        elif what == _LOG:
            for i in range(begin, end):
                v[first + i] = math.log(v[a[i]])
        elif what == _NORM:
            for i in range(begin, end):
                v[first + i] = math.sqrt(v[a[i]] * v[a[i]] + x[i] * x[i])
        elif what == _CURVE:
            for i in range(begin, end):
                v[first + i], slope[i] = _along(curves[int(x[i])], v[a[i]])
        elif what == _NORMAL:
            for i in range(begin, end):
                v[first + i] = -0.5 * (v[a[i]] / v[b[i]]) ** 2 - _HALF_LOG_TWO_PI - math.log(v[b[i]])
        elif what == _NORMAL_ABOVE:
            for i in range(begin, end):
                v[first + i] = _log_normal_above(v[a[i]] / v[b[i]])
        elif what == _STUDENT_OP:
            for i in range(begin, end):
                far, near = v[a[i]] * v[a[i]], v[b[i]] * v[b[i]]
                w = far + 4.0 * near
                v[first + i] = math.log(32.0 * _STUDENT * near * near / (w * w * math.sqrt(w)))
        elif what == _STUDENT_ABOVE:
            for i in range(begin, end):
                v[first + i] = math.log(_student_above(v[a[i]] / v[b[i]]))


@jit
def _backward(  # noqa: PLR0915  (a loop for each operation)
    v: Floats, slope: Floats, g: Floats, op: Ints, start: Words, a: Words, b: Words, x: Floats, first: np.uint64
) -> None:
    for k in range(len(op) - 1, -1, -1):
        what, begin, end = op[k], start[k], start[k + 1]
        last = begin + end - np.uint64(1)
        if what == _ADD_SCALED:
            for j in range(begin, end):
                i = last - j
                g[a[i]] += g[first + i]
                g[b[i]] += x[i] * g[first + i]
        elif what == _MULTIPLY:
            for j in range(begin, end):
                i = last - j
                g[a[i]] += g[first + i] * v[b[i]]
                g[b[i]] += g[first + i] * v[a[i]]
        elif what == _DIVIDE:
            for j in range(begin, end):
                i = last - j
                share = g[first + i] / v[b[i]]
                g[a[i]] += share
                g[b[i]] -= share * v[first + i]
        elif what == _MINIMUM:
            for j in range(begin, end):
                i = last - j
                g[a[i] if v[a[i]] <= v[b[i]] else b[i]] += g[first + i]
        elif what == _MAXIMUM:
            for j in range(begin, end):
                i = last - j
                g[a[i] if v[a[i]] >= v[b[i]] else b[i]] += g[first + i]
        elif what == _EXP:
            for j in range(begin, end):
                i = last - j
                g[a[i]] += g[first + i] * v[first + i]
        elif what == _LOG:
            for j in range(begin, end):
                i = last - j
                g[a[i]] += g[first + i] / v[a[i]]
        elif what == _NORM:
            for j in range(begin, end):
                i = last - j
                g[a[i]] += g[first + i] * v[a[i]] / v[first + i]
        elif what == _CURVE:
            for j in range(begin, end):
                i = last - j
                g[a[i]] += g[first + i] * slope[i]
        elif what == _NORMAL:
            for j in range(begin, end):
                i = last - j
                z = v[a[i]] / v[b[i]]
                g[a[i]] -= g[first + i] * z / v[b[i]]
                g[b[i]] += g[first + i] * (z * z - 1.0) / v[b[i]]
        elif what == _NORMAL_ABOVE:
            for j in range(begin, end):
                i = last - j
                z = v[a[i]] / v[b[i]]
                hazard = math.exp(-0.5 * z * z - _HALF_LOG_TWO_PI - v[first + i])
                g[a[i]] -= g[first + i] * hazard / v[b[i]]
                g[b[i]] += g[first + i] * hazard * z / v[b[i]]
        elif what == _STUDENT_OP:
            for j in range(begin, end):
                i = last - j
                far, near = v[a[i]] * v[a[i]], v[b[i]] * v[b[i]]
                share = g[first + i] / ((far + 4.0 * near) * v[b[i]])
                g[a[i]] -= share * 5.0 * v[a[i]] * v[b[i]]
                g[b[i]] += share * 4.0 * (far - near)
        elif what == _STUDENT_ABOVE:
            for j in range(begin, end):
                i = last - j
                z = v[a[i]] / v[b[i]]
                w = 1.0 + 0.25 * z * z
                hazard = _STUDENT / (w * w * math.sqrt(w) * _student_above(z))
                g[a[i]] -= g[first + i] * hazard / v[b[i]]
                g[b[i]] += g[first + i] * hazard * z / v[b[i]]


_malloc = types.ExternalFunction("malloc", types.uintp(types.uintp))
_free = types.ExternalFunction("free", types.void(types.uintp))


def _pointer(_typing: Any, address: Any) -> Any:
    """Return the type of a pointer, and what emits one from the number of an address."""

    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), build


as_pointer = cast("Callable[[np.int64], ctypes.c_void_p]", intrinsic(_pointer))


@jit
def run(point: Floats, gradient: Floats, head: Ints) -> float:
    """Return the log density at a point, and write its gradient."""
    n, constants, batches, work, terms, scored = head[0], head[1], head[2], head[3], head[4], head[5]
    fixed = carray(as_pointer(head[7]), (constants,), np.float64)
    op = carray(as_pointer(head[8]), (batches,), np.int64)
    start = carray(as_pointer(head[9]), (batches + 1,), np.uint64)
    a = carray(as_pointer(head[10]), (work,), np.uint64)
    b = carray(as_pointer(head[11]), (work,), np.uint64)
    x = carray(as_pointer(head[12]), (work,), np.float64)
    term_values = carray(as_pointer(head[13]), (terms,), np.int64)
    weights = carray(as_pointer(head[14]), (terms,), np.float64)
    scores = carray(as_pointer(head[15]), (scored,), np.int64)
    curves = carray(as_pointer(head[16]), (head[6], PIECES, 4), np.float64)
    first = np.uint64(n + constants)
    # each call has memory of its own, since chains run at once; the C library's needs nothing of Numba
    workspace = _malloc(types.uintp(16 * (first + work) + 8 * work))
    v = carray(as_pointer(workspace), (first + work,), np.float64)
    g = carray(as_pointer(workspace + 8 * (first + work)), (first + work,), np.float64)
    slope = carray(as_pointer(workspace + 16 * (first + work)), (work,), np.float64)
    for i in range(first + work):
        g[i] = 0.0
    for i in range(n):
        v[i] = point[i]
    for i in range(constants):
        v[n + i] = fixed[i]
    _forward(v, slope, op, start, a, b, x, curves, first)
    total: float = -_HALF_LOG_TWO_PI * scored
    for i in range(scored):
        score = v[scores[i]]
        total -= 0.5 * score * score
        g[scores[i]] -= score
    for i in range(terms):
        total += weights[i] * v[term_values[i]]
        g[term_values[i]] += weights[i]
    _backward(v, slope, g, op, start, a, b, x, first)
    for i in range(n):
        gradient[i] = g[i]
    _free(workspace)
    return total


def log_density() -> CFunction:
    """Compile the C function of a log density and its gradient.

    It returns 0 if both are finite, else 3, at which a step is called divergent, and -1 for another model.
    """
    signature = types.int64(types.uint64, _NUMBERS, _NUMBERS, _NUMBERS, types.voidptr)

    def compute(
        dimension: int, point: ctypes.c_void_p, gradient: ctypes.c_void_p, value: ctypes.c_void_p, data: ctypes.c_void_p
    ) -> int:
        head = carray(data, (HEAD,), np.int64)
        if np.int64(dimension) != head[0]:
            return -1
        slope = carray(gradient, (head[0],), np.float64)
        total = run(carray(point, (head[0],), np.float64), slope, head)
        carray(value, (1,), np.float64)[0] = total
        finite = math.isfinite(total)
        for i in range(head[0]):
            finite = finite and math.isfinite(slope[i])
        return 0 if finite else 3

    return cast("CFunction", numba.cfunc(signature, error_model="numpy")(compute))


def identity() -> CFunction:
    """Compile the C function that copies the parameters of a draw: all else is computed from them afterwards."""
    signature = types.int64(types.uint64, types.uint64, _NUMBERS, _NUMBERS, types.voidptr)

    def copy(dimension: int, expanded: int, point: ctypes.c_void_p, out: ctypes.c_void_p, data: ctypes.c_void_p) -> int:
        if dimension != expanded:
            return -1
        source, target = carray(point, (dimension,), np.float64), carray(out, (dimension,), np.float64)
        for i in range(dimension):
            target[i] = source[i]
        return 0

    return cast("CFunction", numba.cfunc(signature, error_model="numpy")(copy))
