"""Sentences about the modes of a fit: how probable each is, where it lies, and which figures are behind it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Final

from mcmort.catalogue import Case
from mcmort.present.numbers import percent, percent_with_error, significant
from mcmort.results import Draws, HistogramResults
from mcmort.results.weighed_modes import SplitDeaths, WeighedMode

__all__ = ["mode_notes"]

_MOST: Final = 3
"""Components whose modes are listed, and figures that are named behind a mode; JSON has them all."""
_TOGETHER: Final = 0.03
"""Least share by which a combination of modes differs from what independent components would give."""
_NUMBERS: Final = {2: "two", 3: "three", 4: "four", 5: "five"}


def mode_notes(draws: Draws | HistogramResults, components: Collection[str] | None = None) -> list[str]:
    """Say which modes the deaths of components have, with the probability of each and the figures behind it.

    Parameters
    ----------
    draws : Draws or HistogramResults
        Of any engine; other than fits they have no modes.
    components : collection of str, optional
        Ids of the components to list; by default all.

    Returns
    -------
    list of str
        A sentence for each of the first components.
    """
    splits = [split for split in draws.modes if components is None or split.component in components]
    notes = [_split_text(draws.case, split) for split in splits[:_MOST]]
    if len(splits) > _MOST:
        others = "; ".join(draws.case.components[split.component].label for split in splits[_MOST:])
        notes.append(f"In several modes as well: {others}.")
    notes += _together(draws, splits[:_MOST])
    return notes


def _split_text(case: Case, split: SplitDeaths) -> str:
    count = len(split.modes)
    modes = ", ".join(_mode_text(case, split, mode) for mode in split.modes)
    return f"{case.components[split.component].label} has {_NUMBERS.get(count, str(count))} modes: {modes}."


def _mode_text(case: Case, split: SplitDeaths, mode: WeighedMode) -> str:
    names = [_figure(case, split, name) for name in mode.figures]
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    behind = ", ".join(names[:_MOST]) + more if names else "no figure fits it better"
    return f"{percent_with_error(mode.share, mode.error)} near {significant(mode.median, 2)} ({behind})"


def _figure(case: Case, split: SplitDeaths, name: str) -> str:
    """Name a figure behind a mode: that of the component itself by its own name alone."""
    owner, _, rest = name.partition(":")
    if owner == "claim":
        return case.claims[rest].author
    if owner == "balance":
        return case.balances[rest].label
    return rest if owner == split.component else f"{case.components[owner].label}: {rest}"


def _together(draws: Draws | HistogramResults, splits: Sequence[SplitDeaths]) -> list[str]:
    """Say which modes of several components go together, if they do not go together by chance."""
    shares = draws.joint_modes(splits)
    by_chance = {
        key: math.prod(split.modes[mode].share for split, mode in zip(splits, key, strict=True)) for key in shares
    }
    if not any(abs(share - by_chance[key]) >= _TOGETHER for key, share in shares.items()):
        return []
    combinations = [
        f"{percent(share)} {_combination(draws.case, splits, key)}" for key, share in list(shares.items())[: _MOST + 1]
    ]
    return [f"These modes go together: {'; '.join(combinations)}."]


def _combination(case: Case, splits: Sequence[SplitDeaths], key: Sequence[int]) -> str:
    return ", ".join(
        f"{case.components[split.component].label} near {significant(split.modes[mode].median, 2)}"
        for split, mode in zip(splits, key, strict=True)
    )
