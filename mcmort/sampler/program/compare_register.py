"""Sets all deaths of a component, as their own evidence gives them, against the register of the same draw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcmort.results import RegisterComparison
from mcmort.sampler.program.net_values import net_values
from mcmort.sampler.program.plan import Plan

__all__ = ["compare_register"]


def compare_register(
    plan: Plan, registered: int, deaths: int, members: Sequence[tuple[str, float, int]]
) -> RegisterComparison:  # fmt: skip
    """Compare all deaths with the register.

    Parameters
    ----------
    plan : Plan
        Holds the registers.
    registered, deaths : int
        Registers of the registered deaths, and of all deaths before they are raised to these.
    members : sequence of (str, float, int)
        Of each estimate of all deaths its lineage, its weight, and a register with a draw from it alone, made from the
        same point as `deaths`.

    Returns
    -------
    RegisterComparison
        A lineage is in conflict if, rounded to whole per cents, more than half of it lies below the register.
    """
    floor, drawn, *alone = net_values(plan, [registered, deaths, *(register for _, _, register in members)])
    weights: dict[str, float] = {}
    below: dict[str, float] = {}
    for (lineage, weight, _), values in zip(members, alone, strict=True):
        weights[lineage] = weights.get(lineage, 0.0) + weight
        below[lineage] = below.get(lineage, 0.0) + weight * float(np.mean(values < floor))
    shares = {lineage: below[lineage] / weights[lineage] for lineage in sorted(weights)}
    return RegisterComparison(
        float(np.mean(drawn <= floor)),
        {lineage: share for lineage, share in shares.items() if round(100.0 * share) > 50},
    )
