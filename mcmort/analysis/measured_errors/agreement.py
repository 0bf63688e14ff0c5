"""How far two readers who code the same descriptions agree."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["Agreement", "agreement", "kappa"]

_CODES: Final = ("basis", "kind", "interest")


@dataclass(frozen=True)
class Agreement:
    """Agreement of two readings in one code.

    Attributes
    ----------
    code : str
        What was coded.
    pairs, same : int
        How many were coded twice, and how many alike.
    kappa : float
        Cohen's kappa.
    """

    code: str
    pairs: int
    same: int
    kappa: float


def kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Return Cohen's kappa: agreement beyond what the readers' habits alone would bring about.

    Parameters
    ----------
    first, second : sequence of str
        Codes of the same things, in the same order.

    Returns
    -------
    float
        One for full agreement, zero for chance; one also where both use a single code.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20.
    """
    count = len(first)
    same = sum(one == other for one, other in zip(first, second, strict=True)) / count
    habits = Counter(first), Counter(second)
    chance = sum(habits[0][code] * habits[1][code] for code in habits[0]) / count**2
    return 1.0 if chance == 1.0 else (same - chance) / (1.0 - chance)


def agreement(path: Path) -> tuple[Agreement, ...]:
    """Return the agreement of the two readings in a table with columns such as ``basis_1`` and ``basis_2``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    results = []
    for code in _CODES:
        both = [(row[f"{code}_1"], row[f"{code}_2"]) for row in rows if row[f"{code}_1"] or row[f"{code}_2"]]
        first, second = ([pair[index] for pair in both] for index in (0, 1))
        same = sum(one == other for one, other in both)
        results.append(Agreement(code, len(both), same, kappa(first, second)))
    return tuple(results)
