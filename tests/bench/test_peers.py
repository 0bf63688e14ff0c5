"""Peers and mcmort on the task: right answers pass, wrong ones are refused, what is missing is said."""

from __future__ import annotations

import importlib
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from mcmort.bench import peers, suite
from mcmort.bench.bound import bound_sum, bound_tables
from mcmort.bench.engine import mcmort_quantiles
from mcmort.bench.peers import PEERS, Peer, available, missing, numpy_quantiles
from mcmort.bench.task import Floats, Task, make_task

TASKS = [make_task(12, correlated=correlated, definitions=3) for correlated in (False, True)]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_installed_peers_agree_with_the_exact_answers(peer: Peer, task: Task) -> None:
    """Every quantile of an installed peer is within five standard errors of the exact one."""
    if peer.name in missing():
        pytest.skip(missing()[peer.name])
    assert suite.check(task, replace(peer, check_draws=min(peer.check_draws, 1 << 14))).passed


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_mcmort_agrees_with_the_exact_answers(method: str, task: Task) -> None:
    """So is every quantile of mcmort, with independent and with quasi-random draws."""

    def run(task: Task, n: int, seed: int) -> Floats:
        return mcmort_quantiles(task, n, seed, threads=2, method="quasi" if method == "quasi" else "plain")

    assert suite.check(task, Peer("mcmort", "mcmort", "mcmort", run, lambda _: 0)).passed


def test_threads_change_no_answer() -> None:
    """One and two threads give the same bits."""
    task = TASKS[1]
    assert np.array_equal(mcmort_quantiles(task, 50_000, 3), mcmort_quantiles(task, 50_000, 3, threads=2))


def _ignores_the_copula(task: Task, n: int, seed: int) -> Floats:
    return numpy_quantiles(replace(task, loading=0.0), n, seed)


def _ignores_weights(task: Task, n: int, seed: int) -> Floats:
    return numpy_quantiles(replace(task, weights=tuple(task.weights[0] for _ in task.weights)), n, seed)


def _is_a_little_wide(task: Task, n: int, seed: int) -> Floats:
    return numpy_quantiles(replace(task, log_sds=tuple(1.05 * one for one in task.log_sds)), n, seed)


def _is_undefined(task: Task, n: int, seed: int) -> Floats:
    return numpy_quantiles(task, n, seed) * np.nan


@pytest.mark.parametrize("wrong", [_ignores_the_copula, _ignores_weights, _is_a_little_wide, _is_undefined])
def test_wrong_answers_are_refused(wrong: object) -> None:
    """Negative control: no copula, no weights, log-sds 5 % too large, or no number at all, and the check fails."""
    peer = replace(PEERS[0], run=wrong)  # type: ignore[arg-type]
    assert not suite.check(TASKS[1], peer).passed


def test_missing_peers_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that is absent, lacks something it needs or breaks at import is left out, with the reason."""

    def broken(name: str) -> ModuleType:
        if name == "squigglepy":
            raise ModuleNotFoundError("No module named 'pathos'", name="pathos")
        if name == "monaco":
            raise AttributeError("numpy has no in1d")
        if name == "chaospy":
            raise ModuleNotFoundError("No module named 'chaospy'", name="chaospy")
        return ModuleType(name)

    monkeypatch.setattr(importlib, "import_module", broken)
    found = {peer.name: peers._why_missing(peer) for peer in PEERS}  # noqa: SLF001
    assert found["NumPy"] is None
    assert found["squigglepy"] == "cannot be imported: it needs pathos, which is not installed"
    assert found["monaco"] == "cannot be imported: AttributeError: numpy has no in1d"
    assert found["chaospy"] == "not installed; pip install chaospy, or 'mcmort[bench]' for all"


def test_available_and_missing_share_the_peers_out() -> None:
    """Every peer is either available, with its version, or missing; NumPy and SciPy are always there."""
    assert set(available()) | set(missing()) == {peer.name for peer in PEERS}
    assert not set(available()) & set(missing())
    assert available()["NumPy"] == np.__version__


def test_the_bound_adds_up_the_components() -> None:
    """The bound's sum is that of the tables' means, within five standard errors, on one thread and on two."""
    task = TASKS[0]
    tables = bound_tables(task)
    n = 1 << 16
    middles = 0.5 * (tables[:, 1:] + tables[:, :-1])
    sd = np.sqrt((middles.var(axis=1) + np.diff(tables, axis=1).var(axis=1)).sum())
    assert bound_sum(tables, n, 1) / n == pytest.approx(middles.mean(axis=1).sum(), abs=5.0 * sd / np.sqrt(n))
    assert bound_sum(tables, n, 1, threads=2) == pytest.approx(bound_sum(tables, n, 1), rel=1e-12)
