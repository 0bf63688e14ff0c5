"""Bridges: why two numbers differ, each a total under a definition or a figure that an author prints, step by step.

From an author's figure to our total under that author's own definition is a step of evidence; between totals of ours
are steps of scope, in the widest sense: which components count, in which years, by which measure, net or gross, and
with what share of responsibility.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from mcmort.analysis.claims import middle, rests_on_same_data
from mcmort.analysis.pieces import Piece, pieces_of
from mcmort.analysis.request import YearsRequest
from mcmort.analysis.shapley import shapley_values
from mcmort.analysis.summary import PROBABILITIES, Interval, Summary, share_at_most, summarise
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Claim
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.definitions import DIALS, STATED_ORDER, Dial, differing_dials
from mcmort.errors import DefinitionError, UsageError
from mcmort.results import HistogramEstimate
from mcmort.totals import (
    DefinitionChanges,
    DefinitionTerms,
    Difference,
    DrawSource,
    StepKind,
    Total,
    Values,
    Weights,
    definition_of,
    difference_of,
    of_claim,
    resolve,
)

__all__ = ["Bridge", "BridgeEnd", "BridgeRequest", "Orders", "Step", "bridge"]

Orders = Literal["stated", "average"]
"""Whether dials are turned in the stated order, or all orders are averaged (Shapley values)."""

_KINDS: Final[tuple[StepKind, ...]] = (
    "evidence-start", "leave", "years", "measure", "net", "share", "scope", "enter", "overlaps", "evidence-end",
)  # fmt: skip
"""All kinds of steps, in the order in which they stand."""
_EVIDENCE: Final = frozenset({"evidence-start", "evidence-end"})
_NOTHING: Final = 1e-3
"""A step that is smaller on every draw, a thousandth of a death, is rounding error and none."""


class BridgeRequest(YearsRequest):
    """What was asked: two definitions or claims to lead from and to, and how steps are ordered."""

    result: Literal["bridge"] = "bridge"
    definitions: tuple[str, str]
    orders: Orders

    def is_answered_by(self, totals: Collection[str]) -> bool:
        """Return whether these are the totals of both sides."""
        return len(totals) == 2 and set(totals) == set(self.definitions)


@dataclass(frozen=True)
class BridgeEnd:
    """One side of a bridge.

    Attributes
    ----------
    name : str
        Name of the definition, or id of the claim.
    total, summary : Total and Summary
        Ours: under the definition, or under the author's own.
    claim : Claim or None
        The claim, if the side is one.
    retired_by : str
        What has replaced the claim, or "".
    shared, conditioned : bool
        Whether the claim rests on data that our evidence holds as well, and whether our total is conditioned on it.
    """

    name: str
    total: Total
    summary: Summary
    claim: Claim | None = None
    retired_by: str = ""
    shared: bool = False
    conditioned: bool = False

    @property
    def figure(self) -> float | None:
        """What the author prints, as one number: the best figure, a bound, or the middle of a range; of ours, none."""
        return None if self.claim is None else middle(self.claim)

    @property
    def mean(self) -> float:
        """What steps start from or end at: the figure that the author prints, or the mean of our total."""
        return self.summary.mean if self.claim is None else middle(self.claim)


@dataclass(frozen=True, slots=True)
class Step:
    """What one change adds to the difference.

    Attributes
    ----------
    kind : StepKind
        ``evidence-start``, ``evidence-end``: between an author's figure and our total under the author's definition.
        ``leave``, ``enter``, ``scope``: a component that only one side counts. ``years``, ``measure``, ``net``,
        ``share``: how the components of both sides are counted. ``overlaps``: deaths that two figures hold.
    component : str
        Whose step it is, or "" for one of all components.
    label : str
        Of the component, or "".
    values : ndarray, shape (n_draws,), or HistogramEstimate
        What it adds on each draw.
    summary : Summary
        Its mean, median and intervals.
    pieces : tuple of Piece
        Those that its 95 % highest-density region falls into, if several: then its median is no likely value.
    """

    kind: StepKind
    component: str
    label: str
    values: Values
    summary: Summary
    pieces: tuple[Piece, ...] = ()

    @property
    def mean(self) -> float:
        """Mean of the step; means add up to the mean of the difference, medians do not."""
        return self.summary.mean

    @property
    def is_evidence(self) -> bool:
        """Whether it is a step of evidence, and not one of scope."""
        return self.kind in _EVIDENCE


@dataclass(frozen=True)
class Bridge:
    """Why two numbers differ.

    Attributes
    ----------
    start, end : BridgeEnd
        The sides.
    steps : tuple of Step
        In the order in which they are taken; within the components of a kind, by the size of their means.
    difference, scope : Summary
        The whole difference, and what of it is scope: all that is no step of evidence.
    evidence : Summary or None
        What of it is evidence, if a side is a claim.
    orders : {"stated", "average"}
        How steps were ordered.
    dials : tuple of Dial
        The dials that differ, in the order in which they are turned, if in one.
    exceeds : float
        Share of draws on which our total at the end exceeds that at the start.
    """

    start: BridgeEnd
    end: BridgeEnd
    steps: tuple[Step, ...]
    difference: Summary
    scope: Summary
    evidence: Summary | None
    orders: Orders
    dials: tuple[Dial, ...]
    exceeds: float

    @property
    def ends(self) -> tuple[BridgeEnd, BridgeEnd]:
        """Both sides."""
        return self.start, self.end


def bridge(
    source: DrawSource,
    start: str,
    end: str,
    *,
    years: tuple[int, int] | None = None,
    orders: Orders = "stated",
    probabilities: Sequence[float] = PROBABILITIES,
) -> Bridge:
    """Split the difference of two numbers into steps.

    Parameters
    ----------
    source : Draws or Sampler
        From either engine.
    start, end : str
        Names of definitions, or ids of claims.
    years : tuple of int, optional
        First and last year to restrict definitions to; an author's figure keeps its own.
    orders : {"stated", "average"}
        Whether dials are turned in the stated order, or each adds its Shapley value.
    probabilities : sequence of float
        Of the intervals.

    Returns
    -------
    Bridge
        Steps that change nothing are left out.

    Raises
    ------
    UsageError
        If the sides are the same, or years are given where both are claims.
    DefinitionError
        If a side is neither definition nor claim, or counts nothing that is known.
    """
    if start == end:
        raise UsageError(f"a bridge leads from one number to another; both sides are {start!r}")
    if orders not in ("stated", "average"):
        raise UsageError(f"no orders {orders!r}; expected 'stated' or 'average'")
    case = source.case
    claims = tuple(None if name in case.definitions else _claim(case, name) for name in (start, end))
    if years is not None and None not in claims:
        raise UsageError("years restrict definitions; the figures that authors print cannot be cut to other years")
    first, last = (
        _resolved(case, name, claim, years) for name, claim in zip((start, end), claims, strict=True)
    )  # fmt: skip
    dials = differing_dials(first, last, STATED_ORDER if orders == "stated" else DIALS)
    weights = _stated(dials) if orders == "stated" else _averaged(dials)
    before, after = (None if claim is None else middle(claim) for claim in claims)
    try:
        made = difference_of(source, first, last, weights, figures=(before, after), probabilities=probabilities)
    except DefinitionError as error:
        raise _not_replayed((start, end), claims, error) from error
    return _bridge((start, end), claims, made, dials, orders, probabilities)


def _claim(case: Case, name: str) -> Claim:
    if name in case.claims:
        return case.claims[name]
    hint = did_you_mean(name, [*case.definitions, *case.claims])
    known = hint or f"definitions are {', '.join(case.definitions)}; 'mcmort claims {case.id} --format csv' has claims"
    raise DefinitionError(f"{case.id} has no definition and no claim {name!r}. Hint: {known}")


def _resolved(case: Case, name: str, claim: Claim | None, years: tuple[int, int] | None) -> DefinitionTerms:
    if claim is None:
        return resolve(case, definition_of(case, name, DefinitionChanges(years=years)))
    try:
        return resolve(case, of_claim(case, claim))
    except DefinitionError as error:
        raise _not_replayed((name,), (claim,), error) from error


def _not_replayed(names: Sequence[str], claims: Sequence[Claim | None], error: DefinitionError) -> DefinitionError:
    """Return an error that says which claim it may be that has no total of ours."""
    replayed = [name for name, claim in zip(names, claims, strict=True) if claim is not None]
    if not replayed:
        return error
    return DefinitionError(
        f"no total of ours under the definition of {' or '.join(repr(name) for name in replayed)}: {error}"
    )


def _stated(dials: Sequence[Dial]) -> Weights:
    """Return the weights of steps that turn one dial after another."""
    weights: dict[Dial, dict[frozenset[Dial], float]] = {}
    turned: frozenset[Dial] = frozenset()
    for dial in dials:
        weights[dial] = {turned: -1.0, turned | {dial}: 1.0}
        turned |= {dial}
    return weights


def _averaged(dials: Sequence[Dial]) -> Weights:
    """Return the weights of steps that are Shapley values.

    They are linear in the values of subsets, so that unit vectors in place of these give the weights.
    """
    subsets = [
        frozenset(dial for place, dial in enumerate(dials) if bits >> place & 1) for bits in range(1 << len(dials))
    ]
    unit = dict(zip(subsets, np.eye(len(subsets)), strict=True))
    by_name = {frozenset(str(dial) for dial in subset): vector for subset, vector in unit.items()}
    shared = shapley_values(dials, lambda subset: by_name[subset]).values
    return {
        dial: {subset: float(weight) for subset, weight in zip(subsets, shared[place], strict=True) if weight}
        for place, dial in enumerate(dials)
    }


def _bridge(
    names: tuple[str, str],
    claims: Sequence[Claim | None],
    made: Difference,
    dials: tuple[Dial, ...],
    orders: Orders,
    probabilities: Sequence[float],
) -> Bridge:
    """Summarise a difference, its means such that they add up."""
    chains = made.start.chains
    labels = {name: component.label for name, component in made.start.case.components.items()}

    def summary(values: Values) -> Summary:
        return summarise(values, probabilities, shortest=False, chains=chains)

    steps = [
        Step(kind, name, labels.get(name, ""), values, summary(values), _several(pieces_of(values, chains)))
        for (kind, name), values in made.steps.items()
        if not _is_nothing(values)
    ]
    scope_mean = math.fsum(step.mean for step in steps if not step.is_evidence)
    first = summarise(made.start.values, probabilities, chains=chains)
    last = replace(summarise(made.end.values, probabilities, chains=chains), mean=first.mean + scope_mean)
    start, end = (
        _end(name, claim, total, found)
        for name, claim, total, found in zip(names, claims, (made.start, made.end), (first, last), strict=True)
    )
    exact = {"evidence-start": first.mean - start.mean, "evidence-end": end.mean - last.mean}
    steps = [replace(step, summary=replace(step.summary, mean=exact.get(step.kind, step.mean))) for step in steps]
    steps.sort(key=lambda step: (_KINDS.index(step.kind), -abs(step.mean), step.component))
    scope = replace(summary(made.scope), mean=scope_mean)
    whole = end.mean - start.mean
    evidence = None if made.evidence is None else replace(summary(made.evidence), mean=whole - scope_mean)
    if made.whole is not None:
        difference = replace(summary(made.whole), mean=whole)
    else:
        difference = scope if made.evidence is None else _certain(whole, scope)
    exceeds = 1.0 - share_at_most(made.scope, 0.0)
    return Bridge(start, end, tuple(steps), difference, scope, evidence, orders, dials, exceeds)


def _end(name: str, claim: Claim | None, total: Total, summary: Summary) -> BridgeEnd:
    if claim is None:
        return BridgeEnd(name, total, summary)
    return BridgeEnd(
        name,
        total,
        summary,
        claim,
        retired_by=total.case.retired().get(claim.id, ""),
        shared=rests_on_same_data(total, claim),
        conditioned=claim.id in total.draws.conditioned,
    )


def _is_nothing(values: Values) -> bool:
    """Whether a step changes nothing on any draw, but for rounding errors."""
    if isinstance(values, HistogramEstimate):
        return max(abs(values.whole.low), abs(values.whole.high)) < _NOTHING
    return bool(np.max(np.abs(values)) < _NOTHING)


def _several(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return pieces if len(pieces) > 1 else ()


def _certain(value: float, like: Summary) -> Summary:
    """Return the summary of a number that is known, with the intervals of another summary."""
    intervals = tuple(Interval(one.probability, one.kind, value, value, 0.0, 0.0) for one in like.intervals)
    return Summary(like.draws, value, 0.0, value, 0.0, 0.0, intervals)
