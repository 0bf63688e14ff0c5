"""Fits of these tests are kept in an empty folder, and are not sampled unless a test says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bayes.fit_files.small_fits import independent_scores


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep fits in an empty folder, which is made when it is first needed."""
    monkeypatch.setenv("MCMORT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "fits"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw scores without a sampler, since the store does not ask: the tests of interrupts take the real one."""
    monkeypatch.setattr("mcmort.bayes.sample.sample", independent_scores)
