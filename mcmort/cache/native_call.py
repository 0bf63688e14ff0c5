"""Compiled functions that are called without Numba: their arrays are passed as a list of machine words.

`mcmort.cache.entry_point` is the other side of the call; `mcmort.cache.machine_code` loads or compiles the machine
code.
"""

from __future__ import annotations

import ctypes
import os
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np

from mcmort.cache.machine_code import CFunction, address_of

__all__ = ["Native"]

_HERE: Final = Path(__file__)
_SOURCES: Final = (_HERE, _HERE.with_name("entry_point.py"))


class Native[*Arguments]:
    """A compiled function whose machine code is stored, so that only the process that compiles it loads Numba.

    Its arguments are contiguous arrays and named tuples of them. It returns nothing but writes its results to arrays,
    and is called without the interpreter's lock. With ``NUMBA_DISABLE_JIT=1`` it runs as Python, about a thousand times
    as slowly, for a debugger or a measurement of coverage.

    Parameters
    ----------
    name : str
        Name of its file.
    find : callable
        Returns the function, compiled by Numba; called only if its machine code is not on disk.
    sources : iterable of Path
        The files of Python that its code depends on. Arrays of other types get machine code of their own.

    Raises
    ------
    TypeError
        On a call with an argument of another type, or with an array that is not contiguous.
    """

    def __init__(self, name: str, find: Callable[[], Callable[[*Arguments], None]], sources: Iterable[Path]) -> None:
        self.name = name
        self.find = find
        self.sources = tuple(sources)
        self._functions: dict[str, Callable[[int], None]] = {}
        self._lock = Lock()

    def __call__(self, *arguments: *Arguments) -> None:
        """Call the function, which is loaded or compiled first if its arguments are of new types."""
        self.bound(*arguments)()

    def bound(self, *arguments: *Arguments) -> Callable[[], None]:
        """Return the function bound to its arguments: a call takes 1 us, instead of 70 with the arguments."""
        types = "".join(map(_type_name, arguments))
        if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
            return partial(_interpret, self.find(), arguments)
        with self._lock:
            if types not in self._functions:
                self._functions[types] = self._load(arguments, types)
        function = self._functions[types]
        words = array("Q", [word for argument in arguments for word in _words(argument)])

        def call(address: int = words.buffer_info()[0], _kept: object = (words, arguments)) -> None:
            function(address)

        return call

    def _load(self, arguments: tuple[*Arguments], types: str) -> Callable[[int], None]:
        """Return the function for arguments of some types, which is compiled if it is not on disk."""

        def build() -> CFunction:
            from mcmort.cache.entry_point import entry_point

            return entry_point(self.find(), arguments)

        address = address_of(self.name, build, (*_SOURCES, *self.sources), types)
        return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)


def _interpret[*Arguments](function: Callable[[*Arguments], None], arguments: tuple[*Arguments]) -> None:
    """Call a function of Python without NumPy's warnings: compiled code has none, and hashes are meant to overflow."""
    with np.errstate(all="ignore"):
        function(*arguments)


def _type_name(argument: object) -> str:
    """Return the type of an argument, as far as compiled code depends on it."""
    if isinstance(argument, np.ndarray) and argument.flags.c_contiguous and argument.flags.aligned:
        return f"{argument.dtype.str}{argument.ndim}"
    if isinstance(argument, tuple) and hasattr(argument, "_fields"):
        return f"{type(argument).__name__}({','.join(map(_type_name, argument))})"
    raise TypeError(f"compiled code takes no {argument!r:.200}; expected a contiguous array or a named tuple of these")


def _words(argument: object) -> Iterator[int]:
    """Yield the machine words of an argument: of each array the address and the shape."""
    if isinstance(argument, np.ndarray):
        yield argument.ctypes.data
        yield from argument.shape
    elif isinstance(argument, tuple):
        for item in argument:
            yield from _words(item)
