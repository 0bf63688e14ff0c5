"""Fixtures of the tests of the Bayesian engine.

PyTensor stores what it compiles in a folder of the tests, not of the user. It reads the setting when it is imported, so
that is set before any test module is imported.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parents[2] / ".pytest_cache" / "pytensor"
os.environ.setdefault("PYTENSOR_FLAGS", f"base_compiledir={_FOLDER},numba__fastmath=False")


@pytest.fixture
def _ctrl_c() -> Iterator[None]:
    """Let Ctrl-C interrupt, which a shell may have told its jobs to ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
