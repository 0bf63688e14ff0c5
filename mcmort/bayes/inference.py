"""Fits: from a case to draws of its posterior, or the stored fit of the same content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.diagnostics import LEAST_DRAWS
from mcmort.bayes.fit_files import FitKey, find, keep
from mcmort.bayes.posterior import KINDS, Posterior
from mcmort.cache.folder import version_of
from mcmort.catalogue.case import Case
from mcmort.definitions.splits import KeptSplits
from mcmort.errors import ConvergenceError, UsageError
from mcmort.results import Manifest
from mcmort.results.seed import given_seed

if TYPE_CHECKING:
    from mcmort.bayes.backends import ArrayBackend
    from mcmort.bayes.diagnostics import Diagnosis
    from mcmort.bayes.evidence import Evidence
    from mcmort.bayes.sample import Chains, Progress

__all__ = ["fit", "manifest_of", "values_of"]

type Array = NDArray[np.float64]

MOST_LEAN: Final = 3.0
"""Largest lean that may be asked for."""
_PRIOR_DRAWS: Final = 2000
_OTHERS: Final = ("tau", "bias", "scatter", "completeness", "residual", "lean")
"""What a fit keeps besides columns that totals may ask for."""
_RETRIES: Final = ((2, 0.9), (4, 0.99))
"""Length, in that of the first run, and target acceptance of further runs while the chains do not agree."""


def fit(
    case: Case,
    *,
    rng: int | np.random.Generator | None = None,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    lean: float = 0.0,
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
        If the chains do not agree, or found different modes: such a fit is refused, with the diagnostics or the modes.
    UsageError
        If a basis, source or number is not one.

    Examples
    --------
    >>> import mcmort as mm
    >>> post = mm.fit(mm.load("ussr"), rng=1)  # doctest: +SKIP
    >>> print(mm.total(post, "broad"))  # doctest: +SKIP
    """
    from mcmort.bayes.evidence.names_given import names_given

    seed = 1 if rng is None else given_seed(rng)
    if draws is not None and (
        isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < LEAST_DRAWS
    ):
        raise UsageError(
            f"the number of draws is {draws!r}; expected a whole number from {LEAST_DRAWS} up, of each chain"
        )
    if not 0.0 <= lean <= MOST_LEAN:
        raise UsageError(f"the lean is {lean!r}; expected a share from 0 to {MOST_LEAN:g}, such as 0.3 for 30 %")
    if cores is not None and cores < 1:
        raise UsageError(f"the number of cores is {cores!r}; expected 1 or more")
    bases, left_out = None if evidence is None else names_given("evidence", evidence), names_given("without", without)
    key = FitKey(seed, bases, left_out, draws, float(lean))
    stored = find(case, key) if store else None
    if stored is not None:
        return stored
    from mcmort.bayes.evidence.collect import collect

    collected = replace(collect(case, bases, left_out), lean=float(lean))
    posterior = _fitted(collected, seed, draws, cores, progress)
    if store and keep(posterior, key) is not None:
        return (
            find(case, key) or posterior
        )  # some arrays are stored in single precision: the first call returns the same
    return posterior.in_stored_precision()


def _fitted(
    evidence: Evidence, seed: int, draws: int | None, cores: int | None, progress: Progress | None
) -> Posterior:  # fmt: skip
    clock = _Clock()
    found = _converged(evidence, seed, draws, cores, progress, clock)
    return _posterior_of(evidence, *found, seed, clock)


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
    return _converged(evidence, seed, draws, cores, None, _Clock())[1].kept


def _converged(
    evidence: Evidence, seed: int, draws: int | None, cores: int | None, progress: Progress | None, clock: _Clock
) -> tuple[Chains, ArrayBackend, Diagnosis]:  # fmt: skip
    """Sample until the chains agree, or refuse."""
    from mcmort.bayes.autodiff.density import Density, density_address, identity_address
    from mcmort.bayes.backends import evaluate_model, evaluate_without_data, program_of
    from mcmort.bayes.modes import ModeSearch
    from mcmort.bayes.sample import CHAINS, DRAWS, TARGET_ACCEPT, TUNE, sample, sample_briefly
    from mcmort.bayes.starting_points import starting_points

    program = program_of(evidence)
    clock.lap("program")
    density_address()
    identity_address()
    clock.lap("compiling")
    search = ModeSearch(evidence)
    starts = starting_points(evidence, Density(program), seed)
    briefly = sample_briefly(program, starts, seed, cores=cores, progress=progress).scores
    search.add(briefly, evaluate_without_data(evidence, _flat(briefly)).kept)
    clock.lap("search")
    has_diverged = False
    for longer, shorter_steps in ((1, TARGET_ACCEPT), *_RETRIES):
        kept = DRAWS * longer if draws is None else draws
        # more draws alone may do, unless transitions diverged
        accept = TARGET_ACCEPT if longer == 2 and draws is None and not has_diverged else shorter_steps
        chains = sample(
            program, seed, draws=kept, tune=max(TUNE, TUNE * kept // DRAWS), target_accept=accept, cores=cores,
            progress=progress, starts=search.starts(CHAINS),
        )  # fmt: skip
        clock.lap("sampling")
        backend = evaluate_model(evidence, _flat(chains.scores))
        search.add(chains.scores, backend.kept)
        diagnosis = _diagnosed(evidence, chains, backend)
        has_diverged = diagnosis.divergent > 0
        is_missing_one = search.has_missed_one()
        clock.lap("diagnosis")
        if not diagnosis.defects() and not is_missing_one:
            return chains, backend, diagnosis
    split = search.split()
    if split is not None:
        raise split.refusal(evidence.case.id)
    diagnosis.check(evidence.case.id)
    raise ConvergenceError(
        f"the fit of {evidence.case.id} is refused: short chains came to where longer ones do not. Hint: draw more "
        "with --draws"
    )


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
        if name.startswith(("lineage:", "common:"))
    }
    stats = chains.stats
    return diagnose(checked, stats["energy"], stats["diverging"].astype(bool), stats["n_steps"])


def _posterior_of(
    evidence: Evidence, chains: Chains, backend: ArrayBackend, diagnosis: Diagnosis, seed: int, clock: _Clock
) -> Posterior:  # fmt: skip
    """Put together what the draws of the parameters and draws from the prior say."""
    from mcmort.bayes.predictive import draw_prior, replicates

    count, length, _ = chains.scores.shape
    columns = {name: values for name, values in backend.kept.items() if name.partition(":")[0] in KINDS}
    others = {name: values for name, values in backend.kept.items() if name.partition(":")[0] in _OTHERS}
    before = draw_prior(evidence, _PRIOR_DRAWS, seed)
    posterior = Posterior(
        evidence.case,
        manifest_of(evidence, seed, count * length, count),
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
        rejected=evidence.rejected,
        diagnosis=diagnosis,
        seconds=clock.seconds,
    )
    clock.lap("prediction")
    return posterior


def manifest_of(evidence: Evidence, seed: int, draws: int, chains: int) -> Manifest:
    """Return how a fit of some evidence is made."""
    return Manifest(
        engine="synthesis",
        seed=seed,
        draws=draws,
        evidence=evidence.admitted,
        versions={name: version_of(name) for name in ("mcmort", "numba", "numpy", "nutpie", "scipy")},
        without=evidence.without,
        lean=evidence.lean,
        chains=chains,
    )
