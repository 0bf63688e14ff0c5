"""The exact answers against closed forms and quadrature, and the task itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from mcmort.bench.exact import exact
from mcmort.bench.task import PROBABILITIES, Task, make_task
from mcmort.errors import UsageError

pytestmark = pytest.mark.slow


def test_one_component_is_a_lognormal() -> None:
    """One component counted by half has the quantiles and densities of SciPy's lognormal, tied to a factor or not."""
    for loading in (0.0, 0.5):
        found = exact(Task((2e5,), (0.4,), ((0.5,),), loading))
        oracle = stats.lognorm(0.4, scale=1e5)
        assert found.quantiles[0] == pytest.approx(oracle.ppf(PROBABILITIES), rel=2e-4)
        assert found.densities[0] == pytest.approx(oracle.pdf(oracle.ppf(PROBABILITIES)), rel=2e-3)


@pytest.mark.parametrize("loading", [0.0, 0.5, 0.8])
def test_two_components_match_quadrature(loading: float) -> None:
    """The sum of two tied lognormals has the quantiles that SciPy's quadrature over the first one gives."""
    medians, log_sds = (1e5, 3e5), (0.6, 0.3)
    correlation = loading**2

    def cdf(total: float) -> float:
        def inner(z: float) -> float:
            rest = total - medians[0] * np.exp(log_sds[0] * z)
            if rest <= 0.0:
                return 0.0
            score = (np.log(rest / medians[1]) / log_sds[1] - correlation * z) / np.sqrt(1.0 - correlation**2)
            return float(stats.norm.pdf(z) * stats.norm.cdf(score))

        edge = float(np.log(total / medians[0]) / log_sds[0])
        return float(integrate.quad(inner, -9.0, min(edge, 9.0), epsabs=1e-11, limit=400)[0])

    found = exact(Task(medians, log_sds, ((1.0, 1.0),), loading)).quantiles[0]
    for p, quantile in zip(PROBABILITIES, found, strict=True):
        root = optimize.brentq(lambda x, p=p: cdf(x) - p, 1e5, 5e6, rtol=1e-9)
        assert quantile == pytest.approx(root, rel=1e-4)


@pytest.mark.parametrize(("components", "correlated"), [(4, False), (12, False), (64, False), (4, True), (12, True)])
def test_a_finer_grid_changes_nothing(components: int, correlated: bool) -> None:
    """Twice as many cells and nodes move no quantile by more than a relative 1e-4, as the module says."""
    task = make_task(components, correlated=correlated, definitions=1)
    fine = exact(task, 1 << 14, 0.15).quantiles
    assert exact(task).quantiles == pytest.approx(fine, rel=1e-4)


def test_standard_errors_are_those_of_sample_quantiles(seed: int) -> None:
    """The spread of the quantiles of 400 samples is the stated standard error, within the error of a spread."""
    task = make_task(3, correlated=False, definitions=1)
    z = np.random.default_rng(seed).standard_normal((3, 400, 4000))
    values = np.exp(task.log_medians[:, None, None] + np.array(task.log_sds)[:, None, None] * z).sum(axis=0)
    spread = np.quantile(values, PROBABILITIES, axis=1).std(axis=1)
    # a standard deviation over 400 samples has a relative error of 1 / sqrt(800), four of which are allowed
    assert spread == pytest.approx(exact(task).standard_errors(4000)[0], rel=4.0 / np.sqrt(800.0))


def test_definitions_are_nested_up_to_halves() -> None:
    """Weights are 0, a half or 1; the first definition counts all, and none counts what a wider one leaves out."""
    for components in (2, 4, 12, 64):
        weights = make_task(components, correlated=True).weight_matrix
        assert set(np.unique(weights)) <= {0.0, 0.5, 1.0}
        assert (weights[0] == 1.0).all()
        assert (weights.sum(axis=1) > 0.0).all()
        assert ((weights[1:] > 0.0) <= (weights[:-1] > 0.0)).all()


def test_one_component_is_too_few() -> None:
    """A task of one component is refused with what was found and expected."""
    with pytest.raises(UsageError, match="components is 1; expected 2 or more"):
        make_task(1, correlated=False)
