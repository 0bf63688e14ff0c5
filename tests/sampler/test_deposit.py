"""Segments deposited on a circular grid: against integrals of hat functions, in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mcmort.sampler.convolve import Curve, Grid

type Array = NDArray[np.float64]

_STEP = 0.75
_CELLS = 32
_GRID = Grid(0.0, _STEP, _CELLS)
_NODES = np.arange(-20 * _CELLS, 20 * _CELLS)

_edges = st.lists(st.floats(-200.0, 200.0), min_size=2, max_size=12)


def _below(place: Array) -> Array:
    """Return the integral, up to a place, of the hat between -1 and 1 with its top at 0."""
    x = np.clip(place, -1.0, 1.0)
    return np.where(x < 0.0, 0.5 * (1.0 + x) ** 2, 1.0 - 0.5 * (1.0 - x) ** 2)


def _expected(edges: Array, masses: Array) -> Array:
    """Return the mass of each cell, segment by segment, from the integrals of the hats of all nodes."""
    found = np.zeros(_CELLS)
    for low, high, mass in zip(edges[:-1], edges[1:], masses, strict=True):
        left, right = (_below(end / _STEP - _NODES) for end in (low, high))
        np.add.at(found, _NODES % _CELLS, mass * (right - left) / ((high - low) / _STEP))
    return found


def _masses(count: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).dirichlet(np.ones(count))


@given(values=_edges)
def test_masses_are_integrals_of_hats(values: list[float]) -> None:
    """Each segment, whichever way it runs and wherever it lies, gives every cell the integral of its hat."""
    edges = np.array(values)
    # of shorter ones the integrals here lose too many digits; those of a hundredth of a cell are points
    edges += np.cumsum(np.where(np.abs(np.diff(edges, prepend=np.inf)) < 0.05, 0.1, 0.0))
    if np.abs(np.diff(edges)).min() < 0.05:
        return
    masses = _masses(len(edges) - 1)
    found = _GRID.deposit(edges[None, None], masses[None, None])
    np.testing.assert_allclose(found[0, 0], _expected(edges, masses), rtol=0.0, atol=1e-12)


@given(at=st.floats(-200.0, 200.0), length=st.floats(0.0, 0.0099))
def test_short_segments_are_points(at: float, length: float) -> None:
    """A segment below a hundredth of a cell is split between two nodes, which keeps its middle; others are not."""
    edges = np.array([at - 0.5 * length * _STEP, at + 0.5 * length * _STEP, at + 0.5 * length * _STEP + 3.0])
    found = _GRID.deposit(edges[None, None], np.array([[[0.25, 0.75]]]))[0, 0]
    rest = at / _STEP - np.floor(at / _STEP)
    expected = 0.75 * _expected(edges[1:], np.ones(1))
    expected[int(np.floor(at / _STEP)) % _CELLS] += 0.25 * (1.0 - rest)
    expected[(int(np.floor(at / _STEP)) + 1) % _CELLS] += 0.25 * rest
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 1, 4), (2, 5, 1), (3, 4, 2)])
def test_curves_and_nodes_are_each_their_own(shape: tuple[int, int, int]) -> None:
    """Of several curves at several nodes, over several lines, each has the masses that it has alone."""
    curves, nodes, lines = shape
    rng = np.random.default_rng(2)
    edges = np.sort(rng.uniform(-40.0, 40.0, (*shape, 6)))
    masses = rng.dirichlet(np.ones(lines * 5), curves).reshape(curves, 1, lines, 5)
    found = _GRID.deposit(edges, masses)
    assert found.shape == (curves, nodes, _CELLS)
    for curve in range(curves):
        for node in range(nodes):
            expected = sum(_expected(edges[curve, node, line], masses[curve, 0, line]) for line in range(lines))
            np.testing.assert_allclose(found[curve, node], expected, rtol=0.0, atol=1e-12)


def test_a_sum_keeps_the_moments_of_its_parts() -> None:
    """Mean and variance of a sum of segments of whole cells are those of its parts: the width of hats is taken off."""
    curves = [Curve(np.array([[1.0, 2.5, 6.25]]), np.array([0.3, 0.7])), Curve(np.array([[2.5, 6.25]]), np.ones(1))]
    masses = np.fft.irfft(_GRID.of_sum(curves)[0], _CELLS)
    place = _STEP * np.arange(_CELLS)
    means = [0.3 * 1.75 + 0.7 * 4.375, 4.375]
    squares = [0.3 * (1.75**2 + 1.5**2 / 12.0) + 0.7 * (4.375**2 + 3.75**2 / 12.0), 4.375**2 + 3.75**2 / 12.0]
    variances = [square - mean**2 for square, mean in zip(squares, means, strict=True)]
    mean = float(masses @ place)
    assert mean == pytest.approx(sum(means), rel=1e-12)
    assert float(masses @ (place - mean) ** 2) == pytest.approx(sum(variances), rel=1e-12)


def test_constants_stand_at_their_nodes() -> None:
    """The spectrum of a constant is that of its mass split between two nodes."""
    spectra = _GRID.constant(np.array([3.0, -1.2]))
    masses = np.fft.irfft(spectra, _CELLS)
    assert masses[0] == pytest.approx(np.eye(_CELLS)[4], abs=1e-12)
    assert masses[1][[-2, -1]] == pytest.approx([0.6, 0.4], abs=1e-12)
