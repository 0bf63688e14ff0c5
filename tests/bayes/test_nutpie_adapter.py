"""The adapter of nutpie: what it relies on of the private part, and the public interface where that part differs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np
import pytest

from mcmort.bayes import nutpie_adapter
from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.autodiff.tape import Tape
from mcmort.bayes.backends import program_of
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.nutpie_adapter import (
    SIGNATURES,
    STATISTICS,
    SamplerSettings,
    checked_part,
    compiled_part,
    missing_from,
    sample_chains,
    sample_compiled,
    sample_public,
)
from mcmort.bayes.sample import sample
from mcmort.cache.folder import version_of
from tests.bayes.small_cases import every_kind

_SHORT = SamplerSettings(seed=7, draws=100, tune=150, chains=4, target_accept=0.8, cores=2)


@pytest.fixture(scope="module")
def density() -> Density:
    """Return the log density of a case with every kind of evidence."""
    return Density(program_of(collect(every_kind())))


@pytest.fixture
def _no_private_part(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the private part of nutpie be of another version, without the class that takes the density's address."""
    core = compiled_part()
    other = {name: getattr(core, name) for name in dir(core) if name != "LogpFunc"}
    monkeypatch.setattr(nutpie_adapter, "compiled_part", lambda: SimpleNamespace(**other))
    checked_part.cache_clear()
    yield
    checked_part.cache_clear()


def test_private_part_of_nutpie_has_names_and_arguments_relied_on() -> None:
    """The installed nutpie has every name of `SIGNATURES` with these arguments."""
    missing = missing_from(compiled_part())
    assert not missing, (
        f"nutpie {version_of('nutpie')} changed its private interface: {', '.join(missing)}. mcmort samples through "
        "the public one meanwhile; adapt SIGNATURES and sample_compiled in mcmort/bayes/nutpie_adapter.py"
    )


def test_private_settings_of_nutpie_have_names_relied_on() -> None:
    """The four settings are there and are taken over, and one that does not exist is refused."""
    options = compiled_part().PyNutsSettings.Diag(3)
    values = {"num_draws": 11, "num_tune": 12, "num_chains": 5, "target_accept": 0.91}
    options.update(values)
    settings = options.as_dict()["settings"]
    assert {name: settings[name] for name in ("num_draws", "num_tune", "num_chains")} == {
        "num_draws": 11, "num_tune": 12, "num_chains": 5,
    }  # fmt: skip
    with pytest.raises(AttributeError):
        options.update({"no_such_setting": 1})


def test_private_part_of_nutpie_returns_arrays_of_expected_layout(density: Density) -> None:
    """Draws are by chain, draw and parameter, statistics by chain and draw, both without the tuning.

    The log density that is kept of each draw is that of its parameters, so rows and columns are in their places.
    """
    chains = sample_compiled(compiled_part(), density, _SHORT)
    assert chains.scores.shape == (4, 100, density.size)
    assert {name: values.shape for name, values in chains.stats.items()} == dict.fromkeys(STATISTICS, (4, 100))
    values = [[density(point)[0] for point in chain] for chain in chains.scores]
    np.testing.assert_allclose(chains.stats["logp"], values, rtol=1e-13)


@pytest.mark.parametrize("name", sorted(SIGNATURES))
def test_missing_name_or_other_arguments_are_reported(name: str) -> None:
    """A name that is gone, or takes other arguments, is reported alone."""

    def rest(core: Any, parts: list[str], replacement: object) -> SimpleNamespace:
        attributes = {key: getattr(core, key) for key in dir(core) if not key.startswith("_")}
        attributes[parts[0]] = replacement if len(parts) == 1 else rest(attributes[parts[0]], parts[1:], replacement)
        return SimpleNamespace(**attributes)

    def other_arguments(renamed: int) -> int:
        return renamed

    owner = name.split(".")
    for replacement in (None, other_arguments):
        assert missing_from(rest(compiled_part(), owner, replacement)) == [name]


@pytest.mark.slow
@pytest.mark.usefixtures("_no_private_part")
def test_sampling_without_private_part_gives_same_bits_and_says_so_once(
    density: Density, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the private part differs the public interface draws the same bits, and one line says so."""
    chains = sample_chains(density, _SHORT)
    sample_chains(density, _SHORT)
    assert [record.getMessage() for record in caplog.records] == [
        f"nutpie {version_of('nutpie')} has no LogpFunc as mcmort uses it: sampling goes through its public interface, "
        "which is slower"
    ]
    expected = sample_compiled(compiled_part(), density, _SHORT)
    assert chains.scores.tobytes() == expected.scores.tobytes()
    assert all(chains.stats[name].tobytes() == expected.stats[name].tobytes() for name in STATISTICS)
    assert len(np.unique(chains.scores[:, :, 0])) > 100


@pytest.mark.slow
def test_both_interfaces_start_each_chain_at_its_own_point(density: Density) -> None:
    """Both interfaces give the starting points to the chains in the same order: they draw the same bits."""
    starts = np.array([[5.0] * density.size, [-5.0] * density.size])
    settings = replace(_SHORT, chains=2, starts=starts)
    chains, public = (
        sample_compiled(compiled_part(), density, settings),
        sample_public(density, settings),
    )
    assert chains.scores.tobytes() == public.scores.tobytes()
    elsewhere = sample_compiled(compiled_part(), density, replace(settings, starts=-starts))
    assert (chains.scores != elsewhere.scores).any(axis=(1, 2)).all()


def test_absent_private_part_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """If there is no such module, that is what the line names."""
    monkeypatch.setattr(nutpie_adapter, "compiled_part", lambda: None)
    checked_part.cache_clear()
    assert checked_part() is None
    checked_part.cache_clear()
    assert "has no nutpie._lib as mcmort uses it" in caplog.text
    assert len(caplog.records) == 1


@pytest.mark.usefixtures("_no_private_part")
def test_progress_through_public_interface_reaches_all_draws() -> None:
    """Progress is passed on and ends at all the draws of all chains, tuning included."""
    done: list[tuple[int, int]] = []
    tape = Tape()
    tape.add_score(tape.parameter("a"))
    sample(tape.program(), 1, draws=100, tune=100, progress=lambda count, total: done.append((count, total)))
    assert done[-1] == (800, 800)


def test_error_in_progress_stops_public_interface(density: Density) -> None:
    """What a report of progress raises is raised where the chains were started."""

    def fail(_done: int) -> NoReturn:
        raise ValueError("no terminal")

    with pytest.raises(ValueError, match="no terminal"):
        sample_public(density, SamplerSettings(1, 200_000, 200, 4, 0.8, 2), fail)


@pytest.mark.usefixtures("_ctrl_c")
def test_interrupt_stops_public_interface(density: Density) -> None:
    """Ctrl-C while chains run comes out as KeyboardInterrupt."""
    sent: list[int] = []

    def interrupt(done: int) -> None:
        if not sent:
            sent.append(done)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        sample_public(density, SamplerSettings(1, 200_000, 200, 4, 0.8, 2), interrupt)
    assert len(sent) == 1


_NOWHERE_FINITE = """
from mcmort.bayes.autodiff.density import Density
from mcmort.bayes.autodiff.tape import TapeOp, Tape
from mcmort.bayes.nutpie_adapter import SamplerSettings, compiled_part, sample_compiled, sample_public
from mcmort.errors import ConvergenceError

tape = Tape()
tape.add(tape.emit(TapeOp.LOG, tape.emit(TapeOp.EXP, tape.parameter("a")) * -1.0))
density, settings = Density(tape.program()), SamplerSettings(7, 100, 150, 4, 0.8, 2)
try:
    {call}
except ConvergenceError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "call", ["sample_compiled(compiled_part(), density, settings)", "sample_public(density, settings)"]
)
def test_chains_without_finite_density_fail_and_process_ends_cleanly(call: str) -> None:
    """Where the density is nowhere finite neither way can start, and no thread is left to crash the process."""
    program = [sys.executable, "-c", _NOWHERE_FINITE.format(call=call)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("the sampler cannot go on: ")
