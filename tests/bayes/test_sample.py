"""The sampler: same bits by seed, reports of progress, interrupts, and densities that cannot be sampled."""

from __future__ import annotations

import os
import signal
from typing import NoReturn

import numpy as np
import pytest

from mcmort.bayes.autodiff.tape import Tape, TapeOp, TapeProgram
from mcmort.bayes.backends import program_of
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.sample import sample
from mcmort.errors import ConvergenceError
from tests.bayes.small_cases import plain


def _normal(parameters: int = 3) -> TapeProgram:
    """Return independent normal densities: of mean k and standard deviation k + 1."""
    tape = Tape()
    for k in range(parameters):
        tape.add_score((tape.parameter(f"p{k}") - float(k)) / (k + 1.0))
    return tape.program()


def test_seed_gives_same_bits_on_any_number_of_cores() -> None:
    """Draws and statistics of a seed do not depend on how many chains run at a time; another seed has other draws."""
    program = program_of(collect(plain()))
    one, two, again, other = (
        sample(program, seed, draws=200, tune=200, cores=cores) for seed, cores in ((5, 1), (5, 2), (5, 2), (6, 2))
    )
    for chains in (two, again):
        assert chains.scores.tobytes() == one.scores.tobytes()
        assert all(chains.stats[name].tobytes() == one.stats[name].tobytes() for name in one.stats)
    assert one.scores.shape == other.scores.shape == (4, 200, len(program.parameters))
    assert not np.array_equal(one.scores, other.scores)
    assert len({chain.tobytes() for chain in one.scores}) == 4


def test_draws_follow_density() -> None:
    """Means and standard deviations of independent normals are found, within five Monte Carlo standard errors."""
    from arviz_stats.base import array_stats

    chains = sample(_normal(), 3, draws=2000)
    for k in range(3):
        values = chains.scores[:, :, k]
        for method, found, expected in (("mean", values.mean(), k), ("sd", values.std(), k + 1.0)):
            error = float(array_stats.mcse(values, chain_axis=0, draw_axis=1, method=method))
            assert error < 0.05 * (k + 1.0)
            assert abs(found - expected) < 5.0 * error
    assert chains.stats["diverging"].sum() == 0


def test_kept_log_density_is_that_of_program() -> None:
    """The sampler's own record of the log density belongs to the draws beside it."""
    from mcmort.bayes.autodiff.density import Density

    program = program_of(collect(plain()))
    chains, density = sample(program, 1, draws=100, tune=200), Density(program)
    values = [density(point)[0] for point in chains.scores.reshape(-1, len(program.parameters))]
    np.testing.assert_allclose(chains.stats["logp"].ravel(), values, rtol=1e-13)


def test_progress_rises_to_all_draws() -> None:
    """The draws done never fall, and end at all the draws of all chains, tuning included."""
    seen: list[tuple[int, int]] = []
    sample(_normal(), 1, draws=300, tune=200, progress=lambda done, asked: seen.append((done, asked)))
    assert {asked for _, asked in seen} == {2000}
    done = [done for done, _ in seen]
    assert done == sorted(done)
    assert done[-1] == 2000


@pytest.mark.slow
@pytest.mark.parametrize("error", [ValueError("no terminal"), RuntimeError()])
def test_error_in_progress_is_raised(error: Exception) -> None:
    """An error in the report of progress stops the chains and reaches the caller; the next run is unaffected."""
    program = program_of(collect(plain()))

    def fail(_done: int, _total: int) -> NoReturn:
        raise error

    with pytest.raises(type(error)):
        sample(program, 1, draws=200_000, progress=fail)
    assert sample(program, 1, draws=100).scores.shape[:2] == (4, 100)


@pytest.mark.slow
@pytest.mark.usefixtures("_ctrl_c")
def test_interrupt_stops_chains() -> None:
    """Ctrl-C while chains run comes out as KeyboardInterrupt, and the next run is unaffected."""
    first = sample(_normal(), 2, draws=100, tune=200)

    def interrupt(done: int, _: int) -> None:
        if not sent:
            sent.append(done)
            os.kill(os.getpid(), signal.SIGINT)

    sent: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        sample(_normal(60), 2, draws=2_000_000, progress=interrupt)
    assert len(sent) == 1
    assert sample(_normal(), 2, draws=100, tune=200).scores.tobytes() == first.scores.tobytes()


@pytest.mark.slow
def test_density_without_finite_point_is_an_error() -> None:
    """Where the density is nowhere finite the sampler cannot start, and that is an error of this package."""
    tape = Tape()
    tape.add(tape.emit(TapeOp.LOG, tape.emit(TapeOp.EXP, tape.parameter("a")) * -1.0))
    with pytest.raises(ConvergenceError, match="the sampler cannot go on"):
        sample(tape.program(), 1, draws=100, tune=100)
