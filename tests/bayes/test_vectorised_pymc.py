"""The vectorised PyMC model: the density and gradient of the tape, named dimensions, and a model that is extended."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mcmort as mm
from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.backends import program_of
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.vectorised_pymc import vectorised_model
from mcmort.errors import UsageError
from tests.bayes.small_cases import between_knots, every_kind, figures, with_negatives
from tests.cases import component, point
from tests.shipped import case_named

pytestmark = pytest.mark.slow

type Array = NDArray[np.float64]


def _agrees(evidence: Evidence, points: Array) -> None:
    """Hold log density and gradient of both models equal to 1e-9 at some points."""
    from pytensor.compile.mode import Mode
    from pytensor.scalar import autocast_float_as

    model, mode, count = vectorised_model(evidence), Mode(linker="py", optimizer=None), len(evidence.latents)
    density = Density(program_of(evidence))
    with autocast_float_as("float64"):  # else constants of PyTensor's derivatives are rounded to single precision
        value, slope = model.compile_logp(mode=mode), model.compile_dlogp(mode=mode)
    for place in points:
        at = {"score": place[:-count], "deaths_parameter": place[-count:]}
        expected, gradient = density(place)
        assert float(value(at)) == pytest.approx(expected, rel=1e-9)
        np.testing.assert_allclose(slope(at), gradient, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("tails", ["heavy", pytest.param("normal", marks=pytest.mark.statistical)])
def test_density_and_gradient_are_those_of_the_tape(tails: str, seed: int) -> None:
    """With every kind of evidence both agree at random points to 1e-9, whatever the tails."""
    evidence = collect(every_kind(tails=tails))
    _agrees(evidence, between_knots(evidence, np.random.default_rng(seed), 5))


@pytest.mark.parametrize("tails", ["heavy", pytest.param("normal", marks=pytest.mark.statistical)])
def test_density_and_gradient_with_negatives_are_those_of_the_tape(tails: str, seed: int) -> None:
    """With what may be negative, declared priors and a baseline in common they agree at random points to 1e-9."""
    evidence = collect(with_negatives(tails=tails, scatter=0.5, common=0.3))
    _agrees(evidence, between_knots(evidence, np.random.default_rng(seed), 5))


@pytest.mark.statistical
def test_density_and_gradient_of_a_shipped_case_are_those_of_the_tape(seed: int) -> None:
    """In the case ussr both agree at random points to 1e-9."""
    evidence = collect(case_named("ussr"))
    _agrees(evidence, between_knots(evidence, np.random.default_rng(seed), 2))


@cache
def _model() -> Any:
    return mm.pymc_model(every_kind())


def test_variables_have_named_dimensions() -> None:
    """Deaths go by component, heterogeneities by basis, expectations by figure, in the names of the case."""
    model, evidence = _model(), collect(every_kind())
    assert [one.name for one in model.free_RVs] == ["score", "deaths_parameter"]
    assert {"deaths", "registered", "tau", "bias", "expected", "scale", "error"} <= {
        one.name for one in model.deterministics
    }
    assert set(model.coords["component"]) >= {"camps"}
    assert set(model.coords["basis"]) == set(evidence.groups)
    assert list(model.coords["figure"]) == [datum.name for datum in evidence.data]
    assert model.named_vars_to_dims["deaths"] == ("component",)


def test_figure_without_its_likelihood_is_predicted_and_unknown_ones_are_refused() -> None:
    """What is named is out of the density and still expected; a name of no figure is refused with a hint."""
    case = every_kind()
    name = next(datum.name for datum in collect(case).data if datum.account is not None)
    model = mm.pymc_model(case, without_likelihood=[name])
    assert name in model.coords["figure"]
    assert model["evidence"].shape.eval()[0] == _model()["evidence"].shape.eval()[0] - 1
    with pytest.raises(UsageError, match="no figure 'nobody'"):
        mm.pymc_model(case, without_likelihood=["nobody"])
    with pytest.raises(UsageError, match="without_likelihood is the text"):
        mm.pymc_model(case, without_likelihood=name)


@pytest.mark.statistical
def test_extended_model_takes_another_likelihood_for_one_figure() -> None:
    """A figure whose likelihood is replaced by a normal one a tenth as wide pulls deaths to itself, as in the docs."""
    import nutpie
    import pymc as pm

    case = figures(component("camps", point(50e3, id="low"), point(90e3, source="study-b", basis="survey", id="high")))
    with mm.pymc_model(case, without_likelihood=["camps:high"]) as model:
        figure = list(model.coords["figure"]).index("camps:high")
        pm.Normal("my_figure", model["expected"][figure], 0.02, observed=np.log(90e3))
    compiled = nutpie.compile_pymc_model(model)
    drawn = nutpie.sample(compiled, draws=500, tune=400, chains=2, seed=1, progress_bar=False)
    deaths = drawn.posterior["deaths"].sel(component="camps").to_numpy()
    assert np.median(deaths) == pytest.approx(90e3, rel=0.08)
