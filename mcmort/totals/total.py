"""Totals: the sum of what a definition counts, from kept draws or from an engine that returns histograms."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, overload

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypeVar

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Definition
from mcmort.definitions import (
    DefinitionChanges,
    DefinitionTerms,
    ResolvedDefinition,
    Term,
    balances_within,
    definition_of,
    evaluate,
    residuals,
    resolve,
    resolve_definition,
)
from mcmort.errors import DefinitionError, UsageError
from mcmort.results import (
    Arithmetic,
    Draws,
    DrawSource,
    HistogramEstimate,
    HistogramResults,
    Question,
    Residual,
    Split,
    Sums,
    Values,
)

__all__ = [
    "Total",
    "TotalQuestion",
    "Values",
    "kept",
    "question_of",
    "total",
    "total_of",
    "totals_beside",
    "totals_of",
    "totals_with_difference",
    "totals_with_evidence",
]

type Array = NDArray[np.float64]


_Values = TypeVar("_Values", covariant=True, default=Values)  # noqa: PLC0105


@dataclass(frozen=True, repr=False)
class Total(Generic[_Values]):
    """The distribution of a total under a definition.

    Attributes
    ----------
    draws : Draws or HistogramResults
        What it was computed from.
    definition : Definition
        With the user's changes.
    values : ndarray, shape (n_draws,), or HistogramEstimate
        The total of each draw, in the unit of the components.
    parts : dict of str to ndarray, shape (n_draws,), or HistogramEstimate
        Each component as counted, before overlaps; empty if only the total was asked for.
    overlaps : dict of str to ndarray, shape (n_draws,), or HistogramEstimate
        What each overlap takes off; likewise.
    balances : dict of str to Residual
        Of each demographic balance whose scope the definition holds whole: what its formula says, less what the
        components of its scope sum to; likewise.
    terms : dict of str to Term
        How each component counts.
    excluded, unknown : dict of str to str
        Components that do not count, and components that the definition asks for but that have no evidence under its
        measure, each with the reason.
    notes : tuple of str
        What a reader of the number should know.
    """

    draws: Draws | HistogramResults
    definition: Definition
    values: _Values
    parts: Mapping[str, _Values]
    overlaps: Mapping[str, _Values]
    balances: Mapping[str, Residual[_Values]]
    terms: Mapping[str, Term]
    excluded: Mapping[str, str]
    unknown: Mapping[str, str]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Total of {self.case.id} under {self.definition.id}: {len(self.terms)} components>"

    @property
    def case(self) -> Case:
        """The case."""
        return self.draws.case

    @property
    def chains(self) -> int:
        """Markov chains that follow one another in the draws; 1 if they are independent."""
        return self.draws.manifest.chains

    @property
    def least(self) -> float:
        """The least value that a draw can have: zero, or minus infinity where a kind of a part may be negative."""
        components = (self.case.components[name] for name in self.terms)
        return -math.inf if any(self.case.head.support_of(one) == "signed" for one in components) else 0.0

    @property
    def years(self) -> tuple[int, int]:
        """First and last year that count."""
        years = [year for term in self.terms.values() for year in (min(term.years), max(term.years))]
        return min(years), max(years)


@overload
def total(draws: Draws, definition: str | Definition, changes: DefinitionChanges | None = None) -> Total[Array]: ...


@overload
def total(draws: DrawSource, definition: str | Definition, changes: DefinitionChanges | None = None) -> Total: ...


def total(draws: DrawSource, definition: str | Definition, changes: DefinitionChanges | None = None) -> Total:
    """Add up what a definition counts, draw by draw.

    Parameters
    ----------
    draws : Draws or Sampler
        From either engine.
    definition : str or Definition
        Name of a definition of the case, or a definition of one's own.
    changes : DefinitionChanges, optional
        What to change in a named definition.

    Returns
    -------
    Total
        Its distribution, with what was left out and what is unknown.

    Raises
    ------
    DefinitionError
        If the definition is unknown, selects nothing, or asks only for components without evidence.
    UsageError
        If changes are given with a definition of one's own.

    Examples
    --------
    >>> import mcmort as mm
    >>> draws = mm.simulate(mm.load("ussr"), n=1_000, rng=1)
    >>> mm.total(draws, "broad", years=(1928, 1953)).total.years
    (1928, 1953)
    """
    if isinstance(definition, str):
        definition = definition_of(draws.case, definition, changes)
    elif changes is not None:
        raise UsageError("changes go with the name of a definition; make them in the definition itself")
    return totals_of(draws, [resolve(draws.case, definition)])[0]


def total_of(draws: Draws, resolved: DefinitionTerms) -> Total[Array]:
    """Add up a resolved definition over kept draws; see `total`."""
    asked = _asked(draws, _account(draws, resolved))
    _, (sums,) = draws.evaluate([asked])
    return asked.explained(draws, sums)


def kept(values: Values) -> NDArray[np.float64]:
    """Return draws that were kept, shape ``(n_draws,)``.

    Raises
    ------
    UsageError
        If there is only a histogram of them.
    """
    if isinstance(values, HistogramEstimate):
        raise UsageError("these draws were counted, not kept; make them with mcmort.simulate to have them all")
    return values


def totals_of(
    source: DrawSource,
    resolved: Sequence[DefinitionTerms],
    *,
    probabilities: Sequence[float] = (0.95,),
    with_parts: bool = True,
) -> list[Total]:
    """Add up several resolved definitions on the same draws, in one pass.

    Parameters
    ----------
    source : Draws or Sampler
        Where the draws come from.
    resolved : sequence of DefinitionTerms
        The definitions.
    probabilities : sequence of float
        Of the intervals whose Monte Carlo error will be asked for; kept draws need not know.
    with_parts : bool
        Whether the distributions of components and overlaps are wanted as well.

    Returns
    -------
    list of Total

    Raises
    ------
    DefinitionError
        If a definition asks only for what is unknown.
    FormulaError
        If a total is undefined on some draw.
    """
    return _totals(source, [_account(source, one) for one in resolved], probabilities, with_parts)


def totals_beside(
    source: DrawSource,
    resolved: Sequence[DefinitionTerms],
    others: Sequence[Question],
    *,
    probabilities: Sequence[float] = (0.95,),
) -> tuple[list[Total], Sequence[Sums[Values]]]:
    """Add up several resolved definitions, and answer other questions, on the same draws, in one pass.

    Parameters
    ----------
    source, resolved, probabilities
        As for `totals_of`.
    others : sequence of Question
        The other questions.

    Returns
    -------
    totals : list of Total
        Of the definitions.
    sums : sequence of Sums
        Answers to the other questions.
    """
    asked = [_asked(source, _account(source, one)) for one in resolved]
    draws, sums = source.evaluate([*asked, *others], probabilities=probabilities)
    totals = [question.explained(draws, answer) for question, answer in zip(asked, sums, strict=False)]
    return totals, sums[len(asked) :]


def totals_with_evidence(
    source: DrawSource,
    definitions: Mapping[str, Callable[[], Definition]],
    *,
    probabilities: Sequence[float] = (0.95,),
    with_parts: bool = True,
) -> tuple[dict[str, Total], dict[str, str]]:
    """Add up those of several definitions that count anything, on the same draws, in one pass.

    Parameters
    ----------
    source : Draws or Sampler
        Where the draws come from.
    definitions : mapping of str to callable
        What makes each definition; what it cannot make counts nothing.
    probabilities, with_parts
        As for `totals_of`.

    Returns
    -------
    totals : dict of str to Total
        Of the definitions that count anything.
    reasons : dict of str to str
        Why the others do not.
    """
    accounts, reasons = dict[str, ResolvedDefinition](), dict[str, str]()
    for name, make in definitions.items():
        try:
            accounts[name] = _account(source, resolve(source.case, make()))
        except DefinitionError as error:
            reasons[name] = str(error)
    totals = _totals(source, list(accounts.values()), probabilities, with_parts) if accounts else []
    return dict(zip(accounts, totals, strict=True)), reasons


def totals_with_difference(
    source: DrawSource,
    first: DefinitionTerms,
    second: DefinitionTerms,
    *,
    probabilities: Sequence[float] = (0.95,),
) -> tuple[Total, Total, Values]:
    """Add up two resolved definitions on the same draws, and take the difference draw by draw, in one pass.

    Parameters
    ----------
    source : Draws or Sampler
        Where the draws come from.
    first, second : DefinitionTerms
        The definitions.
    probabilities : sequence of float
        As for `totals_of`.

    Returns
    -------
    first, second : Total
        Without their parts.
    difference : Values
        What the first is more than the second.
    """
    asked = [question_of(source, resolved) for resolved in (first, second)]
    questions: list[Question] = [*asked, _Difference(*asked)]
    draws, sums = source.evaluate(questions, probabilities=probabilities, with_parts=False)
    totals = [question.explained(draws, answer) for question, answer in zip(asked, sums[:2], strict=True)]
    return totals[0], totals[1], sums[2].total


@dataclass(frozen=True)
class TotalQuestion:
    """The question of a total: what of a definition can be counted, over the columns of a case."""

    case: Case
    account: ResolvedDefinition
    balances: Mapping[str, ResolvedDefinition]

    @property
    def name(self) -> str:
        """What messages call the total."""
        return f"the total {self.account.definition.id!r}"

    def __call__[Value: Arithmetic](self, columns: Mapping[str, Value], split: Callable[[Split], Value]) -> Sums[Value]:
        """Compute the total and what explains it."""
        sums = evaluate(self.case, columns, self.account, split)
        return replace(sums, balances=residuals(self.case, columns, self.balances, split))

    def explained[Value: (Array, Values)](self, draws: Draws | HistogramResults, sums: Sums[Value]) -> Total[Value]:
        """Return the total with all that explains it."""
        account = self.account
        return Total(
            draws, account.definition, sums.total, sums.parts, sums.overlaps, sums.balances, account.terms,
            account.excluded, account.unknown, account.notes,
        )  # fmt: skip


@dataclass(frozen=True)
class _Difference:
    """The question by how much one total is more than another."""

    first: TotalQuestion
    second: TotalQuestion

    @property
    def name(self) -> str:
        return f"{self.first.name} less {self.second.name}"

    def __call__[Value: Arithmetic](self, columns: Mapping[str, Value], split: Callable[[Split], Value]) -> Sums[Value]:
        difference = self.first(columns, split).total - self.second(columns, split).total
        return Sums(difference, {"difference": difference}, {}, signed=frozenset({"difference"}))


def _account(source: DrawSource, resolved: DefinitionTerms) -> ResolvedDefinition:
    """Work out what of a resolved definition a source can count."""
    return resolve_definition(source.case, source.statuses, source.columns, resolved)


def question_of(source: DrawSource, resolved: DefinitionTerms) -> TotalQuestion:
    """Return the question of the total of a resolved definition."""
    return _asked(source, _account(source, resolved))


def _asked(source: DrawSource, account: ResolvedDefinition) -> TotalQuestion:
    """Return the question of a total, with the balances that it holds whole."""
    return TotalQuestion(source.case, account, balances_within(source.case, source.statuses, source.columns, account))


def _totals(
    source: DrawSource, accounts: Sequence[ResolvedDefinition], probabilities: Sequence[float], with_parts: bool
) -> list[Total]:  # fmt: skip
    asked = [_asked(source, account) for account in accounts]
    draws, sums = source.evaluate(asked, probabilities=probabilities, with_parts=with_parts)
    return [question.explained(draws, answer) for question, answer in zip(asked, sums, strict=True)]
