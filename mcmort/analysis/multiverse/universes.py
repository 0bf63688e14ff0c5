"""Universes: one option of each dial; all that the constraints allow, or a balanced random sample of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.multiverse.constraints import Constraint
from mcmort.analysis.multiverse.dials import ELICITED_ONLY, PRIORS, Dial
from mcmort.errors import UsageError

__all__ = ["MOST_COMBINATIONS", "NO_OPTION", "Universes", "allowed_universes"]

type Codes = NDArray[np.int64]

MOST_COMBINATIONS: Final = 2_000_000
"""Combinations of options that are gone through before constraints and sampling."""
NO_OPTION: Final = "\N{EN DASH}"
"""Stands for the option of a dial that an engine does not have."""


@dataclass(frozen=True)
class Universes:
    """Universes as indices of options.

    Attributes
    ----------
    dials : tuple of Dial
        Their dials.
    codes : ndarray of int, shape (universes, dials)
        Index of the option of each dial; -1 where the engine does not have the dial.
    """

    dials: tuple[Dial, ...]
    codes: Codes

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Yield the options of each universe by dial."""
        for row in self.codes.tolist():
            yield {
                dial.name: NO_OPTION if code < 0 else dial.options[code]
                for dial, code in zip(self.dials, row, strict=True)
            }

    def sampled(self, most: int, seed: int) -> Universes:
        """Return a balanced random sample, or all universes if they are no more than that.

        Universes that share a set of priors cost next to nothing more than one of them. So whole sets of priors are
        chosen: each next one is that, of all left in random order, whose options, and then pairs of options, have been
        chosen least. Of the last set only as many universes are taken, at random, as are wanted.

        Parameters
        ----------
        most : int
            How many.
        seed : int
            The same seed gives the same sample.

        Returns
        -------
        Universes
            In the order of the dials.
        """
        if len(self.codes) <= most:
            return self
        rng = np.random.default_rng(seed)
        columns = [index for index, dial in enumerate(self.dials) if dial.name in PRIORS]
        sets, members = np.unique(self.codes[:, columns], axis=0, return_inverse=True)
        members = members.ravel()
        sizes = np.bincount(members, minlength=len(sets))
        taken: list[Codes] = []
        left = most
        for chosen in _balanced_order(sets, rng):
            rows = np.flatnonzero(members == chosen)
            if sizes[chosen] > left:
                rows = rng.permutation(rows)[:left]
            taken.append(rows)
            left -= len(rows)
            if left == 0:
                break
        return Universes(self.dials, self.codes[np.sort(np.concatenate(taken))])


def _balanced_order(sets: Codes, rng: np.random.Generator) -> Iterator[int]:
    """Yield the indices of sets of options so that after each the options, and pairs of them, are evenly chosen."""
    order = rng.permutation(len(sets))
    remaining = sets[order]
    singles = _labels(remaining, [(column,) for column in range(sets.shape[1])])
    pairs = _labels(
        remaining, [(one, other) for one in range(sets.shape[1]) for other in range(one + 1, sets.shape[1])]
    )
    counts_of_singles, counts_of_pairs = np.zeros(singles.max() + 1), np.zeros(pairs.max() + 1)
    is_left = np.ones(len(sets), dtype=bool)
    for _ in range(len(sets)):
        burden = counts_of_singles[singles].sum(axis=1) + counts_of_pairs[pairs].sum(axis=1)
        chosen = int(np.argmin(np.where(is_left, burden, math.inf)))
        is_left[chosen] = False
        counts_of_singles[singles[chosen]] += 1
        counts_of_pairs[pairs[chosen]] += 1
        yield int(order[chosen])


def _labels(sets: Codes, choices: Sequence[tuple[int, ...]]) -> Codes:
    """Give a number of its own to each combination of options of some dials apart, shape ``(sets, choices)``."""
    labels, first = np.zeros((len(sets), max(len(choices), 1)), dtype=np.int64), 0
    for place, columns in enumerate(choices):
        _, label = np.unique(sets[:, columns], axis=0, return_inverse=True)
        labels[:, place] = label.ravel() + first
        first = int(labels[:, place].max()) + 1
    return labels


def allowed_universes(dials: Sequence[Dial], constraints: Sequence[Constraint]) -> Universes:
    """Return all combinations of options that the constraints allow.

    Parameters
    ----------
    dials : sequence of Dial
        From `dials_of`.
    constraints : sequence of Constraint
        What does not go together.

    Returns
    -------
    Universes
        In lexicographic order of the dials.

    Raises
    ------
    UsageError
        If nothing is left, with what excludes most; or if there are too many combinations to go through.
    """
    sizes = [len(dial.options) for dial in dials]
    if math.prod(sizes) > MOST_COMBINATIONS:
        raise UsageError(
            f"the dials have {math.prod(sizes):,} combinations; expected {MOST_COMBINATIONS:,} at most. Hint: give "
            "some of them fewer options with --dial"
        )
    codes = np.stack(np.unravel_index(np.arange(math.prod(sizes)), sizes), axis=1).astype(np.int64)
    codes = _without_dials_of_other_engine(dials, codes)
    places = {dial.name: place for place, dial in enumerate(dials)}
    excluded = [_matches(dials, places, codes, constraint) for constraint in constraints]
    is_allowed = ~np.logical_or.reduce(excluded) if excluded else np.ones(len(codes), dtype=bool)
    if not is_allowed.any():
        shares: dict[str, int] = {}
        for constraint, mask in zip(constraints, excluded, strict=True):
            shares[constraint.reason] = shares.get(constraint.reason, 0) + int(mask.sum())
        worst = sorted(shares, key=lambda reason: -shares[reason])[:3]
        raise UsageError(
            f"no universe is left of {len(codes):,}: {'; '.join(worst)}. Hint: give the dials more options, or "
            "exclude fewer"
        )
    return Universes(tuple(dials), codes[is_allowed])


def _without_dials_of_other_engine(dials: Sequence[Dial], codes: Codes) -> Codes:
    """Leave one universe of the synthesis where only dials differ that it does not have."""
    engine = next(place for place, dial in enumerate(dials) if dial.name == "engine")
    if "synthesis" not in dials[engine].options:
        return codes
    is_synthesis = codes[:, engine] == dials[engine].options.index("synthesis")
    columns = [place for place, dial in enumerate(dials) if dial.name in ELICITED_ONLY]
    codes = codes.copy()
    codes[np.ix_(is_synthesis, columns)] = -1
    return np.unique(codes, axis=0)


def _matches(
    dials: Sequence[Dial], places: Mapping[str, int], codes: Codes, constraint: Constraint
) -> NDArray[np.bool_]:  # fmt: skip
    """Return which universes a constraint excludes, shape ``(universes,)``."""
    is_excluded = np.ones(len(codes), dtype=bool)
    for name, options in constraint.options.items():
        place = places[name]
        indices = [index for index, option in enumerate(dials[place].options) if option in options]
        is_excluded &= np.isin(codes[:, place], indices)
    return is_excluded
