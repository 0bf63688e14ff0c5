"""The JSON document of what pulls against what in the evidence of a case."""

from __future__ import annotations

from pydantic import Field

from mcmort.analysis.conflict import LEVEL, Conflict, ConflictRow
from mcmort.analysis.node_fit import NodeKind
from mcmort.analysis.receipt import Receipt
from mcmort.present.conflict_text import conflict_finding, node_label
from mcmort.present.documents.frame import Document, Frame, frame, sealed
from mcmort.present.documents.limits import LimitsDocument

__all__ = ["ConflictDocument", "conflict_document"]


class NodeDocument(Document):
    """A part of the evidence against all the rest."""

    kind: NodeKind
    name: str = Field(description="Id of the component, claim or balance.")
    label: str
    figures: tuple[str, ...] = Field(description="Its own evidence.")
    against: tuple[str, ...] = Field(description="What else speaks of the same, directly.")
    own: LimitsDocument | None = Field(description="What it says, in persons; null where the fit was refused.")
    rest: LimitsDocument | None = Field(description="What all other evidence says, or leads one to expect.")
    difference: LimitsDocument | None = Field(description="Of the logarithms, own less rest; of a balance in persons.")
    higher: float | None = Field(description="Probability that the own evidence is the higher side.")
    probability: float | None = Field(description="Of a difference as large, either way, without a conflict.")
    corrected: float | None = Field(description="The same, corrected for all comparisons.")
    conflict: bool
    failure: str = Field(description="Why there is no comparison, or nothing.")


class ConflictDocument(Frame):
    """What ``mcmort conflict CASE --format json`` prints."""

    schema_: str = Field("mcmort/conflict/1", alias="schema")
    text: tuple[str, ...] = Field(description="The finding in sentences.")
    level: float = Field(description="Corrected probability below which two sides are in conflict.")
    correction: str = Field(description="How probabilities are corrected for the number of comparisons.")
    nodes: tuple[NodeDocument, ...] = Field(description="The least probability first; refused ones last.")
    untested: tuple[str, ...] = Field(description="Components of which one lineage alone speaks, and nothing else.")
    receipt: Receipt


def conflict_document(conflict: Conflict, receipt: Receipt) -> ConflictDocument:
    """Return what pulls against what in the stable JSON schema."""
    document = ConflictDocument(
        **frame(conflict.case, conflict.draws.manifest),
        text=tuple(conflict_finding(conflict)),
        level=LEVEL,
        correction="step-down, shared errors",
        nodes=tuple(_node(conflict, row) for row in conflict.rows),
        untested=conflict.untested,
        receipt=receipt,
    )
    return sealed(document, receipt)


def _node(conflict: Conflict, row: ConflictRow) -> NodeDocument:
    found, failed = row.found, bool(row.found.failure)
    return NodeDocument(
        kind=row.node.kind,
        name=row.node.name,
        label=node_label(conflict, row),
        figures=row.node.figures,
        against=row.node.against,
        own=_limits(found.own),
        rest=_limits(found.rest),
        difference=_limits(found.difference),
        higher=None if failed else found.higher,
        probability=None if failed else found.probability,
        corrected=None if failed else row.corrected,
        conflict=row.is_conflict,
        failure=found.failure,
    )


def _limits(quantiles: tuple[float, ...]) -> LimitsDocument | None:
    return LimitsDocument(low=quantiles[0], median=quantiles[1], high=quantiles[2]) if quantiles else None
