"""The elicited engine on call: it draws when a total is asked for, counts, and keeps no draw."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.vocabulary import Pooling
from mcmort.errors import FormulaError, UsageError
from mcmort.results import (
    Dependence,
    DrawOptions,
    HistogramEstimate,
    HistogramResults,
    Manifest,
    Method,
    Question,
    Sums,
    Values,
)
from mcmort.results.histogram import Figure
from mcmort.sampler.kernel.run import REPLICATES, Progress, draws_within, histogram_plan
from mcmort.sampler.program.plan import Builder, Register
from mcmort.sampler.program.plan_cache import compiled_case
from mcmort.sampler.program.splits import PlannedSplits
from mcmort.sampler.simulate import DEFAULT_DRAWS, manifest_of, seed_of

__all__ = ["MOST_DRAWS", "Sampler"]

MOST_DRAWS: Final = 100_000_000
"""Draws after which a precision that is not reached is given up."""
_FIRST: Final = 1 << 15
_CONFIDENCE: Final = 1.96


class Sampler:
    """A case ready to be drawn from, in memory that does not grow with the number of draws.

    Give it to `mcmort.total`, `mcmort.compare` or `mcmort.claims` as you would give draws. Independent draws are those
    of `mcmort.simulate` with the same seed, so totals agree to the resolution of a tally.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    n : int, optional
        Number of draws; with a precision, the most that will be made.
    rng : int or numpy.random.Generator, optional
        Seed, or a generator to take one from.
    precision : float, optional
        Relative error wanted of the median and the limits of every total, as the half-width of a Monte Carlo
        interval of 95 %. It draws until they are that sure.
    method : {"plain", "quasi"}
        Independent draws, or scrambled Sobol' points, which pay most where few inputs carry a total.
    evidence : frozenset of str, optional
        Bases of evidence to admit, instead of those that the case admits.
    dependence : {"declared", "independent", "comonotonic"}
        The groups that the case declares, none of them, or all inputs rising and falling together.
    pool : {"linear", "log", "envelope"}, optional
        How to pool the estimates of every component, instead of as the case says.
    threads : int, optional
        By default as many as there are processors; they change no bit.
    progress : callable, optional
        Called with the draws done and the draws asked for.

    Attributes
    ----------
    case, plan, standing, manifest
        The case, its compiled priors, what is known of each component, and how draws are made.

    Raises
    ------
    UsageError
        If an argument is out of range.
    CaseError
        If figures of the case cannot be fitted.

    Examples
    --------
    >>> import mcmort as mm
    >>> sampler = mm.Sampler(mm.load("ussr"), precision=0.005, rng=1)
    >>> mm.total(sampler, "broad").total.draws.manifest.reached <= 0.005
    True
    """

    def __init__(
        self,
        case: Case,
        n: int | None = None,
        *,
        rng: int | np.random.Generator | None = None,
        precision: float | None = None,
        method: Method = "plain",
        evidence: frozenset[str] | None = None,
        dependence: Dependence = "declared",
        pool: Pooling | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        options = DrawOptions(
            draws=n, seed=seed_of(rng), precision=precision, method=method, dependence=dependence, pool=pool,
            evidence=evidence,
        )  # fmt: skip
        usual = DEFAULT_DRAWS if precision is None else MOST_DRAWS
        draws = int(usual if n is None else n)
        if method == "quasi" and precision is not None and draws < REPLICATES:
            raise UsageError(f"the most draws are {draws}; expected {REPLICATES} or more with the method 'quasi'")
        compiled = compiled_case(case, evidence, pool, dependence)
        self.case = case
        self.plan = compiled.plan
        self.standing = compiled.standing
        self.threads = threads
        self.progress = progress
        self.manifest: Manifest = manifest_of(case, options, draws)

    def __repr__(self) -> str:
        return f"<Sampler of {self.case.id}: {self.manifest.method}, {self.manifest.dependence} dependence>"

    @property
    def columns(self) -> Collection[str]:
        """Names of the uncertain inputs."""
        return self.plan.outputs.keys()

    @property
    def conditioned(self) -> frozenset[str]:
        """Claims that draws are conditioned on: none, since no claim is an input of this engine."""
        return frozenset()

    @property
    def is_kept(self) -> bool:
        """Whether all draws are kept: none is."""
        return False

    def evaluate(
        self, questions: Sequence[Question], *, probabilities: Sequence[float] = (0.95,), with_parts: bool = True
    ) -> tuple[HistogramResults, list[Sums[Values]]]:
        """Draw, and answer questions on the same draws in one pass; see `mcmort.results.DrawSource`."""
        build = Builder(self.plan)
        registers = {name: Register(build, at) for name, at in self.plan.outputs.items()}
        split = PlannedSplits(build)
        sums = [question(registers, split) for question in questions]
        totals = [one.total.at for one in sums]
        others = [part.at for one in sums for part in (*one.parts.values(), *one.overlaps.values())]
        names = {at: question.name for at, question in zip(totals, questions, strict=True)}
        tallies = self.tally(build, totals, others if with_parts else [], probabilities, names)

        def tallied(parts: Mapping[str, Register]) -> dict[str, Values]:
            return {name: tallies.columns[str(one.at)] for name, one in parts.items()} if with_parts else {}

        return tallies, [
            Sums(tallies.columns[str(one.total.at)], tallied(one.parts), tallied(one.overlaps)) for one in sums
        ]

    def tally(
        self,
        build: Builder,
        totals: Sequence[int],
        others: Sequence[int],
        probabilities: Sequence[float],
        names: Mapping[int, str] | None = None,
    ) -> HistogramResults:
        """Draw and count registers of an extended plan.

        Parameters
        ----------
        build : Builder
            The plan with the instructions of the totals.
        totals, others : sequence of int
            Registers. The limits of totals must be as precise as was asked for, and their shortest intervals have an
            error; of the others only the quantiles do.
        probabilities : sequence of float
            Of the intervals.
        names : mapping of int to str, optional
            What messages call the registers.

        Returns
        -------
        HistogramResults
            Columns by the number of their register.

        Raises
        ------
        FormulaError
            If a register is infinite or undefined on some draw.
        """
        build.outputs = {str(at): at for at in sorted({*totals, *others})}
        plan = build.plan()
        tails = sorted({0.5, *(side for one in probabilities for side in ((1.0 - one) / 2.0, (1.0 + one) / 2.0))})
        shortest: list[Figure] = [(end, one) for one in probabilities for end in ("shortest-low", "shortest-high")]
        common: list[Figure] = [("mean", 0.0), *(("quantile", tail) for tail in tails)]
        figures = {str(at): [*common, *(shortest if at in totals else ())] for at in {*totals, *others}}

        def run(n: int) -> dict[str, HistogramEstimate]:
            return histogram_plan(
                plan, self.manifest.seed, n, method=self.manifest.method, figures=figures, threads=self.threads,
                progress=self.progress,
            )  # fmt: skip

        precision, most = self.manifest.precision, self.manifest.draws
        if precision is not None and self.manifest.method == "quasi":
            most = draws_within(most)
        n = most if precision is None else min(_FIRST, most)
        made: list[tuple[int, float]] = []
        while True:
            found = run(n)
            for name, one in found.items():
                whole, label = one.whole, self._name(int(name), names or {})
                if whole.undefined:
                    raise FormulaError(
                        f"{label} is {whole.why_undefined} on {whole.undefined:,} of {whole.draws:,} draws"
                    )
            n = next(iter(found.values())).whole.draws
            reached = max(_relative_error(found[str(at)], tails) for at in totals)
            made.append((n, reached))
            if precision is None or reached <= precision or n >= most:
                break
            n = min(_grown(made, precision, self.manifest.method), most)
        return HistogramResults(self.case, replace(self.manifest, draws=n, reached=reached), found, self.standing)

    def _name(self, register: int, names: Mapping[int, str]) -> str:
        """Name a register for a message."""
        known = {at: name for name, at in self.plan.outputs.items()} | {**names}
        return known.get(register, "a part of a total")


def _grown(made: Sequence[tuple[int, float]], precision: float, method: Method) -> int:
    """Return how many draws to make next.

    The error of independent draws falls with the root of their number; a fifth more are made, since it is not known to
    the last digit. That of nets falls with a power that is measured, between a half and one: with the next net, or the
    one after it, if that is what it takes.

    Parameters
    ----------
    made : sequence of (int, float)
        Draws of each run so far, and the error that they reached.
    precision : float
        The error wanted.
    method : {"plain", "quasi"}
        How draws are made.

    Returns
    -------
    int
    """
    (before, large), (n, reached) = made[-2:] if len(made) > 1 else (made[0], made[0])
    if method == "plain":
        return math.ceil(n * min(max(1.2 * (reached / precision) ** 2, 1.5), 64.0))
    power = 0.5
    if before < n and math.isfinite(large) and math.isfinite(reached):
        power = min(max(math.log(large / reached) / math.log(n / before), 0.5), 1.0)
    return 2 * n if (reached / precision) ** (1.0 / power) <= 2.0 else 4 * n


def _relative_error(tallied: HistogramEstimate, probabilities: Sequence[float]) -> float:
    """Return the largest half-width of a 95 % Monte Carlo interval among some quantiles, relative to the quantile."""
    quantiles = tallied.whole.quantile(np.array(probabilities)).tolist()
    errors = [tallied.quantile_error(one) for one in probabilities]
    return max(
        _CONFIDENCE * error / value if value > 0.0 else (0.0 if error == 0.0 else math.inf)
        for error, value in zip(errors, quantiles, strict=True)
    )
