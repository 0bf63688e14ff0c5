"""Uncertain splits of spans of years, drawn.

A split has a random stream of its own name, so that it is the same whatever else is asked, and whoever asks. Its table
is kept on disk: to compute it loads SciPy, which takes longer than all the rest of a command.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mcmort.cache.folder import cache_folder, code_stamps, keep, version_of
from mcmort.elicit.table import OCTAVES, QuantileTable, build_table
from mcmort.results import Split
from mcmort.results.counter_based_random import stream_key, uniforms

__all__ = ["KeptSplits", "split_table"]


@cache
def split_table(before: int, after: int) -> QuantileTable:
    """Return the quantile table of the share of the first of two spans, of so many years each."""
    path = _path(before, after)
    with contextlib.suppress(Exception):  # as for a plan: a damaged file fails in a dozen ways, and is made again
        return _read(path)
    from mcmort.elicit.families import Distribution

    table = build_table(Distribution("beta", (float(before), float(after))))
    with contextlib.suppress(OSError):
        _write(path, table)
    return table


def _path(before: int, after: int) -> Path:
    """Return the file of a table, found by all that it is computed from."""
    import mcmort.elicit

    versions = [version_of(name) for name in ("numpy", "scipy")]
    code = code_stamps(Path(mcmort.elicit.__file__).parent.glob("*.py"))
    digest = hashlib.sha256(json.dumps([versions, code]).encode()).hexdigest()[:24]
    return cache_folder() / f"years-{before}-{after}-{digest}.split"


def _write(path: Path, table: QuantileTable) -> None:
    errors = np.array([table.resolution, table.error, table.probability_error, table.missed])
    keep(path, lambda file: np.savez(file, allow_pickle=False, lower=table.lower, upper=table.upper, errors=errors))


def _read(path: Path) -> QuantileTable:
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        resolution, error, probability_error, missed = file["errors"].tolist()
        table = QuantileTable(file["lower"], file["upper"], int(resolution), error, probability_error, missed)
    if not len(table.lower) == len(table.upper) == (OCTAVES << table.resolution) + 1:
        raise ValueError("the file is damaged")
    return table


@dataclass(frozen=True)
class KeptSplits:
    """The splits of one run of either engine, each drawn when it is first asked for.

    Attributes
    ----------
    seed : int
        Seed of the run.
    """

    seed: int
    _drawn: dict[tuple[str, int], NDArray[np.float64]] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, split: Split, n: int) -> NDArray[np.float64]:
        """Return the first draws of a split, shape ``(n,)``."""
        if (split.name, n) not in self._drawn:
            points = uniforms(stream_key(self.seed, split.name), 0, n)
            self._drawn[split.name, n] = split_table(split.before, split.after)(points)
        return self._drawn[split.name, n]
