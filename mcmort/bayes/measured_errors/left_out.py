"""Leaves events out of a fit by importance sampling: posteriors without them, from the draws of the one with them.

A draw weighs by one over the density of the errors left out, smoothed by PSIS (Vehtari et al. 2024, Journal of Machine
Learning Research 25(72)). Its diagnostic says where that does not do: above 0.7 the model must be fitted anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mcmort.bayes.measured_errors.block_density import DEGREES
from mcmort.bayes.measured_errors.design import Design
from mcmort.bayes.measured_errors.fit import Fit

__all__ = ["LIMIT", "LeftOut", "event_log_density", "leave_out", "without"]

type _Array = NDArray[np.float64]

LIMIT: Final = 0.7
"""Value of the diagnostic above which importance sampling is not to be relied on."""


@dataclass(frozen=True)
class LeftOut:
    """What draws of the model weigh once some pairs are left out.

    Attributes
    ----------
    weights : NDArray
        Of each draw; they sum to one.
    khat : float
        Shape of the tail of the weights; NaN if nothing was left out.
    """

    weights: _Array
    khat: float


def leave_out(fit: Fit, events: Sequence[int]) -> LeftOut:
    """Weigh the draws of a fit as if some events were not in it.

    Parameters
    ----------
    fit : Fit
        To all pairs.
    events : sequence of int
        Indices of events in the design; none leaves the draws as they are.

    Returns
    -------
    LeftOut
    """
    from arviz_stats.base import array_stats

    count = len(fit.draws["log_bias_ratio"])
    if not events:
        return LeftOut(np.full(count, 1.0 / count), float("nan"))
    log_density = sum((event_log_density(fit, event) for event in events), np.zeros(count))
    log_weights, khat = array_stats.psislw(log_density)  # it takes the negative itself
    return LeftOut(np.exp(log_weights - special.logsumexp(log_weights)), float(khat))


def event_log_density(fit: Fit, event: int) -> _Array:
    """Return the log density of the errors of one event, a multivariate Student t, shape ``(n_draws,)``."""
    design, draws = fit.design, fit.draws
    here = np.flatnonzero(design.event == event)
    cell, late, selected = design.cell[here], design.is_late[here], design.is_selected[here]

    def change(name: str) -> _Array:
        late_ratio, ratio = draws[f"log_late_{name}_ratio"], draws[f"log_{name}_ratio"]
        return np.asarray(np.exp(late_ratio[:, None] * late + ratio[:, None] * selected))

    mean = draws["bias_of_cell"][:, cell] * change("bias")
    scale = np.exp(draws["log_scale_of_cell"][:, cell]) * change("scale")
    by_event, by_lineage = draws["shared"][:, 0, None, None], draws["shared"][:, 1, None, None]
    same = (design.lineage[here][:, None] == design.lineage[here]).astype(float)
    own = 1.0 - by_event - by_lineage
    correlation = by_event + by_lineage * same + own * np.eye(len(here))
    residual = (design.error[here] - mean) / scale
    solved = np.linalg.solve(correlation, residual[..., None])[..., 0]
    quadratic = (residual * solved).sum(axis=1)
    count = len(here)
    constant = special.gammaln((DEGREES + count) / 2) - special.gammaln(DEGREES / 2)
    constant -= count / 2 * np.log(DEGREES * np.pi)
    spread = 0.5 * np.linalg.slogdet(correlation)[1] + np.log(scale).sum(axis=1)
    return np.asarray(constant - spread - 0.5 * (DEGREES + count) * np.log1p(quadratic / DEGREES))


def without(design: Design, events: Sequence[int]) -> Design:
    """Return a design without the pairs of some events, classes and all else as they were: what a refit fits."""
    kept = ~np.isin(design.event, events)
    lineages, lineage = np.unique(design.lineage[kept], return_inverse=True)
    left, event = np.unique(design.event[kept], return_inverse=True)
    return replace(
        design,
        cell=design.cell[kept],
        event=event,
        lineage=lineage,
        event_of_lineage=np.searchsorted(left, design.event_of_lineage[lineages]),
        author=design.author[kept],
        is_selected=design.is_selected[kept],
        is_late=design.is_late[kept],
        error=design.error[kept],
    )
