"""Compiled cases on disk: found again when nothing has changed, made again when anything has, and never in the way."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from mcmort.cache.folder import KEPT, cache_folder
from mcmort.cache.sealed_files import keep_sealed, read_sealed
from mcmort.catalogue import Case, load
from mcmort.errors import UsageError
from mcmort.sampler import Sampler
from mcmort.sampler.kernel.run import run_plan
from mcmort.sampler.program import plan_cache as store
from mcmort.sampler.program.compiled import Compiled
from mcmort.sampler.program.plan import Plan
from mcmort.sampler.program.plan_cache import compiled_case
from tests.cache.damages import random_damage
from tests.cases import case_of, component, dependence, overlap, point, ranged, share
from tests.sampler.programs import fixed_plan

pytestmark = pytest.mark.slow

_SHARED = os.environ["MCMORT_CACHE"]
"""The folder of all other tests, which holds the kernel."""


@pytest.fixture(scope="module", autouse=True)
def kernel() -> None:
    """Load the kernel while the folder is still the shared one: to compile it again takes 8 s."""
    run_plan(fixed_plan(), 1, 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep compiled cases in an empty folder, which is made when it is first needed."""
    place = tmp_path / "deep" / "cache"
    monkeypatch.setenv("MCMORT_CACHE", str(place))
    return place


def _case(high: float = 400.0) -> Case:
    """Return a case with a floor, a pool, a tied pair, a derived component, notes and something unknown."""
    return case_of(
        component(
            "one",
            ranged(100, high),
            ranged(150, 500, source="study-c", lineage="other"),
            point(80, basis="registered", measure="registered", source="study-b"),
            ordinary=share(0.05, 0.2),
        ),
        component("two", ranged(200, 900, family="gamma", source="study-d")),
        component("empty", years=[1931, 1932]),
        component("derived", formula="one * 2"),
        overlap=[overlap("o", "two", "one", low=0.1, high=0.6)],
        dependence=[dependence("archive", ["one", "two"], 0.6)],
    )


def _parts(plan: Plan) -> tuple[Any, ...]:
    """Return all that a plan holds, arrays as bytes."""
    tables = [
        (t.lower.tobytes(), t.upper.tobytes(), t.resolution, t.error, t.probability_error, t.missed)
        for t in plan.tables
    ]  # fmt: skip
    scores = [(t.values.tobytes(), t.steps, t.error, t.missed) for t in plan.score_tables]
    arrays = [(one.dtype.str, one.tobytes()) for one in (plan.op, plan.a, plan.b, plan.c, plan.x)]
    return arrays, plan.streams, tables, scores, list(plan.outputs.items())


def _same(one: Compiled, other: Compiled) -> bool:
    return _parts(one.plan) == _parts(other.plan) and dict(one.statuses) == dict(other.statuses)


def _refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("the case was compiled again")


def _forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be elicited from here on."""
    monkeypatch.setattr("mcmort.elicit.elicit", _refuse)
    monkeypatch.setattr(store, "_latest", {})  # the priors that were elicited last


def test_the_second_time_it_comes_from_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read back is what was compiled: instructions, tables, outputs in order, notes, sources and reasons."""
    first = compiled_case(_case())
    assert len(list(folder.iterdir())) == 1
    _forbid(monkeypatch)
    second = compiled_case(_case())
    assert _same(first, second)
    assert len(first.plan.tables) >= 2
    assert len(first.plan.score_tables) >= 2
    assert second.statuses["empty"].unknown
    assert second.statuses["derived"].notes == ("derived: one * 2",)
    assert second.statuses["one"].sources == {"all": ("study-a", "study-b", "study-c"), "registered": ("study-b",)}
    one, other = (run_plan(found.plan, 3, 500) for found in (first, second))
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)


def test_a_stored_case_that_is_not_found_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with an empty folder the case is compiled, which the guard of the test above tells."""
    _forbid(monkeypatch)
    with pytest.raises(AssertionError, match="compiled again"):
        compiled_case(_case())


def test_anything_that_changes_the_priors_is_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One figure, the evidence, the pool, the dial or the code: each gives a file of its own, and the first is kept."""
    calls: list[Callable[[], Compiled]] = [
        lambda: compiled_case(_case()),
        lambda: compiled_case(_case(401.0)),
        lambda: compiled_case(_case(), frozenset({"demographic"})),
        lambda: compiled_case(_case(), frozenset({"demographic", "registered"})),
        lambda: compiled_case(_case(), pool="log"),
        lambda: compiled_case(_case(), pool="envelope"),
        lambda: compiled_case(_case(), dependence="independent"),
        lambda: compiled_case(_case(), dependence="comonotonic"),
    ]
    for count, call in enumerate(calls, 1):
        call()
        assert len(list(folder.iterdir())) == count
    monkeypatch.setattr(store, "_code", lambda: [["pool.py", 1, 1]])
    compiled_case(_case())
    assert len(list(folder.iterdir())) == len(calls) + 1
    _forbid(monkeypatch)
    compiled_case(_case())
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
        compiled_case(_case(), frozenset(bases))
    assert len(list(folder.iterdir())) == 1


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def _of_version(content: bytes) -> bytes:
    """Say in the directory of a zip archive that reading it takes a version that is not there yet."""
    at = content.index(b"PK\x01\x02") + 6
    return content[:at] + b"\xff" + content[at + 1 :]


def _renamed(content: bytes) -> bytes:
    """Change a letter in the name of an array where it stands first, so that it differs from the directory."""
    return content.replace(b"op.npy", b"oq.npy", 1)


def _replace(path: Path, form: str) -> None:
    """Write a file of NumPy, or a zip archive, that has nothing to do with a case."""
    with path.open("wb") as file:
        if form == "array":
            np.save(file, np.zeros(3))
        else:
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr("readme.txt", "hello")


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _rewritten(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    """Return what writes the arrays of a file again after a change: a sound archive with other content."""

    def damage(path: Path) -> None:
        with np.load(path) as file:
            arrays = dict(file)
        change(arrays)
        with path.open("wb") as file:
            np.savez(file, **arrays)

    return damage


def _with_head(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(arrays: dict[str, Any]) -> None:
        head = {**json.loads(arrays["head"].tobytes()), **changes}
        arrays["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)

    return change


_DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("not an archive"),
    "head of an archive": lambda path: path.write_bytes(path.read_bytes()[:2]),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "last byte missing": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "one byte flipped": lambda path: path.write_bytes(_flipped(path.read_bytes())),
    "a wrong header": lambda path: path.write_bytes(_renamed(path.read_bytes())),
    "a version of the future": lambda path: path.write_bytes(_of_version(path.read_bytes())),
    "a single array": lambda path: _replace(path, "array"),
    "another archive": lambda path: _replace(path, "archive"),
    "an array missing": _rewritten(lambda arrays: arrays.pop("x")),
    "knots missing": _rewritten(lambda arrays: arrays.update(knots=arrays["knots"][:-1])),
    "head is no JSON": _rewritten(lambda arrays: arrays.update(head=np.frombuffer(b"{", dtype=np.uint8))),
    "head is a list": _rewritten(lambda arrays: arrays.update(head=np.frombuffer(b"[1]", dtype=np.uint8))),
    "head without tables": _rewritten(_with_head(tables=None)),
    "tables without numbers": _rewritten(_with_head(tables=[[]])),
    "no statuses": _rewritten(_with_head(statuses=None)),
    "statuses of another form": _rewritten(_with_head(statuses={"one": 1})),
    "a folder": _make_folder,
}


@pytest.mark.parametrize("name", _DAMAGES)
def test_a_damaged_file_is_made_again(name: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever is wrong with the file, the case is compiled again, without a word, and the result is the same."""
    first = compiled_case(_case())
    (path,) = folder.iterdir()
    _DAMAGES[name](path)
    assert _same(compiled_case(_case()), first)
    assert capfd.readouterr() == ("", "")
    assert [one.suffix for one in folder.iterdir()] == [".npz"]  # nothing half-written is left beside it


def test_random_damage_to_stored_plan_is_never_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored plans had no digest of their content: of 150 random damages none is read, and the sound file still is."""
    compiled_case(_case())
    (path,) = folder.iterdir()
    sound = path.read_bytes()
    compiled_case(_case(), pool="log")
    (other,) = (file.read_bytes() for file in folder.iterdir() if file != path)
    rng = np.random.default_rng(2)
    _forbid(monkeypatch)
    for _ in range(150):
        path.write_bytes(random_damage(sound, other, rng))
        with pytest.raises(AssertionError, match="compiled again"):
            compiled_case(_case())
    path.write_bytes(sound)
    compiled_case(_case())


def test_plan_of_another_pool_under_the_name_of_this_one_is_not_read(folder: Path) -> None:
    """A plan of another pool, copied over the plain one, once answered the plain request."""
    first = compiled_case(_case())
    (path,) = folder.iterdir()
    second = compiled_case(_case(), pool="envelope")
    (other,) = (file for file in folder.iterdir() if file != path)
    shutil.copy(other, path)
    assert not _same(first, second)
    assert _same(compiled_case(_case()), first)


def _seal_again(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a stored plan, and give it the right request and the digest of its new content."""
    request = json.loads(path.read_bytes().splitlines()[-1])["request"]
    _rewritten(change)(path)
    crafted = path.read_bytes()
    keep_sealed(path, request, lambda file: file.write(crafted))
    assert bytes(read_sealed(path, request)) == crafted


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays["op"].__setitem__(-1, 99),
        lambda arrays: arrays["a"].__setitem__(slice(None), 10**6),
        lambda arrays: arrays["b"].__setitem__(slice(None), -1),
        lambda arrays: arrays.update(knots=arrays["knots"][:-1]),
        _with_head(outputs={"all:one": 10**6}),
        _with_head(statuses={"one": 1}),
    ],
    ids=["operation", "operand", "table", "knots", "output", "statuses"],
)
def test_crafted_plan_with_a_true_digest_is_made_again(change: Callable[[dict[str, Any]], None], folder: Path) -> None:
    """A valid archive with an unknown operation was a KeyError; one that reads what is not there is made again too."""
    first = compiled_case(_case())
    (path,) = folder.iterdir()
    _seal_again(path, change)
    assert _same(compiled_case(_case()), first)


def test_a_damaged_file_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a damaged file has been made again, it is read again."""
    compiled_case(_case())
    (path,) = folder.iterdir()
    path.write_bytes(b"")
    first = compiled_case(_case())
    _forbid(monkeypatch)
    assert _same(compiled_case(_case()), first)


def test_a_place_that_cannot_hold_a_folder_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cache cannot be written (a file stands in its place) the case is compiled each time, silently."""
    blocked = tmp_path / "file"
    blocked.write_text("here")
    expected = compiled_case(_case())
    for place in (blocked, blocked / "below"):
        monkeypatch.setenv("MCMORT_CACHE", str(place))
        assert _same(compiled_case(_case()), expected)
    assert blocked.read_text() == "here"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be written to, or not even be read, stays as it is."""
    closed = tmp_path / "closed"
    closed.mkdir()
    monkeypatch.setenv("MCMORT_CACHE", str(closed))
    for mode in (0o500, 0o000):
        closed.chmod(mode)
        try:
            compiled_case(_case())
        finally:
            closed.chmod(0o700)
        assert list(closed.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError])
def test_an_interrupt_in_the_middle_of_writing_leaves_nothing(
    error: type[BaseException], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after half of the bytes, there is no file, whole or half; a full disk is no error, Ctrl-C stays one."""

    def half(file: Any, **_: object) -> NoReturn:
        file.write(b"PK\x03\x04 half of it")
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", half)
        if error is OSError:
            compiled_case(_case())
        else:
            with pytest.raises(error):
                compiled_case(_case())
    assert list(folder.iterdir()) == []
    compiled_case(_case())
    assert len(list(folder.iterdir())) == 1


def test_the_file_is_whole_before_it_has_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads while another writes finds no file or the whole: it gets its name in one step, at the end."""
    seen: list[list[str]] = []
    write = np.savez

    def watched(file: Any, **arrays: Any) -> None:
        write(file, **arrays)
        seen.append([one.suffix for one in folder.iterdir()])

    monkeypatch.setattr(np, "savez", watched)
    compiled_case(_case())
    assert seen == [[".part"]]
    assert [one.suffix for one in folder.iterdir()] == [".npz"]


def test_no_more_than_so_many_files_are_kept(folder: Path) -> None:
    """Of more files than are kept the oldest go, and the one just written stays; other files are not touched."""
    folder.mkdir(parents=True)
    for index in range(KEPT + 6):
        path = folder / f"old-{index:03d}.npz"
        path.write_bytes(b"")
        os.utime(path, (1_000_000 + index, 1_000_000 + index))
    (folder / "notes.txt").write_text("mine")
    compiled_case(_case())
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
        compiled_case(_case(), **how)
    assert not folder.exists()


def test_a_sampler_starts_from_the_stored_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine of a case that has been compiled elicits nothing."""
    compiled_case(_case())
    _forbid(monkeypatch)
    assert Sampler(_case(), 10, rng=1).plan.outputs


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
    folder.mkdir(parents=True)  # in the shared one other tests may push the case out at any time
    for kernel in Path(_SHARED).glob("*.bin"):
        shutil.copy(kernel, folder)
    compiled_case(load("tests/good/minimal"))
    found = _modules("total", "tests/good/minimal", "-d", "broad", "-n", "500")
    assert "mcmort.sampler.kernel.run" in found
    assert [name for name in ("mcmort.elicit.families", "mcmort.sampler.program.compile") if name in found] == []
