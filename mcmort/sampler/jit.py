"""The one decorator of compiled code, and the few things that Numba has no words for.

``nogil``: blocks run in threads. ``error_model="numpy"``: a division by zero gives infinity, which is found and named
after the run, instead of an exception test in the loop. There is no ``cache``: `mcmort.machine.code` has a better.
``fastmath`` stays off: it lets the compiler reorder sums, and results would differ from one machine to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

__all__ = ["bits_of", "float_of", "jit", "load", "store", "typed"]

_WORD: Final = ir.IntType(64)


def jit[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel."""
    compiled = numba.njit(nogil=True, error_model="numpy", fastmath=False)(function)
    return cast("Callable[P, R]", compiled)


def typed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register an intrinsic; inside compiled code it is called without the typing context."""
    return cast("Callable[..., Any]", intrinsic(function))


@typed
def bits_of(_typing: Any, value: Any) -> Any:
    """Return the bits of a float as an unsigned integer."""

    def build(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _WORD)

    return types.uint64(types.float64), build


@typed
def float_of(_typing: Any, value: Any) -> Any:
    """Return the float that has the bits of an unsigned integer."""

    def build(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.uint64), build


def _element(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, args[0])
    return builder.gep(array.data, [args[1]])


@typed
def load(_typing: Any, array: Any, index: Any) -> Any:
    """Return an element of an array by an unsigned index: no test for an index that counts from the end."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_element(context, builder, signature, args), align=8)

    return array.dtype(array, index), build


@typed
def store(_typing: Any, out: Any, index: Any, value: Any) -> Any:
    """Store into an array, by an unsigned index."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _element(context, builder, signature, args), align=8)
        return context.get_dummy_value()

    return types.void(out, index, types.float64), build
