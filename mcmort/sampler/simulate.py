"""Draws from the priors of a case, all of them kept."""

from __future__ import annotations

import secrets
from typing import Final

import numpy as np

from mcmort.cache.folder import version_of
from mcmort.catalogue.case import Case
from mcmort.catalogue.names_given import bases_given
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.catalogue.vocabulary import Pooling, Weighting
from mcmort.definitions.splits import KeptSplits
from mcmort.errors import FormulaError
from mcmort.results import Dependence, DrawOptions, Draws, Manifest
from mcmort.results.seed import given_seed
from mcmort.sampler.kernel.run import Progress, run_plan
from mcmort.sampler.program.plan_cache import compiled_case

__all__ = ["DEFAULT_DRAWS", "manifest_of", "seed_of", "simulate"]

DEFAULT_DRAWS: Final = 100_000


def seed_of(rng: int | np.random.Generator | None) -> int:
    """Return the seed that `rng` stands for; None asks the system for a fresh one."""
    return secrets.randbits(32) if rng is None else given_seed(rng)


def manifest_of(case: Case, options: DrawOptions, draws: int) -> Manifest:
    """Return the manifest of draws from a case with some options."""
    return Manifest(
        engine="elicited",
        seed=options.seed,
        draws=draws,
        evidence=tuple(sorted(case.head.evidence if options.evidence is None else options.evidence)),
        versions={name: version_of(name) for name in ("mcmort", "numba", "numpy", "scipy")},
        method=options.method,
        dependence=options.dependence,
        pool=options.pool,
        weights=options.weights,
        precision=options.precision,
    )


@checked_arguments
def simulate(
    case: Case,
    n: int = DEFAULT_DRAWS,
    *,
    rng: int | np.random.Generator | None = None,
    evidence: frozenset[str] | None = None,
    dependence: Dependence = "declared",
    pool: Pooling | None = None,
    weights: Weighting = "equal",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Draws:
    """Draw every uncertain input of a case from its prior.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    n : int
        Number of joint draws.
    rng : int or numpy.random.Generator, optional
        Seed, or a generator to take one from. The same seed gives the same bits for any number of threads.
    evidence : frozenset of str, optional
        Bases of evidence to admit, instead of those that the case admits.
    dependence : {"declared", "independent", "comonotonic"}
        The groups that the case declares, none of them, or all inputs rising and falling together.
    pool : {"linear", "log", "envelope"}, optional
        How to pool the estimates of every component, instead of as the case says.
    weights : {"equal", "confidence", "cited"}
        By what lineages weigh: each the same, by the confidence of their figures, or as the case cites it.
    threads : int, optional
        By default as many as there are processors.
    progress : callable, optional
        Called with the draws done and the draws asked for.

    Returns
    -------
    Draws
        One column for each input, shape ``(n,)`` each.

    Raises
    ------
    UsageError
        If `n` or `threads` is not positive.
    CaseError
        If figures of the case cannot be fitted.
    FormulaError
        If a formula of the case is undefined on some draw.

    Examples
    --------
    >>> import mcmort as mm
    >>> draws = mm.simulate(mm.load("ussr"), n=1_000, rng=1)
    >>> len(draws)
    1000
    """
    evidence = bases_given(evidence)
    options = DrawOptions(
        draws=n, seed=seed_of(rng), evidence=evidence, dependence=dependence, pool=pool, weights=weights
    )
    compiled = compiled_case(case, evidence, pool, dependence, weights)
    columns = run_plan(compiled.plan, options.seed, n, threads=threads, progress=progress)
    for name, values in columns.items():
        if not np.isfinite(values).all():
            raise FormulaError(f"{name} is undefined on {int((~np.isfinite(values)).sum()):,} of {n:,} draws")
    return Draws(case, manifest_of(case, options, int(n)), columns, compiled.statuses, KeptSplits(options.seed))
