"""Compiled cases on disk: found again when nothing has changed, and made again when anything has."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcmort.cache.folder import KEPT, cache_folder
from mcmort.catalogue import load
from mcmort.errors import UsageError
from mcmort.sampler import Sampler
from mcmort.sampler.kernel.run import run_plan
from mcmort.sampler.program import plan_cache as store
from mcmort.sampler.program.compiled import Compiled
from mcmort.sampler.program.plan_cache import compiled_case
from tests.caches import cache_of_code
from tests.sampler.plan_cache.small_plans import forbid_compiling, is_same_plan, small_case

pytestmark = pytest.mark.slow


def test_the_second_time_it_comes_from_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read back is what was compiled: instructions, tables, outputs in order, notes, sources and reasons."""
    first = compiled_case(small_case())
    assert len(list(folder.iterdir())) == 1
    forbid_compiling(monkeypatch)
    second = compiled_case(small_case())
    assert is_same_plan(first, second)
    assert len(first.plan.tables) >= 2
    assert len(first.plan.score_tables) >= 2
    assert second.statuses["empty"].unknown
    assert second.statuses["derived"].notes == ("computed as one * 2",)
    assert second.statuses["one"].sources == {"all": ("study-a", "study-b", "study-c"), "registered": ("study-b",)}
    one, other = (run_plan(found.plan, 3, 500) for found in (first, second))
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)


def test_a_stored_case_that_is_not_found_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with an empty folder the case is compiled, which the guard of the test above tells."""
    forbid_compiling(monkeypatch)
    with pytest.raises(AssertionError, match="compiled again"):
        compiled_case(small_case())


def test_anything_that_changes_the_priors_is_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One figure, the evidence, the pool, the dial or the code: each gives a file of its own, and the first is kept."""
    calls: list[Callable[[], Compiled]] = [
        lambda: compiled_case(small_case()),
        lambda: compiled_case(small_case(401.0)),
        lambda: compiled_case(small_case(), frozenset({"demographic"})),
        lambda: compiled_case(small_case(), frozenset({"demographic", "registered"})),
        lambda: compiled_case(small_case(), pool="log"),
        lambda: compiled_case(small_case(), pool="envelope"),
        lambda: compiled_case(small_case(), dependence="independent"),
        lambda: compiled_case(small_case(), dependence="comonotonic"),
    ]
    for count, call in enumerate(calls, 1):
        call()
        assert len(list(folder.iterdir())) == count
    monkeypatch.setattr(store, "_code", lambda: [["pool.py", 1, 1]])
    compiled_case(small_case())
    assert len(list(folder.iterdir())) == len(calls) + 1
    forbid_compiling(monkeypatch)
    compiled_case(small_case())
    monkeypatch.undo()


def test_the_code_is_known_by_size_and_time() -> None:
    """Every file that elicits or compiles is looked at, and by its size and time of change."""
    from mcmort.sampler.program.plan_cache import _code

    names = {str(one[0]) for one in _code()}
    assert {
        "families.py",
        "pool.py",
        "figure_fit.py",
        "table.py",
        "adaptive_table.py",
        "compile.py",
        "plan.py",
    } <= names
    home = Path(store.__file__).parents[2]
    known = {one[0]: tuple(one[1:]) for one in _code()}
    stat = (home / "elicit" / "pool.py").stat()
    assert known["pool.py"] == (stat.st_size, stat.st_mtime_ns)


def test_the_order_of_bases_does_not_matter(folder: Path) -> None:
    """The same bases of evidence in another order are the same file."""
    for bases in itertools.permutations(["demographic", "registered", "survey"]):
        compiled_case(small_case(), frozenset(bases))
    assert len(list(folder.iterdir())) == 1


def test_no_more_than_so_many_files_are_kept(folder: Path) -> None:
    """Of more files than are kept the oldest go, and the one just written stays; other files are not touched."""
    folder.mkdir(parents=True)
    for index in range(KEPT + 6):
        path = folder / f"old-{index:03d}.npz"
        path.write_bytes(b"")
        os.utime(path, (1_000_000 + index, 1_000_000 + index))
    (folder / "notes.txt").write_text("mine")
    compiled_case(small_case())
    names = sorted(one.name for one in folder.glob("*.npz"))
    assert len(names) == KEPT
    assert [name for name in names if name.startswith("small-")]
    expected = [f"old-{index:03d}.npz" for index in range(7, KEPT + 6)]
    assert [name for name in names if name.startswith("old-")] == expected
    assert (folder / "notes.txt").read_text() == "mine"


def test_the_folder_is_the_one_that_is_set(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``MCMORT_CACHE`` names the folder; unset or empty, it is where the system keeps caches."""
    assert cache_folder() == folder
    for unset in (True, False):
        if unset:
            monkeypatch.delenv("MCMORT_CACHE")
        else:
            monkeypatch.setenv("MCMORT_CACHE", "")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "system"))
        assert cache_folder().name == "mcmort"
        assert cache_folder() != folder


@pytest.mark.parametrize("how", [{"pool": "median"}, {"dependence": "some"}])
def test_a_wrong_word_leaves_no_file(how: dict[str, Any], folder: Path) -> None:
    """A word that is none is refused before anything is looked for or written."""
    with pytest.raises(UsageError):
        compiled_case(small_case(), **how)
    assert not folder.exists()


def test_a_sampler_starts_from_the_stored_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine of a case that has been compiled elicits nothing."""
    compiled_case(small_case())
    forbid_compiling(monkeypatch)
    assert Sampler(small_case(), 10, rng=1).plan.outputs


_RUN = "import sys; from mcmort.cli.app import main; code = main(sys.argv[1:])"

_TELL = "; import json; sys.stderr.write('\\n' + json.dumps([code, *sys.modules]))"


def _modules(*words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _RUN + _TELL, *words], capture_output=True, text=True, check=True, timeout=120
    )
    code, *names = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return set(names)


def test_a_total_from_a_stored_plan_elicits_nothing(folder: Path) -> None:
    """A total whose case is on disk loads neither the families of distributions nor what compiles, in a new process.

    That the same command does load them where the folder is empty follows from the guard in the tests above.
    """
    cache_of_code(folder)  # in the shared one other tests may push the case out at any time
    compiled_case(load("tests/good/minimal"))
    found = _modules("total", "tests/good/minimal", "-d", "broad", "-n", "500")
    assert "mcmort.sampler.kernel.run" in found
    assert [name for name in ("mcmort.elicit.families", "mcmort.sampler.program.compile") if name in found] == []
