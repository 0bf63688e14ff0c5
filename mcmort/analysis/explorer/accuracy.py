"""How far totals from a few thousand draws lie from those of all of them: measured, on selections at random."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from mcmort.catalogue.records import Selector
from mcmort.definitions import resolve
from mcmort.errors import DefinitionError
from mcmort.results import Draws
from mcmort.totals import total_of

__all__ = ["Accuracy", "measured_accuracy"]

SELECTIONS: Final = 16
_TAILS: Final = (0.025, 0.5, 0.975)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Differences of the ends and the median of 95 % intervals, as shares of the width of the interval.

    Attributes
    ----------
    typical : float
        Root mean square over selections.
    largest : float
        The largest of any.
    selections : int
        How many selections were compared.
    draws : int
        Of the full run with which they were compared.
    """

    typical: float
    largest: float
    selections: int
    draws: int


def measured_accuracy(full: Draws, thin: Draws, definition: str) -> Accuracy:
    """Compare totals of thinned draws with those of all draws.

    Parameters
    ----------
    full, thin : Draws
        All draws, and some of them.
    definition : str
        Whose measure, years and shares of responsibility the selections take; their components are drawn at random.

    Returns
    -------
    Accuracy
    """
    case = full.case
    base = case.definitions[definition]
    known = [name for name in case.components if f"{base.measure}:{name}" in full.columns]
    rng = np.random.default_rng(0)
    found = []
    for _ in range(SELECTIONS):
        chosen = [name for name in known if rng.random() < rng.uniform(0.2, 0.9)] or known[:1]
        rule = Selector.model_validate({"component": chosen})
        try:
            resolved = resolve(case, base.model_copy(update={"include": (rule,), "exclude": ()}))
        except DefinitionError:
            continue  # none of their years lies in those of the definition
        ends = [np.quantile(total_of(draws, resolved).values, _TAILS) for draws in (full, thin)]
        width = ends[0][2] - ends[0][0]
        if width > 0.0:
            found.append(np.abs(ends[1] - ends[0]) / width)
    if not found:
        return Accuracy(0.0, 0.0, 0, len(full))
    gaps = np.array(found)
    return Accuracy(math.sqrt(float((gaps**2).mean())), float(gaps.max()), len(found), len(full))
