"""Sentences about the modes of a fit: how probable each is, where it lies, and which figures are behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Final, cast

from mcmort.analysis import Comparison, TotalPieces
from mcmort.analysis.pieces import median_between
from mcmort.analysis.total_modes import splits_that_move
from mcmort.catalogue import Case
from mcmort.present.numbers import percent, percent_with_error, rounding_of, significant
from mcmort.present.wording import or_more
from mcmort.results import Draws, HistogramResults
from mcmort.results.weighed_modes import SplitDeaths, WeighedMode, told_once
from mcmort.totals import Total

__all__ = ["comparison_mode_notes", "mode_notes", "total_mode_notes", "total_modes_text"]

_MOST: Final = 3
"""Quantities whose modes are listed, parts of a sum and figures that are named; JSON has them all."""
_TOGETHER: Final = 0.03
"""Least share by which a combination of modes differs from what independent components would give."""
_END_ERROR: Final = 0.68
"""Standard error of an end of the central 95 % of normal draws, in their width over the root of their number."""
_NUMBERS: Final = {2: "two", 3: "three", 4: "four", 5: "five"}


def mode_notes(draws: Draws | HistogramResults, splits: Sequence[SplitDeaths] | None = None) -> list[str]:
    """Say which modes components and sums of them have, with the probability of each and the figures behind it.

    Parameters
    ----------
    draws : Draws or HistogramResults
        Of any engine; other than fits they have no modes.
    splits : sequence of SplitDeaths, optional
        What to list, each once; by default all.

    Returns
    -------
    list of str
        A sentence for each of the first.
    """
    splits = draws.modes if splits is None else splits
    if not splits:
        return []
    case, splits = draws.case, told_once(splits, cast(Draws, draws).columns)
    listed = splits[:_MOST]
    notes = [f"{_name(case, split)} {_modes_text(case, split, split.components)}" for split in listed]
    if len(splits) > _MOST:
        notes.append(f"In several modes as well: {'; '.join(_name(case, split) for split in splits[_MOST:])}.")
    return notes + _together(draws, [split for split in listed if not split.is_sum])


def total_mode_notes(pieces: TotalPieces) -> list[str]:
    """Say which modes a total has; of one that has but one, what in it is torn and makes much of its width."""
    text = total_modes_text(pieces)
    return [text] if text else mode_notes(pieces.total.draws, splits_that_move(pieces.total))


def total_modes_text(pieces: TotalPieces, name: str = "The total") -> str:
    """Say which modes a total has, how probable each is and which figures are behind it; nothing of one mode."""
    split, total = pieces.modes, pieces.total
    if split is None:
        return ""
    text = f"{name} {_modes_text(total.case, split, tuple(total.terms), total)}"
    is_between = median_between(split.modes, total.values, total.chains) is not None
    return (
        f"{text} The median lies in the gap between them, or at its edge: it is no likely value."
        if is_between
        else text
    )


def comparison_mode_notes(comparison: Comparison) -> list[str]:
    """Say which modes the totals of a comparison have; of one total alone as its headline does."""
    if len(comparison.rows) == 1:
        text = total_modes_text(comparison.rows[0].pieces)
        return [text] if text else []
    torn = [row for row in comparison.rows if row.pieces.modes is not None]
    notes = [total_modes_text(row.pieces, row.total.definition.id) for row in torn[:_MOST]]
    if len(torn) > _MOST:
        notes.append(f"In several modes as well: {', '.join(row.total.definition.id for row in torn[_MOST:])}.")
    return notes


def _modes_text(case: Case, split: SplitDeaths, owners: Sequence[str], total: Total | None = None) -> str:
    """List modes, after what has them."""
    count = len(split.modes)
    modes = ", ".join(_mode_text(case, mode, owners, total) for mode in split.modes)
    return f"has {_NUMBERS.get(count, str(count))} modes: {modes}."


def _mode_text(case: Case, mode: WeighedMode, owners: Sequence[str], total: Total | None) -> str:
    error = _END_ERROR * (mode.high - mode.low) / math.sqrt(mode.ess)
    span = rounding_of((mode.low, mode.median, mode.high), error=error).span(mode.low, mode.high)
    place = span if total is None else or_more(total, span)
    # of a mode that is there, however rare, never none
    share = percent_with_error(mode.share, mode.error) if mode.error >= 0.005 else percent(mode.share)
    return f"{share} in {place} ({_behind(case, mode.figures, owners)})"


def _behind(case: Case, figures: Sequence[str], owners: Sequence[str]) -> str:
    """Name the first figures behind a mode: those of one component by their own names, after its label if need be."""
    if not figures:
        return "no figure fits it better"
    groups = []
    for owner, names in groupby(figures[:_MOST], lambda name: name.partition(":")[0]):
        label = f"{case.components[owner].label}: " if owner in case.components and [owner] != [*owners] else ""
        groups.append(label + ", ".join(_figure(case, owner, name.partition(":")[2]) for name in names))
    return "; ".join(groups) + (f" and {len(figures) - _MOST} more" if len(figures) > _MOST else "")


def _figure(case: Case, owner: str, name: str) -> str:
    if owner == "claim":
        return case.claims[name].author
    return case.balances[name].label if owner == "balance" else name


def _name(case: Case, split: SplitDeaths) -> str:
    """Name what is torn at the beginning of a sentence."""
    labels = [case.components[name].label for name in split.components]
    if not split.is_sum:
        return labels[0]
    *first, last = labels if len(labels) <= _MOST + 1 else [*labels[:_MOST], f"{len(labels) - _MOST} more"]
    return f"The sum of {', '.join(first)} and {last}"


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
        f"{_name(case, split)} near {significant(split.modes[mode].median, 2)}"
        for split, mode in zip(splits, key, strict=True)
    )
