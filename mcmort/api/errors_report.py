"""Measured errors of early figures: the verb, and the report that it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mcmort.analysis.measured_errors import (
    ClassErrors,
    FittedErrors,
    class_errors,
    completeness,
    lag_errors,
    readings_held,
)
from mcmort.catalogue.measured_errors import ErrorLibrary, load_errors
from mcmort.errors import UsageError
from mcmort.present.documents.errors_document import ErrorsDocument, errors_document
from mcmort.present.documents.frame import as_json
from mcmort.present.print_format import wrapped
from mcmort.present.tables.columns import Table
from mcmort.present.tables.errors_table import (
    classes_table,
    pairs_table,
    readings_table,
    registers_table,
    years_table,
)
from mcmort.present.tables.formats import render
from mcmort.present.texts.errors_headline import errors_headline, errors_notes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ERROR_TABLES", "ErrorsReport", "measured_errors"]

ERROR_TABLES: Final = ("classes", "readings", "years", "registers", "pairs")


@dataclass(frozen=True)
class ErrorsReport:
    """How far early figures were from later, better counts.

    Attributes
    ----------
    library : ErrorLibrary
        The pairs.
    fitted : FittedErrors or None
        Bias and spread of each class of figures, from the hierarchical model.
    """

    library: ErrorLibrary
    fitted: FittedErrors | None

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
        """The sentences that say what the errors come to."""
        return errors_headline(self.classes)

    def table(self, name: str = "classes") -> Table:
        """Return one of the tables: ``classes``, ``readings``, ``years``, ``registers`` or ``pairs``."""
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
            case "pairs":
                return pairs_table(library.pairs)
        raise UsageError(f"no table {name!r}; expected one of {', '.join(ERROR_TABLES)}")

    def document(self) -> ErrorsDocument:
        """Return all tables in the stable JSON schema."""
        library = self.library
        found = [pair for pair in library.pairs if not library.is_complete(pair)]
        readings, spans = readings_held(library.pairs), lag_errors(found)
        return errors_document(library, self.fitted, self.classes, readings, spans, completeness(library))

    def render(self, form: str = "text", table: str = "classes", width: int | None = None) -> str:
        """Return a table as ``text``, ``csv``, ``markdown`` or ``latex``, or all of them as ``json``."""
        if form == "json":
            return as_json(self.document())
        text = render(self.table(table), form, width)
        is_first = form == "text" and table == "classes"
        return "\n".join([*wrapped(self.headline, width=width), "", text]) if is_first else text

    def figure(self) -> Figure:
        """Return the figure: each pair, and bias and spread of each class of figures."""
        from mcmort.present.figures.error_points import error_rows, errors_figure

        return errors_figure(error_rows(self.library, self.fitted))

    def __str__(self) -> str:
        return self.render()


def measured_errors(
    path: str | Path | None = None, extra: Sequence[str | Path] = (), *, refit: bool = False, seed: int = 1
) -> ErrorsReport:
    """Measure how far early figures were from later, better counts of the same deaths.

    Parameters
    ----------
    path : str or Path, optional
        A folder with ``pairs.csv`` and ``sources.bib``; by default the pairs that come with mcmort.
    extra : sequence of str or Path
        Folders of the same form with pairs of one's own.
    refit : bool
        Whether to fit the model anew, with PyMC, instead of reading the numbers that were fitted to the folder.
    seed : int
        Of the sampler.

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
    library = load_errors(path, extra)
    if refit:
        from mcmort.analysis.measured_errors import fitted_errors
        from mcmort.bayes.measured_errors import design_of, fit_errors

        return ErrorsReport(library, fitted_errors(fit_errors(design_of(library), seed), library, seed))
    fitted = None if library.fitted is None else FittedErrors.model_validate(library.fitted)
    return ErrorsReport(library, fitted)
