"""Hindcasts: the verb, and the report that it returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from mcmort.analysis.claims import compare_claims
from mcmort.analysis.measured_errors.before_archives import EarlyClaim, early_claims
from mcmort.analysis.measured_errors.hindcast import Hindcast, hindcasts
from mcmort.analysis.measured_errors.hindcast_scores import HindcastScore, hindcast_scores
from mcmort.analysis.measured_errors.left_out_numbers import LeftOutNumbers, left_out_numbers
from mcmort.catalogue import load
from mcmort.catalogue.measured_errors import ErrorLibrary, load_errors
from mcmort.errors import UsageError
from mcmort.present.documents.frame import as_json
from mcmort.present.documents.hindcast_document import HindcastDocument, hindcast_document
from mcmort.present.print_format import wrapped
from mcmort.present.tables.columns import Table
from mcmort.present.tables.formats import render
from mcmort.present.tables.hindcast_table import archives_table, coverage_table, events_table, pit_table
from mcmort.present.texts.hindcast_headline import archives_headline, hindcast_headline
from mcmort.sampler import simulate

__all__ = ["HINDCAST_TABLES", "HindcastReport", "hindcast"]

HINDCAST_TABLES: Final = ("coverage", "events", "pit", "archives")
_CASE: Final = "ussr"
_DRAWS: Final = 20_000


@dataclass(frozen=True)
class HindcastReport:
    """Later counts beside what early figures predicted of them.

    Attributes
    ----------
    library : ErrorLibrary
        The pairs.
    numbers : LeftOutNumbers
        What all events but its own teach of each figure.
    """

    library: ErrorLibrary
    numbers: LeftOutNumbers

    @cached_property
    def rows(self) -> tuple[Hindcast, ...]:
        """Each later count with its prediction, by each method."""
        return hindcasts(self.library, self.numbers)

    @cached_property
    def scores(self) -> tuple[HindcastScore, ...]:
        """Coverage and scores by group of events and method."""
        return hindcast_scores(self.rows)

    @cached_property
    def archives(self) -> tuple[EarlyClaim, ...]:
        """Claims about the Soviet Union from before 1989, beside what its archives show."""
        case = load(_CASE)
        return early_claims(compare_claims(simulate(case, n=_DRAWS, rng=1)), case.sources, self.numbers)

    @property
    def headline(self) -> str:
        """The sentences that say how often predictions held."""
        return hindcast_headline(self.scores)

    def table(self, name: str = "coverage") -> Table:
        """Return one of the tables: ``coverage``, ``events``, ``pit`` or ``archives``."""
        match name:
            case "coverage":
                return coverage_table(self.scores)
            case "events":
                return events_table(self.rows)
            case "pit":
                return pit_table(self.scores)
            case "archives":
                return archives_table(self.archives)
        raise UsageError(f"no table {name!r}; expected one of {', '.join(HINDCAST_TABLES)}")

    def document(self) -> HindcastDocument:
        """Return everything in the stable JSON schema."""
        return hindcast_document(self.library.digest, self.scores, self.rows, self.archives, self.numbers)

    def render(self, form: str = "text", table: str = "coverage", width: int | None = None) -> str:
        """Return a table as ``text``, ``csv``, ``markdown`` or ``latex``, or everything as ``json``."""
        if form == "json":
            return as_json(self.document())
        text = render(self.table(table), form, width)
        if form != "text" or table not in ("coverage", "archives"):
            return text
        headline = self.headline if table == "coverage" else archives_headline(self.archives)
        return "\n".join([*wrapped(headline, width=width), "", text])

    def __str__(self) -> str:
        return self.render()


def hindcast(
    path: str | Path | None = None,
    extra: Sequence[str | Path] = (),
    *,
    refit: bool = False,
    seed: int = 1,
    progress: Callable[[int, int], object] | None = None,
) -> HindcastReport:
    """Predict each later count of the library of measured errors from early figures, its own event left out.

    Parameters
    ----------
    path : str or Path, optional
        A folder with ``pairs.csv`` and ``sources.bib``; by default the pairs that come with mcmort.
    extra : sequence of str or Path
        Folders of the same form with pairs of one's own; they need a refit.
    refit : bool
        Whether to fit the model anew, with PyMC, instead of reading what was fitted to the folder. Events are left out
        by importance sampling from one fit, and by refits where that does not do.
    seed : int
        Of the sampler.
    progress : callable, optional
        Called with how many fits are done, and of how many.

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
    library = load_errors(path, extra)
    if refit:
        return HindcastReport(library, left_out_numbers(library, seed, progress=progress))
    numbers = None if library.left_out is None else LeftOutNumbers.model_validate(library.left_out)
    if numbers is None or numbers.pairs != library.digest:
        raise UsageError("nothing was fitted to these pairs with each event left out. Hint: --refit (some minutes)")
    return HindcastReport(library, numbers)
