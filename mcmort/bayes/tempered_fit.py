"""Fits of posteriors of several modes: ladders go on until every mode has its weight, or the fit is given up."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.backends import ArrayBackend, evaluate_model, evaluate_without_data
from mcmort.bayes.diagnostics import CHAINS, Diagnosis
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.mode_shares import cuts_between, share_errors, weighed
from mcmort.bayes.modes import ModeSearch, SplitQuantity
from mcmort.bayes.nutpie_adapter import Chains
from mcmort.bayes.starting_points import schools_of, torn_sums
from mcmort.bayes.tempering import TemperedChains
from mcmort.results.weighed_modes import SplitDeaths, deaths_in

if TYPE_CHECKING:
    from mcmort.bayes.sample import Progress

__all__ = ["MOST_SHARE_ERROR", "CheckedChains", "have_crossed", "modes_of", "modes_of_sums", "tempered_fit"]

type Array = NDArray[np.float64]
type Diagnose = Callable[[Chains, ArrayBackend], Diagnosis]

MOST_SHARE_ERROR: Final = 0.0075
"""Largest Monte Carlo standard error of the probability of a mode, or of a combination of modes of several components,
from all moves of the ladders, while a fit takes no longer than usual."""
_WORST_SHARE_ERROR: Final = 0.0125
"""The same of a fit that takes longer: a probability is then off by 0.05 once in sixteen thousand."""
_FIRST: Final = 2000
"""Moves of each ladder before the first check; then as many again as there are."""
_MOST: Final = 64_000
_USUAL_VALUES: Final = 20_000_000
_MOST_VALUES: Final = 100_000_000
"""Most moves, and usual and most values of parameters on all rungs of a ladder, that are drawn for a fit."""
_HOPELESS: Final = 1.1
"""R-hat after many moves, from which more of them do not help."""
_MANY: Final = 8000
_SHORT_STEPS: Final = 0.95
"""Mean acceptance where moves diverge."""
_LOOKED_AT: Final = 8000
"""Draws of each ladder by which the weights are checked, evenly from all of them."""
_COMINGS: Final = 40
"""Times that chains must come into a mode from outside, so that the error of its probability can be believed."""
_WEIGHTY: Final = 0.02
_UNSEEN: Final = 0.002
"""A mode that by its own draws has this weight must have that share of the draws of ladders."""


@dataclass(frozen=True)
class CheckedChains:
    """Chains of a fit that passed all checks.

    Attributes
    ----------
    chains : Chains
        Of the sampler, or one from each ladder.
    backend : ArrayBackend
        What the model makes of their draws.
    diagnosis : Diagnosis
        Of the chains.
    modes : tuple of SplitDeaths
        Of each component, and of each sum about which claims are far from one another, whose deaths have several.
    """

    chains: Chains
    backend: ArrayBackend
    diagnosis: Diagnosis
    modes: tuple[SplitDeaths, ...]


def modes_of(
    evidence: Evidence, splits: Sequence[SplitQuantity], backend: ArrayBackend, chains: int
) -> tuple[SplitDeaths, ...]:  # fmt: skip
    """Return the modes that draws of a fit have, where schools of figures or chains say that there may be some."""
    return _modes_near(_middles(evidence, splits), backend.kept, backend.log_likelihood, chains)


def modes_of_sums(
    evidence: Evidence, columns: Mapping[str, Array], log_likelihood: Mapping[str, Array], chains: int
) -> tuple[SplitDeaths, ...]:
    """Return the modes of sums alone, of a fit that was stored without them."""
    return _modes_near(_middles_of_sums(evidence), columns, log_likelihood, chains)


def _modes_near(
    middles: Mapping[tuple[str, ...], Sequence[float]],
    columns: Mapping[str, Array],
    log_likelihood: Mapping[str, Array],
    chains: int,
) -> tuple[SplitDeaths, ...]:
    found = (
        weighed(names, places, deaths_in(columns, names), log_likelihood, chains) for names, places in middles.items()
    )
    return tuple(modes for modes in found if modes is not None)


def _middles(evidence: Evidence, splits: Sequence[SplitQuantity]) -> dict[tuple[str, ...], list[float]]:
    """Return near which deaths of components and of sums there may be modes: where chains found them, and at schools.

    By the columns of which each is the sum.
    """
    middles = defaultdict[tuple[str, ...], list[float]](list)
    for split in splits:
        middles[split.name,] += [mode.median for mode in split.modes]
    for name, schools in schools_of(evidence).items():
        if len(schools) > 1 and name not in evidence.derived:
            unit = evidence.latents[name].unit
            middles[f"all:{name}",] += [
                school.log_centre * unit if unit else math.exp(school.log_centre) for school in schools
            ]
    for names, near in _middles_of_sums(evidence).items():  # of a claim about one component alone these are more of its
        middles[names] += near
    return middles


def _middles_of_sums(evidence: Evidence) -> dict[tuple[str, ...], list[float]]:
    """Return the middle of each school of the sums about which claims are far from one another."""
    return {
        tuple(f"all:{name}" for name in names): [math.exp(school.log_centre) for school in schools]
        for names, schools in torn_sums(evidence).items()
    }


def have_crossed(modes: Sequence[SplitDeaths], columns: Mapping[str, Array], chains: int) -> bool:
    """Whether chains entered each mode often enough to know its probability; columns are of shape ``(n_draws,)``."""
    for split in modes:
        mode_of = split.modes_in(columns).reshape(chains, -1)
        for number, mode in enumerate(split.modes):
            is_in = mode_of == number
            comings = int((is_in[:, 1:] & ~is_in[:, :-1]).sum())
            if mode.error > MOST_SHARE_ERROR or comings < _COMINGS:
                return False
    return True


def tempered_fit(
    evidence: Evidence,
    contested: frozenset[str],
    search: ModeSearch,
    diagnose: Diagnose,
    seed: int,
    draws: int,
    *,
    cores: int | None,
    progress: Progress | None,
) -> CheckedChains | None:
    """Draw from a posterior of several modes by parallel tempering.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    contested : frozenset of str
        Figures and balances that part the modes, as far as is known.
    search : ModeSearch
        The chains so far.
    diagnose : callable
        Checks chains.
    seed : int
        Of the ladders.
    draws : int
        Draws of each chain that are returned.
    cores : int, optional
        Ladders at a time.
    progress : callable, optional
        Called with the moves done and the moves foreseen.

    Returns
    -------
    CheckedChains or None
        None if the ladders do not agree, or leave out a mode that weighs something.
    """
    everything = {datum.name for datum in evidence.data} | {f"balance:{name}" for name in evidence.balances}
    starts, splits = search.starts(CHAINS), search.splits()
    figures, accept = contested or everything, 0.8
    while True:
        ladders = TemperedChains(evidence, figures, starts, seed, accept=accept, cores=cores or os.cpu_count() or 1)
        usual, most = (
            max(draws, min(_MOST, values // (ladders.rungs * len(evidence.parameters))))
            for values in (_USUAL_VALUES, _MOST_VALUES)
        )
        report, moves, error = _Report(progress, CHAINS), max(draws, _FIRST), math.inf
        while ladders.moves < most:
            report.foresee(moves * CHAINS)
            ladders.extend(moves, report)
            chains = ladders.chains(draws)
            backend = evaluate_model(evidence, chains.scores.reshape(-1, chains.scores.shape[2]))
            diagnosis = diagnose(chains, backend)
            if diagnosis.divergent:
                break
            if ladders.moves >= _MANY and max(diagnosis.rhat.values()) > _HOPELESS:
                break
            if not diagnosis.defects():
                error = _error_of_weights(evidence, ladders, search, splits)
                if error <= (MOST_SHARE_ERROR if ladders.moves < usual else _WORST_SHARE_ERROR):
                    return CheckedChains(chains, backend, diagnosis, modes_of(evidence, splits, backend, CHAINS))
                if ladders.moves >= usual and error * math.sqrt(ladders.moves / most) > _WORST_SHARE_ERROR:
                    break
            moves = min(2 * ladders.moves, usual if ladders.moves < usual else most) - ladders.moves
        # shorter steps where moves diverged; else all figures, if the contested ones may not be all that part modes
        if diagnosis.divergent and accept < _SHORT_STEPS:
            accept = _SHORT_STEPS
        elif figures != everything and not math.isfinite(error):
            figures, accept = frozenset(everything), _SHORT_STEPS
        else:
            return None


def _error_of_weights(
    evidence: Evidence, ladders: TemperedChains, search: ModeSearch, splits: Sequence[SplitQuantity]
) -> float:  # fmt: skip
    """Return the largest error of the weight of a mode; infinite if one is left out that chains found and that weighs.

    Modes are those of components, and of sums about which claims are far from one another.
    """
    scores = ladders.chains(min(ladders.moves, _LOOKED_AT)).scores
    kept = evaluate_without_data(evidence, scores.reshape(-1, scores.shape[2])).kept
    for split in splits:
        values, medians = kept[split.name], [mode.median for mode in split.modes]
        if len(cuts_between(values, medians)) + 1 < len(medians) and _has_weighty(
            search.log_weights(split), medians, values
        ):
            return math.inf
    combination = np.zeros(len(scores) * scores.shape[1], dtype=np.int64)
    for names, near in _middles(evidence, splits).items():
        values = deaths_in(kept, names)
        cuts = cuts_between(values, near)
        combination = combination * (len(cuts) + 1) + np.searchsorted(np.asarray(cuts), values)
    found, number = np.unique(combination, return_inverse=True)
    return max(error for _, error in share_errors(number, len(found), CHAINS))


def _has_weighty(log_weights: Array, medians: Sequence[float], values: Array) -> bool:
    """Whether a mode that hardly a draw is near weighs something, by its own draws."""
    edges = np.sqrt(np.asarray(medians[:-1]) * np.asarray(medians[1:]))
    shares = np.bincount(np.searchsorted(edges, values), minlength=len(medians)) / len(values)
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    return bool(((weights > _WEIGHTY) & (shares < _UNSEEN)).any())


class _Report:
    """Passes on how many moves are done, of those foreseen."""

    def __init__(self, progress: Progress | None, chains: int) -> None:
        self.progress, self.done, self.foreseen = progress, 0, 0

    def foresee(self, moves: int) -> None:
        """Expect more moves."""
        self.foreseen += moves

    def __call__(self, moves: int) -> None:
        self.done += moves
        if self.progress is not None:
            self.progress(self.done, self.foreseen)
