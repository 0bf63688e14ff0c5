"""Progress: a bar on stderr, only on a terminal, only where work takes over a second, never on stdout."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mcmort.cli import drawing as module
from mcmort.cli import loading
from tests.cli.ran import runner, small_folder

pytestmark = pytest.mark.slow


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def _worked(monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO, seconds: float, *, quiet: bool = False) -> object:
    """Do work of a length under the bar and return what the work was given to report to."""
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    with module.progress_bar("Drawing a case", quiet) as progress:
        time.sleep(seconds)
        if progress is not None:
            progress(1, 2)
            time.sleep(0.15)
    return progress


def test_long_work_on_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that outlasts the patience shows what is being done."""
    stderr = Terminal()
    assert _worked(monkeypatch, stderr, 0.5) is not None
    assert "Drawing a case" in stderr.getvalue()


def test_short_work_on_a_terminal_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that is done before the patience ends prints nothing at all."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    stderr = Terminal()
    assert _worked(monkeypatch, stderr, 0.5) is not None
    assert stderr.getvalue() == ""


def test_bar_waits_for_one_second() -> None:
    """The bar waits a second before it appears."""
    assert module.PATIENCE == 1.0


@pytest.mark.parametrize(
    ("stderr", "quiet"), [(io.StringIO(), False), (Terminal(), True)], ids=["no terminal", "quiet"]
)
def test_without_a_terminal_or_with_quiet_there_is_no_bar(
    stderr: io.StringIO, quiet: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the work, a log file gets no bar, and nor does one who asked for quiet."""
    assert _worked(monkeypatch, stderr, 0.5, quiet=quiet) is None
    assert stderr.getvalue() == ""


def test_a_failure_under_the_bar_ends_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error during the work comes through, and no thread of the bar goes on."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(module, "PATIENCE", 0.05)

    def fail() -> None:
        with module.progress_bar("Drawing", quiet=False):
            time.sleep(0.2)
            raise ZeroDivisionError

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        fail()
    ended = time.monotonic() + 5.0
    while threading.active_count() > before and time.monotonic() < ended:
        time.sleep(0.02)
    assert threading.active_count() == before


def _in_terminal(words: list[str], folder: Path, patience: float) -> tuple[str, str]:
    """Run the command with stderr on a pseudo-terminal; return what stdout and the terminal got."""
    code = (
        "import sys, mcmort.cli.drawing as r; r.PATIENCE = float(sys.argv[1]);"
        "from mcmort.cli.app import main; sys.exit(main(sys.argv[2:]))"
    )
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code, str(patience), *words],
        cwd=folder, stdout=subprocess.PIPE, stderr=theirs, text=True, env={**os.environ, "TERM": "xterm"},
    ) as process:  # fmt: skip
        os.close(theirs)
        assert process.stdout is not None
        out = process.stdout.read()
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:
        pass  # the other end has gone
    os.close(ours)
    assert process.returncode == 0
    return out, shown.decode()


@pytest.mark.parametrize(("patience", "bar"), [(0.0, True), (1_000.0, False)])
def test_on_a_real_terminal_the_bar_never_touches_stdout(patience: float, bar: bool, tmp_path: Path) -> None:
    """With stderr on a terminal and stdout in a pipe, JSON arrives clean, bar or none."""
    small_folder(tmp_path / "case")
    words = ["total", "case", "-d", "whole", "-n", "3000000", "-f", "json"]
    out, shown = _in_terminal(words, tmp_path, patience)
    assert out.startswith("{")
    assert out.endswith("}\n")
    assert "Drawing" not in out
    assert ("Drawing small" in shown) is bar


def test_the_draws_are_the_same_with_and_without_a_bar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reporting progress changes no bit."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    run: Callable[..., object] = runner(capsys)
    words = ("total", "case", "-d", "whole", "-n", "300000", "-f", "json")
    plain = run(*words)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run(*words) == plain


def test_long_reading_is_said_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case of 100,000 components was read for half a minute without a word."""
    for is_terminal in (True, False):
        stream = io.StringIO()
        monkeypatch.setattr(stream, "isatty", lambda shown=is_terminal: shown)
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setattr(loading, "_EVERY", 0.01)
        with loading.said_to_go_on("reading it"):
            time.sleep(0.1)
        assert stream.getvalue().startswith("mcmort: reading it, 0 s\n") == is_terminal
