"""Estimates that are arithmetic over quantities: their distribution, propagated on a fixed lattice of points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from mcmort.catalogue import formula
from mcmort.catalogue.case import Case
from mcmort.catalogue.operators import OPERATORS
from mcmort.catalogue.vocabulary import Support
from mcmort.elicit.families import Array, Distribution, empirical
from mcmort.elicit.pool import Pool
from mcmort.errors import FitError

__all__ = ["evaluate", "propagate", "quantities_of"]

_POINTS: Final = 1 << 14

_UFUNCS: Final[Mapping[str, np.ufunc]] = {symbol: getattr(np, operator.name) for symbol, operator in OPERATORS.items()}


def evaluate(node: formula.Node, values: Mapping[str, Array]) -> Array:
    """Compute a formula over arrays.

    Parameters
    ----------
    node : Node
        A parsed formula.
    values : mapping of str to ndarray, shape (n,)
        Values of its names.

    Returns
    -------
    ndarray, shape (n,)
    """
    return formula.fold(
        node,
        lambda value: np.asarray(value, dtype=np.float64),
        lambda name: values[name],
        lambda operator, left, right: np.asarray(_UFUNCS[operator](left, right)),
    )


def propagate(case: Case, text: str, pools: Mapping[str, Pool], support: Support = "count") -> Distribution:
    """Return the distribution of a formula over quantities.

    The points are an additive recurrence with the generalised golden ratio (Roberts 2018), one coordinate for each
    quantity in the order of their names: the same case gives the same distribution, without random numbers.

    Parameters
    ----------
    case : Case
        Holds the quantities that are themselves formulas.
    text : str
        The formula.
    pools : mapping of str to Pool
        Pools of all the quantities on which it rests; see `quantities_of`.
    support : {"count", "share", "signed"}
        Where its values may lie.

    Returns
    -------
    Distribution
        Of 16,384 sorted values, in stretches of equal steps.

    Raises
    ------
    FitError
        If the formula is undefined somewhere, or lies where its values may not.
    """
    tree = _expanded(case, text)
    used = sorted(formula.names(tree))
    ratio = 2.0
    for _ in range(60):
        ratio = (1.0 + ratio) ** (1.0 / (len(used) + 1.0))
    index = np.arange(1, _POINTS + 1)
    values = {
        name: pools[name].ppf(np.clip((0.5 + index * ratio ** -(place + 1.0)) % 1.0, 1e-12, 1.0 - 1e-12))
        for place, name in enumerate(used)
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        result = np.broadcast_to(evaluate(tree, values), (_POINTS,))
    if not np.all(np.isfinite(result)) or (support != "signed" and np.any(result < 0)):
        raise FitError(f"the formula {text!r} is negative or undefined for some values of its quantities")
    if support == "share" and np.any(result > 1):
        raise FitError(f"the formula {text!r} is above one, which no share is, for some values of its quantities")
    return empirical(_smoothed(np.sort(result)))


def _smoothed(values: Array) -> Array:
    """Even out the steps between sorted values: straight stretches between means of neighbours.

    The single steps are noise of the lattice, a few parts in 10,000 of a value, and a table that followed each of them
    would be thirty times as long. A stretch holds 8 to 64 values, fewer towards the ends. Copies of the least and of
    the greatest value, which `max` and `min` leave, stay as they are; where others repeat, nothing is changed.
    """
    first, last = np.searchsorted(values, values[0], side="right"), np.searchsorted(values, values[-1])
    inner = slice(int(first) if first > 1 else 0, int(last) if last < len(values) - 1 else len(values))
    part = values[inner]
    half = len(part) // 2
    if half < 128 or np.any(part[1:] == part[:-1]):
        return values
    rank, reach = [np.array([0, 1, 2, 4, 8])], [np.array([0, 0, 0, 0, 4])]
    for octave in range(4, half.bit_length()):
        length = min(max(2**octave // 32, 8), 64)
        rank.append(np.arange(2**octave, min(2 ** (octave + 1), half), length))
        reach.append(np.full(len(rank[-1]), length // 2))
    ranks, reaches = np.concatenate(rank), np.concatenate(reach)
    ranks = np.concatenate([ranks, len(part) - 1 - ranks[::-1]])
    reaches = np.concatenate([reaches, reaches[::-1]])
    sums = np.concatenate([[0.0], np.cumsum(part)])
    means = (sums[ranks + reaches + 1] - sums[ranks - reaches]) / (2 * reaches + 1)
    result = values.copy()
    result[inner] = np.interp(np.arange(len(part)), ranks, means)
    return result


def quantities_of(case: Case, text: str) -> frozenset[str]:
    """Return the quantities with estimates on which a formula rests, through other formulas where there are any."""
    return formula.names(_expanded(case, text))


def _expanded(case: Case, text: str) -> formula.Node:
    """Replace quantities that are formulas by these, down to quantities with estimates."""

    def expand(node: formula.Node) -> formula.Node:
        match node:
            case formula.Name(name) if name in case.quantities and case.quantities[name].formula is not None:
                return expand(formula.parse(str(case.quantities[name].formula)))
            case formula.Call(operator, left, right):
                return formula.Call(operator, expand(left), expand(right))
            case _:
                return node

    return expand(formula.parse(text))
