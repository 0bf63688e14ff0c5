"""Settings of the test suite: Hypothesis profiles and the seed of the statistical tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile("ci", deadline=None, derandomize=True, max_examples=25, suppress_health_check=_SLOW)
settings.register_profile("soak", deadline=None, max_examples=500, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "soak" if os.environ.get("MCMORT_TEST_SEED") else "ci"))


def pytest_configure(config: pytest.Config) -> None:
    """Keep compiled cases of the tests apart from those of the user, and from one run to the next; load cases once."""
    cache = config.rootpath / ".pytest_cache" / "compiled"
    os.environ.setdefault("MCMORT_CACHE", str(cache))
    from tests.shipped import load_shipped_cases_once  # not before the folder is set

    load_shipped_cases_once()


@pytest.fixture(autouse=True)
def _width_of_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print for a pipe, whose lines have one width, whatever the terminal of who runs the tests, or of a worker."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def seed() -> int:
    """Seed of random draws in tests: MCMORT_TEST_SEED, else 20_260."""
    return int(os.environ.get("MCMORT_TEST_SEED", "20260"))
