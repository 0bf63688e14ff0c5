"""Modes of a posterior: regions that chains find and do not leave, what lies in each, and which figures make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.backends import evaluate_model
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.mode_shares import BETTER, figures_behind
from mcmort.bayes.starting_points import FAR, schools_of, torn_sums
from mcmort.errors import ConvergenceError

__all__ = ["Mode", "ModeSearch", "SplitQuantity", "listed_names"]

type Array = NDArray[np.float64]
type Labels = NDArray[np.int64]

_SEGMENT: Final = 50
"""Draws of a chain that are looked at together: a chain may go from mode to mode."""
_APART: Final = 0.5
"""Least gap between two modes, in the width of the central 80 % of the draws of a segment."""
_CROSSING: Final = 3.0
"""A segment that holds two others which are apart, and is so many times as wide, goes from one mode to another."""
_REACHED: Final = 0.0025
"""Least share of the draws of a run that reach a mode which an earlier chain found."""
_THINNED: Final = 5
"""Every so many draws serve to find the figures behind a mode."""
_NAMED: Final = 8
"""Most figures, or other components, that a refusal names."""


@dataclass(frozen=True, slots=True)
class Mode:
    """One mode of the deaths of a component.

    Attributes
    ----------
    median : float
        Of the draws in it.
    chains : int
        Chains that were in it.
    figures : tuple of str
        Names of the figures that fit better there than in any other mode, the clearest first.
    """

    median: float
    chains: int
    figures: tuple[str, ...]

    def __str__(self) -> str:
        """Describe the mode in words."""
        behind = f"figures behind it: {listed_names(self.figures)}" if self.figures else "no figure fits it better"
        return f"median {float(f'{self.median:.3g}'):,.0f} ({self.chains} chains; {behind})"


@dataclass(frozen=True, slots=True)
class SplitQuantity:
    """A quantity of which chains found several modes.

    Attributes
    ----------
    name : str
        Its column.
    modes : tuple of Mode
        From the lowest up.
    chains : int
        All chains that were run, one of which may have been in several modes.
    others : tuple of str
        Columns of other components that are split as well, the widest gap first.
    contested : frozenset of str
        Figures that fit one of the modes better than another.
    """

    name: str
    modes: tuple[Mode, ...]
    chains: int
    others: tuple[str, ...]
    contested: frozenset[str]

    def refusal(self, where: str) -> ConvergenceError:
        """Return the error that refuses the fit of a case, with the modes listed."""
        modes = "; ".join(map(str, self.modes))
        others = f"; so are {listed_names(self.others)}" if self.others else ""
        return ConvergenceError(
            f"the fit of {where} is refused: {self.name} is split into {len(self.modes)} modes, and its {self.chains} "
            f"chains do not go from one to another often enough to weigh them: {modes}{others}. Hint: leave out the "
            "sources behind one mode with --without to see the other; figures so far apart may count different things"
        )


class ModeSearch:
    """The chains of a fit so far, and whether they found the same mode.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.scores: list[Array] = []
        self.deaths: list[dict[str, Array]] = []

    def add(self, scores: Array, kept: Mapping[str, Array]) -> None:
        """Take in the chains of a run.

        Parameters
        ----------
        scores : ndarray, shape (n_chains, n_draws, n_parameters)
            Draws of the parameters.
        kept : mapping of str to ndarray, shape (n_chains * n_draws,)
            What the model makes of them.
        """
        self.scores.append(scores)
        self.deaths.append(
            {
                name: np.arcsinh(values).reshape(scores.shape[:2])  # a logarithm, also of what is negative
                for name, values in kept.items()
                if name.partition(":")[0] in ("all", "registered")
            }
        )

    def starts(self, count: int) -> Array:
        """Return the last draws of those chains of the first run that lie farthest from one another.

        Parameters
        ----------
        count : int
            How many of them.

        Returns
        -------
        ndarray, shape (count, n_parameters)
        """
        places = [
            np.median(chains, axis=1) / max(float(np.median(np.std(chains, axis=1))), 1e-9)
            for chains in self.deaths[0].values()
        ]
        distance = np.max([np.abs(place[:, None] - place) for place in places], axis=0)
        chosen = [int(np.argmax(distance.max(axis=1)))]
        while len(chosen) < count:
            nearest = distance[chosen].min(axis=0)
            nearest[chosen] = -1.0
            chosen.append(int(np.argmax(nearest)))
        return self.scores[0][chosen, -1]

    def has_missed_one(self) -> bool:
        """Whether a chain of an earlier run was where the last run hardly comes."""
        last = self.deaths[-1]
        for run in self.deaths[:-1]:
            for name, chains in run.items():
                low, high = np.quantile(chains, (0.1, 0.9), axis=1)
                floor, ceiling = np.quantile(last[name], (_REACHED, 1.0 - _REACHED))
                if (low > ceiling).any() or (high < floor).any():
                    return True
        return False

    def splits(self) -> tuple[SplitQuantity, ...]:
        """Return the deaths of which chains found several modes, once for each component, the widest gap first."""
        gaps = {name: _widest_gap(self._segments(name)) for name in self.deaths[0]}
        widest = sorted((name for name, gap in gaps.items() if gap > 0.0), key=lambda name: -gaps[name])
        # of all deaths rather than of those registered, where both are split
        names = tuple(
            name for name in widest if name.startswith("all:") or f"all:{name.partition(':')[2]}" not in widest
        )
        if not names:
            return ()
        draws, chain_of = self._thinned(), self._chains()
        likelihood = evaluate_model(self.evidence, draws).log_likelihood
        return tuple(self._split(name, names, chain_of, likelihood) for name in names)

    def contested(self, splits: Sequence[SplitQuantity], unseen: Sequence[str] = ()) -> frozenset[str]:
        """Return the figures and balances that fit one mode better than another, or are of components that are split.

        Where nothing is known to be split, they are those of all components, and about all sums, whose figures are far
        from one another.

        Parameters
        ----------
        splits : sequence of SplitQuantity
            What chains found.
        unseen : sequence of str
            Components that may be split although no chain shows it.
        """
        components = {split.name.partition(":")[2] for split in splits}.union(unseen)
        torn = torn_sums(self.evidence)
        if not components:
            far = schools_of(self.evidence, FAR)
            components = {name for name, schools in far.items() if len(schools) > 1}.union(*torn)
        own = {datum.name for datum in self.evidence.data if datum.component in components}
        for names, schools in torn.items():
            if components.intersection(names):
                own.update(*(school.figures for school in schools))
                own.update(datum.name for datum in self.evidence.data if datum.component in names)
        return frozenset(own).union(*(split.contested for split in splits))

    def log_weights(self, split: SplitQuantity) -> Array:
        """Return roughly the logarithms of the weights of the modes, but for a constant, shape ``(n_modes,)``.

        Each as if its draws were normal and no two parameters depended on one another in it.
        """
        mode_of = np.repeat(_grouped(self._segments(split.name)), _SEGMENT // _THINNED)
        draws = self._thinned()
        model = evaluate_model(self.evidence, draws)
        height = model.log_prior + model.log_volume + sum(model.log_likelihood.values())
        return np.array(
            [
                height[mode_of == mode].mean() + np.log(np.std(draws[mode_of == mode], axis=0) + 1e-12).sum()
                for mode in range(len(split.modes))
            ]
        )

    def _split(
        self, name: str, names: tuple[str, ...], chain_of: Labels, likelihood: Mapping[str, Array]
    ) -> SplitQuantity:  # fmt: skip
        """Describe the modes of a quantity."""
        segments = self._segments(name)
        mode_of = _grouped(segments)
        drawn, count = np.repeat(mode_of, _SEGMENT // _THINNED), int(mode_of.max()) + 1
        means = {
            figure: np.array([values[drawn == mode].mean() for mode in range(count)])
            for figure, values in likelihood.items()
        }
        modes = tuple(
            Mode(
                float(np.sinh(np.median(segments[mode_of == mode]))),
                len(np.unique(chain_of[mode_of == mode])),
                figures_behind(means, mode),
            )
            for mode in range(count)
        )
        contested = frozenset(figure for figure, mean in means.items() if np.ptp(mean) > BETTER)
        return SplitQuantity(
            name, modes, sum(map(len, self.scores)), tuple(other for other in names if other != name), contested
        )

    def _segments(self, name: str) -> Array:
        """Return the segments of all chains, shape ``(n_segments, _SEGMENT)``."""
        return np.concatenate([_whole_segments(run[name]).reshape(-1, _SEGMENT) for run in self.deaths])

    def _chains(self) -> Labels:
        """Return the chain of each segment."""
        segments = [scores.shape[1] // _SEGMENT for scores in self.scores for _ in scores]
        return np.repeat(np.arange(len(segments)), segments)

    def _thinned(self) -> Array:
        """Return the draws of the parameters in all segments, every so many of them."""
        size = len(self.evidence.parameters)
        return np.concatenate([_whole_segments(scores)[:, ::_THINNED].reshape(-1, size) for scores in self.scores])


def _whole_segments(chains: Array) -> Array:
    """Return chains without their first draws, so that segments fill them."""
    return chains[:, chains.shape[1] % _SEGMENT :]


def _ends(segments: Array) -> tuple[Array, Array, float]:
    """Return both ends of the central 80 % of each segment, and how wide they usually are."""
    low, high = np.quantile(segments, (0.1, 0.9), axis=1)
    return low, high, float(np.median(high - low))


def _is_crossing(low: Array, high: Array) -> NDArray[np.bool_]:
    """Return which segments go from one mode to another: two others lie within, apart and much narrower than it."""
    is_crossing = np.zeros(len(low), dtype=bool)
    for index in range(len(low)):
        within = (high > low[index]) & (low < high[index])
        within &= _CROSSING * (high - low) < high[index] - low[index]
        is_crossing[index] = within.any() and bool(low[within].max() > high[within].min())
    return is_crossing


def _grouped(segments: Array) -> Labels:
    """Return the mode of each segment, from 0 for the lowest; -1 of one that crosses from mode to mode."""
    low, high, width = _ends(segments)
    mode_of, is_crossing = np.full(len(segments), -1), _is_crossing(low, high)
    mode, ceiling = -1, -np.inf
    for index in np.argsort(low, kind="stable"):
        if is_crossing[index]:
            continue
        if low[index] - ceiling > _APART * width:
            mode += 1
        ceiling = max(ceiling, float(high[index]))
        mode_of[index] = mode
    return mode_of


def _widest_gap(segments: Array) -> float:
    """Return the widest gap between neighbouring modes, in the usual width of a segment; 0 of one mode."""
    low, high, width = _ends(segments)
    mode_of = _grouped(segments)
    gaps = [low[mode_of == mode].min() - high[mode_of == mode - 1].max() for mode in range(1, mode_of.max() + 1)]
    return max(gaps) / width if gaps and width > 0.0 else 0.0


def listed_names(names: Sequence[str]) -> str:
    """Name the first of many."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
