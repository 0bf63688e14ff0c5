"""The one component from which most of the width of a total comes, if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mcmort.analysis.schools import TotalPieces
from mcmort.analysis.sensitivity.better_evidence import fewest_draws, narrowing
from mcmort.analysis.sensitivity.covariance import covariance_shares
from mcmort.analysis.sensitivity.estimate import Estimate
from mcmort.analysis.summary import sd_of
from mcmort.errors import FormulaError
from mcmort.totals import Total

__all__ = ["LeadingComponent", "leading_component"]

_LEAST: Final = 0.2
"""Share of the variance from which a component is named."""


@dataclass(frozen=True, slots=True)
class LeadingComponent:
    """The component that carries the largest share of the variance of a total.

    Attributes
    ----------
    name : str
        Of the component.
    covariance_share : Estimate
        Its covariance with the total over the variance of the total.
    narrower : Estimate or None
        By what share the interval would be narrower on average if it were known; None if draws are too few to tell.
    """

    name: str
    covariance_share: Estimate
    narrower: Estimate | None


def leading_component(pieces: TotalPieces, probability: float = 0.95) -> LeadingComponent | None:
    """Return the component that carries the largest share of the variance of a total.

    Parameters
    ----------
    pieces : TotalPieces
        Of the total; its joint draws are used.
    probability : float
        Of the interval.

    Returns
    -------
    LeadingComponent or None
        None if there is no other component that varies, or if none carries a fifth of the variance for sure.
    """
    candidates = _candidates(pieces.total)
    if not candidates:
        return None
    try:
        total = pieces.joint
        varying = {name: total.parts[name] for name in candidates}
    except FormulaError:  # on other draws than those of the total
        return None
    values = total.values
    if values.min() == values.max():
        return None
    shares = covariance_shares(varying, values, total.chains)
    name = max(shares, key=lambda name: shares[name].value)
    share = shares[name]
    if not share.value - 2.0 * share.error >= _LEAST:
        return None
    is_enough = len(values) >= fewest_draws(probability)
    narrower = narrowing(values, varying[name], probability, total.chains) if is_enough else None
    return LeadingComponent(name, share, narrower)


def _candidates(total: Total) -> list[str]:
    """Return the components that may carry enough of the variance, if not all of it is one component's.

    A covariance is no larger than the product of the two standard deviations, so a component of a tenth of the total's
    is far from carrying a fifth of the variance. Of many thousand components hardly any is left.
    """
    spreads = {name: sd_of(part) for name, part in total.parts.items()}
    if sum(spread > 0.0 for spread in spreads.values()) < 2:
        return []
    least = 0.5 * _LEAST * sd_of(total.values)
    return [name for name, spread in spreads.items() if spread > least]
