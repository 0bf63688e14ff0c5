"""Compiled functions on disk: the bits of Numba without Numba, and made again when anything has changed."""

from __future__ import annotations

import ast
import gc
import hashlib
import importlib.util
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any, Final, NamedTuple, NoReturn

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from mcmort.cache import machine_code
from mcmort.cache.folder import version_of
from mcmort.cache.native_call import Native
from mcmort.sampler.kernel import workspace
from mcmort.sampler.kernel.run import draw_histograms, run_plan
from tests.sampler.programs import fixed_plan

pytestmark = pytest.mark.slow

type Floats = NDArray[np.float64]
type Call = tuple["Inputs", Floats, NDArray[np.int64]]

_SOURCE: Final = Path(__file__)


class Inputs(NamedTuple):
    """Named arguments of a function."""

    rows: Floats
    columns: Floats
    options: NDArray[np.int64]


@numba.njit(nogil=True, error_model="numpy")
def _fill(inputs: Inputs, out: Floats, counts: NDArray[np.int64]) -> None:
    """Take arguments of every kind, call the C library, divide by zero, and write to two arrays."""
    shift, is_logged = inputs.options[0], inputs.options[1]
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            ratio = 0.7 * inputs.columns[j] / inputs.rows[i] + shift
            out[i, j] = math.log(abs(ratio)) if is_logged else math.exp(ratio)
            counts[i] += ratio > 0.0


@numba.njit(nogil=True, error_model="numpy")
def _raising(values: Floats) -> None:
    """Raise, which only Numba can."""
    if values[0] > 1e9:
        raise ValueError("the first value is too large")
    values[1] = values[0]


def _call(*, is_logged: bool = True) -> Call:
    rows, columns = np.linspace(-2.0, 2.0, 5), np.geomspace(1e-3, 1e3, 7)
    options = np.array([-3, is_logged], np.int64)
    return Inputs(rows, columns, options), np.full((5, 7), np.nan), np.zeros(5, np.int64)


def _results(function: Callable[..., None], call: Call | None = None) -> tuple[bytes, bytes]:
    arguments = _call() if call is None else call
    function(*arguments)
    _, out, counts = arguments
    return out.tobytes(), counts.tobytes()


def _forbidden() -> NoReturn:
    raise AssertionError("compiled again")


def _native(find: Callable[[], Callable[..., None]] = lambda: _fill) -> Native[*tuple[Any, ...]]:
    return Native("toy", find, [_SOURCE])


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the content of the file that holds the function."""
    folder = tmp_path_factory.mktemp("stored")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MCMORT_CACHE", str(folder))
        assert _results(_native()) == _results(_fill)
    (path,) = folder.iterdir()
    return path.read_bytes()


@pytest.fixture
def path(stored: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of the function, in a folder of its own."""
    monkeypatch.setenv("MCMORT_CACHE", str(tmp_path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine_code, "_read", _tell_path)
        with pytest.raises(_AskedForError) as asked:
            _native()(*_call())
    (path,) = asked.value.args
    assert path.parent == tmp_path
    path.write_bytes(stored)
    return Path(path)


class _AskedForError(Exception):
    """Carries the path of the file that was looked for."""


def _tell_path(path: Path, _: object) -> NoReturn:
    raise _AskedForError(path)


@pytest.mark.parametrize("is_logged", [True, False])
@pytest.mark.usefixtures("path")
def test_stored_code_gives_the_bits_of_numba(is_logged: bool) -> None:
    """Logarithms, exponentials, infinities of a division by zero: from disk they have the bits that Numba gives."""
    found = _results(_native(_forbidden), _call(is_logged=is_logged))
    assert found == _results(_fill, _call(is_logged=is_logged))
    assert found != _results(_fill, _call(is_logged=not is_logged))


@pytest.mark.usefixtures("path")
def test_a_bound_function_reads_its_arrays_anew() -> None:
    """A function that holds its arguments, which nothing else does, sees what was written to them since."""
    inputs, out, counts = _call()
    bound = _native(_forbidden).bound(Inputs(inputs.rows.copy(), inputs.columns, inputs.options), out, counts)
    gc.collect()
    for change in (1.0, 2.0):
        inputs.columns[:] *= change
        out[:], counts[:] = 0.0, 0
        bound()
        other = np.empty((5, 7)), np.zeros(5, np.int64)
        _fill(inputs, *other)
        assert [out.tobytes(), counts.tobytes()] == [array.tobytes() for array in other]


@pytest.mark.usefixtures("path")
def test_stored_code_needs_no_numba() -> None:
    """A process that finds the code on disk calls it without Numba."""
    code = f"""
import hashlib, json, sys
from pathlib import Path
from typing import NamedTuple
import numpy as np
from mcmort.cache.native_call import Native
Inputs = NamedTuple("Inputs", [("rows", object), ("columns", object), ("options", object)])
out, counts = np.empty((5, 7)), np.zeros(5, np.int64)
inputs = Inputs(np.linspace(-2.0, 2.0, 5), np.geomspace(1e-3, 1e3, 7), np.array([-3, 1], np.int64))
Native("toy", None, [Path({str(_SOURCE)!r})])(inputs, out, counts)
print(json.dumps([hashlib.sha256(out.tobytes() + counts.tobytes()).hexdigest(), *sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    digest, *modules = json.loads(done.stdout)
    assert digest == hashlib.sha256(b"".join(_results(_fill))).hexdigest()
    assert "mcmort.cache.machine_code" in modules
    assert [name for name in ("numba", "mcmort.cache.entry_point") if name in modules] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:20],
        lambda content: content[:-1],
        lambda content: content[:2000] + bytes([content[2000] ^ 1]) + content[2001:],
        lambda content: content + b"\0",
        lambda content: b"\x7fELF" * 1000,
    ],
    ids=["empty", "short", "without-its-end", "one-bit", "too-long", "something-else"],
)
def test_a_damaged_file_is_made_again(damage: Callable[[bytes], bytes], path: Path, stored: bytes) -> None:
    """Whatever has happened to the file, the function is compiled again, silently, and stands whole on disk."""
    path.write_bytes(damage(stored))
    with pytest.raises(AssertionError, match="compiled again"):  # the damage was seen
        _native(_forbidden)(*_call())
    assert _results(_native()) == _results(_fill)
    assert [*path.parent.iterdir()] == [path]
    assert _results(_native(_forbidden)) == _results(_fill)


def test_code_of_another_function_under_this_name_is_not_run(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine code of another source, copied over this one's file, once was run in its place."""
    with monkeypatch.context() as patch:
        patch.setattr(machine_code, "key_of", lambda *_: "0" * 24)
        assert _results(_native()) == _results(_fill)
    (other,) = (file for file in path.parent.iterdir() if file != path)
    path.write_bytes(other.read_bytes())
    with pytest.raises(AssertionError, match="compiled again"):
        _native(_forbidden)(*_call())


def test_a_missing_file_is_made_again(path: Path) -> None:
    """Files may be deleted at any time, with the folder that they are in."""
    path.unlink()
    path.parent.rmdir()
    assert _results(_native()) == _results(_fill)
    assert path.exists()


def test_code_of_another_making_is_not_taken(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another processor, version, setting of Numba, source, or type of an argument asks for a file of its own."""
    source = tmp_path / "source.py"
    source.write_text("a = 1\n")

    def key(*choices: str) -> str:
        return machine_code.key_of([source], choices)

    keys = [key(), key("other")]
    for other in (("z80", ""), (machine_code.processor()[0], "+mmx")):
        with monkeypatch.context() as patch:
            patch.setattr(machine_code, "processor", lambda other=other: other)
            keys.append(key())
    for package in ("llvmlite", "numba", "numpy"):
        with monkeypatch.context() as patch:
            patch.setattr(
                machine_code,
                "version_of",
                lambda name, changed=package: "0.1" if name == changed else version_of(name),
            )
            keys.append(key())
    for setting, value in (("OPT", "1"), ("CPU_NAME", "generic"), ("CPU_FEATURES", "")):
        with monkeypatch.context() as patch:
            patch.setenv(f"NUMBA_{setting}", value)
            keys.append(key())
    source.write_text("a = 2\n")
    keys.append(key())
    assert len({*keys}) == len(keys)
    source.write_text("a = 1\n")
    os.utime(source, (1, 1))
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    assert key() == keys[0]  # neither the time of a file nor a setting that changes no code asks for another
    with monkeypatch.context() as patch:
        patch.setenv("NUMBA_OPT", "2")
        with pytest.raises(AssertionError, match="compiled again"):
            _native(_forbidden)(*_call())


@pytest.mark.usefixtures("path")
def test_arrays_of_another_type_make_a_function_of_their_own() -> None:
    """Code for floats of 64 bits is not run on an array of another type or number of dimensions."""
    inputs, out, counts = _call()
    for others in ((out.astype(np.float32), counts), (out.ravel(), counts), (out, counts.astype(np.int32))):
        with pytest.raises(AssertionError, match="compiled again"):
            _native(_forbidden)(inputs, *others)
    _native(_forbidden)(inputs, out, counts)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((5, 14))[:, ::2], np.zeros((7, 5)).T, 3, np.int64(3), [1.0], (np.zeros(1),), None, "text"],
    ids=["gaps", "columns-first", "number", "numpy-scalar", "list", "plain-tuple", "none", "text"],
)
def test_what_cannot_be_passed_is_refused(wrong: object) -> None:
    """Memory that the function would read wrongly, and objects of Python, raise before anything is looked for."""
    inputs, _, counts = _call()
    with pytest.raises(TypeError, match="expected a contiguous array or a named tuple of these"):
        _native(_forbidden)(inputs, wrong, counts)


def test_a_function_that_needs_numba_is_not_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that may raise is run where Numba has put it, and leaves no file that another process could not run."""
    monkeypatch.setenv("MCMORT_CACHE", str(tmp_path))
    values = np.array([1.0, 2.0, 3.0])
    _native(lambda: _raising)(values)
    assert values.tolist() == [1.0, 1.0, 3.0]
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_hold_a_folder_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be written the function is compiled each time, silently."""
    blocked = tmp_path / "file"
    blocked.write_text("here")
    monkeypatch.setenv("MCMORT_CACHE", str(blocked / "below"))
    assert _results(_native()) == _results(_fill)
    assert blocked.read_text() == "here"


def test_a_function_runs_as_python_where_numba_is_told_not_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``NUMBA_DISABLE_JIT=1`` the function itself is called, of which Numba then has made nothing."""
    calls: list[Call] = []

    def note(*arguments: Any) -> None:
        calls.append(arguments)

    given = _call()
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    function = _native(lambda: note)
    function(*given)
    function.bound(*given)()
    assert calls == [given, given]
    with pytest.raises(TypeError, match="expected a contiguous array or a named tuple of these"):
        function(given[0], None, given[2])


@pytest.mark.usefixtures("path")
def test_threads_share_one_function() -> None:
    """Of threads that call it first at the same time one compiles it, and all get its results."""
    found, many = 0, 4
    barrier = Barrier(many)

    def find() -> Callable[..., None]:
        nonlocal found
        found += 1
        return _fill

    function = Native("threads", find, [_SOURCE])

    def work(_: int) -> tuple[bytes, bytes]:
        barrier.wait(60)
        return _results(function)

    with ThreadPoolExecutor(many) as pool:
        assert {*pool.map(work, range(many))} == {_results(_fill)}
    assert found == 1


def _imports(module: str) -> tuple[set[str], bool]:
    """Return the modules of mcmort that a module imports names from, and whether it makes compiled code."""
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    found, emits = set(), False
    for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
        found |= {name for name in names if name.startswith("mcmort.")}
        emits |= any(
            name.split(".")[0] in ("numba", "llvmlite") or name == "mcmort.sampler.kernel.jit" for name in names
        )
    return found, emits


def test_the_kernel_is_found_by_all_that_it_is_made_from() -> None:
    """Each file with compiled code of the kernel, and each that such a file takes names from, is among its sources."""
    todo, seen = ["mcmort.sampler.kernel.kernel"], set[str]()
    while todo:
        module = todo.pop()
        imported, emits = _imports(module)
        if emits or module == "mcmort.sampler.kernel.kernel":
            todo += imported - seen
        seen.add(module)
    home = Path(workspace.__file__).parents[2]
    listed = {".".join(("mcmort", *one.relative_to(home).with_suffix("").parts)) for one in workspace.KERNEL.sources}
    assert {
        "mcmort.sampler.kernel.kernel",
        "mcmort.sampler.kernel.loops",
        "mcmort.sampler.kernel.jit",
        "mcmort.results.histogram",
    } <= seen
    assert seen <= listed


@pytest.mark.statistical
@pytest.mark.parametrize("threads", [1, 2])
def test_the_kernel_on_disk_gives_the_bits_of_numba(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns and histograms of a program with every operation are those of the kernel as Numba itself runs it."""
    from mcmort.sampler.kernel import kernel

    def digest() -> str:
        columns = run_plan(fixed_plan(), 7, 30_001, threads=threads, task=5_000)
        counted = draw_histograms(fixed_plan(), 7, 30_001, threads=threads)
        histograms = "".join(one.whole.digest() for one in counted.values())
        return hashlib.sha256(b"".join(one.tobytes() for one in columns.values()) + histograms.encode()).hexdigest()

    class ByNumba:
        """Calls the kernel in the same two ways, through Numba."""

        __call__ = staticmethod(kernel.run)

        def bound(self, *arguments: Any) -> Callable[[], None]:
            return partial(kernel.run, *arguments)

    found = digest()
    monkeypatch.setattr(workspace, "KERNEL", ByNumba())
    assert digest() == found
