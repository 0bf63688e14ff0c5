"""Fits: from a case to draws of its posterior, the same `Draws` as any engine returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.diagnose import LEAST_DRAWS, Diagnosis
from mcmort.catalogue.case import Case
from mcmort.draws import Draws, Manifest
from mcmort.draws.seed import given_seed
from mcmort.errors import UsageError
from mcmort.machine.cache import version_of

if TYPE_CHECKING:
    from mcmort.bayes.evidence import Evidence
    from mcmort.bayes.sample import Progress

__all__ = ["KINDS", "Posterior", "fit"]

type Array = NDArray[np.float64]

KINDS: Final = ("all", "registered", "ordinary", "overlap", "share", "quantity")
"""Columns that totals and tables may ask for."""
_PRIOR_DRAWS: Final = 2000
_AGAIN: Final = ((2, 0.9), (4, 0.99))
"""How much longer, and in steps of what acceptance, chains are run again if they do not agree."""


@dataclass(frozen=True, repr=False)
class Posterior(Draws):
    """Draws from the posterior of a case, with what is needed to check and to explain them.

    Attributes
    ----------
    prior : dict of str to ndarray, shape (n_prior_draws,)
        The same columns and the others, drawn from the prior.
    others : dict of str to ndarray, shape (n_draws,)
        Heterogeneities ``tau:BASIS``, biases ``bias:BASIS``, ``completeness:ID``, residuals of balances
        ``residual:ID``.
    log_likelihood : dict of str to ndarray, shape (n_draws,)
        Of every figure, with its weight.
    log_prior : ndarray, shape (n_draws,)
        Of all parameters together.
    observed : dict of str to float
        Logarithm of each figure that is a number.
    predicted, predicted_before : dict of str to ndarray, shape (n_draws,) and (n_prior_draws,)
        Replicates of these logarithms, from the posterior and from the prior.
    left : dict of str to str
        Figures that were not used, each with the reason.
    diagnosis : Diagnosis
        Of the chains, which follow one another in the draws.
    seconds : dict of str to float
        What the parts of the fit took.
    """

    prior: Mapping[str, Array] = field(default_factory=dict)
    others: Mapping[str, Array] = field(default_factory=dict)
    log_likelihood: Mapping[str, Array] = field(default_factory=dict)
    log_prior: Array = field(default_factory=lambda: np.zeros(0))
    observed: Mapping[str, float] = field(default_factory=dict)
    predicted: Mapping[str, Array] = field(default_factory=dict)
    predicted_before: Mapping[str, Array] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)
    diagnosis: Diagnosis = field(default_factory=lambda: Diagnosis({}, {}, {}, {}, 0, (), 0.0))
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def conditioned(self) -> frozenset[str]:
        """Claims that the draws are conditioned on, by id."""
        return frozenset(name.partition(":")[2] for name in self.log_likelihood if name.startswith("claim:"))


def fit(
    case: Case,
    *,
    rng: int | np.random.Generator | None = None,
    evidence: frozenset[str] | None = None,
    without: frozenset[str] = frozenset(),
    draws: int | None = None,
    cores: int | None = None,
    store: bool = True,
    progress: Progress | None = None,
) -> Posterior:
    """Condition on all the evidence of a case.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    rng : int or numpy.random.Generator, optional
        Seed, or a generator to take one from; by default 1, so that a stored fit is found again. The same seed gives
        the same draws on any number of cores.
    evidence : frozenset of str, optional
        Bases to admit; by default those that the case admits, and assertions.
    without : frozenset of str
        Keys of sources, or lineages, to leave out.
    draws : int, optional
        Draws of each of four chains; by default 1,000, and up to 4,000 if they do not agree before. Chains that do not
        agree are run again in shorter steps, also with as many draws as are given.
    cores : int, optional
        Chains at a time.
    store : bool
        Whether to look for a stored fit of the same content, and to leave this one.
    progress : callable, optional
        Called with the draws done and the draws asked for.

    Returns
    -------
    Posterior
        Draws of all components, with their diagnostics.

    Raises
    ------
    EvidenceError
        If the case declares no priors for this engine, or nothing is left to condition on.
    ConvergenceError
        If the chains do not agree: such a fit is refused, with the diagnostics.
    UsageError
        If a basis, source or number is not one.

    Examples
    --------
    >>> import mcmort as mm
    >>> post = mm.fit(mm.load("ussr"), rng=1)  # doctest: +SKIP
    >>> print(mm.total(post, "broad"))  # doctest: +SKIP
    """
    from mcmort.bayes import store as shelf

    seed = 1 if rng is None else given_seed(rng)
    if draws is not None and (
        isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < LEAST_DRAWS
    ):
        raise UsageError(
            f"the number of draws is {draws!r}; expected a whole number from {LEAST_DRAWS} up, of each chain"
        )
    if cores is not None and cores < 1:
        raise UsageError(f"the number of cores is {cores!r}; expected 1 or more")
    request = shelf.Request(seed, None if evidence is None else tuple(sorted(evidence)), tuple(sorted(without)), draws)
    found = shelf.find(case, request) if store else None
    if found is not None:
        return found
    from mcmort.bayes.collector import collect

    posterior = _fitted(collect(case, evidence, without), seed, draws, cores, progress)
    if store and shelf.keep(posterior, request) is not None:
        return shelf.find(case, request) or posterior  # what is kept in fewer digits is the same the first time
    return posterior


def _fitted(
    evidence: Evidence, seed: int, draws: int | None, cores: int | None, progress: Progress | None
) -> Posterior:  # fmt: skip
    from mcmort.bayes.density import density_address, identity_address
    from mcmort.bayes.sample import DRAWS, TARGET_ACCEPT, TUNE, sample
    from mcmort.bayes.worlds import program_of

    clock = _Clock()
    program = program_of(evidence)
    clock.lap("program")
    density_address()
    identity_address()
    clock.lap("compiling")
    for longer, accept in ((1, TARGET_ACCEPT), *_AGAIN):
        kept = DRAWS * longer if draws is None else draws
        tune = max(TUNE, TUNE * kept // DRAWS)
        chains = sample(
            program, seed, draws=kept, tune=tune, target_accept=accept, cores=cores, progress=progress
        )  # fmt: skip
        clock.lap("sampling")
        posterior = _told(evidence, chains.scores, chains.stats, seed, clock)
        if not posterior.diagnosis.defects():
            break
    posterior.diagnosis.check(evidence.case.id)
    return posterior


class _Clock:
    """Measures the parts of a fit."""

    def __init__(self) -> None:
        from time import perf_counter

        self.now = perf_counter
        self.last = perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Put the time since the last lap under a name."""
        now = self.now()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self.last
        self.last = now


def _told(
    evidence: Evidence, scores: Array, stats: Mapping[str, NDArray[np.float64]], seed: int, clock: _Clock
) -> Posterior:  # fmt: skip
    """Work out all that follows from draws of the parameters, and check them."""
    from mcmort.bayes.diagnose import diagnose
    from mcmort.bayes.predict import prior_world, replicates
    from mcmort.bayes.worlds import told_over

    count, length, size = scores.shape
    flat = scores.reshape(count * length, size)
    world = told_over(evidence, flat)
    columns = {name: values for name, values in world.kept.items() if name.partition(":")[0] in KINDS}
    others = {
        name: values
        for name, values in world.kept.items()
        if name.partition(":")[0] in ("tau", "bias", "completeness", "residual")
    }
    checked = {name: values.reshape(count, length) for name, values in (columns | others).items()}
    # ranks do not change along a curve: only the scores of lineages have no column that rises with them
    checked |= {name: scores[:, :, at] for at, name in enumerate(evidence.parameters) if name.startswith("lineage:")}
    diagnosis = diagnose(checked, stats["energy"], stats["diverging"].astype(bool), stats["n_steps"])
    clock.lap("diagnosis")
    before = prior_world(evidence, _PRIOR_DRAWS, seed)
    posterior = Posterior(
        evidence.case,
        _manifest(evidence, seed, count * length, count),
        columns,
        evidence.standing,
        prior={name: before.kept[name] for name in (*columns, *others)},
        others=others,
        log_likelihood=world.log_likelihood,
        log_prior=world.log_prior,
        observed={one.name: one.log_value for one in evidence.data if one.formula is None},
        predicted=replicates(evidence, world, seed, "posterior"),
        predicted_before=replicates(evidence, before, seed, "prior"),
        left=evidence.left,
        diagnosis=diagnosis,
        seconds=clock.seconds,
    )
    clock.lap("prediction")
    return posterior


def _manifest(evidence: Evidence, seed: int, draws: int, chains: int) -> Manifest:
    return Manifest(
        engine="synthesis",
        seed=seed,
        draws=draws,
        evidence=evidence.admitted,
        versions={name: version_of(name) for name in ("mcmort", "numba", "numpy", "nutpie", "scipy")},
        without=evidence.without,
        chains=chains,
    )
