"""Start-up: what a command loads, judged by the modules that are there afterwards, not by a clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

HEAVY = (
    "numba",
    "matplotlib",
    "scipy.stats",
    "pymc",
    "pytensor",
    "nutpie",
    "arviz",
    "arviz_base",
    "arviz_stats",
    "xarray",
    "h5netcdf",
    "h5py",
)
LIGHT = [
    ("--help",),
    ("--version",),
    ("cases",),
    ("show", "ussr"),
    ("show", "ussr", "famine-ukraine"),
    ("check", "ussr"),
    ("check", "tests/bad/low-above-best"),
    ("schema", "evidence"),
    ("schema", "total"),
    ("total", "--help"),
    ("compare", "--help"),
    ("plot", "--help"),
    ("total", "ussr"),
    ("total", "ussr", "-d", "broad", "--years", "backwards"),
]


def _loaded(code: str, *words: str) -> set[str]:
    """Run code in a fresh process and return the modules that it has loaded."""
    tail = ";import json, sys; sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code + tail, *words], capture_output=True, text=True, check=True, timeout=120
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("words", LIGHT, ids=" ".join)
def test_a_light_command_loads_no_heavy_library(words: tuple[str, ...]) -> None:
    """Help, cases, show, check, schema and wrong use load neither Numba, matplotlib, scipy.stats nor PyMC and ArviZ."""
    modules = _loaded("import sys; from mcmort.cli.app import main; main(sys.argv[1:])", *words)
    assert "mcmort.cli.app" in modules
    assert [name for name in HEAVY if name in modules] == []


@pytest.mark.parametrize(
    "words",
    [
        ("total", "CASE", "-d", "broad"),
        ("total", "CASE", "-d", "broad", "--engine", "synthesis"),
        ("compare", "CASE", "--no-figure"),
        ("claims", "CASE"),
        ("fit", "CASE"),
        ("trace", "CASE"),
        ("trace", "CASE", "broad"),
    ],
    ids=" ".join,
)
def test_command_on_a_bad_case_loads_no_engine(words: tuple[str, ...]) -> None:
    """A case that fails to load costs no import of an engine: its defects come first, whatever was asked of it."""
    code = "import sys; from mcmort.cli.app import main; code = main(sys.argv[1:]); assert code == 1"
    modules = _loaded(code, *(word.replace("CASE", "tests/bad/low-above-best") for word in words))
    assert {"mcmort.cli.app", "mcmort.catalogue.reading.load"} <= modules
    engines = {name for name in modules if name.startswith(("mcmort.sampler.", "mcmort.bayes.inference"))}
    assert engines == set()
    assert not modules & {"llvmlite", "numba", "nutpie", "pymc", "pytensor", "scipy"}


def test_command_on_a_good_case_loads_the_engine_that_a_bad_case_does_not() -> None:
    """Negative control: the names looked for above are those that a command that draws has loaded."""
    code = "import sys; from mcmort.cli.app import main; main(sys.argv[1:])"
    assert "mcmort.sampler.sampler" in _loaded(code, "total", "tests/good/minimal", "-d", "broad", "-n", "500")


def test_a_total_loads_no_numba_once_its_kernel_is_stored() -> None:
    """A total in text runs stored machine code: it loads LLVM, and nothing that only compiling, figures or models need.

    The first run stores the code if no other test has; from then on Numba is left alone.
    """
    code = "import sys; from mcmort.cli.app import main; main(sys.argv[1:])"
    words = ("total", "tests/good/minimal", "-d", "broad", "-n", "500")
    _loaded(code, *words)
    modules = _loaded(code, *words)
    assert {"mcmort.sampler.kernel.run", "llvmlite.binding"} <= modules
    assert [name for name in HEAVY if name in modules] == []


def test_a_total_needs_no_compiler() -> None:
    """With ``NUMBA_DISABLE_JIT=1`` a total is the same to the letter, without a warning (it once was a traceback)."""
    command = [sys.executable, "-m", "mcmort", "total", "tests/good/minimal", "-d", "broad", "--draws", "200"]
    compiled, interpreted = (
        subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=120,
            env={**os.environ, "NUMBA_DISABLE_JIT": value},
        )
        for value in ("0", "1")
    )  # fmt: skip
    assert "200 draws" in compiled.stdout
    assert (interpreted.stdout, interpreted.stderr) == (compiled.stdout, compiled.stderr)


def test_compiling_the_kernel_loads_numba() -> None:
    """What compiles is found among the modules where it is needed, so the tests of light commands can fail."""
    modules = _loaded("import mcmort.sampler.kernel.kernel")
    assert [name for name in HEAVY if name in modules] == ["numba"]


def test_importing_the_package_loads_next_to_nothing() -> None:
    """``import mcmort`` loads no numpy, pydantic, typer or rich: verbs come when they are first used."""
    modules = _loaded("import mcmort")
    assert "mcmort" in modules
    assert [name for name in ("numpy", "pydantic", "typer", "rich", *HEAVY) if name in modules] == []
    assert "numpy" in _loaded("import mcmort; mcmort.simulate")


def test_the_bayesian_engine_loads_when_it_is_first_used() -> None:
    """``mcmort.bayes`` loads none of the libraries of a fit, nor does collecting evidence, nor a density."""
    collect = "from mcmort.bayes import collect; import mcmort as mm; found = collect(mm.load('ussr'))"
    for code in ("import mcmort.bayes", collect, "import mcmort.bayes.autodiff.density"):
        modules = _loaded(code)
        assert [name for name in HEAVY if name in modules] == []


def test_loading_a_case_needs_no_numba() -> None:
    """``mm.load`` and ``mm.cases`` read files; they compile nothing."""
    modules = _loaded("import mcmort as mm; mm.cases(); mm.load('ussr')")
    assert "mcmort.catalogue.reading.load" in modules
    assert [name for name in HEAVY if name in modules] == []


def test_a_stored_fit_loads_no_statistics_library() -> None:
    """A fit that is found again prints without scipy.stats, which takes longer to load than all else that it needs."""
    code = "from mcmort.cli.app import main; main(['fit', 'benchmarks/synthetic'])"
    _loaded(code)
    modules = _loaded(code)
    assert "h5netcdf" in modules
    assert not modules & {"scipy.stats", "numba", "xarray", "arviz_stats", "nutpie"}
