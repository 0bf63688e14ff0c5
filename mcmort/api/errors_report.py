"""Measured errors of early figures: the verb, and the report that it returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mcmort.analysis.library_receipt import LibraryReceipt, library_receipt
from mcmort.analysis.measured_errors import (
    ClassErrors,
    FittedErrors,
    class_errors,
    completeness,
    lag_errors,
    readings_held,
)
from mcmort.analysis.measured_errors.refits import Runner, refitted_errors
from mcmort.api.library_runner import library_runner_here
from mcmort.api.printed import Printed
from mcmort.catalogue.measured_errors import ErrorLibrary, load_errors
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.errors import UsageError
from mcmort.present.documents.errors_document import ErrorsDocument, errors_document
from mcmort.present.tables.columns import Table
from mcmort.present.tables.errors_table import (
    classes_table,
    pairs_table,
    readings_table,
    registers_table,
    years_table,
)
from mcmort.present.tables.single_events_table import single_events_table
from mcmort.present.texts.errors_headline import errors_headline, errors_notes, errors_title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ERROR_TABLES", "ErrorsReport", "measured_errors", "measured_errors_with"]

ERROR_TABLES: Final = ("classes", "readings", "years", "registers", "events", "pairs")


@dataclass(frozen=True, repr=False)
class ErrorsReport(Printed):
    """How far early figures were from later, better counts.

    Attributes
    ----------
    library : ErrorLibrary
        The pairs.
    fitted : FittedErrors or None
        Bias and spread of each class of figures, from the hierarchical model.
    receipt : LibraryReceipt
        All that is needed to compute them again.
    shown : str
        The table that is printed; `showing` chooses another.
    """

    library: ErrorLibrary
    fitted: FittedErrors | None
    receipt: LibraryReceipt
    shown: str = "classes"

    def showing(self, table: str) -> ErrorsReport:
        """Return the same with another of its tables to print."""
        self.table(table)
        return replace(self, shown=table)

    @cached_property
    def classes(self) -> tuple[ClassErrors, ...]:
        """What was found of each class of figures, beside what the model makes of it."""
        return class_errors(self.library, self.fitted)

    @property
    def is_current(self) -> bool:
        """Whether the fitted numbers rest on exactly these pairs."""
        return self.fitted is not None and self.fitted.pairs == self.library.digest

    @property
    def headline(self) -> str:
        """The sentences that say what the errors come to, above the table of classes."""
        return errors_headline(self.classes) if self.shown == "classes" else ""

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table that is shown."""
        del whole
        return (self.table(self.shown),)

    def table(self, name: str = "classes") -> Table:
        """Return one of the tables: ``classes``, ``readings``, ``years``, ``registers``, ``events`` or ``pairs``."""
        library = self.library
        match name:
            case "classes":
                notes = errors_notes(library, self.fitted, is_current=self.is_current)
                return classes_table(self.classes, self.fitted, notes)
            case "readings":
                return readings_table(readings_held(library.pairs))
            case "years":
                found = [pair for pair in library.pairs if not library.is_complete(pair)]
                return years_table(lag_errors(found), self.fitted)
            case "registers":
                return registers_table(completeness(library), library)
            case "events":
                single = None if self.fitted is None else self.fitted.single_events
                return single_events_table(single, [row.name for row in self.classes])
            case "pairs":
                return pairs_table(library.pairs)
        raise UsageError(f"no table {name!r}; expected one of {', '.join(ERROR_TABLES)}")

    def document(self) -> ErrorsDocument:
        """Return all tables in the stable JSON schema."""
        library = self.library
        found = [pair for pair in library.pairs if not library.is_complete(pair)]
        readings, spans = readings_held(library.pairs), lag_errors(found)
        return errors_document(library, self.fitted, self.classes, readings, spans, completeness(library), self.receipt)

    def figure(self) -> Figure:
        """Return the figure: each pair, and bias and spread of each class of figures."""
        from mcmort.present.figures.error_points import error_rows, errors_figure

        return errors_figure(error_rows(self.library, self.fitted), errors_title(self.classes))


@checked_arguments
def measured_errors(
    path: str | Path | None = None,
    extra: Sequence[str | Path] = (),
    *,
    refit: bool = False,
    seed: int = 1,
    workers: int = 1,
    folder: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ErrorsReport:
    """Measure how far early figures were from later, better counts of the same deaths.

    Parameters
    ----------
    path : str or Path, optional
        A folder with ``pairs.csv`` and ``sources.bib``; by default the pairs that come with mcmort.
    extra : sequence of str or Path
        Folders of the same form with pairs of one's own.
    refit : bool
        Whether to fit the model anew, with PyMC, instead of reading the numbers that were fitted to the folder. Each
        event is left out as well, by importance sampling, and by refits where that does not do.
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
    ErrorsReport

    Examples
    --------
    >>> import mcmort as mm
    >>> report = mm.measured_errors()
    >>> len(report.library.pairs) >= 200
    True
    """
    run = library_runner_here(workers, folder, progress)
    report = measured_errors_with(run, path, extra, refit=refit, seed=seed)
    assert report is not None
    return report


def measured_errors_with(
    run: Runner,
    path: str | Path | None = None,
    extra: Sequence[str | Path] = (),
    *,
    refit: bool = False,
    seed: int = 1,
) -> ErrorsReport | None:
    """Measure errors by what has fits carried out; nothing is returned where these are only planned."""
    library = load_errors(path, extra)
    receipt = library_receipt("errors", library.digest, path, extra, refit=refit, seed=seed)
    if not refit:
        shipped = None if library.fitted is None else FittedErrors.model_validate(library.fitted)
        return ErrorsReport(library, shipped, receipt)
    fitted = refitted_errors(library, seed, run)
    return None if fitted is None else ErrorsReport(library, fitted, receipt)
