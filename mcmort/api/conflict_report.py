"""What pulls against what in the evidence of a case: the verb, and the report that prints itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mcmort.analysis.conflict import Conflict, Runner
from mcmort.analysis.conflict import conflict as compute
from mcmort.analysis.node_fit import Compared, compare_node
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.request import ConflictRequest
from mcmort.api.printed import Printed
from mcmort.cache.folder import cache_folder
from mcmort.catalogue import Case
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.present.conflict_text import conflict_finding
from mcmort.present.documents.conflict_document import ConflictDocument, conflict_document
from mcmort.present.tables.columns import Table
from mcmort.present.tables.conflict_table import conflict_table
from mcmort.results import DrawSource
from mcmort.results.seed import given_seed
from mcmort.tasks import request_runner

__all__ = ["ConflictReport", "again", "comparison_folder", "comparison_runner", "conflict", "conflict_with"]


@dataclass(frozen=True, repr=False)
class ConflictReport(Printed):
    """What pulls against what in the evidence of a case, with a receipt.

    Attributes
    ----------
    conflict : Conflict
        The comparisons.
    receipt : Receipt
        All that is needed to make it again.
    """

    conflict: Conflict
    receipt: Receipt

    @property
    def headline(self) -> str:
        """The sentences that say what was found."""
        return " ".join(conflict_finding(self.conflict))

    def tables(self, *, whole: bool = False) -> Sequence[Table]:
        """Return its one table: a row for each comparison, or only for the strongest."""
        return (conflict_table(self.conflict, whole=whole),)

    def document(self) -> ConflictDocument:
        """Return the result in the stable JSON schema."""
        return conflict_document(self.conflict, self.receipt)


@checked_arguments
def conflict(
    case: Case,
    *,
    rng: int | np.random.Generator | None = None,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    draws: int | None = None,
    workers: int = 1,
    folder: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ConflictReport:
    """Compare each part of the evidence of a case with all the rest, by node-splitting in the Bayesian engine.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    rng, evidence, without, draws
        Of the fits; see `mcmort.fit`.
    workers : int
        Processes that share the comparisons; they change no bit.
    folder : str or Path, optional
        Where each comparison is kept once it is done, so that a run that was interrupted goes on.
    progress : callable, optional
        Called with the comparisons done and the comparisons asked for.

    Returns
    -------
    ConflictReport
        Prints itself: what pulls against what first, then a row for each comparison.

    Raises
    ------
    EvidenceError
        If nothing is left to condition on, or something may be negative.
    UsageError
        If a basis, source or number is not one, or there is nothing to compare.

    Examples
    --------
    >>> import mcmort as mm
    >>> print(mm.conflict(mm.load("ussr"), workers=2))  # doctest: +SKIP
    """
    is_here = workers == 1 and folder is None and progress is None
    run = None if is_here else comparison_runner(workers, None if folder is None else Path(folder), progress)
    seed = 1 if rng is None else given_seed(rng)
    return conflict_with(case, seed=seed, evidence=evidence, without=without, draws=draws, run=run)


def conflict_with(
    case: Case,
    *,
    seed: int = 1,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    draws: int | None = None,
    run: Runner | None = None,
) -> ConflictReport:
    """Compare each part of the evidence with all the rest; see `conflict`."""
    found = compute(case, seed=seed, evidence=evidence, without=without, draws=draws, run=run)
    receipt = receipt_of(ConflictRequest(draws=draws), {}, found.draws)
    return ConflictReport(found, receipt)


def again(draws: DrawSource, request: ConflictRequest, receipt: Receipt) -> ConflictReport:
    """Make every comparison again that was made from its receipt."""
    return conflict_with(
        draws.case, seed=receipt.seed, evidence=receipt.evidence, without=receipt.without, draws=request.draws
    )


def _failed(reason: str) -> dict[str, Any]:
    return Compared(failure=reason).as_json()


comparison_runner = partial(request_runner, compare_node, _failed)
"""Carries out comparisons as tasks; takes `workers`, `folder`, `progress` and `executor`, see `request_runner`."""


def comparison_folder() -> Path:
    """Return the folder in which comparisons are kept for the command line."""
    return cache_folder() / "comparisons"
