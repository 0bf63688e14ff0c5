"""What a fit would say if assertions were evidence too: a weight for each of its draws, in place of another fit.

The model with assertions has the parameters of the fit and some more: spread and bias of assertions, what figures have
in common that share a component or a lineage with them. These are drawn from their priors. A draw then weighs by its
density in the model with assertions over that in the fit: importance sampling, exact but for its Monte Carlo error,
which is small where the Pareto k of the weights is (Vehtari, Simpson, Gelman, Yao and Gabry 2024). That cannot show a
mode or a tail to which no draw comes: it is looked for along lines through draws, as the modes of a fit are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.vocabulary import not_admitted
from mcmort.errors import CaseError
from mcmort.results.assertion_weights import AssertionWeights

if TYPE_CHECKING:
    from mcmort.bayes.backends import ArrayBackend
    from mcmort.bayes.evidence import Evidence

__all__ = ["assertion_weights"]

type Array = NDArray[np.float64]

_MOST_REPLICATES: Final = 16
"""Most draws from the priors of what only the model with assertions has, for each draw of the fit."""
_ENOUGH: Final = 1000.0
"""Effective number of draws from which on no more of these are made."""
_RESAMPLED: Final = 1000
"""Draws by their weights, through some of which lines go in search of a mode that no draw is in."""


def assertion_weights(
    evidence: Evidence, backend: ArrayBackend, scores: Mapping[str, Array], seed: int
) -> AssertionWeights | None:  # fmt: skip
    """Weigh the draws of a fit as if assertions were admitted.

    Parameters
    ----------
    evidence : Evidence
        Of the fit.
    backend : ArrayBackend
        Over which the model was evaluated.
    scores : mapping of str to ndarray, shape (n_draws,)
        Draws of its parameters, by name.
    seed : int
        Of the draws from priors.

    Returns
    -------
    AssertionWeights or None
        None where no assertion would be evidence. A fit without some of the evidence is not weighed, since analyses
        make many of those.
    """
    from mcmort.bayes.evidence.collect import collect

    left_out = list(evidence.rejected.values()).count(not_admitted("assertion"))
    if not left_out:
        return None
    if evidence.without:
        return AssertionWeights(left_out)
    admitted = (*evidence.admitted, "assertion")
    try:
        wider = replace(collect(evidence.case, admitted, evidence.without), lean=evidence.lean)
    except CaseError:  # with them the evidence contradicts itself: that refuses a fit with assertions, not this one
        return AssertionWeights(left_out)
    figures = sum(datum.basis == "assertion" for datum in wider.data)
    if not figures:
        return None
    unknown = [name for name, status in evidence.statuses.items() if status.unknown != wider.statuses[name].unknown]
    adds = {*unknown, *(wider.latents.keys() - evidence.latents.keys())}
    has_other_priors = any(wider.cited[key] != prior for key, prior in evidence.cited.items() if key in wider.cited)
    if adds or has_other_priors:
        return AssertionWeights(figures, tuple(sorted(adds)))
    log_ratios, given = np.full(backend.size, -np.inf), dict[str, Array]()
    for replicate in range(_MOST_REPLICATES):
        more, given = _log_ratio(evidence, wider, backend, scores, f"{seed}/{replicate}")
        log_ratios = np.logaddexp(log_ratios, more)
        if _effective(log_ratios) >= _ENOUGH:
            break
    found = _smoothed(figures, log_ratios)
    if found.is_sure and _is_beyond(wider, given, found.log_weights, backend.kept):
        return replace(found, pareto_k=math.inf)
    return found


def _is_beyond(wider: Evidence, given: Mapping[str, Array], log_weights: Array, drawn: Mapping[str, Array]) -> bool:
    """Whether with assertions a component may well lie where no draw of the fit is, along lines through some."""
    from mcmort.bayes.autodiff.density import Density
    from mcmort.bayes.backends import PriorBackend, program_of
    from mcmort.bayes.model import build_model
    from mcmort.bayes.slices import beyond_draws

    weights = np.exp(log_weights - np.max(log_weights))
    sums = np.cumsum(weights) / np.sum(weights)
    middles = (np.arange(_RESAMPLED) + 0.5) / _RESAMPLED
    chosen = np.minimum(np.searchsorted(sums, middles), len(weights) - 1)
    backend = PriorBackend({name: values[chosen] for name, values in given.items()})
    build_model(backend, wider)
    return bool(beyond_draws(wider, Density(program_of(wider)), backend.parameters, drawn))


def _effective(log_weights: Array) -> float:
    """Return how many draws of equal weight would be as many."""
    weights = np.exp(log_weights - np.max(log_weights))
    return float(np.sum(weights) ** 2 / np.sum(weights**2))


def _smoothed(figures: int, log_ratios: Array) -> AssertionWeights:
    from arviz_stats.base import array_stats

    log_weights, pareto_k = array_stats.psislw(-log_ratios)  # it takes the negative itself
    # alike weights have no tail that could be fitted
    return AssertionWeights(figures, (), float(np.nan_to_num(pareto_k, nan=-np.inf)), np.asarray(log_weights))


def _log_ratio(
    evidence: Evidence, wider: Evidence, backend: ArrayBackend, scores: Mapping[str, Array], stream: str
) -> tuple[Array, dict[str, Array]]:  # fmt: skip
    """Return the log density of each draw with assertions, less that in the fit, and the scores of its parameters."""
    from mcmort.bayes.backends import ScoreBackend
    from mcmort.bayes.model import build_model
    from mcmort.bayes.predictive import generator

    given, log_ratio = dict[str, Array](), np.zeros(backend.size)
    for name in wider.parameters:
        if name.startswith("deaths:"):
            component = name.removeprefix("deaths:")
            own, other = evidence.latents[component], wider.latents[component]
            value = own.log_median + own.log_sd * backend.standard[name]
            value = value * own.unit / other.unit if other.unit else value
            given[name] = (value - other.log_median) / other.log_sd
            log_ratio += 0.5 * (backend.standard[name] ** 2 - given[name] ** 2)
        elif name in scores:
            given[name] = scores[name]
        else:
            given[name] = generator(0, "assertions", stream, name).standard_normal(backend.size)
    there = ScoreBackend(given)
    build_model(there, wider)
    return log_ratio + sum(there.log_likelihood.values()) - sum(backend.log_likelihood.values()), given
