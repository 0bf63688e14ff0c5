"""Totals of the Bayesian engine under other priors: the verb, and the report that prints itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mcmort.analysis.prior_sensitivity import PriorSensitivity, Runner, refit_with_prior
from mcmort.analysis.prior_sensitivity import prior_sensitivity as compute
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.request import PriorsRequest
from mcmort.api.printed import Printed
from mcmort.catalogue import Case
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.present.documents.prior_sensitivity_document import PriorSensitivityDocument, prior_sensitivity_document
from mcmort.present.tables.columns import Table
from mcmort.present.tables.prior_sensitivity_table import prior_headline, prior_sensitivity_table
from mcmort.results import DrawSource
from mcmort.results.seed import given_seed
from mcmort.tasks import request_runner

__all__ = ["PriorSensitivityReport", "again", "prior_runner", "prior_sensitivity", "prior_sensitivity_with"]


@dataclass(frozen=True, repr=False)
class PriorSensitivityReport(Printed):
    """Totals under other priors, with a receipt.

    Attributes
    ----------
    result : PriorSensitivity
        The totals.
    receipt : Receipt
        All that is needed to make them again.
    """

    result: PriorSensitivity
    receipt: Receipt

    @property
    def headline(self) -> str:
        """The sentence that says the finding."""
        return prior_headline(self.result)

    def document(self) -> PriorSensitivityDocument:
        """Return the totals in the stable JSON schema."""
        return prior_sensitivity_document(self.result, self.receipt)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table, a row for each change."""
        del whole
        return (prior_sensitivity_table(self.result),)


@checked_arguments
def prior_sensitivity(
    case: Case,
    definition: str | None = None,
    *,
    rng: int | np.random.Generator | None = None,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    draws: int | None = None,
    workers: int = 1,
    folder: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PriorSensitivityReport:
    """Fit a case with each prior changed in turn, and say what the totals are then.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    definition : str, optional
        Whose totals are shown; by default the one with the largest.
    rng, evidence, without, draws
        Of the fits; see `mcmort.fit`.
    workers : int
        Processes that share the fits; they change no bit.
    folder : str or Path, optional
        Where each fit is kept once it is done, so that a run that was interrupted goes on.
    progress : callable, optional
        Called with the fits done and the fits asked for.

    Returns
    -------
    PriorSensitivityReport
        Prints itself: how far the total depends on priors first, then a row for each change.

    Raises
    ------
    ConvergenceError
        If the fit with the priors as they are is refused.
    EvidenceError
        If nothing is left to condition on.
    UsageError
        If a definition, basis, source or number is not one.

    Examples
    --------
    >>> import mcmort as mm
    >>> print(mm.prior_sensitivity(mm.load("ussr"), "broad", workers=2))  # doctest: +SKIP
    """
    is_here = workers == 1 and folder is None and progress is None
    run = None if is_here else prior_runner(workers, None if folder is None else Path(folder), progress)
    seed = 1 if rng is None else given_seed(rng)
    return prior_sensitivity_with(
        case, definition, seed=seed, evidence=evidence, without=without, draws=draws, run=run
    )  # fmt: skip


def prior_sensitivity_with(
    case: Case,
    definition: str | None = None,
    *,
    seed: int = 1,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    draws: int | None = None,
    run: Runner | None = None,
) -> PriorSensitivityReport:
    """Fit a case with each prior changed in turn; see `prior_sensitivity`."""
    found = compute(case, definition, seed=seed, evidence=evidence, without=without, draws=draws, run=run)
    receipt = receipt_of(PriorsRequest(definition=definition, draws=draws), {}, found.draws)
    return PriorSensitivityReport(found, receipt)


def again(draws: DrawSource, request: PriorsRequest, receipt: Receipt) -> PriorSensitivityReport:
    """Make every fit again that was made from its receipt."""
    return prior_sensitivity_with(
        draws.case, request.definition, seed=receipt.seed, evidence=receipt.evidence, without=receipt.without,
        draws=request.draws,
    )  # fmt: skip


def _failed(reason: str) -> dict[str, Any]:
    return {"totals": {}, "failure": reason}


prior_runner = partial(request_runner, refit_with_prior, _failed)
"""Carries out fits as tasks; takes `workers`, `folder`, `progress` and `executor`, see `request_runner`."""
