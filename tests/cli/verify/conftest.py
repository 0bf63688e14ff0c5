"""The tests of ``mcmort verify`` stand beside a small case."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.ran import Run, runner, small_folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Stand beside a small case and return what runs the command line."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    return runner(capsys)
