"""Draws from the priors of a case, all of them kept."""

from __future__ import annotations

import secrets
from typing import Final

import numpy as np

from mcmort.catalogue.case import Case
from mcmort.catalogue.words import Pooling
from mcmort.draws import Dependence, Draws, Manifest
from mcmort.draws.seed import given_seed
from mcmort.errors import FormulaError, UsageError
from mcmort.machine.cache import version_of
from mcmort.sampler.run import Progress, run_plan
from mcmort.sampler.store import compiled_case

__all__ = ["DEFAULT_DRAWS", "check_draws", "manifest_of", "seed_of", "simulate"]

DEFAULT_DRAWS: Final = 100_000


def seed_of(rng: int | np.random.Generator | None) -> int:
    """Return the seed that `rng` stands for; None asks the system for a fresh one."""
    return secrets.randbits(32) if rng is None else given_seed(rng)


def check_draws(n: int) -> int:
    """Return a number of draws, or refuse it."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise UsageError(f"the number of draws is {n!r}; expected a whole number from 1 up")
    return int(n)


def manifest_of(
    case: Case,
    seed: int,
    draws: int,
    evidence: frozenset[str] | None,
    pool: Pooling | None,
    dependence: Dependence,
) -> Manifest:
    """Return the manifest of independent draws from a case."""
    return Manifest(
        engine="elicited",
        seed=seed,
        draws=draws,
        evidence=tuple(sorted(case.head.evidence if evidence is None else evidence)),
        versions={name: version_of(name) for name in ("mcmort", "numba", "numpy", "scipy")},
        dependence=dependence,
        pool=pool,
    )


def simulate(
    case: Case,
    n: int = DEFAULT_DRAWS,
    *,
    rng: int | np.random.Generator | None = None,
    evidence: frozenset[str] | None = None,
    dependence: Dependence = "declared",
    pool: Pooling | None = None,
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
    n, seed = check_draws(n), seed_of(rng)
    compiled = compiled_case(case, evidence, pool, dependence)
    columns = run_plan(compiled.plan, seed, n, threads=threads, progress=progress)
    for name, values in columns.items():
        if not np.isfinite(values).all():
            raise FormulaError(f"{name} is undefined on {int((~np.isfinite(values)).sum()):,} of {n:,} draws")
    return Draws(case, manifest_of(case, seed, n, evidence, pool, dependence), columns, compiled.standing)
