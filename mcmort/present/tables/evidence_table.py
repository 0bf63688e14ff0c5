"""The table of all cited figures of a case: as printed, with their source, locator, basis and use."""

from __future__ import annotations

from collections.abc import Iterator

from mcmort.catalogue import Case
from mcmort.catalogue.records import Claim, Component, Estimate, Quantity
from mcmort.present.print_format import as_printed, years_text
from mcmort.present.tables.columns import Column, Table
from mcmort.present.texts.reference_list import author_and_year

__all__ = ["evidence_table"]

_RAW = (
    "owner", "estimate", "low", "best", "high", "reading", "basis", "measure", "first_year", "last_year", "territory",
    "unit", "lineage", "source", "locator", "via", "confidence",
)  # fmt: skip


def evidence_table(case: Case, evidence: frozenset[str] | None = None) -> Table:
    """Return every cited figure of a case.

    Parameters
    ----------
    case : Case
        The case.
    evidence : frozenset of str, optional
        Bases that were admitted instead of those that the case admits.

    Returns
    -------
    Table
        With the figures as numbers, and everything that is known of them, in the raw columns.
    """
    columns = (
        Column("Of what"),
        Column("Figure, as printed", is_number=True),
        Column("Reads"),
        Column("Basis"),
        Column("Source"),
        Column("Use"),
    )
    lines = [*_estimates(case, evidence), *(_claim(case, claim) for claim in case.claims.values())]
    return Table(
        f"{case.head.title}: the figures on which the totals rest",
        columns,
        tuple(row for row, _ in lines),
        ("Read through: the source was seen as another work quotes it.",),
        _RAW,
        tuple(raw for _, raw in lines),
    )


type _Line = tuple[tuple[str, ...], tuple[object, ...]]


def _estimates(case: Case, evidence: frozenset[str] | None) -> Iterator[_Line]:
    owners: list[Component | Quantity] = [*case.components.values(), *case.quantities.values()]
    for owner in owners:
        reasons = {estimate.name: reason for estimate, reason in case.admitted(owner, evidence)[1]}
        for estimate in owner.estimate:
            use = reasons.get(estimate.name, "bound" if estimate.is_one_sided else "pooled")
            years = estimate.years or owner.years
            raw = (
                owner.id, estimate.name, estimate.low, estimate.best, estimate.high, estimate.reading, estimate.basis,
                estimate.measure, *years, estimate.territory or owner.territory, owner.unit, estimate.line,
            )  # fmt: skip
            label = f"{owner.label}, {years_text(years)}"
            yield _line(case, label, estimate, use, raw)


def _claim(case: Case, claim: Claim) -> _Line:
    years = claim.years or (None, None)
    raw = (
        claim.id, "published total", claim.low, claim.best, claim.high, claim.reading, claim.basis, claim.measure,
        *years, "", claim.unit, claim.lineage or claim.source,
    )  # fmt: skip
    return _line(case, f"Published total: {claim.counts}", claim, "compared", raw)


def _line(case: Case, label: str, figure: Estimate | Claim, use: str, raw: tuple[object, ...]) -> _Line:
    formula = figure.formula if isinstance(figure, Estimate) else None
    printed = formula or as_printed(figure.low, figure.best, figure.high, figure.reading)
    via = f"; read through {figure.via}" if figure.via else ""
    source = f"{author_and_year(case.sources[figure.source])}, {figure.locator}{via}"
    cells = (label, printed, "formula" if formula else figure.reading, figure.basis, source, use)
    end = (figure.source, figure.locator, figure.via or "", figure.confidence or "")
    return cells, tuple("" if value is None else value for value in (*raw, *end))
