"""Whether chains can be believed: figures are ArviZ's, thresholds bite, the refusal says what was missed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mcmort.bayes.diagnostics import LEAST_BFMI, LEAST_ESS, MOST_MCSE, MOST_RHAT, Diagnosis, diagnose
from mcmort.errors import ConvergenceError

type Array = NDArray[np.float64]

SHAPE = (4, 1000)


def _good(rng: np.random.Generator) -> Array:
    return rng.standard_normal(SHAPE)


def _checked(quantities: dict[str, Array], rng: np.random.Generator, **changes: Array) -> Diagnosis:
    parts = {"energy": _good(rng), "diverging": np.zeros(SHAPE, dtype=bool), "steps": np.full(SHAPE, 7.0), **changes}
    return diagnose(quantities, parts["energy"], parts["diverging"].astype(bool), parts["steps"])


def _slow(rng: np.random.Generator, memory: float) -> Array:
    """Return chains that remember: autoregressive with a standard normal stationary distribution."""
    noise, values = rng.standard_normal(SHAPE), np.zeros(SHAPE)
    values[:, 0] = noise[:, 0]
    for at in range(1, SHAPE[1]):
        values[:, at] = memory * values[:, at - 1] + np.sqrt(1.0 - memory**2) * noise[:, at]
    return values


@pytest.mark.slow
def test_diagnostics_are_those_of_arviz(seed: int) -> None:
    """R-hat, effective sample sizes and Monte Carlo errors of each quantity are what ArviZ finds in the chains."""
    import arviz_stats
    import xarray as xr

    rng = np.random.default_rng(seed)
    quantities = {"fast": _good(rng), "slow": _slow(rng, 0.9), "apart": _good(rng) + np.arange(4.0)[:, None]}
    found = _checked(quantities, rng)
    tree = xr.Dataset({name: (("chain", "draw"), values) for name, values in quantities.items()})
    for own, expected in (
        (found.rhat, arviz_stats.rhat(tree)),
        (found.ess_bulk, arviz_stats.ess(tree, method="bulk")),
        (found.ess_tail, arviz_stats.ess(tree, method="tail", prob=(0.05, 0.95))),
        (found.mcse, arviz_stats.mcse(tree, method="mean") / tree.std(ddof=1)),
    ):
        assert own == pytest.approx({name: float(expected[name]) for name in quantities}, rel=1e-12)


def test_bfmi_follows_its_definition(seed: int) -> None:
    """The fraction of missing information of white noise is 2; of a random walk of the energy it is near zero."""
    rng = np.random.default_rng(seed)
    white = _checked({"x": _good(rng)}, rng).bfmi
    # mean square of differences over the variance: for white noise 2, with a standard error of about sqrt(3 / 1000)
    assert white == pytest.approx([2.0] * 4, abs=5.0 * np.sqrt(12.0 / SHAPE[1]))
    walk = _checked({"x": _good(rng)}, rng, energy=np.cumsum(_good(rng), axis=1))
    assert max(walk.bfmi) < LEAST_BFMI
    assert any("missing information" in one for one in walk.defects())


def test_independent_chains_have_no_defect(seed: int) -> None:
    """Independent draws have no defect."""
    rng = np.random.default_rng(seed)
    found = _checked({"x": _good(rng), "y": _good(rng)}, rng)
    assert found.defects() == []
    found.check("small")
    assert found.steps == 7.0


@pytest.mark.parametrize(
    ("rhat", "bulk", "tail", "mcse", "divergent", "bfmi", "missed"),
    [
        (MOST_RHAT, LEAST_ESS, LEAST_ESS, MOST_MCSE, 0, LEAST_BFMI, ""),
        (MOST_RHAT + 1e-9, LEAST_ESS, LEAST_ESS, MOST_MCSE, 0, LEAST_BFMI, "R-hat of x"),
        (MOST_RHAT, LEAST_ESS - 1e-9, LEAST_ESS, MOST_MCSE, 0, LEAST_BFMI, "bulk effective sample size of x"),
        (MOST_RHAT, LEAST_ESS, LEAST_ESS - 1e-9, MOST_MCSE, 0, LEAST_BFMI, "tail effective sample size of x"),
        (MOST_RHAT, LEAST_ESS, LEAST_ESS, MOST_MCSE + 1e-9, 0, LEAST_BFMI, "Monte Carlo error of the mean of x"),
        (MOST_RHAT, LEAST_ESS, LEAST_ESS, MOST_MCSE, 1, LEAST_BFMI, "1 transitions diverged"),
        (MOST_RHAT, LEAST_ESS, LEAST_ESS, MOST_MCSE, 0, LEAST_BFMI - 1e-9, "missing information"),
    ],
)
def test_each_threshold_rejects_just_beyond_its_value(
    rhat: float, bulk: float, tail: float, mcse: float, divergent: int, bfmi: float, missed: str
) -> None:
    """At a threshold a fit passes; just beyond it, this one defect and no other is named."""
    found = Diagnosis(
        rhat={"x": rhat, "y": 1.0},
        ess_bulk={"x": bulk, "y": 1e4},
        ess_tail={"x": tail, "y": 1e4},
        mcse={"x": mcse, "y": 0.01},
        divergent=divergent,
        bfmi=(2.0, bfmi),
        steps=7.0,
    )
    defects = found.defects()
    assert len(defects) == bool(missed)
    assert not missed or missed in defects[0]


def test_refusal_names_every_missed_threshold(seed: int) -> None:
    """Chains that disagree, stick and diverge are refused, with every threshold missed, the value, and a hint."""
    rng = np.random.default_rng(seed)
    diverging = np.zeros(SHAPE)
    diverging[0, :3] = 1.0
    apart = _slow(rng, 0.99) + np.arange(4.0)[:, None]
    found = _checked({"fine": _good(rng), "deaths:x": apart}, rng, diverging=diverging, energy=_slow(rng, 0.999))
    with pytest.raises(ConvergenceError) as refused:
        found.check("small")
    message = str(refused.value)
    assert message.startswith("the fit of small is refused: R-hat of deaths:x is ")
    for part in (
        f"R-hat of deaths:x is {found.rhat['deaths:x']:.3f} (at most 1.01)",
        f"bulk effective sample size of deaths:x is {found.ess_bulk['deaths:x']:.0f} (at least 400)",
        f"tail effective sample size of deaths:x is {found.ess_tail['deaths:x']:.0f} (at least 400)",
        "3 transitions diverged (at most 0)",
        f"the Monte Carlo error of the mean of deaths:x is {found.mcse['deaths:x']:.3f} of its",
        f"the least fraction of missing information is {min(found.bfmi):.2f} (at least 0.3)",
        "Hint: ",
    ):
        assert part in message


def test_chain_with_one_excursion_is_refused(seed: int) -> None:
    """Ranks do not see how far one excursion of a chain goes; the Monte Carlo error of the mean does."""
    rng = np.random.default_rng(seed)
    far = _good(rng)
    far[0, 500:520] += 100.0
    found = _checked({"x": far}, rng)
    assert [one.partition(" is ")[0] for one in found.defects()] == ["the Monte Carlo error of the mean of x"]


def test_constant_quantity_is_not_checked(seed: int) -> None:
    """A share that is certain has no R-hat, and is no defect."""
    rng = np.random.default_rng(seed)
    found = _checked({"certain": np.full(SHAPE, 0.5), "x": _good(rng)}, rng)
    assert set(found.rhat) == {"x"}
    assert found.defects() == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_draw_that_is_not_finite_is_refused(bad: float, seed: int) -> None:
    """One draw that is no number, in a quantity that is not the first, is refused."""
    rng = np.random.default_rng(seed)
    spoiled = _good(rng)
    spoiled[2, 500] = bad
    with np.errstate(invalid="ignore"):
        found = _checked({"x": _good(rng), "spoiled": spoiled, "y": _good(rng)}, rng)
        found_first = Diagnosis({"x": np.nan}, {"x": 1e4}, {"x": 1e4}, {"x": 0.01}, 0, (1.0,), 7.0)
    with pytest.raises(ConvergenceError, match="spoiled"):
        found.check("small")
    assert len(found_first.defects()) == 1


def test_chains_that_do_not_move_are_refused(seed: int) -> None:
    """Chains that each stay where they started, apart from one another, are refused."""
    rng = np.random.default_rng(seed)
    stuck = np.repeat(np.arange(4.0)[:, None], SHAPE[1], axis=1)
    with pytest.raises(ConvergenceError, match="stuck"):
        _checked({"x": _good(rng), "stuck": stuck}, rng).check("small")
