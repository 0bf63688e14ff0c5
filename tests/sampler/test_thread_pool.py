"""The thread pool: every task is done once, outcomes come in order, and what goes wrong reaches the caller."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcmort.errors import UsageError
from mcmort.sampler.kernel.thread_pool import run_in_order, worker_count


@given(tasks=st.integers(0, 60), count=st.integers(1, 5), slow=st.integers(0, 3))
@settings(max_examples=40)
def test_outcomes_are_those_of_a_loop(tasks: int, count: int, slow: int) -> None:
    """However many work together, and whichever tasks take long, each task is done once and yielded in its place."""
    done: list[int] = []

    def work(task: int) -> int:
        if task % 7 == slow:
            time.sleep(1e-4)
        done.append(task)
        return task * task

    assert list(run_in_order(work, range(tasks), count)) == [task * task for task in range(tasks)]
    assert sorted(done) == list(range(tasks))


def test_the_caller_and_others_work_at_the_same_time() -> None:
    """Three tasks that wait for one another are done by three, the caller among them."""
    barrier = threading.Barrier(3, timeout=30)

    def work(_task: int) -> int:
        barrier.wait()
        return threading.get_ident()

    seen = list(run_in_order(work, range(3), 3))
    assert threading.get_ident() in seen
    assert len(set(seen)) == 3


def test_an_executor_that_is_busy_holds_nothing_up() -> None:
    """Where the lent threads have other things to do the caller does all tasks, and waits for nobody."""
    free = threading.Event()
    with ThreadPoolExecutor(1) as executor:
        other = executor.submit(free.wait, 60)
        assert list(run_in_order(abs, range(20), 2, executor)) == list(range(20))
        assert not other.done()
        free.set()


@pytest.mark.parametrize("bad", [0, 1, 9, 19])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_what_a_task_raises_is_raised_in_its_turn(bad: int, count: int) -> None:
    """The outcomes before a task that fails are yielded, then its error is raised; no task runs after that."""
    running: set[int] = set()

    def work(task: int) -> int:
        running.add(task)
        if task == bad:
            raise ZeroDivisionError(f"task {task}")
        running.discard(task)
        return task

    found: list[int] = []
    with pytest.raises(ZeroDivisionError, match=f"task {bad}$"):
        found.extend(run_in_order(work, range(20), count))
    assert found == list(range(bad))
    assert running == {bad}
    assert list(run_in_order(abs, range(5), count)) == list(range(5))  # the next run is none the worse


@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_error_on_the_way_to_a_task_is_raised(count: int) -> None:
    """Whoever it is that asks for a task which cannot be given, the caller is told."""

    def tasks() -> Iterator[int]:
        yield from range(10)
        raise LookupError("no more")

    for _ in range(20):
        with pytest.raises(LookupError, match="no more"):
            list(run_in_order(lambda _: time.sleep(1e-4), tasks(), count))


def test_threads_are_used_again() -> None:
    """Many runs leave no more threads behind than one of them needs."""
    before = threading.active_count()
    for _ in range(50):
        list(run_in_order(abs, range(8), 6))
    assert threading.active_count() <= before + 5


@pytest.mark.parametrize("count", [1, 3])
def test_to_close_it_stops_the_work(count: int) -> None:
    """After the caller has had enough, nobody works any more and no further task is taken."""
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for task in range(10_000):
            taken.append(task)
            yield task

    with closing(run_in_order(abs, tasks(), count)) as outcomes:
        assert next(outcomes) == 0
    number = len(taken)
    time.sleep(0.01)
    assert len(taken) == number < 100


def test_only_a_few_outcomes_wait_for_the_caller() -> None:
    """While the caller is busy with one outcome, the others run ahead by a number that does not grow with the tasks."""
    taken: list[int] = []

    def work(task: int) -> int:
        taken.append(task)
        return task

    for outcome in run_in_order(work, range(1_000), 3):
        if outcome == 0:
            time.sleep(0.05)
            assert len(taken) <= 4 * 3 + 1


def _in_child(queue: multiprocessing.Queue[list[int]]) -> None:
    queue.put(list(run_in_order(abs, range(8), 2)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_process_has_helpers_of_its_own() -> None:
    """A child process does not wait for threads that only its parent has."""
    assert list(run_in_order(abs, range(8), 2)) == list(range(8))
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_in_child, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == list(range(8))
    child.join(60)
    assert child.exitcode == 0


def test_hands_are_counted() -> None:
    """So many threads as are asked for, or as there are processors; with an executor the caller comes on top."""
    processors = os.cpu_count() or 1
    assert [worker_count(3), worker_count(None)] == [3, processors]
    with ThreadPoolExecutor(1) as executor:
        assert worker_count(None, executor) == processors + 1
    with pytest.raises(UsageError, match="the number of threads is 0; expected 1 or more"):
        worker_count(0)
