"""Draws from the prior and replicates of the figures have the distributions of the model."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from mcmort.bayes.backends import evaluate_model
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.predictive import draw_prior, generator, replicates
from tests.bayes.small_cases import every_kind, evidence_head, figures, plain
from tests.cases import component, ranged

DRAWS = 4000
TESTS = 40
"""A bound on how many distributions are compared in this file, by which the level of each comparison is divided."""
BAND = float(np.sqrt(np.log(2.0 * TESTS / 1e-3) / (2.0 * DRAWS)))
"""Largest distance of distribution functions, by Dvoretzky, Kiefer and Wolfowitz (Massart 1990), together at 0.001."""


class Law(Protocol):
    """What is used of a frozen SciPy distribution."""

    def cdf(self, x: Any, /) -> Any:
        """Return the distribution function."""
        ...


def _distance(values: NDArray[np.float64], law: Law) -> float:
    return float(stats.kstest(values, law.cdf).statistic)


def test_prior_draws_have_declared_distributions(seed: int) -> None:
    """Deaths are lognormal as declared, heterogeneities too, biases normal, and cited shares as they are cited."""
    evidence = collect(every_kind())
    backend = evaluate_model(evidence, draw_prior(evidence, DRAWS, seed).parameters)
    for name, latent in evidence.latents.items():
        column = f"registered:{name}" if name in evidence.derived else f"all:{name}"
        law = stats.norm(latent.log_median, latent.log_sd)
        assert _distance(np.log(backend.kept[column]), law) < BAND, name
    for basis in evidence.groups:
        law = stats.norm(np.log(evidence.errors.groups[basis].spread), 0.35)
        assert _distance(np.log(backend.kept[f"tau:{basis}"]), law) < BAND
    assert _distance(backend.kept["bias:demographic"], stats.norm(0.0, 0.1)) < BAND
    assert _distance(backend.kept["bias:assertion"], stats.norm(0.3, 0.6)) < BAND
    kappa = evidence.priors.components["camps"].completeness
    assert kappa is not None
    assert _distance(kappa.cdf(backend.kept["completeness:camps"]), stats.uniform()) < BAND
    ratio = backend.kept["registered:camps"] / backend.kept["all:camps"]
    np.testing.assert_allclose(ratio, backend.kept["completeness:camps"], rtol=1e-12)


def test_wider_prior_is_detected(seed: int) -> None:
    """Negative control: a standard deviation a tenth larger is outside the band."""
    evidence = collect(every_kind())
    backend = evaluate_model(evidence, draw_prior(evidence, DRAWS, seed).parameters)
    latent = evidence.latents["famine"]
    law = stats.norm(latent.log_median, latent.log_sd * 1.3)
    assert _distance(np.log(backend.kept["all:famine"]), law) > BAND


@pytest.mark.parametrize(
    ("tails", "law", "other"), [("heavy", stats.t(4), stats.norm()), ("normal", stats.norm(), stats.t(4))]
)
def test_errors_of_replicates_have_tails_of_case(tails: str, law: Law, other: Law, seed: int) -> None:
    """The error of a replicate, by its scale, is Student's or normal, and not the other, of formulas too."""
    evidence = collect(every_kind(tails=tails))
    backend = evaluate_model(evidence, draw_prior(evidence, DRAWS, seed).parameters)
    found = replicates(evidence, backend, seed, "prior")
    assert set(found) == {one.name for one in evidence.data}
    errors = [
        (found[name] - backend.kept[f"expected:{name}"]) / backend.kept[f"scale:{name}"] for name in found
    ]  # fmt: skip
    assert max(_distance(one, law) for one in errors) < BAND
    pooled = np.concatenate(errors)
    assert _distance(pooled, other) > np.sqrt(np.log(2.0 / 1e-6) / (2.0 * len(pooled)))


def test_other_figure_leaves_random_streams_unchanged(seed: int) -> None:
    """Another figure in the case leaves the prior draws and the errors of the others as they were."""
    small, large = (
        collect(figures(component("one", ranged(100, 400)), *more, head=evidence_head()))
        for more in ((), (component("two", ranged(50, 70, source="study-b")),))
    )
    scores = [draw_prior(evidence, 50, seed).parameters for evidence in (small, large)]
    columns = [one.parameters.index("deaths:one") for one in (small, large)]
    assert scores[0][:, columns[0]].tobytes() == scores[1][:, columns[1]].tobytes()
    errors = []
    for evidence, points in zip((small, large), scores, strict=True):
        backend = evaluate_model(evidence, points)
        errors.append(
            replicates(evidence, backend, seed, "prior")["one:study-a"] - backend.kept["expected:one:study-a"]
        )
    np.testing.assert_allclose(errors[0], errors[1], rtol=0, atol=1e-13)


def test_seed_purpose_and_name_each_have_own_stream() -> None:
    """No two of seed, purpose and name share their numbers; the same three give the same."""
    keys = [(1, "prior", "a"), (2, "prior", "a"), (1, "posterior", "a"), (1, "prior", "b")]
    drawn = [generator(seed, *names).random(4).tobytes() for seed, *names in keys]
    assert len(set(drawn)) == len(keys)
    assert generator(1, "prior", "a").random(4).tobytes() == drawn[0]


def test_prior_draws_of_component_with_register_are_centred_on_it(seed: int) -> None:
    """In terms of independent scores the prior is standard normal: parameters less their centre have that law."""
    evidence = collect(plain())
    points = draw_prior(evidence, DRAWS, seed).parameters
    at = evidence.parameters.index("deaths:camps")
    assert _distance(points[:, at], stats.norm()) > BAND
    backend = evaluate_model(evidence, points)
    latent = evidence.latents["camps"]
    assert _distance((np.log(backend.kept["all:camps"]) - latent.log_median) / latent.log_sd, stats.norm()) < BAND
