"""Priors beside what the evidence makes of them: where it lies in each, and whether the prior is wider than all of it.

Both are read off the ranks of the posterior among draws from the prior, so that the scale of a prior does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.fitted import Shifted, figures_of, shifts
from mcmort.bayes import Posterior

__all__ = ["PRIOR_KINDS", "JudgedPrior", "Place", "judged_priors"]

type Array = NDArray[np.float64]

Place = Literal["unchanged", "middle", "lower end", "upper end", "below", "above"]
"""Where in a prior the evidence lies: the median of the posterior. Unchanged: prior and posterior are hardly apart."""

PRIOR_KINDS: Final = (
    "all", "completeness", "tau", "bias", "scatter", "heterogeneity", "lean", "ordinary", "overlap", "share",
    "quantity",
)  # fmt: skip
"""Kinds of columns of which something is presupposed, in the order in which they are read."""
_HARDLY: Final = 0.1
"""Largest difference of two distribution functions that hardly differ; what 400 draws leave open is 0.07."""
_MIDDLE: Final = (0.2, 0.8)
_ENDS: Final = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class JudgedPrior:
    """A prior, and what the evidence makes of it.

    Attributes
    ----------
    kind : str
        One of `PRIOR_KINDS`.
    shifted : Shifted
        What it is about, before and after the evidence.
    place : str
        Where in the prior the evidence lies.
    is_wider : bool
        Whether its central 95 % holds that of the posterior and, of deaths, every figure that is used of them.
    """

    kind: str
    shifted: Shifted
    place: Place
    is_wider: bool


def judged_priors(posterior: Posterior, kind: str) -> list[JudgedPrior]:
    """Judge the priors of one kind, sorted by name.

    Parameters
    ----------
    posterior : Posterior
        A fit.
    kind : str
        One of `PRIOR_KINDS`.

    Returns
    -------
    list of JudgedPrior
        Without what the fit has no prior draws of.
    """
    drawn = {**posterior.columns, **posterior.others}
    judged = []
    for shifted in shifts(posterior, kind):
        name = f"{kind}:{shifted.name}"
        if shifted.before is None:
            continue
        before, after = shifted.before.interval(0.95), shifted.after.interval(0.95)
        evidence = [after.low, after.high, *(figures_of(posterior, shifted.name) if kind == "all" else ())]
        is_wider = before.low < min(evidence) and max(evidence) < before.high
        judged.append(JudgedPrior(kind, shifted, _place(np.sort(posterior.prior[name]), drawn[name]), is_wider))
    return judged


def _place(prior: Array, values: Array) -> Place:
    """Return where in sorted draws from the prior some draws lie."""
    ranks = np.sort((np.searchsorted(prior, values) + np.searchsorted(prior, values, "right")) / (2.0 * len(prior)))
    even = (np.arange(len(ranks)) + 0.5) / len(ranks)
    if np.max(np.abs(ranks - even)) < _HARDLY:
        return "unchanged"
    middle = float(np.median(ranks))
    if middle < _ENDS[0]:
        return "below"
    if middle > _ENDS[1]:
        return "above"
    return "lower end" if middle < _MIDDLE[0] else "upper end" if middle > _MIDDLE[1] else "middle"
