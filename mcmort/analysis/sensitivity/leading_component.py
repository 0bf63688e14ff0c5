"""The one component from which most of the width of a total comes, if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mcmort.analysis.schools import TotalPieces
from mcmort.analysis.sensitivity.better_evidence import fewest_draws, narrowing
from mcmort.analysis.sensitivity.covariance import covariance_shares
from mcmort.analysis.sensitivity.estimate import Estimate
from mcmort.errors import FormulaError

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
    if len(pieces.total.terms) < 2:
        return None
    try:
        total = pieces.joint
    except FormulaError:  # of a component or quantity that does not count
        return None
    values = total.values
    varying = {name: part for name, part in total.parts.items() if part.min() < part.max()}
    if len(varying) < 2 or values.min() == values.max():
        return None
    shares = covariance_shares(varying, values, total.chains)
    name = max(shares, key=lambda name: shares[name].value)
    share = shares[name]
    if not share.value - 2.0 * share.error >= _LEAST:
        return None
    is_enough = len(values) >= fewest_draws(probability)
    narrower = narrowing(values, varying[name], probability, total.chains) if is_enough else None
    return LeadingComponent(name, share, narrower)
