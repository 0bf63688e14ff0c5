"""The case that is simulated: `benchmarks/synthetic`, invented, with every kind of evidence."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import mcmort as mm
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect

__all__ = ["synthetic"]


@cache
def synthetic() -> Evidence:
    """Return its evidence."""
    return collect(mm.load(Path(__file__).parents[2] / "benchmarks" / "synthetic"))
