"""Runs the command line inside the process, and small cases to run it on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mcmort.cli.app import main
from tests.cases import component, definition, point, ranged, write_case
from tests.present.made import claim

__all__ = ["GOOD", "ROOT", "Ran", "Run", "listing", "runner", "small_folder"]

ROOT = Path(__file__).resolve().parents[2]
GOOD = ROOT / "tests" / "good" / "minimal"


@dataclass(frozen=True)
class Ran:
    """What a command left behind: its exit code, what it printed, and where."""

    code: int
    out: str
    err: str


type Run = Callable[..., Ran]


def runner(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs ``mcmort`` with the words given."""

    def run(*words: str | Path) -> Ran:
        capsys.readouterr()
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return run


def listing(folder: Path) -> dict[str, bytes | None]:
    """Return every path below a folder with its content, folders as None."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def small_folder(folder: Path) -> Path:
    """Write a case of two components, one of them without registered deaths, three definitions and a claim."""
    shutil.rmtree(folder, ignore_errors=True)
    register = point(5_000, measure="registered", basis="registered", source="study-b")
    tables: dict[str, Any] = {
        "component": [
            component("known", ranged(9_000, 12_000), register),
            component("other", ranged(800, 1_500), years=[1940, 1944], facets={"category": "b"}),
        ],
        "claim": [claim("author", best=15_000.0, reads="point")],
        "definitions": {
            "kept": definition(label="Registered deaths", measure="registered"),
            "early": definition(label="Early deaths", include=[{"category": "a"}]),
            "whole": definition(label="All deaths"),
        },
    }
    return write_case(folder, tables)
