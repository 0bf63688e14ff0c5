"""The arithmetic of derived figures: numbers, names, ``+ - * /``, brackets, ``min`` and ``max``.

A formula is parsed, never evaluated as Python. `parse` gives a small tree; `postfix` gives the same formula
as instructions for a stack, the one form from which every engine computes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mcmort.catalogue.operators import OPERATORS, Symbol
from mcmort.errors import FormulaError

__all__ = ["Call", "Name", "Node", "Number", "fold", "names", "parse", "postfix"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity or component, by its name (``-`` in an id is written ``_``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on two formulas."""

    operator: Symbol
    left: Node
    right: Node


type Node = Number | Name | Call

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>[-+*/(),]))",
    re.ASCII,
)
_FUNCTIONS: Final = {symbol: operator for symbol, operator in OPERATORS.items() if not operator.precedence}
_DEEPEST: Final = 50
_LONGEST: Final = 500


class _Parser:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._tokens()
        self.next = 0
        self.depth = 0

    def _tokens(self) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        position = 0
        text = self.text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise FormulaError(f"{text[position:].strip()[0]!r} is not arithmetic")
            tokens.append((match.lastgroup, match.group(match.lastgroup)))
            position = match.end()
        return tokens

    def peek(self) -> str:
        return self.tokens[self.next][1] if self.next < len(self.tokens) else ""

    def take(self, wanted: str = "") -> tuple[str, str]:
        if self.next >= len(self.tokens):
            raise FormulaError(
                f"the formula ends where {repr(wanted) if wanted else 'a number, a name or a bracket'} should stand"
            )
        kind, text = self.tokens[self.next]
        if wanted and text != wanted:
            raise FormulaError(f"{text[:40]!r} stands where {wanted!r} should")
        self.next += 1
        return kind, text

    def formula(self) -> Node:
        node = self.operation()
        if self.next < len(self.tokens):
            raise FormulaError(f"{self.peek()[:40]!r} stands where the formula should end")
        return node

    def operation(self, least: int = 1) -> Node:
        """Parse operands joined by operators of at least a precedence."""
        node = self.operand()
        while (operator := OPERATORS.get(self.peek())) is not None and operator.precedence >= least:
            self.take()
            node = Call(operator.symbol, node, self.operation(operator.precedence + 1))
        return node

    def operand(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise FormulaError(f"brackets nest deeper than {_DEEPEST}")
        try:
            return self._operand()
        finally:
            self.depth -= 1

    def _operand(self) -> Node:
        kind, text = self.take()
        if kind == "number":
            value = float(text.replace("_", ""))
            if not math.isfinite(value):
                raise FormulaError(f"the number {text[:40]} is too large")
            return Number(value)
        if text == "-":
            return Call("-", Number(0.0), self.operand())
        if text == "(":
            node = self.operation()
            self.take(")")
            return node
        if kind == "name":
            return self.function(text) if self.peek() == "(" else Name(text)
        raise FormulaError(f"{text[:40]!r} stands where a number, a name or a bracket should")

    def function(self, name: str) -> Node:
        if name not in _FUNCTIONS:
            raise FormulaError(
                f"{name[:40]!r} is no function of the formula language: it has {' and '.join(_FUNCTIONS)}"
            )
        self.take("(")
        node = self.operation()
        if self.peek() != ",":
            raise FormulaError(f"{name} needs at least two arguments")
        while self.peek() == ",":
            self.take(",")
            node = Call(_FUNCTIONS[name].symbol, node, self.operation())
        self.take(")")
        return node


def parse(text: str) -> Node:
    """Parse a formula.

    Parameters
    ----------
    text : str
        Such as ``"captured * march_loss"``.

    Returns
    -------
    Node
        The tree of the formula.

    Raises
    ------
    FormulaError
        If the text is not arithmetic over numbers and names.

    Examples
    --------
    >>> sorted(names(parse("max(0, expected - counted)")))
    ['counted', 'expected']
    """
    parser = _Parser(text)
    if not parser.tokens:
        raise FormulaError("the formula is empty")
    if len(parser.tokens) > _LONGEST:
        raise FormulaError(f"there are {len(parser.tokens)} signs, names and numbers where {_LONGEST} are allowed")
    return parser.formula()


def names(node: Node) -> frozenset[str]:
    """Return the names that a formula uses."""
    match node:
        case Name(name):
            return frozenset((name,))
        case Call(_, left, right):
            return names(left) | names(right)
        case Number():
            return frozenset()


def fold[Value](
    node: Node,
    number: Callable[[float], Value],
    name: Callable[[str], Value],
    operate: Callable[[Symbol, Value, Value], Value],
) -> Value:
    """Compute a formula, whatever its values are.

    Parameters
    ----------
    node : Node
        A parsed formula.
    number, name : callable
        What a number and a name stand for.
    operate : callable
        Applies an operator to two values.

    Returns
    -------
    Value
    """
    stack: list[Value] = []
    for item in postfix(node):
        match item:
            case Number(value):
                stack.append(number(value))
            case Name(text):
                stack.append(name(text))
            case operator:
                right, left = stack.pop(), stack.pop()
                stack.append(operate(operator, left, right))
    return stack.pop()


def postfix(node: Node) -> list[Number | Name | Symbol]:
    """Return the formula in postfix order: operands first, then their operator."""
    match node:
        case Call(operator, left, right):
            return [*postfix(left), *postfix(right), operator]
        case _:
            return [node]
