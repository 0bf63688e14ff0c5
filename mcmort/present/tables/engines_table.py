"""Both engines side by side: what pooled ranges give, and what the model of all the evidence makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from mcmort import analysis
from mcmort.analysis.receipt import Receipt
from mcmort.api.verbs import Comparison
from mcmort.present.documents.frame import Document
from mcmort.present.documents.total_document import ComparisonDocument
from mcmort.present.numbers import rounding_for
from mcmort.present.tables.formats import Column, Table, render
from mcmort.present.tables.plain_text import to_text
from mcmort.present.tables.total_table import engine_note
from mcmort.present.wording import counts_text, is_floor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Engines", "EnginesDocument"]


class EnginesDocument(Document):
    """What ``mcmort compare --engine both --format json`` prints: a comparison of each engine."""

    schema_: str = Field("mcmort/engines/1", alias="schema")
    elicited: ComparisonDocument
    synthesis: ComparisonDocument


@dataclass(frozen=True)
class Engines:
    """A comparison of definitions by either engine.

    Attributes
    ----------
    elicited, synthesis : Comparison
        The same definitions, restricted to the same years.
    """

    elicited: Comparison
    synthesis: Comparison

    def render(self, form: str) -> str:
        """Return both as ``text``, ``json``, ``csv``, ``markdown`` or ``latex``."""
        if form == "json":
            document = EnginesDocument(
                schema="mcmort/engines/1", elicited=self.elicited.document(), synthesis=self.synthesis.document()
            )
            return document.model_dump_json(indent=2, by_alias=True) + "\n"
        table = engines_table(self.elicited.comparison, self.synthesis.comparison, self.elicited.probability)
        return to_text(table) if form == "text" else render(table, form)

    @property
    def receipts(self) -> Mapping[str, Receipt]:
        """The receipt of either engine."""
        return {".elicited": self.elicited.receipt, ".synthesis": self.synthesis.receipt}

    def figure(self) -> Figure:
        """Return the definition ladder with both engines in each row."""
        from mcmort.present.figures.definition_ladder import definition_ladder

        return definition_ladder(
            self.synthesis.comparison, self.synthesis.probability, beside=self.elicited.comparison
        )  # fmt: skip


def engines_table(
    elicited: analysis.Comparison, synthesis: analysis.Comparison, probability: float = 0.95
) -> Table:  # fmt: skip
    """Return the table of both engines: one row for each definition that either can count."""
    ours = {row.total.definition.id: row for row in elicited.rows}
    theirs = {row.total.definition.id: row for row in synthesis.rows}
    rows, raw = [], []
    for name in dict.fromkeys((*ours, *theirs)):
        cells: list[str] = []
        numbers: list[float | None] = []
        for row in (ours.get(name), theirs.get(name)):
            if row is None:
                cells += ["nothing to count", ""]
                numbers += [None, None, None]
                continue
            wide, rounding = row.summary.interval(probability), rounding_for(row.summary)
            span = rounding.span(wide.low, wide.high)
            cells += [f"at least {span}" if is_floor(row.total) else span, rounding.number(row.summary.median)]
            numbers += [row.summary.median, wide.low, wide.high]
        either = ours.get(name) or theirs[name]
        rows.append((name, counts_text(either.total), *cells))
        raw.append(tuple(numbers))
    level = f"{100 * probability:g} %"
    columns = (
        Column("Definition"),
        Column("Counts"),
        Column(f"Pooled ranges, {level}", is_number=True),
        Column("Median", is_number=True),
        Column(f"All the evidence, {level}", is_number=True),
        Column("Median", is_number=True),
    )
    first, second = elicited.rows[0], synthesis.rows[0]
    notes = (
        "Pooled ranges: each component from the pool of what is cited of it. All the evidence: one model of these and "
        "of claims about sums, bounds and balances, with biases, copies and incomplete registers.",
        f"Pooled ranges: {engine_note(first.total, first.summary)}",
        f"All the evidence: {engine_note(second.total, second.summary)}",
    )
    ends = ("median", "low", "high")
    names = tuple(f"{engine}_{end}" for engine in ("elicited", "synthesis") for end in ends)
    title = f"{first.total.case.head.title}: the total under each definition, by either engine"
    return Table(title, columns, tuple(rows), notes, names, tuple(raw))
