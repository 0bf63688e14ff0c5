"""The elicited engine where nothing of the Bayesian engine is installed."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.ran import runner, small_folder

_OF_THE_OTHER_ENGINE = (
    "arviz_base", "arviz_stats", "h5netcdf", "h5py", "nutpie", "pandas", "pyarrow", "pymc", "pytensor", "xarray",
)  # fmt: skip
_ALONE = """
import sys
sys.modules |= dict.fromkeys({absent!r})
from mcmort.cli.app import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
def test_sampler_needs_nothing_of_the_bayesian_engine(tmp_path: Path) -> None:
    """Totals, claims and pictures come without the libraries that make half of an installation."""
    case = small_folder(tmp_path / "case")
    for words in (
        ("total", case, "-d", "whole", "-n", "1000"),
        ("claims", case, "-n", "1000"),
        ("plot", case, "-n", "1000", "-o", "a.png"),
    ):
        line = [sys.executable, "-c", _ALONE.format(absent=_OF_THE_OTHER_ENGINE), *map(str, words)]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize("error", [ModuleNotFoundError, importlib.metadata.PackageNotFoundError])
def test_library_that_is_absent_is_one_sentence(
    error: type[ModuleNotFoundError],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A fit without nutpie ended in a traceback."""

    def absent(*_: object, **__: object) -> None:
        raise error("nutpie") if error is not ModuleNotFoundError else ModuleNotFoundError("no", name="nutpie")

    monkeypatch.setattr("mcmort.catalogue.load", absent)
    ran = runner(capsys)("cite", tmp_path)
    assert ran.code == 1
    assert ran.err.startswith("mcmort: this needs nutpie, which is not installed. Hint: pip install mcmort")
    assert len(ran.err.splitlines()) == 1
