"""The log density of a program and its gradient, as compiled code that any thread may call."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.autodiff.tape import TapeProgram
from mcmort.cache.machine_code import address_of

if TYPE_CHECKING:
    from mcmort.cache.machine_code import CFunction

__all__ = ["SOURCES", "Density", "FiniteDensity", "density_address", "identity_address"]

type Array = NDArray[np.float64]

_HERE: Final = Path(__file__).parent
SOURCES: Final = (_HERE / "tape_loops.py", _HERE / "tape.py", _HERE.parent / "quantile_spline.py")
"""What the compiled code depends on."""


@cache
def density_address() -> int:
    """Return the address of the log density's code; Numba is loaded only if the code is not on disk."""

    def build() -> CFunction:
        from mcmort.bayes.autodiff.tape_loops import log_density

        return log_density()

    return address_of("density", build, SOURCES)


@cache
def identity_address() -> int:
    """Return the address of the code that copies parameters."""

    def build() -> CFunction:
        from mcmort.bayes.autodiff.tape_loops import identity

        return identity()

    return address_of("identity", build, SOURCES)


@cache
def _function() -> Callable[..., int]:
    pointer = ctypes.c_void_p
    return ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_uint64, pointer, pointer, pointer, pointer)(density_address())


class Density:
    """The log density of a program, to be called here or, by its address and that of `head`, by a sampler.

    Attributes
    ----------
    size : int
        Number of parameters.
    head : ndarray of int64
        Sizes and addresses of the program's arrays.
    """

    def __init__(self, program: TapeProgram) -> None:
        self.program, self.size = program, len(program.parameters)
        code = (program.op, program.start, program.a, program.b, program.x)
        arrays = (program.constants, *code, program.terms, program.weights, program.scores, program.curves)
        self._arrays = [np.ascontiguousarray(array) for array in arrays]  # their addresses are in the head
        measured = (program.parameters, program.constants, program.op, program.a, program.terms, program.scores)
        sizes = (*map(len, measured), len(program.curves))
        self.head = np.array([*sizes, *(array.ctypes.data for array in self._arrays)], dtype=np.int64)

    def __call__(self, point: Array) -> tuple[float, Array]:
        """Return the log density at a point, and its gradient, shape ``(n_parameters,)``.

        Raises
        ------
        ValueError
            If the point has another number of parameters.
        """
        parameters = np.ascontiguousarray(point, dtype=np.float64)
        if parameters.shape != (self.size,):
            raise ValueError(f"a point of shape {parameters.shape}; expected ({self.size},)")
        gradient, value = np.empty(self.size), np.empty(1)
        addresses = (array.ctypes.data for array in (parameters, gradient, value, self.head))
        _function()(self.size, *addresses)
        return float(value[0]), gradient


class FiniteDensity:
    """The log density and its gradient; the first is not a number where the second is not finite."""

    def __init__(self, density: Density) -> None:
        self.density = density

    def __call__(self, point: Array) -> tuple[float, Array]:
        """Return the log density at a point, and its gradient, shape ``(n_parameters,)``."""
        value, gradient = self.density(point)
        return (value if np.isfinite(gradient).all() else math.nan), gradient
