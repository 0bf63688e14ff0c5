"""Segments deposited on a circular grid: against integrals of the weights of quadratic interpolation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.interpolate import PPoly

from mcmort.sampler.convolve import Curve, Grid

type Array = NDArray[np.float64]

_STEP = 0.75
_CELLS = 32
_GRID = Grid(0.0, _STEP, _CELLS)
_NODES = np.arange(-20 * _CELLS, 20 * _CELLS)
_WEIGHT = PPoly(np.array([[0.5, -1.0, 0.5], [0.0, 1.0, -1.0], [-0.125, 0.75, 0.375]]), np.array([-1.5, -0.5, 0.5, 1.5]))
"""Of a node, by the place of a point beside it: Lagrange's polynomial over the nearest node and its neighbours."""
_BELOW = _WEIGHT.antiderivative()

_edges = st.lists(st.floats(-200.0, 200.0), min_size=2, max_size=12)


def _expected(edges: Array, masses: Array) -> Array:
    """Return the mass at each node, segment by segment, from the integrals of the weights of all nodes."""
    found = np.zeros(_CELLS)
    for low, high, mass in zip(edges[:-1], edges[1:], masses, strict=True):
        left, right = (_BELOW(np.clip(end / _STEP - _NODES, -1.5, 1.5)) for end in (low, high))
        np.add.at(found, _NODES % _CELLS, mass * (right - left) / ((high - low) / _STEP))
    return found


def _masses(count: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).dirichlet(np.ones(count))


@given(values=_edges)
def test_masses_are_integrals_of_weights(values: list[float]) -> None:
    """Each segment, whichever way it runs and wherever it lies, gives every node the integral of its weight."""
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
    """A segment below a hundredth of a cell is shared out by the weights of its middle; others are not."""
    assume(abs(at / _STEP % 1.0 - 0.5) > 1e-9)  # in the middle between two nodes either of them is the nearest one
    edges = np.array([at - 0.5 * length * _STEP, at + 0.5 * length * _STEP, at + 0.5 * length * _STEP + 3.0])
    found = _GRID.deposit(edges[None, None], np.array([[[0.25, 0.75]]]))[0, 0]
    expected = 0.75 * _expected(edges[1:], np.ones(1))
    beside = at / _STEP - _NODES
    near = np.abs(beside) < 1.5
    np.add.at(expected, _NODES[near] % _CELLS, 0.25 * _WEIGHT(beside[near]))
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
    """Mean and variance of a sum are those of its parts, wherever on the grid these lie and however narrow they are."""
    edges = [np.array([[1.0, 2.6, 6.3]]), np.array([[2.3, 6.25]]), np.array([[1.41, 1.43]]), np.array([[0.7, 0.7]])]
    curves = [Curve(one, np.array([0.3, 0.7]) if one.size == 3 else np.ones(1)) for one in edges]
    masses = np.fft.irfft(_GRID.of_sum(curves)[0], _CELLS)
    place = _STEP * np.arange(_CELLS)
    means = [0.3 * 1.8 + 0.7 * 4.45, 4.275, 1.42, 0.7]
    spread = 0.3 * (1.8**2 + 1.6**2 / 12.0) + 0.7 * (4.45**2 + 3.7**2 / 12.0) - means[0] ** 2
    mean = float(masses @ place)
    assert mean == pytest.approx(sum(means), rel=1e-12)
    assert float(masses @ (place - mean) ** 2) == pytest.approx(spread + (3.95**2 + 0.02**2) / 12.0, rel=1e-12)


def test_constants_stand_at_their_nodes() -> None:
    """The spectrum of a constant is that of its mass, at its node or shared with the neighbours of the nearest one."""
    spectra = _GRID.constant(np.array([3.0, -1.2]))
    masses = np.fft.irfft(spectra, _CELLS)
    assert masses[0] == pytest.approx(np.eye(_CELLS)[4], abs=1e-12)
    assert masses[1][[-3, -2, -1]] == pytest.approx([-0.12, 0.84, 0.28], abs=1e-12)
