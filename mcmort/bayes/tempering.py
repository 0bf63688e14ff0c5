"""Parallel tempering: chains that cross from mode to mode by way of posteriors in which contested figures say less.

Where figures disagree and errors have heavy tails, a posterior has a mode for each group of figures that it believes.
On a ladder of powers from 0 to 1 the likelihood of these contested figures is raised to each. At 0 they say nothing and
make no modes; at 1 is the posterior. A point on each rung moves by Hamiltonian Monte Carlo, and points of neighbouring
rungs are swapped with the probability that leaves the distributions of both as they are, even and odd pairs in turn
(Syed, Bouchard-Côté, Deligiannidis and Doucet 2022, Journal of the Royal Statistical Society B 84). What the last rung
holds are draws of the posterior, every mode with its weight: no quantity in which modes differ has to be named.

Each chain of a fit has a ladder of its own, so that chains can be compared.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.autodiff.density import SOURCES, Density
from mcmort.bayes.autodiff.tape import Variable
from mcmort.bayes.backends import TapeBackend
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.model import build_model
from mcmort.bayes.nutpie_adapter import Chains
from mcmort.bayes.predictive import generator
from mcmort.cache.machine_code import address_of

if TYPE_CHECKING:
    from mcmort.cache.machine_code import CFunction

__all__ = ["TemperedChains"]

type Array = NDArray[np.float64]
type Integers = NDArray[np.int64]
type Report = Callable[[int], None]

_FIRST_RUNGS: Final = 10
"""Rungs before it is known how many are needed."""
_FEWEST_RUNGS: Final = 4
_MOST_RUNGS: Final = 32
_ROUND: Final = 50
"""Moves of a round of tuning."""
_ROUNDS: Final = (8, 4, 8)
"""Rounds with the first powers, then with others twice."""
_SETTLED: Final = 3
"""Last rounds, in which only the lengths of steps are tuned."""
_PACE: Final = 2.0
"""Change of the logarithm of a step for each unit by which acceptance is off."""
_LONGEST: Final = 32
"""Most steps of a move."""
_PART: Final = 250
"""Moves for which random numbers are drawn at a time."""
_LEAST_REJECTION: Final = 1e-3
_HALF: Final = 0.5


@cache
def _climb() -> Callable[[int], None]:
    """Return the compiled loop, from disk if it is there."""

    def build() -> CFunction:
        from mcmort.bayes.autodiff.tape_ladder import ladder

        return ladder()

    own = Path(__file__).parent / "autodiff" / "tape_ladder.py"
    return cast(
        "Callable[[int], None]", ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address_of("ladder", build, (*SOURCES, own)))
    )


class _NotingTape(TapeBackend):
    """A tape that notes which terms are those of some figures."""

    def __init__(self, parameters: Sequence[str], figures: Collection[str]) -> None:
        super().__init__(parameters)
        self.figures, self.noted = figures, list[int]()

    def observe(
        self, name: str, residual: Variable, scale: Variable, *, is_above: bool, is_heavy: bool, weight: float
    ) -> None:  # fmt: skip
        """Add a term, and note it if it is one of the figures."""
        if name in self.figures:
            self.noted.append(len(self.tape.terms))
        super().observe(name, residual, scale, is_above=is_above, is_heavy=is_heavy, weight=weight)


class _TemperedDensity:
    """The log density with the likelihood of contested figures raised to any power."""

    def __init__(self, evidence: Evidence, contested: Collection[str]) -> None:
        backend = _NotingTape(evidence.parameters, contested)
        build_model(backend, evidence)
        self.program, self.noted = backend.tape.program(), backend.noted

    def at(self, power: float) -> Density:
        """Return the log density at a power."""
        weights = self.program.weights.copy()
        weights[self.noted] *= power
        return Density(replace(self.program, weights=weights))


@dataclass(frozen=True)
class _Ladder:
    """Powers, and how points move at each.

    Attributes
    ----------
    powers, steps : ndarray, shape (n_rungs,)
        From 0 to 1; length of a step, in the scale of each parameter.
    scales : ndarray, shape (n_rungs, n_parameters)
        How far each parameter goes with a step of length one.
    """

    powers: Array
    steps: Array
    scales: Array

    @property
    def most_steps(self) -> Integers:
        """Steps that lead from one side of a normal distribution to the other; a move takes at most as many."""
        return np.clip(np.rint(math.pi / self.steps), 1, _LONGEST).astype(np.int64)

    def at(self, powers: Array) -> _Ladder:
        """Return a ladder with other powers, on which points move as at the nearest powers of this one."""

        def along(values: Array) -> Array:
            return np.exp(np.interp(powers, self.powers, np.log(values)))

        return _Ladder(powers, along(self.steps), np.stack([along(column) for column in self.scales.T], axis=1))


@dataclass
class _Found:
    """What moves on one ladder found: draws of its last rung, and sums over moves for each rung."""

    draws: Array
    energy: Array
    steps: Integers
    diverging: Integers
    accepted: Array
    slope: Array
    squared_slope: Array
    rejected: Array
    contested: Array

    @classmethod
    def empty(cls, moves: int, rungs: int, size: int) -> _Found:
        """Return room for what moves find."""
        return cls(
            draws=np.empty((moves, size)),
            energy=np.empty(moves),
            steps=np.zeros(moves, dtype=np.int64),
            diverging=np.zeros(moves, dtype=np.int64),
            accepted=np.zeros(rungs),
            slope=np.zeros((rungs, size)),
            squared_slope=np.zeros((rungs, size)),
            rejected=np.zeros(rungs),
            contested=np.zeros(rungs),
        )


@dataclass
class _Climber:
    """The points on one ladder, one on each rung, with random numbers of their own.

    Attributes
    ----------
    replica, was_hot : ndarray of int64, shape (n_rungs,)
        Which point is on each rung, by the number of the rung where it began; whether each has been on the first rung
        since it was last on the last.
    trips : ndarray of int64, shape (1,)
        Times that a point came from the first rung to the last.
    """

    points: Array
    rng: np.random.Generator
    replica: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    was_hot: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    trips: Integers = field(default_factory=lambda: np.zeros(1, dtype=np.int64))

    def begin(self) -> None:
        """Count trips anew."""
        rungs = len(self.points)
        self.points = np.ascontiguousarray(self.points)
        self.replica, self.was_hot, self.trips = np.arange(rungs), np.zeros(rungs, int), np.zeros(1, int)


class TemperedChains:
    """Chains that are the last rungs of ladders, each of its own.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    contested : collection of str
        Names of the figures and balances whose likelihood is raised to powers.
    starts : ndarray, shape (n_chains, n_parameters)
        Where all points of each ladder begin: best in modes that differ, so that ladders which do not mix disagree.
    seed : int
        The same seed gives the same draws on any number of cores.
    accept : float
        Mean acceptance that steps are tuned to.
    cores : int
        Ladders at a time.
    """

    def __init__(
        self, evidence: Evidence, contested: Collection[str], starts: Array, seed: int, *, accept: float, cores: int
    ) -> None:  # fmt: skip
        self.density, self.accept, self.cores = _TemperedDensity(evidence, contested), accept, cores
        self.is_stopped = False
        self.found: list[list[_Found]] = [[] for _ in starts]
        powers, size = np.linspace(0.0, 1.0, _FIRST_RUNGS) ** 2, starts.shape[1]
        self.climbers = [
            _Climber(np.tile(start, (len(powers), 1)), generator(seed, "ladder", str(number)))
            for number, start in enumerate(starts)
        ]
        self._set(_Ladder(powers, np.full(len(powers), 0.2 / size**0.25), np.ones((len(powers), size))))
        first, *others = _ROUNDS
        self.rejection = self._tune(first)
        for rounds in others:
            old, powers = self.ladder, _even_powers(self.ladder.powers, self.rejection)
            for one in self.climbers:
                one.points = one.points[_nearest(old.powers, powers)]
            self._set(old.at(powers))
            self.rejection = self._tune(rounds)
        for one in self.climbers:
            one.begin()

    @property
    def moves(self) -> int:
        """Moves of each ladder after tuning."""
        return sum(len(part.energy) for part in self.found[0])

    @property
    def rungs(self) -> int:
        """Rungs of each ladder."""
        return len(self.ladder.powers)

    def extend(self, moves: int, report: Report | None = None) -> None:
        """Make more moves; `report` is called with how many were made since the last call, of all ladders."""
        for parts, found in zip(self.found, self._run(moves, report), strict=True):
            parts.append(found)

    def chains(self, draws: int) -> Chains:
        """Return draws of each chain, evenly from all its moves; of its energy and its divergences all are returned.

        Parameters
        ----------
        draws : int
            Of each chain, at most as many as moves.
        """
        kept = np.arange(draws) * self.moves // draws
        scores = np.stack([np.concatenate([part.draws for part in parts])[kept] for parts in self.found])
        stats = {
            "energy": [np.concatenate([part.energy for part in parts]) for parts in self.found],
            "diverging": [np.concatenate([part.diverging for part in parts]) for parts in self.found],
            "n_steps": [np.concatenate([part.steps for part in parts]) for parts in self.found],
        }
        return Chains(scores, {name: np.stack(values) for name, values in stats.items()})

    def _set(self, ladder: _Ladder) -> None:
        """Let the points, as many as there are rungs, go on on a ladder."""
        self.ladder = ladder
        for one in self.climbers:
            one.begin()
        ends = self.density.at(0.0), self.density.at(1.0)
        self.densities = [self.density.at(float(power)) for power in ladder.powers]
        # the log likelihood of the contested figures is a difference of two densities
        self.others = [ends[1] if power < _HALF else ends[0] for power in ladder.powers]
        self.heads, self.other_heads = (np.stack([one.head for one in some]) for some in (self.densities, self.others))

    def _tune(self, rounds: int) -> Array:
        """Tune the steps of each rung, and the scale of each parameter by the slopes of the density.

        Slopes show how wide the modes are, which the distance between modes does not hide. Returned is how often swaps
        of neighbours are rejected, shape ``(n_rungs - 1,)``.
        """
        rejected, moves = np.zeros(len(self.ladder.powers) - 1), _ROUND * len(self.climbers)
        for number in range(rounds):
            found = self._run(_ROUND)
            accepted = np.sum([one.accepted for one in found], axis=0) / moves
            steps = np.clip(self.ladder.steps * np.exp(_PACE * (accepted - self.accept)), 1e-4, 1.5)
            scales = self.ladder.scales
            if number < rounds - _SETTLED:
                slope = np.sum([one.slope for one in found], axis=0) / moves
                squared = np.sum([one.squared_slope for one in found], axis=0) / moves
                scales = np.sqrt(scales / np.sqrt(np.maximum(squared - slope**2, 1e-12)))
            else:
                rejected += np.sum([one.rejected[:-1] for one in found], axis=0)
            self.ladder = replace(self.ladder, steps=steps, scales=scales)
        return rejected / (_HALF * moves * _SETTLED)

    def _run(self, moves: int, report: Report | None = None) -> list[_Found]:
        """Make moves on all ladders."""
        climb = _climb()
        with ThreadPoolExecutor(self.cores) as pool:
            try:
                return list(pool.map(lambda one: self._run_one(climb, one, moves, report), self.climbers))
            except BaseException:
                self.is_stopped = True
                raise

    def _run_one(
        self, climb: Callable[[int], None], one: _Climber, moves: int, report: Report | None
    ) -> _Found:  # fmt: skip
        """Make moves on a ladder."""
        rungs, size = one.points.shape
        found, ladder = _Found.empty(moves, rungs, size), self.ladder
        most_steps, scratch = ladder.most_steps, np.empty((3, size))
        for first in range(0, moves, _PART):
            if self.is_stopped:
                break
            part = slice(first, min(first + _PART, moves))
            count = part.stop - part.start
            momenta, uniforms = one.rng.standard_normal((count, rungs, size)), one.rng.random((count, rungs, 3))
            arrays = (
                self.heads, self.other_heads, ladder.powers, ladder.steps, most_steps, ladder.scales, one.points,
                momenta, uniforms, found.draws[part], found.energy[part], found.steps[part], found.accepted,
                found.slope, found.squared_slope, found.rejected, found.diverging[part], one.replica, one.was_hot,
                one.trips, scratch, found.contested,
            )  # fmt: skip
            table = np.array([rungs, size, count, *(array.ctypes.data for array in arrays)], dtype=np.int64)
            climb(table.ctypes.data)
            if report is not None:
                report(count)
        return found


def _nearest(old: Array, new: Array) -> Integers:
    """Return the number of the old power nearest to each new one."""
    return np.asarray(np.argmin(np.abs(old[:, None] - new), axis=0), dtype=np.int64)


def _even_powers(powers: Array, rejection: Array) -> Array:
    """Return powers between which swaps are rejected equally often, on as many rungs as bring points up soonest.

    With a sum of rejections L along the ladder these are 2 L + 1 rungs (Syed and others 2022).
    """
    barrier = np.concatenate([[0.0], np.cumsum(np.maximum(rejection, _LEAST_REJECTION))])
    rungs = int(np.clip(math.ceil(2.0 * barrier[-1]) + 1, _FEWEST_RUNGS, _MOST_RUNGS))
    return np.interp(np.linspace(0.0, barrier[-1], rungs), barrier, powers)
