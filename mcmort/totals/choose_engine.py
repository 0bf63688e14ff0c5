"""From options to the engine that they ask for, ready to have totals computed from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcmort.catalogue.case import Case
from mcmort.errors import OptionError
from mcmort.results import DrawOptions, Draws, DrawSource
from mcmort.totals.fit_on_request import FitOnRequest

if TYPE_CHECKING:
    from mcmort.bayes import Posterior
    from mcmort.sampler.kernel.run import Progress

__all__ = ["kept_draws_of", "posterior_of", "source_of"]


def source_of(
    case: Case,
    options: DrawOptions,
    *,
    keep: bool = False,
    store: bool = True,
    threads: int | None = None,
    progress: Progress | None = None,
) -> DrawSource:
    """Return draws, or the engine that makes them when a total is asked for.

    Without a number of draws, either engine makes more where the Monte Carlo errors of a total ask for them.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    options : DrawOptions
        How draws are made.
    keep : bool
        Whether the elicited engine keeps all draws (as `mcmort.simulate`) instead of counting them (`mcmort.Sampler`).
    store : bool
        Whether the synthesis engine looks for a stored fit, and leaves this one.
    threads : int, optional
        Threads to use; they change no bit.
    progress : callable, optional
        Called with the draws done and the draws asked for.

    Returns
    -------
    Draws, Sampler or FitOnRequest

    Raises
    ------
    OptionError
        If there are too few draws for the chains of a fit.
    """
    if options.engine == "synthesis":

        def fit(draws: int | None) -> Posterior:
            return posterior_of(case, replace(options, draws=draws), store=store, threads=threads, progress=progress)

        return fit(options.draws) if options.draws is not None else FitOnRequest(fit)
    from mcmort.sampler import Sampler  # the engines load only for a case that is sound

    if keep and options.draws is not None:
        return kept_draws_of(case, options, threads=threads, progress=progress)
    return Sampler(
        case, options.draws, rng=options.seed, precision=options.precision, method=options.method,
        evidence=options.evidence, dependence=options.dependence, pool=options.pool, weights=options.weights,
        threads=threads, progress=progress,
    )  # fmt: skip


def kept_draws_of(
    case: Case, options: DrawOptions, *, threads: int | None = None, progress: Progress | None = None
) -> Draws:
    """Return draws of either engine, all of them kept; of the elicited engine, by default as many as `simulate` makes.

    See `source_of`.
    """
    if options.engine == "synthesis":
        return posterior_of(case, options, threads=threads, progress=progress)
    from mcmort.sampler import simulate
    from mcmort.sampler.simulate import DEFAULT_DRAWS

    return simulate(
        case, options.draws or DEFAULT_DRAWS, rng=options.seed, evidence=options.evidence,
        dependence=options.dependence, pool=options.pool, weights=options.weights, threads=threads, progress=progress,
    )  # fmt: skip


def posterior_of(
    case: Case,
    options: DrawOptions,
    *,
    store: bool = True,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Posterior:
    """Fit a case, or find its stored fit; the draws asked for are shared out among the chains. See `source_of`."""
    from mcmort.bayes import fit
    from mcmort.bayes.diagnostics import CHAINS, LEAST_DRAWS

    each = None if options.draws is None else -(-options.draws // CHAINS)
    if each is not None and each < LEAST_DRAWS:
        raise OptionError("draws", f"a fit takes {CHAINS * LEAST_DRAWS} draws at least")
    return fit(
        case, rng=options.seed, evidence=options.evidence, without=options.without, lean=options.lean,
        sampler=options.sampler, draws=each, store=store, cores=threads, progress=progress,
    )  # fmt: skip
