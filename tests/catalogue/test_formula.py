"""The formula language: what it means, against Python's own arithmetic; and what it refuses."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcmort.catalogue.formula import Call, Name, Node, Number, names, parse, postfix
from mcmort.catalogue.operators import OPERATORS
from mcmort.errors import FormulaError
from mcmort.sampler.kernel.run import run_plan
from mcmort.sampler.program.plan import ARITHMETIC, Builder, Op

VALUES: Final = {"a": Fraction(7, 3), "b_2": Fraction(5), "_c": Fraction(1, 8), "D": Fraction(11, 2)}

OPERATIONS: Final[Mapping[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "min": min,
    "max": max,
}


@pytest.mark.parametrize("symbol", OPERATIONS)
def test_operator_is_the_same_in_numpy_sampler_and_python(symbol: str) -> None:
    """The NumPy function, the sampler's instruction and the infix operation of a symbol compute what it means."""
    expected = float(OPERATIONS[symbol](Fraction(7), Fraction(2)))
    listed = OPERATORS[symbol]
    assert listed.symbol == symbol
    assert getattr(np, listed.name)(7.0, 2.0) == expected
    assert listed.infix is None or listed.infix(7.0, 2.0) == expected
    build = Builder()
    left, right = (build.emit(Op.CONSTANT, x=value) for value in (7.0, 2.0))
    build.outputs["result"] = build.emit(ARITHMETIC[symbol], left, right)
    assert run_plan(build.plan(), 1, 1)["result"] == expected


def by_tree(node: Node) -> Fraction:
    """Compute a formula exactly from its tree."""
    match node:
        case Number(value):
            return Fraction(value)
        case Name(name):
            return VALUES[name]
        case Call(sign, left, right):
            return OPERATIONS[sign](by_tree(left), by_tree(right))


def by_stack(node: Node) -> Fraction:
    """Compute a formula exactly from its instructions."""
    stack: list[Fraction] = []
    for item in postfix(node):
        match item:
            case Number(value):
                stack.append(Fraction(value))
            case Name(name):
                stack.append(VALUES[name])
            case sign:
                right, left = stack.pop(), stack.pop()
                stack.append(OPERATIONS[sign](left, right))
    assert len(stack) == 1
    return stack[0]


class _Exact(ast.NodeTransformer):
    """Turns the literals of a Python expression into fractions."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """Wrap a number."""
        return ast.Call(ast.Name("Fraction", ast.Load()), [node], [])


def by_python(text: str) -> Fraction:
    """Let Python read and compute the same text, with its own grammar and precedence."""
    tree = ast.fix_missing_locations(_Exact().visit(ast.parse(text, mode="eval")))
    return Fraction(eval(compile(tree, "formula", "eval"), {"Fraction": Fraction, **VALUES}))


def _pairs(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    space = st.sampled_from(["", " ", "  "])
    return st.one_of(
        st.tuples(inner, space, st.sampled_from("+-*/"), space, inner).map("".join),
        st.tuples(st.just("("), inner, st.just(")")).map("".join),
        st.tuples(st.just("- "), inner).map("".join),
        st.tuples(st.sampled_from(["min", "max"]), st.lists(inner, min_size=2, max_size=4)).map(
            lambda call: f"{call[0]}({', '.join(call[1])})"
        ),
    )


NUMBERS: Final = st.one_of(
    st.integers(0, 10**7).map(str),
    st.integers(1000, 9_999_999).map(lambda value: f"{value:_}"),
    st.floats(0.001, 1e6).map(repr),
    st.sampled_from(["1.", ".5", "2e3", "1E-2", "3.5e+1"]),
)
EXPRESSIONS: Final = st.recursive(NUMBERS | st.sampled_from(sorted(VALUES)), _pairs, max_leaves=12)


@given(EXPRESSIONS)
def test_formula_equals_python_arithmetic_of_the_same_text(text: str) -> None:
    """Precedence, brackets, signs, min and max are those of Python, exactly, for tree and stack alike."""
    tree = parse(text)
    try:
        wanted = by_python(text)
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            by_tree(tree)
        return
    assert by_tree(tree) == wanted
    assert by_stack(tree) == wanted


@given(EXPRESSIONS)
def test_names_of_a_formula_equal_those_found_by_python(text: str) -> None:
    """`names` finds every name of a formula and nothing else."""
    found = {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}
    assert names(parse(text)) == found - {"min", "max"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("10 - 4 - 3", 3),
        ("24 / 4 / 2", 3),
        ("24 / (4 / 2)", 12),
        ("-2 * 3", -6),
        ("2 - -3", 5),
        ("2 * -3 + 1", -5),
        ("max(0, 2 - 5)", 0),
        ("min(3, 2, 1)", 1),
        ("1_053_829", 1_053_829),
        ("\n  1\t+ 1 ", 2),
    ],
)
def test_precedence_equals_sums_by_hand(text: str, value: int) -> None:
    """Sums written down by hand come out as on paper."""
    assert by_tree(parse(text)) == value


def test_reading_without_precedence_gives_another_value() -> None:
    """Negative control: reading from left to right without precedence gives another value, and the oracle sees it."""
    assert by_python("2 + 3 * 4") == 14 != (2 + 3) * 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("  \n ", "empty"),
        ("a.b", "'.'"),
        ("a.__class__", "'.'"),
        ("__import__('os')", '"\'"'),
        ("__import__(os)", "no function"),
        ("abs(a)", "no function"),
        ("exp(1)", "no function"),
        ("min(a)", "at least two"),
        ("min()", "stands where"),
        ("min(a, )", "stands where"),
        ("a ** 2", "'*'"),
        ("a ^ 2", "'^'"),
        ("a // 2", "'/'"),
        ("a % 2", "'%'"),
        ("a < b", "'<'"),
        ("a == b", "'='"),
        ("a and b", "'and'"),
        ("a if b else c", "'if'"),
        ("lambda: 1", "':'"),
        ("[1, 2]", "'['"),
        ("{a}", "'{'"),
        ("'text'", '"\'"'),
        ("a; b", "';'"),
        ("a = 1", "'='"),
        ("a := 1", "':'"),
        ("a b", "'b'"),
        ("2 a", "'a'"),
        ("1.2.3", "'.3'"),
        ("(a", "ends where ')'"),
        ("a)", "')'"),
        ("a +", "ends where"),
        ("* a", "'*'"),
        ("+ a", "'+'"),
        ("a, b", "','"),
        ("1e999", "too large"),
        ("é + 1", "'é'"),
        ("٣ + 1", "'٣'"),
        ("a\u2212b", "'\u2212'"),
        ("0x10", "'x10'"),
        ("1__0", "'__0'"),
        ("1_", "'_'"),
        ("1j", "'j'"),
        ("nan(a)", "no function"),
    ],
)
def test_text_that_is_not_arithmetic_is_refused(text: str, words: str) -> None:
    """Attributes, calls, powers, comparisons, statements and foreign signs are refused, and the message names them."""
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert words in str(caught.value)


@pytest.mark.slow
@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from("ab1_.,()+-*/ e'[]<=@\\\x00é"), max_size=40))
def test_any_text_is_parsed_or_refused_as_a_formula_error(text: str) -> None:
    """No text whatever brings another error than a `FormulaError`; what is parsed is Python's arithmetic too."""
    try:
        tree = parse(text)
    except FormulaError:
        return
    assert len(postfix(tree)) >= 1
    assert names(tree) <= {
        node.id for node in ast.walk(ast.parse(text.strip(), mode="eval")) if isinstance(node, ast.Name)
    }


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000 + "1" + ")" * 100_000,
        "-" * 100_000 + "1",
        "min(1, " * 60 + "1" + ")" * 60,
        " + ".join(["1"] * 100_000),
        " * ".join(["a"] * 5_000),
        "(" * 100_000,
    ],
    ids=["brackets", "signs", "calls", "sum", "product", "unclosed"],
)
def test_oversized_formula_is_refused_without_a_recursion_error(text: str) -> None:
    """What nests too deep or is too long is refused with a `FormulaError`, before Python's own stack gives way."""
    with pytest.raises(FormulaError, match=r"nest deeper|are allowed"):
        parse(text)


def test_the_longest_formula_allowed_is_computed() -> None:
    """A sum of 250 terms and 40 pairs of brackets pass through parse, names and postfix."""
    assert by_stack(parse("+".join(["a"] * 250))) == 250 * VALUES["a"]
    assert by_stack(parse("(" * 40 + "a" + ")" * 40)) == VALUES["a"]


def test_number_is_read_as_the_nearest_double() -> None:
    """A literal is read as the nearest double."""
    assert parse("0.1") == Number(0.1)
    assert parse("1e308") == Number(1e308)
    assert math.isfinite(by_tree(parse("1e308")))
