"""Parallel tempering: what ladders draw is the posterior, on any number of cores, and they stop when asked."""

from __future__ import annotations

import math
from typing import NoReturn

import numpy as np
import pytest

from mcmort.bayes import fit
from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.backends import evaluate_model, program_of
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.starting_points import starting_points
from mcmort.bayes.tempering import TemperedChains
from mcmort.results.chains import effective_size
from tests.bayes.planted_modes import PLANTED, quadrature
from tests.bayes.small_cases import every_kind, plain


def _ladders(evidence: Evidence, cores: int = 2) -> TemperedChains:
    """Return ladders on which all figures are contested."""
    starts = starting_points(evidence, Density(program_of(evidence)), 1)[:4]
    return TemperedChains(evidence, {datum.name for datum in evidence.data}, starts, 1, accept=0.8, cores=cores)


@pytest.mark.slow
def test_ladders_that_begin_in_one_mode_draw_all_with_their_weights() -> None:
    """Each of four ladders begins in one of three modes; each draws all of them as often as quadrature says."""
    case, cuts = PLANTED["three modes"]
    evidence = collect(case)
    ladders = _ladders(evidence)
    ladders.extend(4000)
    exact = quadrature(case, cuts, nodes=5, places=401)
    for scores in ladders.chains(4000).scores:
        values = evaluate_model(evidence, scores).kept["all:one"]
        for mode, count in enumerate(np.bincount(np.searchsorted(cuts["one"], values), minlength=3)):
            share, is_in = count / len(values), (np.searchsorted(cuts["one"], values) == mode).astype(float)
            error = math.sqrt(share * (1.0 - share) / effective_size(is_in, 1))
            assert share == pytest.approx(exact[mode,], abs=4.0 * error)


def test_ladders_and_sampler_agree_on_a_posterior_of_one_mode() -> None:
    """Means and spreads of all deaths of a case with a register are those of the No-U-Turn sampler."""
    case = plain()
    evidence = collect(case)
    ladders = _ladders(evidence)
    ladders.extend(2000)
    scores = ladders.chains(2000).scores
    drawn = evaluate_model(evidence, scores.reshape(-1, scores.shape[2])).kept
    for name, values in fit(case, rng=1, store=False).columns.items():
        if np.ptp(values) > 0.0:
            one, other = np.log(values), np.log(drawn[name])
            error = math.hypot(
                one.std() / math.sqrt(effective_size(one, 4)), other.std() / math.sqrt(effective_size(other, 4))
            )
            assert one.mean() == pytest.approx(other.mean(), abs=4.5 * error), name
            assert one.std() == pytest.approx(other.std(), rel=0.15), name


@pytest.mark.slow
def test_number_of_cores_changes_no_draw_of_ladders() -> None:
    """One, two and four ladders at a time draw the same bits; another seed would not."""
    drawn = []
    for cores in (1, 2, 4):
        ladders = _ladders(collect(every_kind()), cores)
        ladders.extend(60)
        ladders.extend(40)
        drawn.append(ladders.chains(50).scores)
    assert drawn[0].shape[:2] == (4, 50)
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] == drawn[2]).all()
    assert (drawn[0][0] != drawn[0][1]).any()


def test_powers_go_from_zero_to_one_on_as_many_rungs_as_rejections_ask() -> None:
    """A ladder begins where the contested figures say nothing; neighbours are swapped about equally often."""
    ladders = _ladders(collect(PLANTED["two components"][0]))
    powers = ladders.ladder.powers
    assert (powers[0], powers[-1]) == (0.0, 1.0)
    assert (np.diff(powers) > 0.0).all()
    assert len(powers) == pytest.approx(2.0 * ladders.rejection.sum() + 1.0, abs=2.0)
    assert np.ptp(ladders.rejection) < 0.3


def test_interrupted_ladders_stop() -> None:
    """What the report of progress raises is raised, and no ladder goes on."""
    ladders = _ladders(collect(plain()))

    def interrupt(moves: int) -> NoReturn:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ladders.extend(1_000_000, interrupt)
    assert ladders.is_stopped
