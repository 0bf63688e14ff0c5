"""Hindcasts: the verb, and the report that it returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mcmort.analysis.claims import compare_claims
from mcmort.analysis.library_receipt import LibraryReceipt, library_receipt
from mcmort.analysis.measured_errors.before_archives import EarlyClaim, early_claims
from mcmort.analysis.measured_errors.hindcast import Hindcast, hindcasts
from mcmort.analysis.measured_errors.hindcast_cases import EventCase, event_cases
from mcmort.analysis.measured_errors.hindcast_fits import FittedHindcasts, Refused, fitted_event_cases, fitted_hindcasts
from mcmort.analysis.measured_errors.hindcast_scores import HindcastScore, hindcast_scores
from mcmort.analysis.measured_errors.left_out_numbers import LeftOutNumbers, left_out_numbers
from mcmort.analysis.measured_errors.refits import Runner
from mcmort.api.library_runner import library_runner_here
from mcmort.api.printed import Printed
from mcmort.catalogue import load
from mcmort.catalogue.measured_errors import ErrorLibrary, load_errors
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.errors import UsageError
from mcmort.present.documents.hindcast_document import HindcastDocument, hindcast_document
from mcmort.present.tables.columns import Table
from mcmort.present.tables.hindcast_table import archives_table, cases_table, coverage_table, events_table, pit_table
from mcmort.present.texts.hindcast_headline import archives_headline, hindcast_headline, hindcast_title
from mcmort.results import Engine
from mcmort.sampler import simulate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["HINDCAST_TABLES", "HindcastReport", "hindcast", "hindcast_with"]

HINDCAST_TABLES: Final = ("coverage", "events", "pit", "cases", "archives")
_CASE: Final = "ussr"
_DRAWS: Final = 20_000


@dataclass(frozen=True, repr=False)
class HindcastReport(Printed):
    """Later counts beside what early figures predicted of them.

    Attributes
    ----------
    library : ErrorLibrary
        The pairs.
    numbers : LeftOutNumbers
        What all events but its own teach of each figure.
    receipt : LibraryReceipt
        All that is needed to compute them again.
    shown : str
        The table that is printed; `showing` chooses another.
    fitted : FittedHindcasts or None
        Predictions by the Bayesian engine, if these were asked for.
    """

    library: ErrorLibrary
    numbers: LeftOutNumbers
    receipt: LibraryReceipt
    shown: str = "coverage"
    fitted: FittedHindcasts | None = None

    def showing(self, table: str) -> HindcastReport:
        """Return the same with another of its tables to print."""
        if table not in HINDCAST_TABLES:
            raise UsageError(f"no table {table!r}; expected one of {', '.join(HINDCAST_TABLES)}")
        return replace(self, shown=table)

    @cached_property
    def rows(self) -> tuple[Hindcast, ...]:
        """Each later count with its prediction, by each method."""
        return hindcasts(self.library, self.numbers) if self.fitted is None else self.fitted.rows

    @cached_property
    def scores(self) -> tuple[HindcastScore, ...]:
        """Coverage and scores by group of events and method."""
        return hindcast_scores(self.rows)

    @cached_property
    def cases(self) -> tuple[EventCase, ...]:
        """Events of three early figures or more, each as a case that the engine reads by default."""
        if self.fitted is not None:
            return fitted_event_cases(self.library, self.fitted.rows)
        return event_cases(self.library, self.numbers)

    @cached_property
    def archives(self) -> tuple[EarlyClaim, ...]:
        """Claims about the Soviet Union from before 1989, beside what its archives show."""
        case = load(_CASE)
        return early_claims(compare_claims(simulate(case, n=_DRAWS, rng=1)), case.sources, self.numbers)

    @property
    def headline(self) -> str:
        """The sentences that say how often predictions held, above the table of coverage and that of the archives."""
        match self.shown:
            case "coverage":
                return hindcast_headline(self.scores)
            case "archives":
                return archives_headline(self.archives)
        return ""

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table that is shown."""
        del whole
        return (self.table(self.shown),)

    def table(self, name: str = "coverage") -> Table:
        """Return one of the tables: ``coverage``, ``events``, ``pit``, ``cases`` or ``archives``."""
        match name:
            case "coverage":
                return coverage_table(self.scores, self.refused)
            case "events":
                return events_table(self.rows)
            case "pit":
                return pit_table(self.scores)
            case "cases":
                return cases_table(self.cases)
            case "archives":
                return archives_table(self.archives)
        raise UsageError(f"no table {name!r}; expected one of {', '.join(HINDCAST_TABLES)}")

    def document(self) -> HindcastDocument:
        """Return everything in the stable JSON schema."""
        return hindcast_document(
            self.library.digest, self.scores, self.rows, self.cases, self.archives, self.numbers, self.receipt,
            self.refused,
        )  # fmt: skip

    @property
    def refused(self) -> tuple[Refused, ...]:
        """Fits that were refused, and predict nothing."""
        return () if self.fitted is None else self.fitted.refused

    def figure(self) -> Figure:
        """Return the figure: where later counts lie in their predictions."""
        from mcmort.present.figures.hindcast_pit import hindcast_figure

        return hindcast_figure(self.scores, hindcast_title(self.scores))


@checked_arguments
def hindcast(
    path: str | Path | None = None,
    extra: Sequence[str | Path] = (),
    *,
    engine: Engine = "elicited",
    refit: bool = False,
    seed: int = 1,
    workers: int = 1,
    folder: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> HindcastReport:
    """Predict each later count of the library of measured errors from early figures, its own event left out.

    Parameters
    ----------
    path : str or Path, optional
        A folder with ``pairs.csv`` and ``sources.bib``; by default the pairs that come with mcmort.
    extra : sequence of str or Path
        Folders of the same form with pairs of one's own; they need a refit.
    engine : {"elicited", "synthesis"}
        Which engine predicts. With the second the early figures of each event are fitted (about a minute).
    refit : bool
        Whether to fit the model anew, with PyMC, instead of reading what was fitted to the folder. Events are left out
        by importance sampling from one fit, and by refits where that does not do.
    seed : int
        Of the sampler.
    workers : int
        Processes that share the fits; they change no bit.
    folder : str or Path, optional
        Where each fit is kept once it is done, so that a run that was interrupted goes on.
    progress : callable, optional
        Called with the fits done and the fits asked for.

    Returns
    -------
    HindcastReport

    Raises
    ------
    UsageError
        If nothing was fitted to these pairs.

    Examples
    --------
    >>> import mcmort as mm
    >>> report = mm.hindcast()
    >>> len(report.scores) > 0
    True
    """
    run = library_runner_here(workers, folder, progress)
    report = hindcast_with(run, path, extra, engine=engine, refit=refit, seed=seed)
    assert report is not None
    return report


def hindcast_with(
    run: Runner,
    path: str | Path | None = None,
    extra: Sequence[str | Path] = (),
    *,
    engine: Engine = "elicited",
    refit: bool = False,
    seed: int = 1,
) -> HindcastReport | None:
    """Predict later counts by what has fits carried out; nothing is returned where these are only planned."""
    library = load_errors(path, extra)
    receipt = library_receipt("hindcast", library.digest, path, extra, refit=refit, seed=seed, engine=engine)
    numbers = left_out_numbers(library, seed, run=run) if refit else _stored(library)
    if numbers is None:
        return None
    if engine == "elicited":
        return HindcastReport(library, numbers, receipt)
    fitted = fitted_hindcasts(library, numbers, seed, run=run)
    return None if fitted is None else HindcastReport(library, numbers, receipt, fitted=fitted)


def _stored(library: ErrorLibrary) -> LeftOutNumbers:
    """Return what was fitted to the pairs of a folder with each event left out."""
    numbers = None if library.left_out is None else LeftOutNumbers.model_validate(library.left_out)
    if numbers is None or numbers.pairs != library.digest:
        raise UsageError("nothing was fitted to these pairs with each event left out. Hint: --refit (some minutes)")
    return numbers
