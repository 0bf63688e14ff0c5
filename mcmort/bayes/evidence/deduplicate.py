"""Third step: copies of the same data count once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mcmort.bayes.evidence.convert import Stated
from mcmort.bayes.evidence.datum import Datum
from mcmort.bayes.evidence.standard import Selection, Standard

__all__ = ["claims_not_yet_used", "weighted_by_lineage"]


def claims_not_yet_used(standard: Standard, claims: Iterable[Stated], direct: Sequence[Datum]) -> Selection[Stated]:
    """Return the claims whose source and lineage are not yet used for any of their components.

    Parameters
    ----------
    standard : Standard
        The standard of evidence.
    claims : iterable of Stated
        Claims about sums.
    direct : sequence of Datum
        Figures of components.

    Returns
    -------
    Selection
    """
    components = standard.case.components
    lines = {name: _lineages_behind(standard, component.formula) for name, component in components.items()}
    for datum in direct:
        lines[datum.component] |= {datum.line, datum.source} | _lineages_behind(standard, datum.formula)
    kept, rejected = list[Stated](), dict[str, str]()
    for stated in claims:
        own = {stated.datum.line, stated.claim.source}
        used_for = sorted(term.component for term in stated.resolved.terms if own & lines[term.component])
        if used_for:
            rejected[stated.datum.name] = f"its lineage is already used for {', '.join(used_for)}"
        else:
            kept.append(stated)
    return Selection(kept, rejected)


def _lineages_behind(standard: Standard, text: str | None) -> set[str]:
    """Return the lineages and sources in the pools of the quantities of a formula."""
    used = [
        member.estimate
        for name in standard.quantities_behind([text])
        for member in standard.priors.quantities[name].used
    ]
    return {estimate.line for estimate in used} | {estimate.source for estimate in used}


def weighted_by_lineage(data: Sequence[Datum]) -> tuple[Datum, ...]:
    """Give each lineage the weight of one figure for each of its targets."""
    count = Counter((datum.line, datum.target, datum.side) for datum in data)
    return tuple(replace(datum, weight=1.0 / count[datum.line, datum.target, datum.side]) for datum in data)
