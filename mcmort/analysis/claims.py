"""Each author's total against ours, under that author's own definition.

The elicited engine never takes a claim as an input; in a synthesis a claim may be data. Where it is, or where it rests
on data that our evidence holds as well (the same source or lineage), agreement is no independent test, and is marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from mcmort.analysis.summary import PROBABILITIES, Summary, share_at_least, share_at_most, summarise
from mcmort.catalogue.citations import owners_behind
from mcmort.catalogue.records import Claim
from mcmort.definitions import same_scope
from mcmort.totals import DrawSource, Total, is_floor, of_claim, totals_with_evidence

__all__ = ["ClaimComparison", "OutsideClaims", "Verdict", "compare_claims", "middle", "outside", "rests_on_same_data"]

Verdict = Literal["inside", "below", "above", "above a minimum", "overlaps", "allowed", "excluded", "no total"]
"""How a claim compares with our 95 % interval under its own definition.

``inside``, ``below``, ``above``: a point, or a range wholly on one side. ``overlaps``: a range that reaches into the
interval from outside, or holds it. ``allowed``, ``excluded``: a bound that at least, or less than, a fortieth of our
draws respect. ``above a minimum``: a claim above our interval, or a bound above nearly all our draws, where ours is a
minimum: registers may have missed deaths, or parts are unknown, so it contradicts nothing. ``no total``: its parts have
no evidence.
"""


@dataclass(frozen=True)
class ClaimComparison:
    """A claim beside our total under the claim's definition.

    Attributes
    ----------
    claim : Claim
        The figure and its source.
    total, summary : Total and Summary, or None
        Ours, or None if nothing in the claim's scope has evidence.
    verdict : Verdict
        How the claim compares with our interval.
    quantile : float
        Share of our draws below the middle of the claim; for a bound, the share that respects it.
    ratio : float
        Middle of the claim over our median.
    shared : bool
        Whether the claim rests on data that our evidence holds as well.
    retired_by : str
        What has replaced it, or "".
    reason : str
        Why there is no total, or "".
    conditioned : bool
        Whether our total is conditioned on the claim.
    """

    claim: Claim
    total: Total | None
    summary: Summary | None
    verdict: Verdict
    quantile: float
    ratio: float
    shared: bool
    retired_by: str
    reason: str = ""
    conditioned: bool = False


@dataclass(frozen=True, slots=True)
class OutsideClaims:
    """Published totals of the scope of a total, and those of them that lie below or above its interval.

    Attributes
    ----------
    count : int
        How many there are of the scope.
    below, above : tuple of Claim
        Those that no part of the interval agrees with, by size; above a minimum there are none.
    """

    count: int
    below: tuple[Claim, ...]
    above: tuple[Claim, ...]


def compare_claims(draws: DrawSource) -> tuple[ClaimComparison, ...]:
    """Replay every claim of a case under its own definition.

    Parameters
    ----------
    draws : Draws or Sampler
        From either engine.

    Returns
    -------
    tuple of ClaimComparison
        Current claims first, then those that their authors have replaced; each by size.
    """
    case = draws.case
    retired = case.retired()
    definitions = {claim.id: partial(of_claim, case, claim) for claim in case.claims.values()}
    totals, reasons = totals_with_evidence(draws, definitions, probabilities=PROBABILITIES, with_parts=False)
    compared = [
        _compared(totals.get(claim.id), claim, retired.get(claim.id, ""), reasons.get(claim.id, ""))
        for claim in case.claims.values()
    ]
    return tuple(sorted(compared, key=lambda row: (bool(row.retired_by), middle(row.claim), row.claim.id)))


def outside(total: Total, summary: Summary, probability: float = 0.95) -> OutsideClaims:
    """Return which published totals of the very scope of a total lie outside its interval.

    Parameters
    ----------
    total : Total
        From either engine.
    summary : Summary
        Of its values.
    probability : float
        Of the interval.

    Returns
    -------
    OutsideClaims
        Of claims that are evidence, of a basis that is admitted; not of those that their authors have replaced, or that
        count more than the case holds.
    """
    case, retired = total.case, total.case.retired()
    claims = [
        claim
        for claim in case.claims.values()
        if claim.use == "evidence"
        and claim.beyond is None
        and claim.id not in retired
        and claim.basis in total.draws.manifest.evidence
        and same_scope(case, total.definition, of_claim(case, claim))
    ]
    sides: dict[str, list[Claim]] = {"below": [], "above": []}
    for claim in sorted(claims, key=lambda claim: (middle(claim), claim.id)):
        verdict = _verdict(claim, total, summary, probability)
        if verdict == "excluded":
            verdict = "above" if claim.reading == "at-least" else "below"
        sides.get(verdict, []).append(claim)
    return OutsideClaims(len(claims), tuple(sides["below"]), tuple(sides["above"]))


def middle(claim: Claim) -> float:
    """Return the middle of a claim: its best figure, its bound, or the geometric mean of its ends."""
    if claim.best is not None:
        return claim.best
    if claim.low is not None and claim.high is not None:
        return float(np.sqrt(claim.low * claim.high)) if claim.low > 0 else claim.high / 2.0
    value = claim.low if claim.low is not None else claim.high
    assert value is not None
    return value


def _compared(total: Total | None, claim: Claim, retired_by: str, reason: str) -> ClaimComparison:
    if total is None:
        return ClaimComparison(claim, None, None, "no total", float("nan"), float("nan"), False, retired_by, reason)
    summary = summarise(total.values, PROBABILITIES, shortest=False, chains=total.chains)
    ratio = middle(claim) / summary.median if summary.median > 0 else float("inf")
    verdict, quantile = _verdict(claim, total, summary), _quantile(claim, total)
    conditioned = claim.id in total.draws.conditioned
    shared = rests_on_same_data(total, claim)
    return ClaimComparison(claim, total, summary, verdict, quantile, ratio, shared, retired_by, conditioned=conditioned)


def _quantile(claim: Claim, total: Total) -> float:
    """Return the share of our draws below the middle of a claim; of a bound, the share that respects it."""
    share = share_at_least if claim.reading == "at-least" else share_at_most
    return share(total.values, middle(claim))


def _verdict(claim: Claim, total: Total, summary: Summary, probability: float = 0.95) -> Verdict:
    interval, is_minimum = summary.interval(probability), is_floor(total)
    if claim.is_one_sided:
        if _quantile(claim, total) >= (1.0 - probability) / 2.0 - 1e-12:
            return "allowed"
        return "above a minimum" if is_minimum and claim.reading == "at-least" else "excluded"
    given = [value for value in (claim.low, claim.best, claim.high) if value is not None]
    low, high = given[0], given[-1]
    if high < interval.low:
        return "below"
    if low > interval.high:
        return "above a minimum" if is_minimum else "above"
    return "inside" if interval.low <= low and high <= interval.high else "overlaps"


def rests_on_same_data(total: Total, claim: Claim) -> bool:
    """Whether a claim rests on a source or lineage that the total's components use, directly or through a formula."""
    own = {claim.source} if claim.lineage is None else {claim.source, claim.lineage}
    case, evidence = total.case, frozenset(total.draws.manifest.evidence)
    for name in total.terms:
        for owner in owners_behind(case, case.components[name]):
            taken, _ = case.admitted(owner, evidence)
            if any({estimate.line, estimate.source} & own for estimate in taken):
                return True
    return False
