"""Edges and nodes of the exact engine: they hold all probability, and integrals over them are those of SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, stats

from mcmort.elicit.families import Distribution
from mcmort.elicit.pool import Pool
from mcmort.elicit.table import build_score_table, build_table
from mcmort.sampler.exact import exact_distribution
from mcmort.sampler.integrate import Integrator
from mcmort.sampler.nodes import Level, edges, trapezoid
from mcmort.sampler.plan import Builder, Op, Plan
from mcmort.sampler.scores import normal_scores
from mcmort.sampler.ties import Graph

type Array = NDArray[np.float64]


@pytest.mark.parametrize("resolution", [3, 5])
def test_segments_hold_the_probability_between_their_edges(resolution: int) -> None:
    """Segments share out all of the probability, each as much as lies between its edges; the tails go to the ends."""
    survival, masses = edges(resolution)
    assert masses.sum() == pytest.approx(1.0, abs=1e-14)
    assert (np.diff(survival) > 0.0).all()
    np.testing.assert_allclose(masses[1:-1], np.diff(survival)[1:-1], rtol=1e-9)
    assert masses[0] == pytest.approx(survival[1], rel=1e-9)


@pytest.mark.parametrize("rate", [0.5, 1.0])
def test_nodes_integrate_what_is_smooth(rate: float) -> None:
    """Twenty-four intervals give the mean of a lognormal and that of a logistic curve as SciPy's quadrature does."""
    survival, weights = trapezoid(24)
    score = stats.norm.isf(survival)

    def logistic(s: Array) -> Array:
        return np.asarray(1.0 / (1.0 + np.exp(-rate * s - 0.3)))

    exact = integrate.quad(lambda s: float(logistic(s) * stats.norm.pdf(s)), -9.0, 9.0, epsabs=1e-13)[0]
    assert weights @ logistic(score) == pytest.approx(exact, rel=2e-8)
    assert weights @ np.exp(rate * score) == pytest.approx(np.exp(0.5 * rate**2), rel=2e-6)


def _tied(*more: str) -> tuple[Plan, int]:
    """Return the sum of three lognormals under a factor, or under several."""
    build = Builder()
    scores, total = build.table(normal_scores()), build.emit(Op.CONSTANT, x=0.0)
    for at, log_sd in enumerate((0.3, 0.5, 0.8)):
        score = build.emit(Op.SCALE, build.emit(Op.DRAW, b=scores, stream=f"own-{at}"), x=0.8)
        for factor in ("factor", *more):
            loading = 0.6 / np.sqrt(1 + len(more))
            score = build.emit(Op.ADD_SCALED, score, build.emit(Op.DRAW, b=scores, stream=factor), x=loading)
        table = build.score_table(build_score_table(Distribution("lognormal", (1.0, log_sd))))
        total = build.emit(Op.ADD, total, build.emit(Op.SCORED, score, table))
    build.outputs["total"] = total
    return build.plan(), total


class _Counted:
    """A measure that only tells at how many nodes a sum was measured, and what it weighed."""

    def __init__(self) -> None:
        self.nodes: list[int] = []

    def of_sum(self, curves):  # type: ignore[no-untyped-def]
        """Return the means of a sum."""
        self.nodes.append(max(len(one.edges) for one in curves))
        middles = [0.5 * (one.edges[:, 1:] + one.edges[:, :-1]) for one in curves]
        return sum(np.sum(one.masses * middle, axis=1) for one, middle in zip(curves, middles, strict=True))

    def constant(self, values):  # type: ignore[no-untyped-def]
        """Return constants."""
        return values

    def add(self, one, other):  # type: ignore[no-untyped-def]
        """Return the means of a sum."""
        return one + other

    def join(self, parts):  # type: ignore[no-untyped-def]
        """Return the means at all nodes."""
        return np.concatenate(list(parts))

    def mix(self, weights, nodes):  # type: ignore[no-untyped-def]
        """Return the mean of a mixture, as of one node."""
        return np.array([weights @ nodes])


class _Sized(_Counted):
    """A measure that also tells how many values each curve has."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def of_sum(self, curves):  # type: ignore[no-untyped-def]
        """Return zero in place of the means of a sum."""
        self.sizes += [one.edges.size for one in curves]
        return np.zeros(1)


def test_nodes_are_measured_once() -> None:
    """Of finer nodes only those that a coarser level lacks are measured; the mixture is that of all of them anew."""
    plan, total = _tied()
    graph, counted = Graph(plan), _Counted()
    integrator = Integrator(graph, total)
    found = [integrator.measure(counted, Level(fixed=fixed)) for fixed in (-1, 0, 1)]
    assert counted.nodes == [11, 12, 24]
    anew = [Integrator(graph, total).measure(_Counted(), Level(fixed=fixed)) for fixed in (-1, 0, 1)]
    np.testing.assert_allclose(found, anew, rtol=1e-14)
    assert integrator.measure(counted, Level(edges=1, fixed=0)) != found[1]  # other edges are measured anew
    assert counted.nodes == [11, 12, 24, 23]
    exact = sum(np.exp(1.0 + 0.5 * log_sd**2) for log_sd in (0.3, 0.5, 0.8))
    assert exact_distribution(plan, total).mean == pytest.approx(exact, rel=1e-4)


def test_under_two_factors_all_nodes_are_measured_anew() -> None:
    """Where finer nodes of one factor mean finer nodes of another within them, nothing of a coarser level is left."""
    plan, total = _tied("other")
    graph = Graph(plan)
    integrator, counted = Integrator(graph, total), _Counted()
    found = [integrator.measure(counted, Level(fixed=fixed)) for fixed in (-1, 0)]
    anew = [Integrator(graph, total).measure(_Counted(), Level(fixed=fixed)) for fixed in (-1, 0)]
    np.testing.assert_array_equal(found, anew)
    assert counted.nodes == [5] * (5 * 3) + [11] * (11 * 3)  # for each outer node all inner ones, summand by summand


@pytest.mark.parametrize("level", [Level(-2, -1, -1), Level(), Level(1, 1, 0)])
def test_work_counts_the_values_that_are_computed(level: Level) -> None:
    """The work of a level is that of its values, with the knots of a fine table, and a thousand for each curve."""
    build = Builder()
    pool = Pool(((0.4, Distribution("uniform", (1.0, 2.0))), (0.6, Distribution("uniform", (11.0, 12.0)))))
    share = build.emit(Op.DRAW, b=build.table(build_table(Distribution("uniform", (0.9, 1.0)))), stream="share")
    total = build.emit(Op.MULTIPLY, build.emit(Op.DRAW, b=build.table(build_table(pool)), stream="pool"), share)
    integrator, sized = Integrator(Graph(build.plan()), total), _Sized()
    integrator.measure(sized, level)
    assert integrator.work(level, 0) == sum(sized.sizes) + 1000 * len(sized.sizes)
