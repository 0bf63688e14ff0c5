"""The evidence of a component as a marker: records, data on a population, narrative sources, or arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from mcmort.present.figures.interval_marks import Look
from mcmort.present.figures.rows import Sign
from mcmort.present.figures.style import ARCHIVAL, CONTESTED, ESTIMATED, GREY
from mcmort.totals import Total

__all__ = ["LOOKS", "EvidenceKind", "kind_of", "kind_of_basis", "signs"]

EvidenceKind = Literal["records", "data", "narrative", "formula"]

_BASES: Final[dict[str, EvidenceKind]] = {
    "registered": "records", "registered-adjusted": "records", "exhumation": "records", "demographic": "data",
    "survey": "data", "multiple-systems": "data", "testimony": "narrative", "synthesis": "narrative",
    "assertion": "narrative",
}  # fmt: skip
LOOKS: Final[dict[EvidenceKind, Look]] = {
    "records": Look(ARCHIVAL, "o"),
    "data": Look(ESTIMATED, "s", size=3.8),
    "narrative": Look(CONTESTED, "^", size=4.4),
    "formula": Look(GREY, "D", size=3.6),
}
_WORDS: Final[dict[EvidenceKind, str]] = {
    "records": "registers, records and exhumations",
    "data": "demography, surveys, matched lists",
    "narrative": "syntheses, testimony, assertions",
    "formula": "by a formula",
}


def kind_of_basis(basis: str) -> EvidenceKind:
    """Return to which kind a basis belongs."""
    return _BASES[basis]


def kind_of(total: Total, name: str) -> EvidenceKind:
    """Return what most lineages behind a component of a total rest on; of two that are as many, the weaker."""
    component = total.case.components[name]
    admitted, _ = total.case.admitted(component, frozenset(total.draws.manifest.evidence))
    pooled = [estimate for estimate in admitted if not estimate.is_one_sided] or admitted
    same = [estimate for estimate in pooled if estimate.measure == total.definition.measure] or pooled
    if component.formula is not None or not same:
        return "formula"
    lines: dict[EvidenceKind, set[str]] = {}
    for estimate in same:
        lines.setdefault(_BASES[estimate.basis], set()).add(estimate.line)
    order: tuple[EvidenceKind, ...] = ("narrative", "data", "records")
    return max(order, key=lambda kind: len(lines.get(kind, ())))


def signs(kinds: Iterable[EvidenceKind]) -> tuple[Sign, ...]:
    """Return the key to the markers of some kinds."""
    present = set(kinds)
    return tuple(
        Sign(
            words=words,
            style={
                "marker": LOOKS[kind].marker, "markersize": LOOKS[kind].size + 0.6, "color": "white",
                "markeredgecolor": LOOKS[kind].colour, "linestyle": "none",
            },
        )
        for kind, words in _WORDS.items()
        if kind in present
    )  # fmt: skip
