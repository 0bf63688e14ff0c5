"""The C entry point of a function that Numba compiles: it reads the function's arrays from a list of machine words.

`mcmort.cache.native_call` is the other side of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, cast

import numpy as np
from llvmlite import ir
from numba import cfunc
from numba.core import types as numba_types
from numba.extending import intrinsic
from numba.np import arrayobj
from numba.np.numpy_support import from_dtype

from mcmort.cache.machine_code import CFunction

__all__ = ["entry_point"]

types: Final[Any] = numba_types  # these two modules have no annotations
arrays: Final[Any] = arrayobj


def entry_point(function: Callable[..., None], arguments: Iterable[object]) -> CFunction:
    """Compile a C function that takes the address of machine words, and calls another with the arrays they stand for.

    Parameters
    ----------
    function : callable
        The other function, compiled by Numba.
    arguments : iterable of ndarray or named tuple of ndarray
        Arguments of the types that it will be called with.

    Returns
    -------
    CFunction
    """
    unpack = _unpack(types.Tuple([_type_of(argument) for argument in arguments]))

    def call(words: Any) -> None:
        function(*unpack(words))

    signature = types.void(types.CPointer(types.uint64))
    return cast("CFunction", cfunc(signature, error_model="numpy")(call))


def _type_of(argument: Any) -> Any:
    """Return the Numba type of an array or a named tuple of arrays."""
    if isinstance(argument, np.ndarray):
        return types.Array(from_dtype(argument.dtype), argument.ndim, "C")
    return types.NamedTuple([_type_of(item) for item in argument], type(argument))


def _unpack(arguments: Any) -> Any:
    """Return an intrinsic that makes values of the types of a tuple from machine words."""

    def typed(_context: Any, words: Any) -> Any:
        def build(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            return _Reader(context, builder, args[0]).value(arguments)

        return arguments(words), build

    return intrinsic(typed)


class _Reader:
    """Emits the code that reads one machine word after another."""

    def __init__(self, context: Any, builder: Any, words: Any) -> None:
        self.context = context
        self.builder = builder
        self.words = words
        self.read = 0

    def word(self) -> Any:
        pointer = self.builder.gep(self.words, [ir.Constant(ir.IntType(64), self.read)])
        self.read += 1
        return self.builder.load(pointer)

    def value(self, kind: Any) -> Any:
        if isinstance(kind, types.BaseTuple):
            return self.context.make_tuple(self.builder, kind, [self.value(item) for item in kind.types])
        return self.array(kind)

    def array(self, kind: Any) -> Any:
        """Emit an array without an owner: the compiler then sees that there are no references to count."""
        array = arrays.make_array(kind)(self.context, self.builder)
        data = self.builder.inttoptr(self.word(), array.data.type)
        shape = [self.word() for _ in range(kind.ndim)]
        size = ir.Constant(ir.IntType(64), self.context.get_abi_sizeof(self.context.get_data_type(kind.dtype)))
        strides = [size]
        for length in shape[:0:-1]:
            strides.insert(0, self.builder.mul(strides[0], length))
        arrays.populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
        return array._getvalue()  # noqa: SLF001 -- the way of Numba itself
