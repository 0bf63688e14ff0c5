"""Modes of a posterior with their probabilities: records that engines return and tables print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["SplitDeaths", "WeighedMode", "deaths_in", "joint_shares", "split_of", "told_once"]

type Array = NDArray[np.float64]
type Labels = NDArray[np.int64]

_ALIKE: Final = 0.1
"""Of two quantities the modes of one tell those of the other, if for less than this of the draws of its smallest mode
they do not."""


@dataclass(frozen=True, slots=True)
class WeighedMode:
    """One mode of the deaths of a component, of a sum of components or of a total, with its probability.

    Attributes
    ----------
    share : float
        Its probability: the share of the draws that are in it.
    error : float
        Monte Carlo standard error of the share.
    low, median, high : float
        Ends of the central 95 % of the draws in it, and their median.
    figures : tuple of str
        Names of the figures that fit better there than in any other mode, the clearest first.
    ess : float
        Effective number of the draws in it.
    rhat : float or None
        R-hat of the deaths within it; None if a chain has few draws in it.
    """

    share: float
    error: float
    low: float
    median: float
    high: float
    figures: tuple[str, ...]
    ess: float
    rhat: float | None


@dataclass(frozen=True, slots=True)
class SplitDeaths:
    """The deaths of a component, of a sum of components or of a total, whose posterior has several modes.

    Attributes
    ----------
    columns : tuple of str
        Columns whose sum the deaths are: one of a component, several of a sum, none of a total, which a definition
        counts.
    cuts : tuple of float
        Where one mode ends and the next begins.
    modes : tuple of WeighedMode
        From the lowest up.
    """

    columns: tuple[str, ...]
    cuts: tuple[float, ...]
    modes: tuple[WeighedMode, ...]

    @property
    def components(self) -> tuple[str, ...]:
        """Ids of the components."""
        return tuple(name.partition(":")[2] for name in self.columns)

    @property
    def is_sum(self) -> bool:
        """Whether it is about several components together."""
        return len(self.columns) > 1

    def mode_of(self, values: Array) -> Labels:
        """Return the number of the mode of each draw, shape ``(n_draws,)``, counted from the lowest."""
        return np.asarray(np.searchsorted(np.asarray(self.cuts), values), dtype=np.int64)

    def modes_in(self, columns: Mapping[str, Array]) -> Labels:
        """Return the number of the mode of each of some draws, shape ``(n_draws,)``, given as columns."""
        return self.mode_of(deaths_in(columns, self.columns))


def deaths_in(columns: Mapping[str, Array], names: Sequence[str]) -> Array:
    """Return the sum of some columns of draws, shape ``(n_draws,)``."""
    return np.asarray(np.sum([columns[name] for name in names], axis=0))


def split_of(record: Mapping[str, Any]) -> SplitDeaths:
    """Return what was written as plain values; earlier versions wrote one column as a name."""
    modes = (WeighedMode(**{**mode, "figures": tuple(mode["figures"])}) for mode in record["modes"])
    columns = record["columns"] if "columns" in record else (record["name"],)
    return SplitDeaths(tuple(columns), tuple(record["cuts"]), tuple(modes))


def joint_shares(splits: Sequence[SplitDeaths], columns: Mapping[str, Array]) -> dict[tuple[int, ...], float]:
    """Return the share of each combination of modes, those without a draw left out.

    Parameters
    ----------
    splits : sequence of SplitDeaths
        What is split.
    columns : mapping of str to ndarray, shape (n_draws,)
        Draws of the deaths.

    Returns
    -------
    dict of tuple of int to float
        By the number of the mode of each, the most probable first.
    """
    labels = np.stack([split.modes_in(columns) for split in splits], axis=1)
    counts = Counter(map(tuple, labels.tolist()))
    return {combination: count / len(labels) for combination, count in counts.most_common()}


def told_once(splits: Sequence[SplitDeaths], columns: Mapping[str, Array]) -> list[SplitDeaths]:
    """Leave out what has modes because something else has them, which is then told alone.

    That is a component that claims about a torn sum part, and no figure of its own; and a sum with the modes of a
    component that its own figures part, or of a smaller sum.

    Parameters
    ----------
    splits : sequence of SplitDeaths
        Components and sums.
    columns : mapping of str to ndarray, shape (n_draws,)
        Draws of the deaths.

    Returns
    -------
    list of SplitDeaths
        In the same order.
    """
    followers = [split for split in splits if not split.is_sum and not _has_own_figure(split)]
    kept = [split for split in splits if not split.is_sum and split not in followers]
    for split in sorted((split for split in splits if split.is_sum), key=lambda split: len(split.columns)):
        modes = split.modes_in(columns)
        shared = (other for other in kept if {*other.columns} & {*split.columns})
        if not any(_tells(other.modes_in(columns), modes) for other in shared):
            kept.append(split)
    in_sums = {name for split in kept if split.is_sum for name in split.columns}
    kept += [split for split in followers if not in_sums.issuperset(split.columns)]
    return [split for split in splits if split in kept]


def _has_own_figure(split: SplitDeaths) -> bool:
    owners = {name.partition(":")[0] for mode in split.modes for name in mode.figures}
    return not owners.isdisjoint(split.components)


def _tells(own: Labels, modes: Labels) -> bool:
    counts = np.zeros((own.max() + 1, modes.max() + 1), dtype=np.int64)
    np.add.at(counts, (own, modes), 1)
    return bool(len(modes) - counts.max(axis=1).sum() < _ALIKE * counts.sum(axis=0).min())
