"""The operations that totals and formulas need of a value, whatever its type.

The same sums are evaluated over arrays of draws, over registers of the sampler's plan, and over the variables of the
Bayesian model: each is a number with ``+ - * /`` and a larger-of-two.
"""

from __future__ import annotations

from typing import Any, Protocol, Self, cast

import numpy as np

__all__ = ["Arithmetic", "Symbol", "maximum"]


class Arithmetic(Protocol):
    """A value that can be added, subtracted, multiplied and divided."""

    def __add__(self, other: Any, /) -> Any: ...
    def __radd__(self, other: Any, /) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...
    def __rsub__(self, other: Any, /) -> Any: ...
    def __mul__(self, other: Any, /) -> Any: ...
    def __rmul__(self, other: Any, /) -> Any: ...
    def __truediv__(self, other: Any, /) -> Any: ...
    def __rtruediv__(self, other: Any, /) -> Any: ...


class Symbol(Arithmetic, Protocol):
    """A symbolic value: an instruction of a plan or a variable of a model."""

    def at_least(self, other: Any, /) -> Self:
        """Return the larger of two values."""
        ...


def maximum[Value: Arithmetic](left: Value, right: Value | float) -> Value:
    """Return the larger of two values, draw by draw where they are draws."""
    if isinstance(left, np.ndarray | float):
        return cast("Value", np.maximum(left, cast("Any", right)))
    return cast("Value", cast("Symbol", left).at_least(right))
