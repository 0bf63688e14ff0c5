"""Fits: from a case to draws of its posterior, or the stored fit of the same content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.fit_files import FitKey, find, keep, libraries_of
from mcmort.bayes.fit_options import given_cores, given_draws, given_lean
from mcmort.bayes.posterior import KINDS, Posterior
from mcmort.cache.folder import version_of
from mcmort.catalogue.case import Case
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.definitions.splits import KeptSplits
from mcmort.errors import ConvergenceError, UsageError
from mcmort.results import SAMPLERS, Manifest, SamplerOfFit
from mcmort.results.seed import given_seed

if TYPE_CHECKING:
    from mcmort.bayes.backends import ArrayBackend
    from mcmort.bayes.diagnostics import Diagnosis
    from mcmort.bayes.evidence import Evidence
    from mcmort.bayes.pymc_chains import PymcChains
    from mcmort.bayes.sample import Chains, Progress
    from mcmort.bayes.tempered_fit import CheckedChains

__all__ = ["checked_chains", "fit", "manifest_of", "values_of"]

type Array = NDArray[np.float64]

_PRIOR_DRAWS: Final = 2000
_OTHERS: Final = ("tau", "bias", "scatter", "heterogeneity", "completeness", "residual", "lean")
"""What a fit keeps besides columns that totals may ask for."""
_APART: Final = 1.05
"""R-hat up to which chains of fewer draws than usual, as asked for, are too short, and give no sign of modes."""
_RETRIES: Final = ((2, 0.9), (4, 0.99))
"""Length, in that of the first run, and target acceptance of further runs while the chains do not agree."""


@checked_arguments
def fit(
    case: Case,
    *,
    rng: int | np.random.Generator | None = None,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    lean: float = 0.0,
    sampler: SamplerOfFit = "compiled",
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
    evidence : iterable of str, optional
        Bases to admit; by default those that the case admits, as for the other engine.
    without : iterable of str
        Keys of sources, or lineages, to leave out.
    lean : float
        Error that all figures of one component may have in common though no evidence shows it: 0.3 lets them lean by
        30 % as one standard deviation, either way.
    sampler : {"compiled", "pymc"}
        What draws: the density compiled here, or the model of `mcmort.pymc_model`, which PyTensor compiles in half a
        minute. Both are the same density, and go through the same checks.
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
        If nothing is left to condition on, or something may be negative.
    ConvergenceError
        If the chains do not agree, or found modes that cannot be weighed: such a fit is refused, with the diagnostics
        or the modes.
    UsageError
        If a basis, source or number is not one.

    Examples
    --------
    >>> import mcmort as mm
    >>> post = mm.fit(mm.load("ussr"), rng=1)  # doctest: +SKIP
    >>> print(mm.total(post, "broad"))  # doctest: +SKIP
    """
    from mcmort.catalogue.names_given import names_given

    seed = 1 if rng is None else given_seed(rng)
    draws, lean, cores = given_draws(draws), given_lean(lean), given_cores(cores)
    if sampler not in SAMPLERS:
        raise UsageError(f"no sampler {sampler!r}; expected one of {', '.join(SAMPLERS)}")
    bases, left_out = None if evidence is None else names_given("evidence", evidence), names_given("without", without)
    key = FitKey(seed, bases, left_out, draws, lean, sampler)
    stored = find(case, key) if store else None
    if stored is not None:
        return stored
    from mcmort.bayes.evidence.collect import collect

    collected = replace(collect(case, bases, left_out), lean=lean)
    posterior = _fitted(collected, seed, draws, cores, progress, sampler)
    if store and keep(posterior, key) is not None:
        return (
            find(case, key) or posterior
        )  # some arrays are stored in single precision: the first call returns the same
    return posterior.in_stored_precision()


def _fitted(
    evidence: Evidence,
    seed: int,
    draws: int | None,
    cores: int | None,
    progress: Progress | None,
    sampler: SamplerOfFit,
) -> Posterior:
    clock = _Clock()
    found = checked_chains(evidence, seed, draws, cores, progress, clock, sampler)
    return _posterior_of(evidence, found, seed, clock, sampler)


def values_of(evidence: Evidence, seed: int, draws: int | None = None, cores: int | None = None) -> dict[str, Array]:
    """Condition on evidence as `fit` does, and return draws of all that the model keeps, chain after chain.

    Parameters
    ----------
    evidence : Evidence
        Any, such as that of `mcmort.bayes.evidence.split`.
    seed, draws, cores
        As for `fit`.

    Returns
    -------
    dict of str to ndarray, shape (n_draws,)
        Columns of the case, ``expected:``, ``scale:`` and ``error:`` of each figure, and ``sum:`` and ``residual:`` of
        each balance.

    Raises
    ------
    ConvergenceError
        As for `fit`.
    """
    return checked_chains(evidence, seed, draws, cores).backend.kept


def checked_chains(
    evidence: Evidence,
    seed: int,
    draws: int | None = None,
    cores: int | None = None,
    progress: Progress | None = None,
    clock: _Clock | None = None,
    sampler: SamplerOfFit = "compiled",
) -> CheckedChains:
    """Sample until the chains agree, by tempering where they found several modes, or refuse.

    Only the compiled model is tempered: with PyMC as its sampler a fit of several modes is refused.

    Parameters
    ----------
    evidence : Evidence
        Any, such as that of `mcmort.bayes.evidence.split`.
    seed, draws, cores, progress, sampler
        As for `fit`.
    clock : _Clock, optional
        Takes the time of each part.

    Returns
    -------
    CheckedChains

    Raises
    ------
    ConvergenceError
        As for `fit`.
    """
    from mcmort.bayes.autodiff.density import Density, density_address, identity_address
    from mcmort.bayes.backends import evaluate_model, evaluate_without_data, program_of
    from mcmort.bayes.modes import ModeSearch
    from mcmort.bayes.sample import CHAINS, DRAWS, TARGET_ACCEPT, TUNE, sample, sample_briefly
    from mcmort.bayes.slices import unseen_humps
    from mcmort.bayes.starting_points import starting_points
    from mcmort.bayes.tempered_fit import CheckedChains, have_crossed, modes_of, tempered_fit

    clock = _Clock() if clock is None else clock
    program = program_of(evidence)
    clock.lap("program")
    density_address()
    identity_address()
    target = program if sampler == "compiled" else _in_pymc(evidence)
    clock.lap("compiling")
    search, density = ModeSearch(evidence), Density(program)
    briefly = sample_briefly(target, starting_points(evidence, density, seed), seed, cores=cores, progress=progress)
    search.add(briefly.scores, evaluate_without_data(evidence, _flat(briefly.scores)).kept)
    clock.lap("search")
    has_diverged = False
    for longer, shorter_steps in ((1, TARGET_ACCEPT), *_RETRIES):
        kept = DRAWS * longer if draws is None else draws
        # more draws alone may do, unless transitions diverged
        accept = TARGET_ACCEPT if longer == 2 and draws is None and not has_diverged else shorter_steps
        chains = sample(
            target, seed, draws=kept, tune=max(TUNE, TUNE * kept // DRAWS), target_accept=accept, cores=cores,
            progress=progress, starts=search.starts(CHAINS),
        )  # fmt: skip
        clock.lap("sampling")
        backend = evaluate_model(evidence, _flat(chains.scores))
        search.add(chains.scores, backend.kept)
        diagnosis = _diagnosed(evidence, chains, backend)
        has_diverged = diagnosis.divergent > 0
        splits, unseen = search.splits(), unseen_humps(evidence, density, _flat(chains.scores))
        clock.lap("diagnosis")
        if not diagnosis.defects() and not unseen and not search.has_missed_one():
            modes = modes_of(evidence, splits, backend, CHAINS)
            if have_crossed(modes, backend.kept, CHAINS):
                return CheckedChains(chains, backend, diagnosis, modes)
            unseen = (*unseen, *(name for split in modes for name in split.components))
        if splits or unseen:
            break
    tempered, rhat = None, max(diagnosis.rhat.values())
    is_short = kept < DRAWS and not (splits or unseen or search.has_missed_one()) and rhat <= _APART
    if not is_short and sampler == "compiled":  # ladders move over the compiled density
        tempered = tempered_fit(
            evidence, search.contested(splits, unseen), search, partial(_diagnosed, evidence), seed, draws or DRAWS,
            cores=cores, progress=progress,
        )  # fmt: skip
    clock.lap("tempering")
    if tempered is not None:
        return tempered
    if splits:
        raise splits[0].refusal(evidence.case.id)
    diagnosis.check(evidence.case.id)
    raise ConvergenceError(
        f"the fit of {evidence.case.id} is refused: short chains came to where longer ones do not. Hint: draw more "
        "with --draws"
    )


def _in_pymc(evidence: Evidence) -> PymcChains:
    from mcmort.bayes.pymc_chains import PymcChains

    return PymcChains(evidence)


def _flat(scores: Array) -> Array:
    """Return the draws of all chains one after another."""
    return scores.reshape(-1, scores.shape[2])


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


def _diagnosed(evidence: Evidence, chains: Chains, backend: ArrayBackend) -> Diagnosis:
    """Check chains by all that follows from their draws."""
    from mcmort.bayes.diagnostics import diagnose

    count, length, _ = chains.scores.shape
    checked = {
        name: values.reshape(count, length)
        for name, values in backend.kept.items()
        if name.partition(":")[0] in (*KINDS, *_OTHERS)
    }
    # the checks use ranks, which a monotone spline keeps: only what figures have in common has no column of its own
    checked |= {
        name: chains.scores[:, :, index]
        for index, name in enumerate(evidence.parameters)
        if name.startswith(("lineage:", "common:", "baseline:"))
    }
    stats = chains.stats
    return diagnose(checked, stats["energy"], stats["diverging"].astype(bool), stats["n_steps"])


def _posterior_of(
    evidence: Evidence, found: CheckedChains, seed: int, clock: _Clock, sampler: SamplerOfFit
) -> Posterior:  # fmt: skip
    """Put together what the draws of the parameters and draws from the prior say."""
    from mcmort.bayes.assertion_weights import assertion_weights
    from mcmort.bayes.backends import by_name
    from mcmort.bayes.predictive import draw_prior, replicates

    backend, (count, length, _) = found.backend, found.chains.scores.shape
    columns = {name: values for name, values in backend.kept.items() if name.partition(":")[0] in KINDS}
    others = {name: values for name, values in backend.kept.items() if name.partition(":")[0] in _OTHERS}
    before = draw_prior(evidence, _PRIOR_DRAWS, seed)
    posterior = Posterior(
        evidence.case,
        manifest_of(evidence, seed, count * length, count, sampler),
        columns,
        evidence.statuses,
        KeptSplits(seed),
        prior={name: before.kept[name] for name in (*columns, *others)},
        others=others,
        log_likelihood=backend.log_likelihood,
        log_prior=backend.log_prior,
        observed={datum.name: datum.log_value for datum in evidence.data if datum.formula is None},
        expected={datum.name: backend.kept[f"expected:{datum.name}"] for datum in evidence.data},
        computed={
            datum.name: backend.kept[f"expected:{datum.name}"]
            + (-1.0 if datum.side == "at-most" else 1.0) * backend.kept[f"error:{datum.name}"]
            for datum in evidence.data
            if datum.formula is not None
        },
        predicted=replicates(evidence, backend, seed, "posterior"),
        predicted_before=replicates(evidence, before, seed, "prior"),
        units={datum.name: datum.unit for datum in evidence.data if datum.unit},
        rejected=evidence.rejected,
        diagnosis=found.diagnosis,
        modes=found.modes,
        seconds=clock.seconds,
    )
    clock.lap("prediction")
    weights = assertion_weights(evidence, backend, by_name(evidence, _flat(found.chains.scores)), seed)
    posterior = replace(posterior, assertions=weights)
    clock.lap("assertions")
    return posterior


def manifest_of(
    evidence: Evidence, seed: int, draws: int, chains: int, sampler: SamplerOfFit = "compiled"
) -> Manifest:  # fmt: skip
    """Return how a fit of some evidence is made."""
    return Manifest(
        engine="synthesis",
        seed=seed,
        draws=draws,
        evidence=evidence.admitted,
        versions={name: version_of(name) for name in ("mcmort", *libraries_of(sampler))},
        without=evidence.without,
        lean=evidence.lean,
        sampler=sampler,
        chains=chains,
    )
