"""The operators of the formula language, for the parser and for every engine that computes a formula."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

__all__ = ["OPERATORS", "Operator", "Symbol"]

Symbol = Literal["+", "-", "*", "/", "min", "max"]


@dataclass(frozen=True, slots=True)
class Operator:
    """An operation on two values.

    Attributes
    ----------
    symbol : {"+", "-", "*", "/", "min", "max"}
        As a formula writes it.
    name : str
        Name of the NumPy function; in capitals, name of the sampler's instruction.
    precedence : int
        How tightly it binds the operands around it, from 1; 0 for a function, which stands before its arguments.
    infix : callable or None
        Applies the operator to any two values with Python's arithmetic; None for a function, which Python has for
        single numbers only.
    """

    symbol: Symbol
    name: str
    precedence: int = 0
    infix: Callable[[Any, Any], Any] | None = None


OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType(
    {
        each.symbol: each
        for each in (
            Operator("+", "add", 1, operator.add),
            Operator("-", "subtract", 1, operator.sub),
            Operator("*", "multiply", 2, operator.mul),
            Operator("/", "divide", 2, operator.truediv),
            Operator("min", "minimum"),
            Operator("max", "maximum"),
        )
    }
)
"""Every operator by its symbol; those of equal precedence are taken from left to right."""
