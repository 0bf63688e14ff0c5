"""Where PyTensor keeps what it compiles for these tests: apart from that of the user.

It is read when PyTensor is imported, so it is set before any test module is.
"""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / ".pytest_cache" / "pytensor"
os.environ.setdefault("PYTENSOR_FLAGS", f"base_compiledir={_FOLDER},numba__fastmath=False")
