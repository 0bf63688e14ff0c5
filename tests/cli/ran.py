"""Runs the command line inside the process, and small cases to run it on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mcmort.catalogue import Case
from mcmort.cli.app import main
from mcmort.draws import Draws
from mcmort.sampler import simulate
from tests.cases import component, definition, point, ranged, write_case
from tests.present.made import MOST_DRAWS, claim, first_draws, ussr_draws

__all__ = ["GOOD", "ROOT", "Ran", "Run", "known_draws", "listing", "runner", "small_folder"]

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


_DRAWN: dict[tuple[str, frozenset[str] | None], Draws] = {}
"""Runs of 100,000 draws with seed 1, by digest of the case and evidence."""


def known_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let verbs and commands cut their draws from a longer run of the same case and seed, made once."""
    real = simulate

    def cut(
        case: Case, n: int = MOST_DRAWS, *, rng: int = 1, evidence: frozenset[str] | None = None, **_: Any
    ) -> Draws:
        if rng != 1 or n > MOST_DRAWS:
            return real(case, n, rng=rng, evidence=evidence)
        usual = None if evidence == frozenset(case.head.evidence) else evidence
        if (case.digest, usual) not in _DRAWN:
            is_ussr = usual is None and case.digest == ussr_draws().case.digest
            _DRAWN[case.digest, usual] = (
                ussr_draws(MOST_DRAWS) if is_ussr else real(case, MOST_DRAWS, rng=1, evidence=usual)
            )
        return first_draws(_DRAWN[case.digest, usual], n)

    monkeypatch.setattr("mcmort.sampler.draw", cut)
    monkeypatch.setattr("mcmort.analysis.receipt.simulate", cut)
