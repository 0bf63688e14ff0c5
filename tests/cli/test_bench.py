"""``mcmort bench``: what it prints and writes, and what it refuses before anything is measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from mcmort.bench import suite
from mcmort.bench.results import Report, read
from mcmort.bench.suite import FULL, QUICK, Progress, Settings
from mcmort.cli.bench import bench
from mcmort.errors import OutputError, UsageError
from tests.bench.made import made_report

pytestmark = pytest.mark.slow

APP = typer.Typer()
APP.command()(bench)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Replace the measurement by a report made by hand, and keep what was asked for."""
    kept: list[Settings] = []

    def run(settings: Settings, progress: Progress = lambda _: None) -> Report:
        progress("measuring")
        kept.append(settings)
        return made_report()

    monkeypatch.setattr(suite, "run_benchmarks", run)
    return kept


def test_bench_prints_tables_and_losing_cells(asked: list[Settings]) -> None:
    """The tables, the check of the answers, missing peers and the cells that mcmort loses are printed."""
    done = CliRunner().invoke(APP, ["--quick", "--quiet"])
    assert done.exit_code == 0
    assert asked[0].components == QUICK.components
    for part in (
        "Where mcmort loses:",
        "NumPy takes 1 ms",
        "within 1.5 of 5 standard errors",
        "chaospy: not installed",
    ):
        assert part in done.output
    assert "measuring" not in done.output


def test_bench_writes_json_and_figure(asked: list[Settings], tmp_path: Path) -> None:
    """The JSON holds the whole report, and the figure is a picture."""
    words = ["--json", str(tmp_path / "out.json"), "--figure", str(tmp_path / "out.png")]
    done = CliRunner().invoke(APP, words)
    assert done.exit_code == 0
    assert asked[0].draws == FULL.draws
    assert read(tmp_path / "out.json") == made_report()
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["threads"] == [1, 2]
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_options_change_what_is_measured(asked: list[Settings]) -> None:
    """Draws, components, threads and limit replace those of the preset, each once and in order."""
    words = ["--draws", "5000", "-n", "200", "-n", "200", "--components", "3", "--threads", "4", "--limit", "1.5"]
    assert CliRunner().invoke(APP, words).exit_code == 0
    assert (asked[0].draws, asked[0].components) == ((200, 5000), (3,))
    assert (asked[0].threads, asked[0].limit) == ((1, 4), 1.5)


@pytest.mark.parametrize(
    "words",
    [
        ("--draws", "10"),
        ("--draws", "many"),
        ("--components", "1"),
        ("--threads", "0"),
        ("--limit", "0"),
        ("--json", "a.svg", "--figure", "a.svg"),
        ("--unknown",),
    ],
    ids=" ".join,
)
def test_wrong_use_is_refused_before_measuring(asked: list[Settings], words: tuple[str, ...]) -> None:
    """Numbers out of range, words for numbers and two results in one file give exit code 2."""
    assert CliRunner().invoke(APP, list(words)).exit_code == 2
    assert asked == []


def test_places_that_cannot_be_written_are_refused_before_measuring(asked: list[Settings], tmp_path: Path) -> None:
    """A missing folder and an unknown kind of figure are errors that a user can read."""
    missing = CliRunner().invoke(APP, ["--json", str(tmp_path / "none" / "out.json")])
    assert isinstance(missing.exception, OutputError)
    unknown = CliRunner().invoke(APP, ["--figure", str(tmp_path / "out.gif")])
    assert isinstance(unknown.exception, UsageError)
    assert asked == []
