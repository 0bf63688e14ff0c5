"""Which rank correlations draws reach where a declared link cannot act in full.

Draws from a table reach the declared rank correlation exactly. A register that raises deaths, a register over its
completeness and formulas in a pool do not follow their score alone, so that what they reach is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from mcmort.catalogue.vocabulary import LinkMeasure
from mcmort.elicit.copula import Copula
from mcmort.elicit.evidence_rules import Way
from mcmort.elicit.pool import Pool
from mcmort.elicit.segments import segments_of
from mcmort.results import ReachedLink
from mcmort.sampler.program.net_values import net_values
from mcmort.sampler.program.plan import Plan

__all__ = ["reached_links"]

_SHOWN: Final = 0.01
"""The difference from the declared rank correlation that is worth a word; the error of the net is a few thousandths."""


def reached_links(copula: Copula, plan: Plan, registers: Mapping[str, int]) -> dict[str, tuple[ReachedLink, ...]]:
    """Compute the rank correlations of members of links that do not follow their score alone.

    Parameters
    ----------
    copula : Copula
        The links of a case.
    plan : Plan
        Holds the registers.
    registers : mapping of str to int
        Of the columns that are known.

    Returns
    -------
    dict of str to tuple of ReachedLink
        By component, where its mean rank correlation with the others of a link is not the declared one.
    """
    links = {
        name: (measure, [member for member in members if _column(copula, member, measure) in registers])
        for name, measure, members in _links(copula)
        if not all(_follows_score(copula, member, measure) for member in members)
    }
    columns = sorted({_column(copula, member, measure) for measure, members in links.values() for member in members})
    if not columns:
        return {}
    values = net_values(plan, [registers[column] for column in columns])
    ranks = dict(zip(columns, map(_ranks, values), strict=True))
    found: dict[str, list[ReachedLink]] = {}
    for name, (measure, members) in links.items():
        for member in members:
            others = [other for other in members if other != member]
            if member not in copula.case.components or not others:
                continue
            mine = ranks[_column(copula, member, measure)]
            reached = [_correlation(mine, ranks[_column(copula, other, measure)]) for other in others]
            scores = [
                copula.correlation(copula.stream(member, measure), copula.stream(other, measure)) for other in others
            ]
            declared = float(np.mean(6.0 / np.pi * np.arcsin(np.array(scores) / 2.0)))
            if abs(float(np.mean(reached)) - declared) > _SHOWN:
                link = ReachedLink(name, measure, declared, float(np.mean(reached)))
                found.setdefault(member, []).append(link)
    return {member: tuple(reached) for member, reached in found.items()}


def _links(copula: Copula) -> Iterator[tuple[str, LinkMeasure, tuple[str, ...]]]:
    """Yield the name, measure and members of each group and correlation."""
    for name, group in sorted(copula.case.dependence.items()):
        yield name, group.measure, tuple(sorted(group.members))
    for name, one in sorted(copula.case.correlations.items()):
        yield name, one.measure, tuple(sorted(one.between))


def _column(copula: Copula, member: str, measure: LinkMeasure) -> str:
    return f"quantity:{member}" if member in copula.case.quantities else f"{measure}:{member}"


def _follows_score(copula: Copula, member: str, measure: LinkMeasure) -> bool:
    """Return whether an input is a table looked up at the score that is declared, and nothing else."""
    if copula.is_rotated(copula.stream(member, measure)):
        return False
    if member in copula.case.quantities:
        segments = segments_of(copula.priors.quantities[member], "all")
    elif measure == "completeness":
        return True
    else:
        known = copula.known[member]
        way = known.all if measure == "all" else known.registered
        if way is not Way.REGISTER_ALONE and (way is not Way.FIGURES or (measure == "all" and known.is_floored)):
            return False
        is_register = measure == "registered" or way is Way.REGISTER_ALONE
        segments = segments_of(copula.priors.components[member], "registered" if is_register else "all")
    return len(segments) == 1 and isinstance(segments[0].source, Pool)


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks, less their mean and over their length; zeros for a constant."""
    ranks = stats.rankdata(values) - (len(values) + 1) / 2.0
    length = float(np.linalg.norm(ranks))
    return np.asarray(ranks / length if length > 0.0 else ranks)


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.sum(one * other))
