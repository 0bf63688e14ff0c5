"""Adaptive linear interpolation: finds how fine a table must be, with as few evaluations as that takes.

A cell is halved until linear interpolation between its ends agrees with the function at its quarters. The values that
check a cell are the ends and the middles of its halves, so that none is computed twice. Nothing here depends on
distributions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Places", "Scale", "Tabulated", "tabulate"]

type Array = NDArray[np.float64]
type Places = NDArray[np.int64]

_WORST_KINK: Final = 4.0 / 3.0
"""The error at a kink exceeds what is seen at the quarters of its cell by at most this factor: the error has the shape
of a triangle whose top is at the kink, and a kink at a third of the cell is seen least."""
_AIM: Final = 0.8
"""Share of the target at which a cell is halved no more: two kinks in one cell can add up to more than is seen."""
_LEAST_VALUE: Final = float(np.finfo(np.float64).tiny / np.finfo(np.float64).eps)
"""Values below this have lost precision to underflow and count as zero."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of places: whole spans, each divided into ``1 << resolution`` cells.

    Attributes
    ----------
    spans : int
        Their number.
    body : tuple of int
        First span of those whose error is measured, and the span after the last.
    begin, least, usual, finest : int
        Resolution at which the search begins; least resolution of a table; resolution that is exceeded only where
        this meets the target; finest resolution.
    """

    spans: int
    body: tuple[int, int]
    begin: int = 3
    least: int = 5
    usual: int = 8
    finest: int = 12

    @property
    def top(self) -> int:
        """Resolution of the places: quarters of the finest cells."""
        return self.finest + 2


@dataclass(frozen=True, slots=True)
class Tabulated:
    """A function tabulated on a scale.

    Attributes
    ----------
    values : ndarray, shape ((spans << resolution) + 1,)
        At the knots.
    resolution : int
        Logarithm to base 2 of the cells in a span.
    error : float
        Largest relative error found in the body, outside `missed`.
    missed : ndarray of int, shape (n, 2)
        First and last place of the cells, of the usual resolution, that hold a miss which no resolution mends.
    """

    values: Array
    resolution: int
    error: float
    missed: Places


def tabulate(function: Callable[[Places], Array], scale: Scale, target: float, floor: float = 0.0) -> Tabulated:
    """Tabulate an increasing function as finely as linear interpolation needs.

    Parameters
    ----------
    function : callable
        From places, in units of a quarter of the finest cell, to values.
    scale : Scale
        Where the places are.
    target : float
        Relative error wanted in the body of the scale; in the tails beyond, ten times as much is allowed.
    floor : float
        Size below which errors are relative to it, for a function that passes through zero.

    Returns
    -------
    Tabulated
        On the coarsest resolution that meets the target.
    """
    first, last = scale.body[0] << scale.top, scale.body[1] << scale.top
    width = 1 << (scale.top - scale.begin)
    body = _refine(function, (first, last), width, scale.finest - scale.begin, _AIM * target, floor)
    # a miss at the finest cells is set aside with the cell of the usual resolution that holds it
    usual = 1 << (scale.top - scale.usual)
    missed = np.unique(body.starts[body.errors > target] // usual)
    kept = ~np.isin(body.starts // usual, missed)
    finest = scale.begin + int(np.max(body.levels[kept], initial=0))
    resolution = max(finest, scale.usual if len(missed) else scale.least)
    # a tail begins coarser; the checks of a cell are kept, so that where it is smooth its error is a sixteenth of this
    tails = [
        _refine(function, ends, 2 * width, resolution - scale.begin + 1, 10.0 * target, floor)
        for ends in ((0, first), (last, scale.spans << scale.top))
    ]
    parts = (tails[0], body, tails[1])
    knots = np.arange((scale.spans << resolution) + 1, dtype=np.int64) << (scale.top - resolution)
    places = np.concatenate([part.places for part in parts])
    values = np.maximum.accumulate(np.concatenate([part.values for part in parts]))
    return Tabulated(
        np.interp(knots, places, values),
        resolution,
        float(np.max(body.errors[kept], initial=0.0)),
        np.stack([missed, missed + 1], axis=1) * usual,
    )


@dataclass(frozen=True, slots=True)
class _Refined:
    """Values of a function at places fine enough to interpolate between them.

    Attributes
    ----------
    places : ndarray of int, shape (n,)
        Increasing, in units of a quarter of the finest cell.
    values : ndarray, shape (n,)
        The function there.
    starts, levels, errors : ndarray, shape (n_cells,)
        First place of each cell, how often it was halved, and the relative error of interpolation in it.
    """

    places: Places
    values: Array
    starts: Places
    levels: Places
    errors: Array


def _refine(
    function: Callable[[Places], Array], ends: tuple[int, int], width: int, finest: int, target: float, floor: float
) -> _Refined:
    """Evaluate a function at the places that linear interpolation needs.

    Parameters
    ----------
    function : callable
        From places to values.
    ends : tuple of int
        First and last place, apart by a multiple of `width`.
    width : int
        Width of the coarsest cells, at least ``4 << finest``.
    finest : int
        How often a cell may be halved.
    target : float
        Relative error at which a cell is halved no more.
    floor : float
        As of `tabulate`.

    Returns
    -------
    _Refined
        Cells at the limit may miss the target.
    """
    starts = np.arange(ends[0], ends[1], width, dtype=np.int64)
    corners = np.arange(ends[0], ends[1] + 1, width // 2, dtype=np.int64)
    known = function(corners)
    places, values = [corners], [known]
    left, middle, right = known[:-2:2], known[1::2], known[2::2]
    done: list[tuple[Places, int, Array]] = []
    for level in range(finest + 1):
        quarter = width >> (level + 2)
        checks = _interleaved(starts + quarter, starts + 3 * quarter)
        checked = function(checks)
        places.append(checks)
        values.append(checked)
        first, third = checked[::2], checked[1::2]
        errors = _WORST_KINK * np.maximum.reduce(
            [
                _relative(0.75 * left + 0.25 * right, first, floor),
                _relative(0.5 * left + 0.5 * right, middle, floor),
                _relative(0.25 * left + 0.75 * right, third, floor),
            ]
        )
        is_open = (errors > target) & (level < finest)
        done.append((starts[~is_open], level, errors[~is_open]))
        if not np.any(is_open):
            break
        middles = middle[is_open]
        left, middle, right = (
            _interleaved(left[is_open], middles),
            _interleaved(first[is_open], third[is_open]),
            _interleaved(middles, right[is_open]),
        )
        starts = _interleaved(starts[is_open], starts[is_open] + 2 * quarter)
    every, first_of = np.unique(np.concatenate(places), return_index=True)
    begin = np.concatenate([cells for cells, _, _ in done])
    order = np.argsort(begin)
    levels = np.concatenate([np.full(len(cells), level, dtype=np.int64) for cells, level, _ in done])
    return _Refined(
        every,
        np.concatenate(values)[first_of],
        begin[order],
        levels[order],
        np.concatenate([errors for _, _, errors in done])[order],
    )


def _relative(interpolated: Array, exact: Array, floor: float) -> Array:
    scale = np.maximum(np.abs(exact), max(_LEAST_VALUE, floor))
    return np.asarray(np.abs(interpolated - exact) / scale)


def _interleaved[T: (Array, Places)](first: T, second: T) -> T:
    """Take elements of two arrays in turn; cells in order stay in order, which makes look-ups in them fast."""
    return np.stack([first, second], axis=1).ravel()
