"""Bridges: the difference between the totals of two definitions, split into components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.summary import Summary, summarise
from mcmort.errors import UsageError
from mcmort.results import Draws
from mcmort.totals import DefinitionChanges, Total, Values, kept, total

__all__ = ["Bridge", "Step", "bridge"]


@dataclass(frozen=True, slots=True)
class Step:
    """What one component (or all overlaps together) adds to the difference."""

    name: str
    label: str
    values: NDArray[np.float64]
    summary: Summary

    @property
    def mean(self) -> float:
        """Mean of the step; means add up to the mean of the difference, medians do not."""
        return self.summary.mean


@dataclass(frozen=True)
class Bridge:
    """The difference of two totals on the same draws, as a distribution of its own, and its steps."""

    start: Total
    end: Total
    difference: Summary
    steps: tuple[Step, ...]


def bridge(draws: Draws, start: str, end: str, *, years: tuple[int, int] | None = None) -> Bridge:
    """Split the difference of two definitions into components.

    Parameters
    ----------
    draws : Draws
        From either engine.
    start, end : str
        Names of the definitions.
    years : tuple of int, optional
        First and last year to restrict both to.

    Returns
    -------
    Bridge
        Steps sorted by the size of their mean; those that change nothing are left out.

    Raises
    ------
    DefinitionError
        If a definition is unknown or counts nothing.
    """
    if not draws.is_kept:
        raise UsageError("a bridge needs draws that are kept: make them with mcmort.simulate")
    first, last = (total(draws, name, DefinitionChanges(years=years)) for name in (start, end))
    zeros = np.zeros(len(draws))
    labels = {name: component.label for name, component in draws.case.components.items()}
    changes = [
        (name, labels[name], _column(last.parts, name, zeros) - _column(first.parts, name, zeros))
        for name in sorted({*first.parts, *last.parts})
    ]
    less_overlap = _sum(first.overlaps, zeros) - _sum(last.overlaps, zeros)
    changes.append(("overlaps", "Deaths counted by two figures", less_overlap))
    steps = [
        Step(name, label, values, summarise(values, chains=first.chains))
        for name, label, values in changes
        if values.any()
    ]
    steps.sort(key=lambda step: (-abs(step.mean), step.name))
    difference = summarise(kept(last.values) - kept(first.values), chains=first.chains)
    return Bridge(first, last, difference, tuple(steps))


def _column(columns: Mapping[str, Values], name: str, zeros: NDArray[np.float64]) -> NDArray[np.float64]:
    return kept(columns[name]) if name in columns else zeros


def _sum(columns: Mapping[str, Values], zeros: NDArray[np.float64]) -> NDArray[np.float64]:
    return sum((kept(columns[name]) for name in sorted(columns)), zeros)
