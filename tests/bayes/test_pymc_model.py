"""The model in PyMC: the same density and gradient as the tape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.backends import program_of
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.pymc_model import pymc_model
from tests.bayes.small_cases import between_knots, every_kind, plain, with_negatives
from tests.shipped import case_named

pytestmark = pytest.mark.slow

type Array = NDArray[np.float64]


@cache
def _every_kind() -> tuple[Evidence, Any]:
    """Return the case with every kind of evidence and its model, built once."""
    evidence = collect(every_kind())
    return evidence, pymc_model(evidence)


def _plainly() -> Any:
    """Return the mode that evaluates operation by operation, without a compiler."""
    from pytensor.compile.mode import Mode

    return Mode(linker="py", optimizer=None)


def _by_pymc(evidence: Evidence, model: Any, *, gradient: bool) -> Callable[[Array], Any]:
    """Return the log density of a model, or its gradient, at parameters in the order of the evidence."""
    from pytensor.scalar import autocast_float_as

    with autocast_float_as("float64"):  # else constants of PyTensor's derivatives are rounded to single precision
        function = (model.compile_dlogp if gradient else model.compile_logp)(mode=_plainly())
    deaths = len(evidence.latents)

    def call(point: Array) -> Any:
        return function({"score": point[:-deaths], "deaths": point[-deaths:]})

    return call


def test_pymc_has_log_density_of_tape(seed: int) -> None:
    """With every kind of evidence the two agree at random points to 1e-9, relative."""
    evidence, model = _every_kind()
    value, density = _by_pymc(evidence, model, gradient=False), Density(program_of(evidence))
    for point in np.random.default_rng(seed).standard_normal((10, len(evidence.parameters))):
        assert float(value(point)) == pytest.approx(density(point)[0], rel=1e-9)


def test_pymc_has_log_density_of_tape_with_negatives(seed: int) -> None:
    """With what may be negative, declared priors and a baseline in common they agree to 1e-9 as well."""
    evidence = collect(with_negatives())
    value, density = _by_pymc(evidence, pymc_model(evidence), gradient=False), Density(program_of(evidence))
    for point in np.random.default_rng(seed).standard_normal((10, len(evidence.parameters))):
        assert float(value(point)) == pytest.approx(density(point)[0], rel=1e-9)


@pytest.mark.statistical
def test_pymc_has_log_density_of_tape_with_normal_tails(seed: int) -> None:
    """With normal tails they agree at random points to 1e-9 as well."""
    evidence = collect(every_kind(tails="normal"))
    value, density = _by_pymc(evidence, pymc_model(evidence), gradient=False), Density(program_of(evidence))
    for point in np.random.default_rng(seed).standard_normal((10, len(evidence.parameters))):
        assert float(value(point)) == pytest.approx(density(point)[0], rel=1e-9)


def test_pymc_has_gradient_of_tape(seed: int) -> None:
    """With every kind of evidence each derivative agrees at random points to 1e-9."""
    evidence, model = _every_kind()
    slope, density = _by_pymc(evidence, model, gradient=True), Density(program_of(evidence))
    for point in between_knots(evidence, np.random.default_rng(seed), 5):
        expected = density(point)[1]
        np.testing.assert_allclose(slope(point), expected, rtol=1e-9, atol=1e-9)


def test_larger_figure_is_detected(seed: int) -> None:
    """Negative control: a figure that is one part in ten thousand larger is outside the tolerance."""
    evidence = collect(plain())
    *rest, last = evidence.data
    other = replace(evidence, data=(*rest, replace(last, log_value=last.log_value + 1e-4)))
    value = _by_pymc(evidence, pymc_model(evidence), gradient=False)
    density = Density(program_of(other))
    points = np.random.default_rng(seed).standard_normal((5, len(evidence.parameters)))
    assert all(float(value(point)) != pytest.approx(density(point)[0], rel=1e-9) for point in points)


def test_pymc_model_names_columns_of_posterior() -> None:
    """Columns, heterogeneities, biases and residuals can be read off the model under the names of the posterior."""
    evidence, model = _every_kind()
    names = {one.name for one in model.deterministics}
    assert {"all:camps", "registered:camps", "tau:registered", "bias:assertion", "residual:census"} <= names
    assert [one.name for one in model.free_RVs] == ["score", "deaths"]
    assert sum(int(np.prod(one.shape.eval())) for one in model.free_RVs) == len(evidence.parameters)


@pytest.mark.statistical
def test_pymc_has_log_density_of_shipped_case(seed: int) -> None:
    """In the case ussr the two agree to 1e-9, relative."""
    evidence = collect(case_named("ussr"))
    value, density = _by_pymc(evidence, pymc_model(evidence), gradient=False), Density(program_of(evidence))
    for point in np.random.default_rng(seed).standard_normal((5, len(evidence.parameters))):
        assert float(value(point)) == pytest.approx(density(point)[0], rel=1e-9)
