"""Compiled cases of these tests are kept in an empty folder, and the kernel is loaded before."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcmort.sampler.kernel.run import run_plan
from tests.sampler.programs import fixed_plan


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
