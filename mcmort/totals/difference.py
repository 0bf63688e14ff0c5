"""The difference of two totals in steps, each a weighted sum of the totals of definitions between the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from mcmort.catalogue.case import Case
from mcmort.definitions import (
    DefinitionTerms,
    Dial,
    ResolvedDefinition,
    evaluate,
    hybrid,
    resolve_definition,
)
from mcmort.errors import DefinitionError
from mcmort.results import Arithmetic, DrawSource, Split, Sums, Values
from mcmort.totals.total import Total, totals_beside

__all__ = ["Difference", "StepKind", "Weights", "difference_of"]

StepKind = Literal[
    "evidence-start", "leave", "years", "measure", "net", "share", "scope", "enter", "overlaps", "evidence-end"
]
type StepKey = tuple[StepKind, str]
"""What kind of step, and the component whose step it is, or "" for one of all components."""
type Weights = Mapping[Dial, Mapping[frozenset[Dial], float]]
"""For each dial, how much the total of each hybrid, named by the dials that are turned, counts in its steps."""

_BY_COMPONENT: Final[frozenset[Dial]] = frozenset({"scope", "leave", "enter"})
EVIDENCE: Final = "evidence"
WHOLE: Final = "whole"


@dataclass(frozen=True)
class Difference:
    """A difference of two totals.

    Attributes
    ----------
    start, end : Total
        The totals.
    scope : ndarray, shape (n_draws,), or HistogramEstimate
        The end less the start.
    steps : dict of (StepKind, str) to ndarray or HistogramEstimate
        What each step adds, in no order.
    whole, evidence : ndarray, HistogramEstimate or None
        The difference of what stands at either side, a printed figure or a total, and what of it is not scope; None
        where there is no printed figure, and `whole` also where there are two, so that it is known.
    """

    start: Total
    end: Total
    scope: Values
    steps: Mapping[StepKey, Values]
    whole: Values | None
    evidence: Values | None


def difference_of(
    source: DrawSource,
    start: DefinitionTerms,
    end: DefinitionTerms,
    weights: Weights,
    *,
    figures: tuple[float | None, float | None] = (None, None),
    probabilities: Sequence[float] = (0.95,),
) -> Difference:
    """Compute the difference of two totals and its steps, on the same draws, in one pass.

    Parameters
    ----------
    source : Draws or Sampler
        Where the draws come from.
    start, end : DefinitionTerms
        The definitions.
    weights : mapping
        How the steps of each dial are made of the totals of hybrids.
    figures : tuple of float or None
        What an author prints for the start and for the end, where the side is a claim.
    probabilities : sequence of float
        Of the intervals whose Monte Carlo error will be asked for.

    Returns
    -------
    Difference

    Raises
    ------
    DefinitionError
        If one of the two counts nothing, or only what is unknown.
    """
    case = source.case
    subsets = {subset for of_dial in weights.values() for subset in of_dial}
    accounts = {subset: _account(source, hybrid(case, start, end, subset)) for subset in subsets}
    ends = tuple(resolve_definition(case, source.statuses, source.columns, one) for one in (start, end))
    question = _Question(case, (ends[0], ends[1]), accounts, weights, figures)
    (first, last), (sums,) = totals_beside(source, (start, end), [question], probabilities=probabilities)
    steps = {question.keys[name]: values for name, values in sums.parts.items() if name in question.keys}
    return Difference(first, last, sums.total, steps, sums.parts.get(WHOLE), sums.parts.get(EVIDENCE))


def _account(source: DrawSource, resolved: DefinitionTerms | None) -> ResolvedDefinition | None:
    """Return what of a hybrid can be counted; nothing is no error between two definitions that count something."""
    if resolved is None:
        return None
    try:
        return resolve_definition(source.case, source.statuses, source.columns, resolved)
    except DefinitionError:
        return None


@dataclass(frozen=True)
class _Question:
    """The question of a difference: its steps over the columns of a case."""

    case: Case
    ends: tuple[ResolvedDefinition, ResolvedDefinition]
    accounts: Mapping[frozenset[Dial], ResolvedDefinition | None]
    weights: Weights
    figures: tuple[float | None, float | None]

    @property
    def name(self) -> str:
        return f"the difference of {self.ends[0].definition.id!r} and {self.ends[1].definition.id!r}"

    @property
    def keys(self) -> dict[str, StepKey]:
        """The steps that there may be, by the names of the parts in which they are returned."""
        components = sorted({name for account in self.accounts.values() if account for name in account.terms})
        keys: list[StepKey] = [("evidence-start", ""), ("overlaps", ""), ("evidence-end", "")]
        for dial in self.weights:
            keys += [(dial, name) for name in components] if dial in _BY_COMPONENT else [(dial, "")]
        return {f"{kind}:{name}": (kind, name) for kind, name in keys}

    def __call__[Value: Arithmetic](self, columns: Mapping[str, Value], split: Callable[[Split], Value]) -> Sums[Value]:
        first, last = (evaluate(self.case, columns, account, split) for account in self.ends)
        sums = {
            subset: evaluate(self.case, columns, account, split).parts if account is not None else {}
            for subset, account in self.accounts.items()
        }
        parts: dict[str, Value] = {}
        for dial, of_dial in self.weights.items():
            # in a fixed order: that of a set, and with it the last bit of a sum, would change between runs
            subsets = sorted(of_dial, key=sorted)
            changes = {
                name: _weighted_sum([(of_dial[one], sums[one][name]) for one in subsets if name in sums[one]])
                for name in sorted({name for one in subsets for name in sums[one]})
            }
            if dial in _BY_COMPONENT:
                parts |= {f"{dial}:{name}": change for name, change in changes.items()}
            elif changes:
                parts[f"{dial}:"] = _weighted_sum([(1.0, change) for change in changes.values()])
        overlaps = [
            (sign, sums_of.overlaps[key])
            for sign, sums_of in ((1.0, first), (-1.0, last))
            for key in sorted(sums_of.overlaps)
        ]
        if overlaps:
            parts["overlaps:"] = _weighted_sum(overlaps)
        scope: Value = last.total - first.total
        parts |= _printed(first.total, last.total, scope, self.figures)
        return Sums(scope, parts, {}, signed=frozenset(parts))


def _printed[Value: Arithmetic](
    first: Value, last: Value, scope: Value, figures: tuple[float | None, float | None]
) -> dict[str, Value]:
    """Return the steps between printed figures and totals, with their sum and that of all steps."""
    before, after = figures
    parts: dict[str, Value] = {}
    if before is not None:
        parts["evidence-start:"] = first - before
    if after is not None:
        parts["evidence-end:"] = after - last
    if before is not None and after is not None:
        parts[EVIDENCE] = (after - before) - scope
    elif before is not None:
        parts[EVIDENCE], parts[WHOLE] = parts["evidence-start:"], last - before
    elif after is not None:
        parts[EVIDENCE], parts[WHOLE] = parts["evidence-end:"], after - first
    return parts


def _weighted_sum[Value: Arithmetic](terms: Sequence[tuple[float, Value]]) -> Value:
    """Return a weighted sum."""
    weight, value = terms[0]
    total: Value = value * weight
    for weight, value in terms[1:]:
        total = total + value * weight
    return total
