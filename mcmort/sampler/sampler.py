"""The elicited engine on demand: it draws when a total is asked for, counts the draws in histograms, and keeps none."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import batched
from typing import Final

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.names_given import bases_given
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.catalogue.vocabulary import Pooling, Weighting
from mcmort.errors import FormulaError, UsageError
from mcmort.results import (
    Dependence,
    DrawOptions,
    HistogramEstimate,
    HistogramResults,
    Manifest,
    Method,
    Question,
    Residual,
    Sums,
    Values,
)
from mcmort.results.histogram_estimate import Statistic
from mcmort.results.unconditioned import Unconditioned
from mcmort.sampler.kernel.run import REPLICATES, Progress, draw_histograms, draws_within
from mcmort.sampler.program.plan import Builder, Op, Register
from mcmort.sampler.program.plan_cache import compiled_case
from mcmort.sampler.program.planned_splits import planned_answers
from mcmort.sampler.simulate import DEFAULT_DRAWS, manifest_of, seed_of

__all__ = ["MOST_DRAWS", "Sampler"]

MOST_DRAWS: Final = 100_000_000
"""Draws after which the sampler gives up on a precision that is not reached."""
MOST_DRAWS_FOR_DIGITS: Final = 1_600_000
"""Draws after which the sampler gives up on making printed digits sure: a median between two humps may never be."""
_FIRST_RUN: Final = 1 << 15
_SHARE_OF_WIDTH: Final = 0.01
"""Monte Carlo error of a median or limit as a share of the interval's width, where nothing else is asked for: a printed
digit is worth more than that.
"""
_CONFIDENCE: Final = 1.96
_COUNTED_TOGETHER: Final = 512
"""Outputs that are counted at a time: the counts of one take up to a megabyte in each thread."""


class Sampler(Unconditioned):
    """A case ready to be drawn from, with memory that does not grow with the number of draws.

    Pass it to `mcmort.total`, `mcmort.compare` or `mcmort.claims` in place of draws. Independent draws are those of
    `mcmort.simulate` with the same seed, so totals agree to the resolution of a histogram.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    n : int, optional
        Number of draws; with a precision, the most that will be made. By default 100,000, and more where the Monte
        Carlo error of a total is above a hundredth of its interval's width, so that every printed digit is sure.
    rng : int or numpy.random.Generator, optional
        Seed, or a generator to take one from.
    precision : float, optional
        Relative error wanted of the median and the limits of every total, as the half-width of a 95 % Monte Carlo
        interval. The sampler draws until it is reached.
    method : {"plain", "quasi"}
        Independent draws, or scrambled Sobol' points, which help most where few inputs dominate a total.
    evidence : frozenset of str, optional
        Bases of evidence to admit, instead of those that the case admits.
    dependence : {"declared", "independent", "comonotonic"}
        The groups that the case declares, none of them, or all inputs rising and falling together.
    pool : {"linear", "log", "envelope"}, optional
        How to pool the estimates of every component, instead of as the case says.
    weights : {"equal", "confidence", "cited"}
        By what lineages weigh: each the same, by the confidence of their figures, or as the case cites it.
    threads : int, optional
        By default one for each processor; their number changes no result.
    progress : callable, optional
        Called with the draws done and the draws asked for.

    Attributes
    ----------
    case, plan, statuses, manifest
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

    @checked_arguments
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
        weights: Weighting = "equal",
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        evidence = bases_given(evidence)
        options = DrawOptions(
            draws=n, seed=seed_of(rng), precision=precision, method=method, dependence=dependence, pool=pool,
            weights=weights, evidence=evidence,
        )  # fmt: skip
        usual = DEFAULT_DRAWS if precision is None else MOST_DRAWS
        draws = int(usual if n is None else n)
        if method == "quasi" and precision is not None and draws < REPLICATES:
            raise UsageError(f"the most draws are {draws}; expected {REPLICATES} or more with the method 'quasi'")
        compiled = compiled_case(case, evidence, pool, dependence, weights)
        self.case = case
        self.plan = compiled.plan
        self.statuses = compiled.statuses
        self.threads = threads
        self.progress = progress
        self.manifest: Manifest = manifest_of(case, options, draws)
        self._goal, self._most = self._aim(n, draws)

    def __repr__(self) -> str:
        return f"<Sampler of {self.case.id}: {self.manifest.method}, {self.manifest.dependence} dependence>"

    def _aim(self, given: int | None, draws: int) -> tuple[float, int]:
        """Return the error to reach, and the most draws to be made for it."""
        if self.manifest.precision is not None:
            return self.manifest.precision, draws_within(draws) if self.manifest.method == "quasi" else draws
        return (math.inf, draws) if given is not None else (_SHARE_OF_WIDTH, MOST_DRAWS_FOR_DIGITS)

    @property
    def columns(self) -> Collection[str]:
        """Names of the uncertain inputs."""
        return self.plan.outputs.keys()

    @property
    def is_kept(self) -> bool:
        """Whether all draws are kept: this engine keeps none."""
        return False

    def evaluate(
        self, questions: Sequence[Question], *, probabilities: Sequence[float] = (0.95,), with_parts: bool = True
    ) -> tuple[HistogramResults, list[Sums[Values]]]:
        """Draw, and answer questions on the same draws in one pass; see `mcmort.results.DrawSource`."""
        build, answers = planned_answers(self.plan, questions)
        totals = [answer.total.at for answer in answers]
        others = [part.at for answer in answers for part in (*answer.parts.values(), *answer.overlaps.values())]
        others += [half.at for answer in answers for gap in answer.balances.values() for half in (gap.above, gap.below)]
        signed = [answer.parts[name].at for answer in answers for name in answer.signed]
        signed += [answer.total.at for answer in answers if answer.signed]
        names = {total: question.name for total, question in zip(totals, questions, strict=True)}
        results = self.histograms(build, totals, others if with_parts else [], probabilities, names, signed)

        def estimates(parts: Mapping[str, Register]) -> dict[str, Values]:
            return {name: results.columns[str(part.at)] for name, part in parts.items()} if with_parts else {}

        def residuals(balances: Mapping[str, Residual[Register]]) -> dict[str, Residual[Values]]:
            above = estimates({name: gap.above for name, gap in balances.items()})
            below = estimates({name: gap.below for name, gap in balances.items()})
            return {name: Residual(above[name], below[name]) for name in above}

        return results, [
            Sums(
                results.columns[str(answer.total.at)],
                estimates(answer.parts),
                estimates(answer.overlaps),
                residuals(answer.balances),
            )
            for answer in answers
        ]

    def histograms(
        self,
        build: Builder,
        totals: Sequence[int],
        others: Sequence[int],
        probabilities: Sequence[float],
        names: Mapping[int, str] | None = None,
        signed: Sequence[int] = (),
    ) -> HistogramResults:
        """Draw, and count the values of registers of an extended plan.

        Parameters
        ----------
        build : Builder
            The plan with the instructions of the totals.
        totals, others : sequence of int
            Registers. The limits of totals reach the precision that was asked for, and their shortest intervals have a
            Monte Carlo error; of the others only mean and quantiles have one.
        probabilities : sequence of float
            Probabilities of the intervals.
        names : mapping of int to str, optional
            Names of registers in messages.
        signed : sequence of int
            Registers that may be negative. The errors of their limits are relative to half their widest interval where
            the limits are nearer to zero than that.

        Returns
        -------
        HistogramResults
            A column for each register, by its number.

        Raises
        ------
        FormulaError
            If a register is infinite or undefined on some draw.
        """
        registers = sorted({*totals, *others})
        build.outputs = {str(register): register for register in registers}
        lower_halves = self._part_signed(build, sorted(set(signed) & set(registers)))
        plan = build.plan()
        tails = sorted({0.5, *(side for p in probabilities for side in ((1.0 - p) / 2.0, (1.0 + p) / 2.0))})
        shortest: list[Statistic] = [(end, p) for p in probabilities for end in ("shortest-low", "shortest-high")]
        common: list[Statistic] = [("mean", 0.0), *(("quantile", tail) for tail in tails)]
        statistics = {str(index): [*common, *(shortest if index in totals else ())] for index in registers}

        groups = _groups(list(statistics), [str(total) for total in totals])

        def run(n: int, index: int = 0) -> dict[str, HistogramEstimate]:
            group = groups[index]
            estimates = draw_histograms(
                plan,
                self.manifest.seed,
                n,
                method=self.manifest.method,
                outputs=group,
                statistics={name: statistics[name] for name in group},
                lower_halves={name: half for name, half in lower_halves.items() if name in group},
                with_nets=[str(total) for total in totals],
                threads=self.threads,
                progress=_progress_of_group(self.progress, index, len(groups)),
            )
            for name, estimate in estimates.items():
                whole = estimate.whole
                if whole.undefined:
                    label = self._name(int(name), names or {})
                    raise FormulaError(
                        f"{label} is {whole.why_undefined} on {whole.undefined:,} of {whole.draws:,} draws"
                    )
            return estimates

        precision, method = self.manifest.precision, self.manifest.method
        n = self.manifest.draws if precision is None else min(_FIRST_RUN, self._most)
        runs: list[tuple[int, float]] = []
        while True:
            estimates = run(n)
            n = next(iter(estimates.values())).whole.draws
            wanted = [(estimates[str(total)], total in signed) for total in totals]
            reached = max(_relative_error(estimate, tails, is_signed=is_signed) for estimate, is_signed in wanted)
            error = reached if precision is not None else max(_error_by_width(one, probabilities) for one, _ in wanted)
            runs.append((n, error))
            if error <= self._goal or n >= self._most:
                break
            n = min(_next_draws(runs, self._goal, method), self._most)
        for index in range(1, len(groups)):
            estimates |= {name: estimate.narrowed() for name, estimate in run(n, index).items()}
        columns = {name: estimates[name] for name in statistics}
        return HistogramResults(self.case, replace(self.manifest, draws=n, reached=reached), columns, self.statuses)

    def _part_signed(self, build: Builder, registers: Sequence[int]) -> dict[str, str]:
        """Let the upper halves of signed registers stand for them; return the outputs of their lower halves by name."""
        halves = {}
        for register in registers:
            zero = build.emit(Op.CONSTANT)
            build.outputs[str(register)] = build.emit(Op.MAXIMUM, register, zero)
            halves[str(register)] = f"{register} below zero"
            negative = build.emit(Op.SCALE, register, x=-1.0)
            build.outputs[halves[str(register)]] = build.emit(Op.MAXIMUM, negative, zero)
        return halves

    def _name(self, register: int, names: Mapping[int, str]) -> str:
        """Return the name of a register for a message."""
        known = {index: name for name, index in self.plan.outputs.items()} | {**names}
        return known.get(register, "a part of a total")


def _groups(outputs: Sequence[str], totals: Sequence[str]) -> list[list[str]]:
    """Return outputs in groups that are counted one after another, totals first: counts of all would fill the memory.

    The draws of a later group are made again, those that it needs and no others.
    """
    if len(outputs) <= _COUNTED_TOGETHER:
        return [list(outputs)]
    first = list(dict.fromkeys(totals))
    others = [name for name in outputs if name not in set(first)]
    return [first, *(list(group) for group in batched(others, _COUNTED_TOGETHER))]


def _progress_of_group(progress: Progress | None, index: int, groups: int) -> Progress | None:
    """Return what tells the progress of all groups from that of one."""
    return None if progress is None else lambda done, draws: progress(index * draws + done, groups * draws)


def _next_draws(runs: Sequence[tuple[int, float]], precision: float, method: Method) -> int:
    """Return the number of draws of the next run.

    The error of independent draws falls with the square root of their number; a fifth more are made, since the error is
    itself an estimate. The error of digital nets falls with a power between a half and one, which is estimated from the
    last two runs: the next net has two times the points, or four times if that is not enough.

    Parameters
    ----------
    runs : sequence of (int, float)
        Number of draws of each run so far, and the error that it reached.
    precision : float
        The error wanted.
    method : {"plain", "quasi"}
        How draws are made.

    Returns
    -------
    int
    """
    (n_before, error_before), (n, reached) = runs[-2:] if len(runs) > 1 else (runs[0], runs[0])
    if method == "plain":
        return math.ceil(n * min(max(1.2 * (reached / precision) ** 2, 1.5), 64.0))
    power = 0.5
    if n_before < n and math.isfinite(error_before) and math.isfinite(reached):
        power = min(max(math.log(error_before / reached) / math.log(n / n_before), 0.5), 1.0)
    return 2 * n if (reached / precision) ** (1.0 / power) <= 2.0 else 4 * n


def _relative_error(estimate: HistogramEstimate, probabilities: Sequence[float], *, is_signed: bool) -> float:
    """Return the largest half-width of a 95 % Monte Carlo interval among some quantiles, relative to the quantile.

    Of a signed total, which may lie about zero, it is relative to half the distance of the outermost quantiles if that
    is more.
    """
    quantiles = estimate.whole.quantile(np.array(probabilities)).tolist()
    errors = [estimate.quantile_error(probability) for probability in probabilities]
    least = (max(quantiles) - min(quantiles)) / 2.0 if is_signed else 0.0
    scales = [max(abs(value) if is_signed else value, least) for value in quantiles]
    return max(
        _CONFIDENCE * error / scale if scale > 0.0 else (0.0 if error == 0.0 else math.inf)
        for error, scale in zip(errors, scales, strict=True)
    )


def _error_by_width(estimate: HistogramEstimate, probabilities: Sequence[float]) -> float:
    """Return the largest Monte Carlo error of the median or an end of an interval, as a share of its width."""
    shares = [0.0]
    for probability in probabilities:
        tails = ((1.0 - probability) / 2.0, (1.0 + probability) / 2.0)
        low, high = estimate.whole.quantile(tails).tolist()
        error = max(estimate.quantile_error(tail) for tail in (0.5, *tails))
        shares.append(error / (high - low) if high > low else 0.0)
    return max(shares)
