"""From a case, draws or a comparison to the explorer of it in a notebook."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mcmort.api.explorer_results import ExplorerResults
from mcmort.api.page_variant import compared, page_variants
from mcmort.api.report_folder import Engines
from mcmort.api.reports import ComparisonReport, EnginesReport
from mcmort.api.verbs import compare
from mcmort.catalogue import Case
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.errors import UsageError
from mcmort.present.page.page import default_definition
from mcmort.present.page.page_data import Variant
from mcmort.results import DrawOptions, Draws, DrawSource
from mcmort.results.draw_options import ENGINES
from mcmort.totals.fit_on_request import FitOnRequest

if TYPE_CHECKING:
    from mcmort.api.explorer_widget import ExplorerWidget

__all__ = ["explorer", "explorer_results"]

_MOST_DRAWS: Final = 100_000
"""Draws that are kept of an engine that counts them only."""


@checked_arguments
def explorer(
    subject: Case | DrawSource | ComparisonReport | EnginesReport,
    *,
    definition: str | None = None,
    engine: Engines = "elicited",
    standards: bool = True,
    rng: int = 1,
) -> ExplorerWidget:
    """Return an explorer for a notebook: choose what counts, and total, interval, figure and table follow at once.

    Parameters
    ----------
    subject : Case, Draws, Sampler, ComparisonReport or EnginesReport
        What to explore: a case, from which draws are made, or what was drawn from it or compared of it.
    definition : str, optional
        The definition that is shown first; by default the middle one, neither narrow nor broad.
    engine : {"elicited", "synthesis", "both"}
        Of a case: pooled ranges, the model of all the evidence, or both; a stored fit is used where there is one.
    standards : bool
        Whether other standards of evidence than that of the case can be chosen, such as registers alone; they take
        draws of their own.
    rng : int
        Of a case: the seed.

    Returns
    -------
    ExplorerWidget
        Shows itself as the last value of a cell. ``selection`` is what is chosen, and can be set; ``select(...)``
        changes parts of it; ``summary`` has its median and interval; ``total()`` computes it by all draws.

    Raises
    ------
    UsageError
        If anywidget is not installed, or there is no such definition, or nothing to explore is given.

    Examples
    --------
    >>> import mcmort as mm
    >>> explorer = mm.explorer(mm.load("cambodia"), definition="decade")  # doctest: +SKIP
    >>> explorer.select(without=["civil-war"])  # doctest: +SKIP
    >>> print(explorer.total())  # doctest: +SKIP
    """
    try:
        from mcmort.api.explorer_widget import ExplorerWidget
    except ImportError as error:
        raise UsageError(
            f"an explorer in a notebook needs anywidget, and {error.name} is not installed. "
            "Hint: pip install 'mcmort[widget]'; the page of mcmort.report needs no more than a browser"
        ) from error
    return ExplorerWidget(explorer_results(subject, definition, engine=engine, standards=standards, rng=rng))


def explorer_results(
    subject: Case | DrawSource | ComparisonReport | EnginesReport,
    definition: str | None = None,
    *,
    engine: Engines = "elicited",
    standards: bool = True,
    rng: int = 1,
) -> ExplorerResults:
    """Return the results behind an explorer; see `explorer`."""
    variants = tuple(
        variant
        for comparison in _comparisons(subject, engine, rng)
        for variant in _variants(comparison, definition, standards=standards)
    )
    return ExplorerResults(variants, default_definition(variants[0].comparison.rows, definition))


def _comparisons(
    subject: Case | DrawSource | ComparisonReport | EnginesReport, engine: Engines, seed: int
) -> list[ComparisonReport]:
    """Return a comparison of definitions for each engine."""
    if engine not in (*ENGINES, "both"):
        raise UsageError(f"no engine {engine!r}; expected {', '.join(ENGINES)} or both")
    if not isinstance(subject, Case) and (engine, seed) != ("elicited", 1):
        raise UsageError("engine and rng are of a case; what is drawn already has its own. Hint: give the case itself")
    if isinstance(subject, Case):
        engines = ENGINES if engine == "both" else (engine,)
        return [compared(subject, DrawOptions(engine=one, seed=seed)) for one in engines]
    if isinstance(subject, EnginesReport):
        return [_of_all_years(subject.elicited), _of_all_years(subject.synthesis)]
    if isinstance(subject, ComparisonReport):
        return [_of_all_years(subject)]
    if hasattr(subject, "evaluate"):
        return [compare(subject)]
    raise UsageError(
        f"nothing to explore in {type(subject).__name__}; expected a case, draws or a comparison. "
        "Hint: mcmort.load('ussr') is a case"
    )


def _of_all_years(report: ComparisonReport) -> ComparisonReport:
    """Return a comparison of the same definitions without a restriction of years, which an explorer has as a choice."""
    comparison = report.comparison
    draws = comparison.draws.posterior if isinstance(comparison.draws, FitOnRequest) else comparison.draws
    if comparison.years is None and draws is comparison.draws:
        return report
    return compare(draws, [row.total.definition.id for row in comparison.rows])


def _variants(report: ComparisonReport, definition: str | None, *, standards: bool) -> list[Variant]:
    """Thin the draws of a comparison, and make those of other standards of evidence as they were made."""
    options, draws = report.receipt.options(), report.comparison.draws
    if not isinstance(draws, Draws):
        options = replace(options, draws=min(options.draws or _MOST_DRAWS, _MOST_DRAWS))
    if standards and options.evidence == frozenset(draws.case.head.evidence):
        options = replace(options, evidence=None)
    return page_variants(report, options, definition=definition)
