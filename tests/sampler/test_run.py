"""Running plans: counted draws are the kept draws, counted; no division of the work changes a bit; memory is constant.

Whether a column is kept or counted, it is made of the same draws, so a histogram must equal that of the column exactly.
"""

from __future__ import annotations

import concurrent.futures
import json
import math
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mcmort.errors import UsageError
from mcmort.results import Method
from mcmort.results.histogram import BINS, Histogram, merge
from mcmort.results.histogram_estimate import Statistic, statistics_of
from mcmort.sampler.kernel import run, thread_pool, workspace
from mcmort.sampler.kernel.register_allocation import allocate_registers
from mcmort.sampler.kernel.run import REPLICATES, draw_histograms, net_size, run_plan
from mcmort.sampler.program import reference
from mcmort.sampler.program.plan import Builder, Op, Plan
from mcmort.sampler.random.streams import digital_net, streams_of
from tests.results.slow_histogram import histogram_of
from tests.sampler.programs import SCORES, fixed_digests, fixed_plan, programs

type Array = NDArray[np.float64]

_N = 3_008
"""No multiple of most blocks: the last block of a task has fewer draws."""

_GOLDEN = {
    "kept": "c9ac3c2b6d4603215ff7702b70488e2a044bb171e42c241ba71557c6489c8e01",
    "plain": "d6c932eeda830824572aa876f4af7fced6f4dd2da1508059fb65b779e338a4cb",
    "quasi": "d8e2934b2d4d4fa49de22d59e06d46b5216a17732f1b38b90bfe56c5a63f3236",
}
"""Digests of the fixed plan, written down on x86-64 with Linux. No logarithm, root or exponential enters it.

They were written down again when draws above a floor gave way to look-ups at a register and to selection.
"""


@pytest.fixture(scope="module", autouse=True)
def _threads_for_few_draws() -> Iterator[None]:
    """Start threads however few the draws are, which takes longer but is what is to be tested."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_SMALLEST_TASK", 1)
        patch.setattr(run, "_SMALL_RUN", 0)
        yield


def _counts(histogram: Histogram) -> Array:
    """Return the counts of all bins, and the extremes where they are defined."""
    whole = np.zeros(BINS + 2)
    whole[histogram.first : histogram.first + len(histogram.counts)] = histogram.counts
    if math.isfinite(histogram.low) and math.isfinite(histogram.high):
        whole[-2:] = histogram.low, histogram.high
    return whole


def _sum_of(names: str) -> Plan:
    """Return a plan that adds up draws of the streams named by the letters."""
    build = Builder()
    table = build.table(fixed_plan().tables[0])
    total = build.emit(Op.DRAW, b=table, stream=names[0])
    for name in names[1:]:
        total = build.emit(Op.ADD, total, build.emit(Op.DRAW, b=table, stream=name))
    build.outputs["total"] = total
    return build.plan()


@settings(max_examples=30)
@given(
    plan=programs(),
    seed=st.integers(0, 2**40),
    n=st.integers(1, 900),
    task=st.integers(1, 900),
    block=st.integers(1, 900),
    threads=st.sampled_from([1, 2, 3]),
)
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning", "ignore:invalid:RuntimeWarning")
def test_a_histogram_is_that_of_the_kept_draws(
    plan: Plan, seed: int, n: int, task: int, block: int, threads: int
) -> None:
    """Whatever the program, seed, task, block and threads, every bin counts the draws of the column that lie in it."""
    columns = run_plan(plan, seed, n, threads=1)
    found = draw_histograms(plan, seed, n, task=max(task, n // 40), block=block, threads=threads)
    assert list(found) == list(columns)
    for name, column in columns.items():
        assert found[name].is_independent
        assert found[name].whole.draws == n
        assert np.array_equal(_counts(found[name].whole), _counts(histogram_of(column)))
        undefined = int(np.sum(~((column > -(2.0**-10)) & (column < 2.0**50))))
        assert found[name].whole.undefined == undefined


@pytest.mark.parametrize("block", [1, 64, 1024])
def test_the_extremes_are_those_of_all_draws(block: int) -> None:
    """Also where few draws are negative, which lie in the last bin, the smallest and the largest draw are kept."""
    build = Builder()
    draw = build.emit(Op.DRAW, b=build.table(fixed_plan().tables[0]), stream="draw")
    build.outputs["difference"] = build.emit(Op.SUBTRACT, draw, build.emit(Op.CONSTANT, x=792.0))
    plan = build.plan()
    column = run_plan(plan, 3, 6_400)["difference"]
    assert 0.01 < float(np.mean(column < 0.0)) < 0.02
    whole = draw_histograms(plan, 3, 6_400, block=block, threads=1)["difference"].whole
    assert (whole.low, whole.high) == (column.min(), column.max())


@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_no_division_of_the_work_changes_a_bit(method: str) -> None:
    """Any task, block, number of threads and executor give the same histograms, to the last bit, and errors."""
    statistics: dict[str, list[Statistic]] = {"total": [("mean", 0.0), ("quantile", 0.5), ("shortest-low", 0.9)]}

    def digest(**how: object) -> tuple[object, ...]:
        found = draw_histograms(fixed_plan(), 5, _N, method=method, statistics=statistics, **how)  # type: ignore[arg-type]
        total = found["total"]
        return (*(one.whole.digest() for one in found.values()), total.replicates.tobytes(), total.quantile_error(0.5))

    expected = digest(threads=1)
    for how in (
        {"task": 7},
        {"task": 1 << 14},
        {"block": 1},
        {"block": 128},
        {"block": 333, "task": 100},
        {"threads": 3},
        {},
    ):
        assert digest(**how) == expected
    with concurrent.futures.ThreadPoolExecutor(3) as executor:
        assert digest(executor=executor, task=50) == expected
        assert executor.submit(lambda: 1).result() == 1  # the caller's executor stays open
    # negative control: another seed is another histogram
    assert draw_histograms(fixed_plan(), 6, _N)["total"].whole.digest() not in expected


def test_counts_beyond_32_bits_are_merged_in_64(monkeypatch: pytest.MonkeyPatch) -> None:
    """Histograms whose counts together may pass 32 bits are put together in 64, and are the same."""
    few = draw_histograms(fixed_plan(), 5, _N, task=200, threads=3)
    monkeypatch.setattr(workspace, "_MAX_COUNTED", _N - 1)
    many = draw_histograms(fixed_plan(), 5, _N, task=200, threads=3)
    assert {one.whole.digest() for one in few.values()} == {one.whole.digest() for one in many.values()}
    assert {one.whole.counts.dtype.itemsize for one in few.values()} == {4}
    assert {one.whole.counts.dtype.itemsize for one in many.values()} == {8}


@pytest.mark.parametrize(("n", "threads", "is_here"), [(500, 2, True), (501, 2, False), (5_000, 1, True)])
def test_little_work_stays_with_the_caller(
    n: int, threads: int, is_here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is called to help with a few draws, or where one thread is asked for."""
    seen: list[int] = []
    run_in_order = thread_pool.run_in_order

    def noted(work: Any, tasks: Any, count: int, executor: Any) -> Iterator[Any]:
        seen.append(count)
        return run_in_order(work, tasks, count, executor)

    monkeypatch.setattr(run, "_SMALL_RUN", 500 * len(allocate_registers(fixed_plan(), list(fixed_plan().outputs)).op))
    monkeypatch.setattr(run, "run_in_order", noted)
    draw_histograms(fixed_plan(), 5, n, threads=threads)
    run_plan(fixed_plan(), 5, n, threads=threads)
    assert seen == ([1, 1] if is_here else [threads, threads])


def test_counts_are_emptied_before_they_overflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the counts of a thread are put aside on the way, the histograms are the same."""
    plan = fixed_plan()
    expected = {name: one.whole.digest() for name, one in draw_histograms(plan, 5, _N, task=200).items()}
    emptied: list[int] = []
    take = workspace._Workspace.take  # noqa: SLF001
    monkeypatch.setattr(workspace, "_MAX_COUNTED", 500)

    def noted(scratch: workspace._Workspace, kind: Any) -> list[Histogram]:
        emptied.append(scratch.draws)
        return take(scratch, kind)

    monkeypatch.setattr(workspace._Workspace, "take", noted)  # noqa: SLF001
    found = draw_histograms(plan, 5, _N, task=200, threads=1)
    assert {name: one.whole.digest() for name, one in found.items()} == expected
    assert emptied == [600] * (_N // 600) + [_N % 600]


@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_work_space_is_left_as_it_was_found(method: Method) -> None:
    """What runs leave for later ones counts nothing, and a histogram stays what it is while others use its memory."""
    first = draw_histograms(fixed_plan(), 5, _N, method=method, threads=2, task=500)
    before = {name: one.whole.digest() for name, one in first.items()}
    assert workspace._spare_memory  # noqa: SLF001
    assert not any(room.counts.any() for room in workspace._spare_memory)  # noqa: SLF001
    draw_histograms(fixed_plan(), 6, _N, method=method, threads=2, task=500)
    assert {name: one.whole.digest() for name, one in first.items()} == before
    again = draw_histograms(fixed_plan(), 5, _N, method=method, threads=2, task=500)
    assert {name: one.whole.digest() for name, one in again.items()} == before


def test_zeros_of_either_sign_are_one() -> None:
    """Zeros of both signs give the same digest in whatever tasks they fall (the extreme once kept its sign)."""
    build = Builder()
    score = build.emit(Op.DRAW, b=build.table(SCORES), stream="score")
    build.outputs["zero"] = build.emit(Op.SCALE, score, x=0.0)
    column = run_plan(build.plan(), 1, 100)["zero"]
    assert len(set(np.signbit(column).tolist())) == 2
    found = [draw_histograms(build.plan(), 1, 100, task=task)["zero"].whole for task in (1, 2, 3, 100)]
    assert len({one.digest() for one in found}) == 1
    assert (str(found[0].low), str(found[0].high)) == ("0.0", "0.0")


@settings(max_examples=15)
@given(plan=programs(), seed=st.integers(0, 2**40), n=st.integers(1, 600))
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning", "ignore:invalid:RuntimeWarning")
def test_quasi_random_histograms_are_those_of_the_reference_implementation(plan: Plan, seed: int, n: int) -> None:
    """The histogram of nets is that of the columns which plain NumPy makes of the same nets."""
    size = net_size(n)
    found = draw_histograms(plan, seed, n, method="quasi", threads=2)
    with np.errstate(all="ignore"):
        runs = [
            reference.run_plan(plan, seed, 0, size, points=digital_net(seed, streams_of(plan.streams), size, one))
            for one in range(REPLICATES)
        ]
    for name, estimate in found.items():
        assert not estimate.is_independent
        assert estimate.whole.draws == size * REPLICATES
        columns = np.concatenate([run[name] for run in runs])
        assert np.array_equal(_counts(estimate.whole), _counts(histogram_of(columns)))


def test_replicates_are_the_figures_of_each_net() -> None:
    """Each row of the replicates has the statistics of the histogram of one net; the whole is their merge."""
    plan = fixed_plan()
    statistics: list[Statistic] = [("mean", 0.0), ("quantile", 0.025), ("shortest-low", 0.9), ("shortest-high", 0.9)]
    found = draw_histograms(plan, 3, 8 * 64, method="quasi", statistics={"total": statistics})
    histograms = [
        histogram_of(
            reference.run_plan(plan, 3, 0, 64, points=digital_net(3, streams_of(plan.streams), 64, replicate))["total"]
        )
        for replicate in range(REPLICATES)
    ]
    assert found["total"].replicates.tolist() == [statistics_of(one, statistics).tolist() for one in histograms]
    assert found["total"].whole.digest() == merge(histograms).digest()
    assert found["total"].statistics == tuple(statistics)
    assert found["part"].statistics == ()
    assert math.isnan(found["part"].quantile_error(0.5))


@pytest.mark.parametrize(
    ("n", "size"), [(1, 1), (8, 1), (9, 2), (16, 2), (17, 4), (100_000, 16_384), (131_073, 32_768)]
)
def test_nets_are_rounded_up_to_a_power_of_two(n: int, size: int) -> None:
    """Eight nets hold at least the draws asked for, and half their size would not."""
    assert net_size(n) == size
    assert size * REPLICATES >= n
    assert size == 1 or size * REPLICATES // 2 < n


@pytest.mark.parametrize(("method", "total"), [("plain", 1_000), ("quasi", 8 * 128)])
def test_progress_is_told_of_every_task(method: str, total: int) -> None:
    """Progress rises in the order of the draws, whatever finishes first, and ends at the number that was made."""
    told: list[tuple[int, int]] = []
    draw_histograms(
        _sum_of("ab"), 1, 1_000, method=method, task=48, threads=2, progress=lambda done, of: told.append((done, of))  # type: ignore[arg-type]
    )  # fmt: skip
    done = [one for one, _ in told]
    assert done == sorted(set(done))
    assert {of for _, of in told} == {total}
    assert done[-1] == total
    assert len(told) == (math.ceil(1_000 / 48) if method == "plain" else 8 * 3)


@pytest.mark.parametrize("threads", [0, -1])
@pytest.mark.parametrize("run", [run_plan, draw_histograms])
def test_no_threads_are_refused(run: Callable[..., object], threads: int) -> None:
    """Less than one thread is a mistake of the caller, named, before anything is drawn."""
    with pytest.raises(UsageError, match=f"the number of threads is {threads}; expected 1 or more"):
        run(fixed_plan(), 1, 10, threads=threads)


def test_an_error_in_a_task_reaches_the_caller() -> None:
    """What progress raises ends the run and is not swallowed; the next run is none the worse."""

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_histograms(fixed_plan(), 1, 10_000, task=10, progress=stop)
    before = draw_histograms(fixed_plan(), 1, 100)["total"].whole.digest()
    assert draw_histograms(fixed_plan(), 1, 100, task=10)["total"].whole.digest() == before


def test_totals_of_one_plan_share_what_they_have_in_common() -> None:
    """Two totals over the same draws run each draw once, and each is what it is alone."""
    table = fixed_plan().tables[0]

    def plan(*totals: str) -> Plan:
        build = Builder()
        index = build.table(table)
        for names in totals:
            parts = [build.emit(Op.DRAW, b=index, stream=name) for name in names]
            total = parts[0]
            for part in parts[1:]:
                total = build.emit(Op.ADD, total, part)
            build.outputs[names] = total
        return build.plan()

    both = plan("abc", "abd")
    assert len(allocate_registers(both, ["abc", "abd"]).op) == 4 + 3  # a, b, c, d; a + b once, and two sums
    together = draw_histograms(both, 1, _N)
    for names in ("abc", "abd"):
        assert together[names].whole.digest() == draw_histograms(plan(names), 1, _N)[names].whole.digest()
    assert together["abc"].whole.digest() != together["abd"].whole.digest()


def test_an_empty_plan_has_no_histograms() -> None:
    """A plan without outputs runs and has nothing to tell, whether its draws are independent or not."""
    assert draw_histograms(Builder().plan(), 1, 10) == {}
    assert draw_histograms(Builder().plan(), 1, 10, method="quasi") == {}


def test_the_bits_are_those_written_down() -> None:
    """Golden: 100,000 draws of a fixed plan, kept, counted, and quasi-random, are the same bits on any platform."""
    assert fixed_digests() == _GOLDEN


@pytest.mark.slow
def test_another_process_gives_the_same_bits() -> None:
    """A fresh process with another hash seed and one thread gives the digests of this one."""
    code = "import json; from tests.sampler.programs import fixed_digests; print(json.dumps(fixed_digests()))"
    environment = {**os.environ, "PYTHONHASHSEED": "77", "NUMBA_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120, env=environment
    )
    assert json.loads(done.stdout) == _GOLDEN


@pytest.mark.slow
def test_a_run_without_compiler_gives_the_same_bits() -> None:
    """With ``NUMBA_DISABLE_JIT=1`` the kernel runs as Python, without a warning, and draws and counts are the same."""
    code = "import json; from tests.sampler.programs import fixed_digests; print(json.dumps(fixed_digests(500)))"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True, text=True, check=True, timeout=120, env=environment,
    )  # fmt: skip
    assert json.loads(done.stdout) == fixed_digests(500)


def _peak(run: Callable[[], object]) -> int:
    """Return the largest amount of memory that was allocated at a time."""
    run()  # what is loaded once is loaded now
    workspace._spare_memory.clear()  # noqa: SLF001 (but memory to work in counts)
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_draws() -> None:
    """Thirty million draws of two components take at most a tenth more memory than three million; kept, they would not.

    The control keeps a hundredth of the draws, whose memory grows tenfold.
    """
    plan = _sum_of("ab")
    few, many = (_peak(lambda n=n: draw_histograms(plan, 1, n, threads=1)) for n in (3_000_000, 30_000_000))  # type: ignore[misc]
    assert many <= 1.1 * few
    kept_few, kept_many = (_peak(lambda n=n: run_plan(plan, 1, n, threads=1)) for n in (30_000, 300_000))  # type: ignore[misc]
    assert kept_many > 2 * kept_few
