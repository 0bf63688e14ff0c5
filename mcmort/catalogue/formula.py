"""The arithmetic of derived figures: numbers, names, ``+ - * /``, brackets, ``min`` and ``max``.

A formula is parsed, never evaluated as Python. `parse` gives a small tree; `postfix` gives the same formula
as instructions for a stack, the one form from which every engine computes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from mcmort.errors import FormulaError

__all__ = ["Call", "Name", "Node", "Number", "fold", "names", "parse", "postfix"]

Operator = Literal["+", "-", "*", "/", "min", "max"]


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

    operator: Operator
    left: Node
    right: Node


type Node = Number | Name | Call

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>[-+*/(),]))",
    re.ASCII,
)
_DEEPEST: Final = 50
_LONGEST: Final = 500
_FUNCTIONS: Final[dict[str, Operator]] = {"min": "min", "max": "max"}


class _Parser:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0
        self.depth = 0

    def _tokens(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        at = 0
        text = self.text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise FormulaError(f"{text[at:].strip()[0]!r} is not arithmetic")
            found.append((match.lastgroup, match.group(match.lastgroup)))
            at = match.end()
        return found

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise FormulaError(
                f"the formula ends where {repr(wanted) if wanted else 'a number, a name or a bracket'} should stand"
            )
        kind, text = self.tokens[self.at]
        if wanted and text != wanted:
            raise FormulaError(f"{text!r} stands where {wanted!r} should")
        self.at += 1
        return kind, text

    def whole(self) -> Node:
        node = self.sum()
        if self.at < len(self.tokens):
            raise FormulaError(f"{self.peek()!r} stands where the formula should end")
        return node

    def sum(self) -> Node:
        node = self.product()
        while self.peek() in ("+", "-"):
            operator: Operator = "+" if self.take()[1] == "+" else "-"
            node = Call(operator, node, self.product())
        return node

    def product(self) -> Node:
        node = self.factor()
        while self.peek() in ("*", "/"):
            operator: Operator = "*" if self.take()[1] == "*" else "/"
            node = Call(operator, node, self.factor())
        return node

    def factor(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise FormulaError(f"brackets nest deeper than {_DEEPEST}")
        try:
            return self._factor()
        finally:
            self.depth -= 1

    def _factor(self) -> Node:
        kind, text = self.take()
        if kind == "number":
            value = float(text.replace("_", ""))
            if not math.isfinite(value):
                raise FormulaError(f"the number {text} is too large")
            return Number(value)
        if text == "-":
            return Call("-", Number(0.0), self.factor())
        if text == "(":
            node = self.sum()
            self.take(")")
            return node
        if kind == "name":
            return self.function(text) if self.peek() == "(" else Name(text)
        raise FormulaError(f"{text!r} stands where a number, a name or a bracket should")

    def function(self, name: str) -> Node:
        if name not in _FUNCTIONS:
            raise FormulaError(f"{name!r} is no function of the formula language: it has min and max")
        self.take("(")
        node = self.sum()
        if self.peek() != ",":
            raise FormulaError(f"{name} needs at least two arguments")
        while self.peek() == ",":
            self.take(",")
            node = Call(_FUNCTIONS[name], node, self.sum())
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
    return parser.whole()


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
    operate: Callable[[Operator, Value, Value], Value],
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


def postfix(node: Node) -> list[Number | Name | Operator]:
    """Return the formula in postfix order: operands first, then their operator."""
    match node:
        case Call(operator, left, right):
            return [*postfix(left), *postfix(right), operator]
        case _:
            return [node]
