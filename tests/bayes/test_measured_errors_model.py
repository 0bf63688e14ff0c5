"""The hierarchical model of measured errors: its density against SciPy, and what it finds of planted biases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from mcmort.bayes.calibration.rank_uniformity import distribution_test
from mcmort.bayes.measured_errors import Design
from mcmort.bayes.measured_errors.block_density import DEGREES, block_density
from mcmort.bayes.measured_errors.fit import Refit, compiled
from mcmort.bayes.measured_errors.model import errors_model
from mcmort.catalogue.vocabulary import BASES

BIASES = np.array([0.0, 1.5, -1.0])
SCALES = np.array([0.3, 0.9, 0.5])
SHARED = np.array([0.2, 0.3])


def small_design(events: int, seed: int = 5) -> Design:
    """Return a design of three classes, with one to three pairs an event, half of the events selected."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 4, events)
    event = np.repeat(np.arange(events), sizes)
    lineage_in_event = np.concatenate([np.minimum(np.arange(size), 1) for size in sizes])
    pairs, lineage = np.unique(np.stack([event, lineage_in_event]), axis=1, return_inverse=True)
    return Design(
        cells=("assertion, high", "assertion, low", "registered, name-list"),
        bases=BASES,
        basis_of_cell=np.array([BASES.index("assertion")] * 2 + [BASES.index("registered")]),
        cell=rng.integers(0, 3, len(event)),
        event=event,
        lineage=lineage,
        event_of_lineage=pairs[0],
        author=lineage,
        is_selected=(event % 2).astype(float),
        is_late=np.zeros(len(event)),
        error=np.zeros(len(event)),
    )


def simulated(
    design: Design,
    mean: NDArray[np.float64],
    scale: NDArray[np.float64],
    shared: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return errors of a design: parts of events, of lineages and their own, and a common factor of each event."""
    events, lineages, pairs = design.event.max() + 1, len(design.event_of_lineage), len(design.event)
    common = np.sqrt(shared[0]) * rng.standard_normal(events)[design.event]
    by_lineage = np.sqrt(shared[1]) * rng.standard_normal(lineages)[design.lineage]
    own = np.sqrt(1.0 - shared[0] - shared[1]) * rng.standard_normal(pairs)
    tails = np.sqrt(DEGREES / rng.chisquare(DEGREES, events))[design.event]
    error: NDArray[np.float64] = mean + scale * tails * (common + by_lineage + own)
    return error


def test_density_of_errors_that_share_events_is_scipys_multivariate_t() -> None:
    """With shared parts integrated out the density is a multivariate Student t for each event, as SciPy has it."""
    design = small_design(12)
    rng = np.random.default_rng(1)
    error, mean = rng.standard_normal((2, len(design.event)))
    scale = rng.uniform(0.2, 1.5, len(design.event))
    shared_event, shared_lineage = 0.25, 0.4
    expected = 0.0
    for one in range(12):
        here = design.event == one
        same = design.lineage[here][:, None] == design.lineage[here][None, :]
        correlation = shared_event + shared_lineage * same + (1 - shared_event - shared_lineage) * np.eye(here.sum())
        shape = correlation * np.outer(scale[here], scale[here])
        expected += stats.multivariate_t.logpdf(error[here], mean[here], shape, 4)
    import pytensor
    import pytensor.tensor as pt

    density = block_density(pt.as_tensor(error), mean, pt.as_tensor(scale), shared_event, shared_lineage, design)
    assert float(pytensor.function([], density, mode="FAST_COMPILE")()) == pytest.approx(expected, rel=1e-10)


@pytest.mark.slow
def test_density_is_highest_near_planted_biases_and_spreads() -> None:
    """Of 600 events the maximum of the density lies within 0.15 of each planted bias and 15 % of each spread."""
    import pytensor
    import pytensor.tensor as pt

    design = small_design(600)
    error = simulated(design, BIASES[design.cell], SCALES[design.cell], SHARED, np.random.default_rng(2))
    place = pt.dvector("place")
    shares = pt.exp(place[6:]) / (1.0 + pt.exp(place[6:]).sum())
    density = block_density(
        pt.as_tensor(error), place[:3][design.cell], pt.exp(place[3:6])[design.cell], shares[0], shares[1], design
    )
    slope = pytensor.function([place], [-density, -pytensor.grad(density, place)], mode="FAST_COMPILE")

    def height(value: NDArray[np.float64]) -> float:
        return float(slope(value)[0])

    def gradient(value: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(slope(value)[1])

    found = optimize.minimize(height, np.zeros(8), jac=gradient, method="BFGS").x
    assert found[:3] == pytest.approx(BIASES, abs=0.15)
    assert np.exp(found[3:6]) == pytest.approx(SCALES, rel=0.15)


@pytest.fixture(scope="module")
def refit() -> Callable[[Design], Refit]:
    """Compile each design once for all tests."""
    made: dict[int, Refit] = {}

    def of(design: Design) -> Refit:
        return made.setdefault(len(design.event), compiled(design))

    return of


@pytest.mark.statistical
def test_planted_biases_and_spreads_are_found_again(refit: Callable[[Design], Refit]) -> None:
    """Of 150 events the planted bias and spread of each class lie in its central 99 % interval, and near its middle."""
    design = small_design(150)
    rng = np.random.default_rng(2)
    error = simulated(design, BIASES[design.cell], SCALES[design.cell], SHARED, rng)
    draws = refit(design)(error, 500, 3)
    for name, planted in (("bias_of_cell", BIASES), ("log_scale_of_cell", np.log(SCALES))):
        low, high = np.quantile(draws[name], [0.005, 0.995], axis=0)
        assert np.all((low < planted) & (planted < high)), name
        assert np.abs(draws[name].mean(axis=0) - planted).max() < 0.35, name


@pytest.mark.statistical
def test_ranks_of_parameters_among_draws_are_uniform(refit: Callable[[Design], Refit]) -> None:
    """Parameters from the prior rank uniformly among draws of their posterior, in 200 simulated libraries.

    Talts et al. (2018), arXiv:1804.06788. The tests are at 0.1 % for all quantities together.
    """
    design = small_design(30)
    again = refit(design)
    rng = np.random.default_rng(4)
    ranks: dict[str, list[int]] = {}
    for simulation, truth in enumerate(_from_prior(design, 200)):
        change = truth["log_bias_ratio"] * design.is_selected
        mean = truth["bias_of_cell"][design.cell] * np.exp(change)
        scale = np.exp(truth["log_scale_of_cell"][design.cell] + truth["log_scale_ratio"] * design.is_selected)
        error = simulated(design, mean, scale, truth["shared"], rng)
        draws = again(error, 500, simulation)
        for name in ("bias_of_cell", "log_scale_of_cell", "log_bias_ratio", "log_scale_ratio", "shared"):
            kept = draws[name].reshape(1_000, -1)[::10][:99]
            for column, value in enumerate(np.atleast_1d(truth[name])):
                ranks.setdefault(f"{name}[{column}]", []).append(int((kept[:, column] < value).sum()))
    chances = {name: distribution_test(np.array(of), 99) for name, of in ranks.items()}
    assert min(chances.values()) > 0.001 / len(chances), chances


def _from_prior(design: Design, count: int) -> list[dict[str, Any]]:
    """Draw parameters from the prior."""
    import pymc as pm

    names = ("bias_of_cell", "log_scale_of_cell", "log_bias_ratio", "log_scale_ratio", "shared")
    model = errors_model(design)
    values = pm.draw([model[name] for name in names], draws=count, random_seed=6)
    return [{name: value[index] for name, value in zip(names, values, strict=True)} for index in range(count)]
