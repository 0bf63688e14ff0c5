"""The compiled log density and its gradient are those that SciPy's distributions give over arrays."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.backends import evaluate_model, evaluate_prior, program_of
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.catalogue import Case
from tests.bayes.small_cases import between_knots, every_kind, evidence_head, figures, plain
from tests.cases import component, point, quantity, ranged, share
from tests.shipped import case_named

pytestmark = pytest.mark.slow

type Array = NDArray[np.float64]

CASES = {
    "plain": plain(),
    "every kind": every_kind(),
    "every kind, normal tails": every_kind(tails="normal"),
    "lineages that share nothing": every_kind(lineage=0.0),
}


def by_scipy(evidence: Evidence, points: Array) -> tuple[Array, Array]:
    """Return the log density over arrays, and the sum of the absolute values of its terms."""
    backend = evaluate_model(evidence, points)
    terms = np.stack([backend.log_prior, backend.log_volume, *backend.log_likelihood.values()])
    return terms.sum(0), np.abs(terms).sum(0)


def assert_same_density(evidence: Evidence, points: Array) -> None:
    """Compare the kernel with SciPy: to 1e-12 of the sum of the absolute values of the terms."""
    density = Density(program_of(evidence))
    values, size = by_scipy(evidence, points)
    found = np.array([density(point)[0] for point in points])
    assert np.isfinite(values).all()
    assert np.max(np.abs(found - values) / size) < 1e-12


@pytest.mark.parametrize("name", CASES)
def test_tape_has_log_density_of_scipy(name: str, seed: int) -> None:
    """At points from the prior, and at far ones, the compiled density is that of SciPy's distributions."""
    evidence = collect(CASES[name])
    rng = np.random.default_rng(seed)
    for spread in (0.3, 1.0, 4.0):
        assert_same_density(evidence, spread * rng.standard_normal((40, len(evidence.parameters))))


def test_tape_of_shipped_case_has_log_density_of_scipy(seed: int) -> None:
    """For the case ussr, with some 150 figures and parameters, the compiled density is that of SciPy."""
    evidence = collect(case_named("ussr"))
    assert len(evidence.data) > 100
    assert len(evidence.balances) == 2
    rng = np.random.default_rng(seed)
    assert_same_density(evidence, rng.standard_normal((10, len(evidence.parameters))))


def test_changed_figure_is_detected(seed: int) -> None:
    """Negative control: one figure of a hundred parts in a million more is another density."""
    evidence = collect(every_kind())
    first, *rest = evidence.data
    other = replace(evidence, data=(replace(first, log_value=first.log_value + 1e-4), *rest))
    points = np.random.default_rng(seed).standard_normal((40, len(evidence.parameters)))
    density = Density(program_of(other))
    values, size = by_scipy(evidence, points)
    assert np.max(np.abs([density(point)[0] for point in points] - values) / size) > 1e-9


def quotients(evidence: Evidence, point: Array, step: float) -> Array:
    """Return the gradient by differences of the fourth order over arrays."""
    moves = [point + k * step * np.eye(len(point)) for k in (1, -1, 2, -2)]
    one, minus, two, minus_two = by_scipy(evidence, np.concatenate(moves))[0].reshape(4, -1)
    return np.asarray((8.0 * (one - minus) - (two - minus_two)) / (12.0 * step))


@pytest.mark.parametrize("name", CASES)
def test_gradient_is_limit_of_difference_quotients(name: str, seed: int) -> None:
    """Each derivative is the limit of difference quotients: halving the step shows their error, by which it may differ.

    Rounding of a log density of size L makes an error of 3 eps L / step in a quotient; what the step makes falls by 16.
    """
    evidence = collect(CASES[name])
    rng = np.random.default_rng(seed)
    density, step = Density(program_of(evidence)), 1e-3
    for at in between_knots(evidence, rng, 8):
        coarse, fine = (quotients(evidence, at, size) for size in (2.0 * step, step))
        rounding = 40.0 * np.finfo(float).eps * by_scipy(evidence, at[None])[1][0] / step
        assert (np.abs(density(at)[1] - fine) <= np.abs(coarse - fine) / 4.0 + rounding).all()
        assert np.max(np.abs(coarse - fine)) < 1e-3


def test_gradient_of_other_density_is_detected(seed: int) -> None:
    """Negative control: the gradient under heavy tails is not that under normal ones."""
    heavy, normal = (collect(every_kind(tails=tails)) for tails in ("heavy", "normal"))
    (point,) = between_knots(heavy, np.random.default_rng(seed), 1)
    assert np.max(np.abs(Density(program_of(heavy))(point)[1] - quotients(normal, point, 1e-3))) > 0.1


def test_gradient_of_shipped_case_is_limit_of_difference_quotients(seed: int) -> None:
    """In the case ussr each derivative agrees with difference quotients, as in the small cases."""
    evidence = collect(case_named("ussr"))
    (point,) = between_knots(evidence, np.random.default_rng(seed), 1, 0.7)
    coarse, fine = (quotients(evidence, point, size) for size in (1e-3, 5e-4))
    rounding = 40.0 * np.finfo(float).eps * by_scipy(evidence, point[None])[1][0] / 5e-4
    difference = np.abs(Density(program_of(evidence))(point)[1] - fine)
    assert (difference <= np.abs(coarse - fine) / 4.0 + rounding).all()


def test_density_of_one_figure_is_sum_by_hand() -> None:
    """One estimate with an error of its own: the log density is the sum of the terms of the model."""
    case = figures(component("one", ranged(100, 400)))
    evidence = collect(case)
    log_y, se = math.log(200.0), math.log(2.0) / stats.norm.ppf(0.95)
    (latent,) = evidence.latents.values()
    tau_score, score = 0.7, -0.4
    tau = 0.2 * math.exp(0.35 * tau_score)
    scale = math.hypot(tau, se)
    log_theta = latent.log_median + latent.log_sd * score
    expected = np.sum(stats.norm.logpdf([tau_score, score])) + stats.t(4, log_theta, scale).logpdf(log_y)
    assert evidence.parameters == ("tau:demographic", "deaths:one")
    # the probabilities from which a standard error is read have ten digits
    assert Density(program_of(evidence))(np.array([tau_score, score]))[0] == pytest.approx(expected, rel=1e-9)


def test_density_of_one_lineage_is_sum_by_hand() -> None:
    """Two figures of a lineage share half of the heterogeneity's variance; beside it they have the other half."""
    case = figures(
        component("one", point(100, lineage="team")), component("two", point(300, source="study-b", lineage="team"))
    )
    evidence = collect(case)
    assert evidence.parameters == ("tau:demographic", "lineage:team", "deaths:one", "deaths:two")
    z = np.array([0.3, -0.8, 0.5, -0.2])
    tau = 0.2 * math.exp(0.35 * z[0])
    expected = stats.norm.logpdf(z).sum()
    for value, name, score in ((100.0, "one", z[2]), (300.0, "two", z[3])):
        latent = evidence.latents[name]
        mean = latent.log_median + latent.log_sd * score + math.sqrt(0.5) * tau * z[1]
        expected += stats.t(4, mean, math.sqrt(0.5) * tau).logpdf(math.log(value))
    assert Density(program_of(evidence))(z)[0] == pytest.approx(expected, rel=1e-12)


def test_density_of_register_is_sum_by_hand() -> None:
    """A register is a share of the deaths; the parameter is its distance from the figure."""
    camps = component(
        "one", point(90, basis="registered", measure="registered"), ranged(100, 400, source="study-b"),
        completeness=share(0.4, 0.9),
    )  # fmt: skip
    evidence = collect(figures(camps))
    assert evidence.parameters == ("completeness:one", "tau:registered", "tau:demographic", "deaths:one")
    latent, scores = evidence.latents["one"], np.array([0.3, 0.2, -0.6, 0.9])
    points = evaluate_prior(evidence, scores[None]).parameters
    backend = evaluate_model(evidence, points)
    theta = math.exp(latent.log_median + latent.log_sd * scores[3])
    kappa = float(evidence.priors.components["one"].completeness.ppf(np.array([stats.norm.cdf(0.3)]))[0])  # type: ignore[union-attr]
    assert backend.kept["all:one"][0] == pytest.approx(theta, rel=1e-12)
    assert backend.kept["registered:one"][0] == pytest.approx(kappa * theta, rel=1e-5)
    tau = evidence.case.head.spread["registered"].log_sd * math.exp(0.2 * 0.35)
    assert points[0, 3] == pytest.approx(math.log(kappa * theta / 90.0) / tau, rel=1e-5)
    assert backend.log_prior[0] == pytest.approx(stats.norm.logpdf(scores).sum(), rel=1e-12)
    assert backend.log_volume[0] == pytest.approx(math.log(tau / latent.log_sd), rel=1e-12)


def test_density_of_scattered_component_is_sum_by_hand() -> None:
    """Two lineages share a part of their error and the scatter of their component; a component of one has neither."""
    case = figures(
        component("one", ranged(100, 400), ranged(300, 900, source="study-b")),
        component("two", ranged(100, 400, source="study-c")),
        head=evidence_head(scatter=0.5, common=0.3),
    )
    evidence = collect(case)
    names = ("tau:demographic", "scatter:one", "common:one", "deaths:one", "deaths:two")
    assert evidence.parameters == names
    scores = np.array([0.4, -0.7, 1.1, 0.2, -0.3])
    backend = evaluate_model(evidence, evaluate_prior(evidence, scores[None]).parameters)
    tau = 0.2 * math.exp(0.35 * 0.4)
    sigma, figures_of = tau * math.exp(-0.5 * 0.7), {datum.name: datum for datum in evidence.data}
    for name, spread, shift, own in (
        ("one:study-a", sigma, sigma * math.sqrt(0.3) * 1.1, 0.7),
        ("one:study-b", sigma, sigma * math.sqrt(0.3) * 1.1, 0.7),
        ("two:study-c", tau, 0.0, 1.0),
    ):
        datum = figures_of[name]
        latent = evidence.latents[datum.component]
        log_deaths = latent.log_median + latent.log_sd * scores[names.index(f"deaths:{datum.component}")]
        scale = math.hypot(spread * math.sqrt(own), datum.log_error)
        z = (datum.log_value - log_deaths - shift) / scale
        expected = stats.t(4).logpdf(z) - math.log(scale)
        assert backend.log_likelihood[name][0] == pytest.approx(expected, rel=1e-9)
    assert backend.kept["scatter:one"][0] == pytest.approx(math.exp(-0.35), rel=1e-12)


def test_parameters_give_back_scores_with_volume(seed: int) -> None:
    """Parameters made from standard normal scores give these back, with the volume that a unit of them holds."""
    evidence = collect(every_kind())
    scores = np.random.default_rng(seed).standard_normal((200, len(evidence.parameters)))
    points = evaluate_prior(evidence, scores).parameters
    moved = {evidence.parameters[at]: at for at in np.flatnonzero((points != scores).any(axis=0))}
    registers = {"deaths:camps", "deaths:prisons", "deaths:march"}
    assert set(moved) == registers | {"deaths:famine"}  # of which two lineages speak
    backend = evaluate_model(evidence, points)
    volume = np.zeros(len(points))
    for name, at in moved.items():
        step = np.zeros(points.shape[1])
        step[at] = 1.0
        component = name.removeprefix("deaths:")
        column = f"registered:{component}" if component in evidence.derived else f"all:{component}"
        ratio = evaluate_model(evidence, points + step).kept[column] / backend.kept[column]
        volume += np.log(np.log(ratio) / evidence.latents[component].log_sd)  # how far the score moves
    np.testing.assert_allclose(backend.log_prior, stats.norm.logpdf(scores).sum(1), rtol=1e-9)
    np.testing.assert_allclose(backend.log_volume, volume, rtol=1e-9)


def test_registered_never_exceeds_all_on_any_draw(seed: int) -> None:
    """Wherever the parameters are, what was registered is no more than what happened, and nothing is negative.

    Beyond score 6 a curve goes on straight, and a completeness would come above one.
    """
    evidence = collect(every_kind())
    backend = evaluate_model(
        evidence, 2.0 * np.random.default_rng(seed).standard_normal((2000, len(evidence.parameters)))
    )
    for name in evidence.registered:
        assert (backend.kept[f"registered:{name}"] <= backend.kept[f"all:{name}"] * (1.0 + 1e-15)).all()
        assert (backend.kept[f"registered:{name}"] >= 0.0).all()


@pytest.mark.parametrize(
    "case",
    [
        figures(component("one", ranged(10, 40)), component("two", formula="one * 2", completeness=share(0.3, 0.8))),
        figures(
            component("one"),
            component("two", point(9, basis="registered", measure="registered"), formula="one * q"),
            quantity=[quantity("q", ranged(1, 2))],
        ),
        figures(component("one"), component("two", formula="one * 2"), component("three", ranged(10, 40))),
    ],
    ids=["derived with a completeness", "a register beside a formula of nothing known", "derived of nothing known"],
)
def test_derived_component_without_figures_has_density(case: Case, seed: int) -> None:
    """Each has a prior for every name that the model needs, and the density of SciPy."""
    evidence = collect(case)
    assert_same_density(evidence, np.random.default_rng(seed).standard_normal((10, len(evidence.parameters))))
