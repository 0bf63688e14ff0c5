"""How things are measured: order of runs, what is skipped, how needs are found. Nothing here looks at a clock."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mcmort.bench import child, suite
from mcmort.bench.accuracy import Method, _used, accuracy, draws_by_law, draws_needed, error_of
from mcmort.bench.exact import exact
from mcmort.bench.measure import interleaved
from mcmort.bench.peers import PEERS, Peer
from mcmort.bench.results import Check
from mcmort.bench.suite import Settings, base_tool
from mcmort.bench.task import PROBABILITIES, Floats, Task, make_task
from mcmort.errors import McmortError

TASK = make_task(4, correlated=False, definitions=2)


def _ticking(monkeypatch: pytest.MonkeyPatch, costs: dict[str, float]) -> tuple[dict[str, Any], list[str]]:
    """Return works that only move a clock of our own, and the order in which they are run."""
    now, order = [0.0], list[str]()

    def work(name: str) -> Any:
        def run() -> None:
            order.append(name)
            now[0] += costs[name]

        return run

    monkeypatch.setattr("mcmort.bench.measure.time.perf_counter", lambda: now[0])
    return {name: work(name) for name in costs}, order


def test_runs_are_interleaved_and_the_first_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Works run a, b, a, b ...; the first round warms up."""
    works, order = _ticking(monkeypatch, {"a": 0.25, "b": 0.5})
    assert interleaved(works, 3) == {"a": (0.25,) * 3, "b": (0.5,) * 3}
    assert order == ["a", "b"] * 4


def test_slow_works_run_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes more than a second or so is counted three times, what takes a minute with no run to warm up."""
    works, order = _ticking(monkeypatch, {"quick": 0.25, "slow": 1.2, "slower": 2.0, "endless": 60.0})
    found = {name: len(runs) for name, runs in interleaved(works, 5).items()}
    assert found == {"quick": 5, "slow": 4, "slower": 3, "endless": 3}
    assert {name: order.count(name) for name in works} == {"quick": 6, "slow": 5, "slower": 4, "endless": 3}


def test_needs_are_found_where_the_error_is_known() -> None:
    """For an error of c / sqrt(n) the need is (c / target) squared; a target that is out of reach gives None."""
    assert draws_needed(lambda n: 3.0 / np.sqrt(n), 0.01, 256) == pytest.approx(90_000.0)
    assert draws_needed(lambda n: 2.0 / n, 0.001, 320) == pytest.approx(2000.0)
    assert draws_needed(lambda _: 0.5, 0.01, 256) is None
    assert draws_needed(lambda _: 0.001, 0.01, 256) == 256.0


def test_needs_out_of_reach_follow_from_the_root_law() -> None:
    """For errors of c / sqrt(n), with noise up and down, the need is (c / target) squared, however far it lies."""
    noise = {256: 1.1, 1024: np.sqrt(2.0 - 1.1**2)}
    assert draws_by_law(lambda n: 3.0 * noise[n] / np.sqrt(n), 0.001, (256, 1024)) == pytest.approx(9e6)


def test_what_is_extrapolated_is_marked_and_scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A method that needs more draws than it was given has its time scaled up by as much, and says so."""
    clock, truth, runs = (
        [0.0],
        exact(make_task(12, correlated=False, definitions=1), 1 << 15, 0.2).quantiles,
        list[int](),
    )
    monkeypatch.setattr("mcmort.bench.measure.time.perf_counter", lambda: clock[0])

    def run(_task: Task, n: int, seed: int) -> Floats:
        runs.append(n)
        clock[0] += 1e-7 * n
        return np.asarray(truth * (1.0 + (-1.0) ** seed / np.sqrt(n)))

    for target, is_far in ((0.0005, True), (0.1, False)):
        one = accuracy(
            correlated=False,
            target=target,
            threads=1,
            chosen=(Method("far", run, affordable=(64, 512), longest=1 << 20),),
        )[0]
        assert one.draws is not None
        assert one.draws == pytest.approx((1.96 / target) ** 2, rel=1e-6)
        assert one.timing.median == pytest.approx(1e-7 * one.draws, rel=0.01)
        assert one.is_extrapolated == is_far
    assert max(runs) == 1 << 20  # of the 15 million that it needs


def test_the_error_of_a_method_is_the_worse_limit() -> None:
    """Limits that are off by 1 % and 2 % give 1.96 times 2 %; the median does not count."""
    truth = np.array([[10.0, 20.0, 30.0]])

    def run(_task: Task, _n: int, seed: int) -> Floats:
        return truth * (1.0 + np.array([[0.01, 0.5, 0.02]]) * (-1.0) ** seed)

    assert error_of(run, TASK, truth, 100, seeds=10) == pytest.approx(1.96 * 0.02)


def test_a_method_that_misses_the_target_is_marked_and_not_timed() -> None:
    """Quantiles that stay a hundredth off, however many the draws, have no number of draws and no time."""
    off = Method("off", lambda task, _n, _seed: exact(task, 1 << 14).quantiles * 1.01)
    (found,) = accuracy(correlated=False, target=0.001, threads=1, chosen=(off,))
    assert (found.draws, found.used, found.timing.seconds, found.is_extrapolated) == (None, 0, (), False)
    assert found.timing.skipped.startswith("not reached")


def test_stepped_methods_are_timed_with_the_next_step() -> None:
    """A net that needs 1,300 draws is timed with 2,560, the next that it can make; plain draws with 1,300."""
    stepped = Method("quasi", _tool("any").run, fewest=320, is_stepped=True)
    plain = Method("plain", _tool("any").run)
    assert _used(stepped, 1300.0) == 2560
    assert _used(stepped, 1280.0) == 1280
    assert _used(plain, 1300.2) == 1301
    assert _used(plain, None) == 0


def _tool(name: str, *, off: float = 0.0, memory: int = 0, cost: float = 0.0, clock: list[float] | None = None) -> Peer:
    def run(task: Task, n: int, _seed: int) -> Floats:
        if clock is not None:
            clock[0] += cost * n
        return exact(task).quantiles * (1.0 + off)

    return Peer(name, "numpy", "numpy", run, lambda _: memory, check_draws=1 << 12)


def test_what_is_not_run_is_marked_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong answers, too much memory and too much time keep a tool from being run, and stand in its place."""
    clock = [0.0]
    monkeypatch.setattr("mcmort.bench.measure.time.perf_counter", lambda: clock[0])
    monkeypatch.setattr(suite, "available_bytes", lambda: 10**9)
    tools = (
        _tool("fine", cost=1e-6, clock=clock),
        _tool("wrong", off=0.5),
        _tool("large", memory=10**6),
        _tool("slow", cost=0.01, clock=clock),
    )
    checks = {tool.name: suite.check(TASK, tool) for tool in tools}
    settings = Settings((4,), (100, 1000, 10_000), repeats=2, limit=20.0)
    cells = suite._cells(TASK, tools, checks, settings, lambda _: None)  # noqa: SLF001
    assert [cell.draws for cell in cells] == [100, 1000, 10_000]
    assert all(cell.timing("fine").seconds for cell in cells)
    assert all("answers differ by" in cell.timing("wrong").skipped for cell in cells)
    assert cells[0].timing("large").seconds
    assert "needs more memory" in cells[1].timing("large").skipped
    assert cells[1].timing("slow").median == pytest.approx(10.0)
    assert cells[2].timing("slow").skipped == "longer than 20 s, judging by 1,000 draws"


def test_nothing_is_timed_if_mcmort_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong answers of mcmort end the run with what was found and what was allowed."""
    monkeypatch.setattr(suite, "tools", lambda _: (_tool(base_tool(1), off=0.5), PEERS[0]))
    with pytest.raises(
        McmortError, match=r"mcmort, 1 thread is .* standard errors from the exact one; expected at most 5"
    ):
        suite.run_benchmarks(replace(suite.QUICK, components=(4,), draws=(100,), threads=(1,)))


def test_a_wrong_peer_does_not_end_the_run() -> None:
    """Only mcmort's own failure is an error; that of a peer is a record."""
    wrong = Check("task", "NumPy", 10, 99.0, passed=False)
    suite._refuse_own([wrong])  # noqa: SLF001
    with pytest.raises(McmortError):
        suite._refuse_own([replace(wrong, tool=base_tool(2))])  # noqa: SLF001


def test_the_child_reports_its_peak_memory() -> None:
    """A process that has numpy loaded and holds the draws uses more than the draws need, and less than a gibibyte."""
    request = {"tool": "NumPy", "components": 4, "draws": 200_000, "correlated": True, "threads": 1}
    found = child.main(json.dumps(request))
    assert found > 200_000 * 4 * 8
    assert found == pytest.approx(child.peak_bytes(), rel=0.5)


def test_quantiles_asked_for_are_a_median_and_a_95_percent_interval() -> None:
    """Every table says 95 %: the outer probabilities leave out 2.5 % on each side."""
    assert PROBABILITIES == (0.025, 0.5, 0.975)
