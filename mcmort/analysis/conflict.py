"""Which parts of the evidence of a case pull against all the rest: node-splitting, one fit for each part.

Parts are components (their own figures against claims about sums, balances and formulas), registers (against the other
figures of the component and all else), claims and balances. Where nothing else speaks of a component, its lineages are
compared with one another. Probabilities are corrected for the number of parts and for the figures that these have in
common.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mcmort.analysis.common_errors import corrected_probabilities
from mcmort.analysis.node_fit import Compared, NodeKind, compare_node
from mcmort.bayes.evidence import Datum, Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.evidence.split import speaking_of
from mcmort.bayes.fit_options import given_draws
from mcmort.bayes.inference import manifest_of
from mcmort.catalogue.case import Case
from mcmort.errors import UsageError
from mcmort.results import Draws

__all__ = ["LEVEL", "Conflict", "ConflictNode", "ConflictRow", "conflict", "corrected", "nodes_of"]

type Runner = Callable[[Case, Sequence[dict[str, Any]]], Sequence[dict[str, Any]]]
"""Carries out requests for comparisons of a case: `compare_node` for each, wherever."""

LEVEL: Final = 0.05
"""Corrected probability below which two sides are said to be in conflict."""


@dataclass(frozen=True, slots=True)
class ConflictNode:
    """A part of the evidence that is compared with all the rest.

    Attributes
    ----------
    kind : {"component", "register", "figure", "claim", "balance"}
        What it is.
    name : str
        Id of the component, claim or balance.
    figures : tuple of str
        Its own evidence.
    against : tuple of str
        What else speaks of the same, directly.
    """

    kind: NodeKind
    name: str
    figures: tuple[str, ...]
    against: tuple[str, ...]

    @property
    def key(self) -> str:
        """A name that tells it from all other nodes."""
        return f"{self.kind}:{self.name}" if self.kind != "figure" else f"figure:{self.figures[0]}"


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A node, what was found, and its probability corrected for the number of nodes and what they share."""

    node: ConflictNode
    found: Compared
    corrected: float

    @property
    def is_conflict(self) -> bool:
        """Whether both sides are in conflict."""
        return self.corrected < LEVEL


@dataclass(frozen=True)
class Conflict:
    """What pulls against what in the evidence of a case.

    Attributes
    ----------
    draws : Draws
        No draws, but the case and how fits were made.
    rows : tuple of ConflictRow
        The least probability first; comparisons that failed last.
    untested : tuple of str
        Components of which a single lineage speaks, and nothing else.
    """

    draws: Draws
    rows: tuple[ConflictRow, ...]
    untested: tuple[str, ...]

    @property
    def case(self) -> Case:
        """The case."""
        return self.draws.case

    @property
    def conflicts(self) -> tuple[ConflictRow, ...]:
        """The rows that are conflicts."""
        return tuple(row for row in self.rows if row.is_conflict)


def nodes_of(evidence: Evidence) -> tuple[tuple[ConflictNode, ...], tuple[str, ...]]:
    """Return the parts of some evidence that can be compared with the rest, and the components that cannot."""
    nodes, untested = list[ConflictNode](), list[str]()
    own = defaultdict[str, list[Datum]](list)
    for datum in evidence.data:
        if datum.account is None:
            own[datum.component].append(datum)
    for name, data in sorted(own.items()):
        found = list(_nodes_of_component(name, data, speaking_of(evidence, name), is_derived=name in evidence.derived))
        nodes += found
        if not found:
            untested.append(name)
    for datum in evidence.data:
        if datum.account is not None:
            alike = tuple(one.name for one in evidence.data if _copied(one) == _copied(datum))
            against = tuple(sorted({term.component for term in datum.account.terms.values()}))
            if alike[0] == datum.name:
                nodes.append(ConflictNode("claim", datum.name.partition(":")[2], alike, against))
    informed = {name for name, data in own.items() if _has_point(data)} | set(evidence.derived)
    informed |= {name for node in nodes if node.kind == "claim" for name in node.against}
    for name, account in evidence.balances.items():
        against = tuple(sorted({term.component for term in account.terms.values()}))
        if alone := set(against) - informed:  # its rest would be no evidence, but the prior of these
            untested += sorted(alone - set(untested))
            continue
        nodes.append(ConflictNode("balance", name, (f"balance:{name}",), against))
    return tuple(nodes), tuple(untested)


def _nodes_of_component(
    name: str, data: Sequence[Datum], others: tuple[str, ...], *, is_derived: bool
) -> Iterable[ConflictNode]:  # fmt: skip
    """Return the nodes of one component with figures of its own."""
    if is_derived:  # its register is a part of it, and not what the formula gives
        data = [datum for datum in data if datum.column.startswith("all:")]
    register = [datum for datum in data if datum.column.startswith("registered:")]
    studies = [datum for datum in data if not datum.column.startswith("registered:")]
    names = tuple(datum.name for datum in data)
    if others and _has_point(data):
        yield ConflictNode("component", name, names, others)
    if _has_point(register) and _has_point(studies):
        own = tuple(datum.name for datum in register)
        yield ConflictNode("register", name, own, (*(one for one in names if one not in own), *others))
    elif not others:
        lines = sorted({datum.line for datum in data if datum.side == "point"})
        # two lineages make one comparison
        for line in lines if len(lines) > 2 else lines[: len(lines) - 1]:
            own = tuple(datum.name for datum in data if datum.line == line)
            yield ConflictNode("figure", name, own, tuple(one for one in names if one not in own))


def _copied(datum: Datum) -> tuple[object, ...]:
    """Return what copies of one figure have in common; a bound is no copy of a point."""
    return datum.line, datum.target, datum.side


def _has_point(data: Iterable[Datum]) -> bool:
    return any(datum.is_plain for datum in data)


def conflict(
    case: Case,
    *,
    seed: int = 1,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    draws: int | None = None,
    run: Runner | None = None,
) -> Conflict:
    """Compare every part of the evidence of a case with all the rest.

    Parameters
    ----------
    case : Case
        The case.
    seed, evidence, without, draws
        Of the fits; see `mcmort.fit`.
    run : callable, optional
        Carries out the comparisons; by default here, one after another.

    Returns
    -------
    Conflict

    Raises
    ------
    EvidenceError
        If nothing is left to condition on, or something may be negative.
    UsageError
        If there is nothing to compare.
    """
    whole = collect(case, evidence, without)
    nodes, untested = nodes_of(whole)
    if not nodes:
        raise UsageError(
            f"{case.id} has nothing to compare: one lineage speaks of each component, and no claim or balance of "
            "several of them. Hint: a second source for a component makes a comparison"
        )
    shared = {
        "evidence": list(whole.admitted),
        "without": list(whole.without),
        "seed": seed,
        "draws": given_draws(draws),
    }
    requests = [{"kind": node.kind, "name": node.name, "figures": list(node.figures), **shared} for node in nodes]
    results = (run or _run_here)(case, requests)
    found = [Compared.of_json(values) for values in results]
    rows = [ConflictRow(*row) for row in zip(nodes, found, corrected(whole, found), strict=True)]
    rows.sort(key=lambda row: (bool(row.found.failure), row.found.probability, row.node.key))
    length = 1000 if draws is None else draws
    return Conflict(Draws(case, manifest_of(whole, seed, 4 * length, 4), {}), tuple(rows), untested)


def _run_here(case: Case, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [compare_node(case, request) for request in requests]


def corrected(evidence: Evidence, found: Sequence[Compared]) -> list[float]:
    """Return the probabilities of comparisons of some evidence, corrected; see `corrected_probabilities`."""
    return corrected_probabilities(
        [one.probability for one in found],
        [one.leverage for one in found],
        is_heavy=evidence.synthesis.tails == "heavy",
    )
