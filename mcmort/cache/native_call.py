"""Compiled functions that are called without Numba: their arguments go over as a list of machine words.

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
from struct import Struct
from threading import Lock
from typing import Any, Final

import numpy as np

from mcmort.cache.machine_code import CFunction, address_of

__all__ = ["Native"]

_FLOAT: Final = Struct("d")
_WORD: Final = Struct("Q")


class Native[*Arguments]:
    """A compiled function, whose machine code is stored: only the process that compiles it loads Numba.

    Arguments are integers, truth values, floats, contiguous arrays, and tuples of these. The function returns nothing
    (what it finds it stores in arrays), and is called without the interpreter's lock. With ``NUMBA_DISABLE_JIT=1`` it
    runs as Python, some thousand times as slowly, for a debugger or a measurement of coverage.

    Parameters
    ----------
    name : str
        What to call its file.
    find : callable
        Returns the function, compiled by Numba; called only if its machine code is not on disk.
    sources : iterable of Path
        The files of Python that its code depends on. Arrays of other types make a function of their own.

    Raises
    ------
    TypeError
        On a call with an argument of another type, or with an array that is not contiguous.
    """

    def __init__(self, name: str, find: Callable[[], Callable[[*Arguments], None]], sources: Iterable[Path]) -> None:
        self.name = name
        self.find = find
        self.sources = tuple(sources)
        self._functions: dict[object, Callable[[int], None]] = {}
        self._lock = Lock()

    def __call__(self, *arguments: *Arguments) -> None:
        """Call the function, which is loaded or compiled first if its arguments are of new types."""
        self.bound(*arguments)()

    def bound(self, *arguments: *Arguments) -> Callable[[], None]:
        """Return the function with its arguments, which takes a fiftieth of the time to call: 1 us instead of 70."""
        if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
            _kind(arguments)
            return partial(_interpret, self.find(), arguments)
        key = _key(arguments)
        with self._lock:
            if key not in self._functions:
                self._functions[key] = self._function(arguments, _kind(arguments))
        function, words = self._functions[key], array("Q", _words(arguments))

        def call(place: int = words.buffer_info()[0], _kept: object = (words, arguments)) -> None:
            function(place)

        return call

    def _function(self, arguments: tuple[Any, ...], kind: str) -> Callable[[int], None]:
        def build() -> CFunction:
            from mcmort.cache.entry_point import entry

            return entry(self.find(), arguments)

        home = Path(__file__)
        sources = (home, home.with_name("entry_point.py"), *self.sources)
        return ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address_of(self.name, build, sources, kind))


def _interpret[*Arguments](function: Callable[[*Arguments], None], arguments: tuple[*Arguments]) -> None:
    """Call a function of Python without NumPy's warnings: compiled code has none, and hashes are meant to overflow."""
    with np.errstate(all="ignore"):
        function(*arguments)


def _key(argument: Any) -> object:
    """Return a key that differs between arguments of different kinds; it takes less time than naming the kind."""
    match argument:
        case np.ndarray():
            flags = argument.flags
            return argument.dtype, argument.ndim, flags.c_contiguous, flags.aligned
        case tuple():
            return type(argument), *map(_key, argument)
        case _:
            return type(argument)


def _kind(argument: Any) -> str:
    """Return the type of an argument, as far as compiled code depends on it."""
    match argument:
        case np.ndarray() if argument.flags.c_contiguous and argument.flags.aligned:
            return f"{argument.dtype.str}{argument.ndim}"
        case tuple():
            return f"{type(argument).__name__}({','.join(_kind(item) for item in argument)})"
        case bool() | int() | float():
            return type(argument).__name__
    raise TypeError(
        f"compiled code takes no {argument!r:.200}; expected a number, a contiguous array or a tuple of these"
    )


def _words(argument: Any) -> Iterator[int]:
    """Yield the machine words that an argument becomes; of an array these are its address and its shape."""
    match argument:
        case np.ndarray():
            yield argument.ctypes.data
            yield from argument.shape
        case tuple():
            for item in argument:
                yield from _words(item)
        case float():
            yield _WORD.unpack(_FLOAT.pack(argument))[0]
        case _:
            yield int(argument) & 0xFFFF_FFFF_FFFF_FFFF
