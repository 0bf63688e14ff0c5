"""From the options of a run to what a page holds of one engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcmort.analysis.explorer.accuracy import measured_accuracy
from mcmort.analysis.explorer.model import explorer_models
from mcmort.analysis.explorer.standards import ADMITTED, other_standards
from mcmort.analysis.explorer.thinning import nested_rows, thinned
from mcmort.api.reports import ComparisonReport
from mcmort.api.verbs import compare
from mcmort.catalogue import Case
from mcmort.errors import DefinitionError
from mcmort.present.page.page import default_definition
from mcmort.present.page.page_data import Variant
from mcmort.results import DrawOptions, Draws
from mcmort.totals import kept, posterior_of, resolve, source_of, totals_of

if TYPE_CHECKING:
    from mcmort.sampler.kernel.run import Progress

__all__ = ["compared", "page_variants"]


def compared(
    case: Case, options: DrawOptions, *, threads: int | None = None, progress: Progress | None = None
) -> ComparisonReport:
    """Compare the definitions of a case by the full run of an engine.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    options : DrawOptions
        How draws are made.
    threads : int, optional
        Threads to use.
    progress : callable, optional
        Called with the draws done and the draws asked for.

    Returns
    -------
    ComparisonReport
        Of the Bayesian engine, over draws that are kept.
    """
    if options.engine == "synthesis":
        return compare(posterior_of(case, options, threads=threads, progress=progress))
    return compare(source_of(case, options, threads=threads, progress=progress))


def page_variants(
    comparison: ComparisonReport, options: DrawOptions, *, definition: str | None = None, threads: int | None = None
) -> list[Variant]:
    """Thin the joint draws of an engine for a page, under every standard of evidence.

    Parameters
    ----------
    comparison : ComparisonReport
        From `compared`.
    options : DrawOptions
        The same.
    definition : str, optional
        The definition on whose scope the cost of thinning is measured; by default the one that a page shows first.
    threads : int, optional
        Threads to use.

    Returns
    -------
    list of Variant
        What the page holds: first what the options ask for; of the elicited engine then other standards of evidence,
        unless the options choose one.
    """
    case, rows, draws = comparison.comparison.draws.case, comparison.rows, comparison.comparison.draws
    names = [row.total.definition.id for row in rows]
    full = draws if isinstance(draws, Draws) else _kept(case, options, threads)
    totals = totals_of(full, [resolve(case, row.total.definition) for row in rows], with_parts=False)
    chosen = nested_rows([kept(total.values) for total in totals])
    thin = [thinned(full, chosen)]
    accuracy = measured_accuracy(full, thin[0], default_definition(rows, definition))
    standards, comparisons = [ADMITTED], [comparison.comparison]
    if options.engine == "elicited" and options.evidence is None:
        for standard in other_standards(case):
            other = _kept(case, replace(options, evidence=standard.evidence), threads)
            try:
                comparisons.append(compare(other, names).comparison)
            except DefinitionError:
                continue  # it knows nothing of what any definition counts
            standards.append(standard)
            thin.append(thinned(other, chosen))
    models = explorer_models(thin, names)
    return [
        Variant(found, model, accuracy, standard)
        for found, model, standard in zip(comparisons, models, standards, strict=True)
    ]


def _kept(case: Case, options: DrawOptions, threads: int | None) -> Draws:
    """Return draws of the same priors, all of them kept."""
    from mcmort.sampler import simulate
    from mcmort.sampler.simulate import DEFAULT_DRAWS

    plain = replace(options, draws=options.draws or DEFAULT_DRAWS, method="plain", precision=None)
    return simulate(
        case, plain.draws or DEFAULT_DRAWS, rng=plain.seed, evidence=plain.evidence, dependence=plain.dependence,
        pool=plain.pool, weights=plain.weights, threads=threads,
    )  # fmt: skip
