"""Third step: the same data told twice count once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mcmort.bayes.evidence.convert import Stated
from mcmort.bayes.evidence.datum import Datum
from mcmort.bayes.evidence.standard import Sifted, Standard

__all__ = ["counted_once", "untold_claims"]


def untold_claims(standard: Standard, claims: Iterable[Stated], direct: Sequence[Datum]) -> Sifted[Stated]:
    """Return the claims whose source and lineage have said nothing yet of any of their components.

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
    Sifted
    """
    components = standard.case.components
    lines = {name: _told_through(standard, component.formula) for name, component in components.items()}
    for datum in direct:
        lines[datum.component] |= {datum.line, datum.source} | _told_through(standard, datum.formula)
    kept, rejected = list[Stated](), dict[str, str]()
    for one in claims:
        own = {one.datum.line, one.claim.source}
        told = sorted(term.component for term in one.resolved.terms if own & lines[term.component])
        if told:
            rejected[one.datum.name] = f"its lineage speaks already on {', '.join(told)}"
        else:
            kept.append(one)
    return Sifted(kept, rejected)


def _told_through(standard: Standard, text: str | None) -> set[str]:
    """Return the lineages and sources that speak through the quantities of a formula: these are taken over."""
    used = [
        one.estimate for name in standard.quantities_behind([text]) for one in standard.priors.quantities[name].used
    ]
    return {estimate.line for estimate in used} | {estimate.source for estimate in used}


def counted_once(data: Sequence[Datum]) -> tuple[Datum, ...]:
    """Give each lineage the weight of one figure for each thing that it speaks of."""
    count = Counter((datum.line, datum.target, datum.side) for datum in data)
    return tuple(replace(datum, weight=1.0 / count[datum.line, datum.target, datum.side]) for datum in data)
