"""What single parts of the evidence do to a total: the verb, and the report that prints itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcmort.analysis.influence import Influence, Runner, run_here
from mcmort.analysis.influence import influence as compute
from mcmort.analysis.left_out import By, InfluenceRequest
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.refit import Refitted, refit
from mcmort.api.printed import Printed
from mcmort.cache.folder import cache_folder
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.catalogue.vocabulary import Measure
from mcmort.definitions import DefinitionChanges
from mcmort.present.documents.influence_document import InfluenceDocument, influence_document
from mcmort.present.influence_text import finding
from mcmort.present.tables.columns import Table
from mcmort.present.tables.influence_table import influence_table
from mcmort.results import DrawSource
from mcmort.tasks import request_runner
from mcmort.totals import kept
from mcmort.totals.fit_on_request import FitOnRequest

if TYPE_CHECKING:
    from mcmort.bayes.power_scaling import Sensitivity

__all__ = ["InfluenceReport", "again", "influence", "influence_with", "refit_folder", "seconds_of_fit", "task_runner"]


@dataclass(frozen=True, repr=False)
class InfluenceReport(Printed):
    """What single parts of the evidence do to a total, with a receipt.

    Attributes
    ----------
    influence : Influence
        The rows, and the total from all the evidence.
    receipt : Receipt
        All that is needed to make it again.
    power : Sensitivity or None
        Of a fit, to the power of its priors and its likelihood.
    """

    influence: Influence
    receipt: Receipt
    power: Sensitivity | None = None

    @cached_property
    def text(self) -> list[str]:
        """The sentences that say what was found."""
        return finding(self.influence)

    def document(self) -> InfluenceDocument:
        """Return the result in the stable JSON schema."""
        return influence_document(self.influence, self.power, self.receipt)

    @property
    def headline(self) -> str:
        """The sentences that say what was found, as one text."""
        return " ".join(self.text)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of what was left out, with all rows if whole."""
        return (influence_table(self.influence, self.power, whole=whole),)


@checked_arguments
def influence(
    draws: DrawSource,
    definition: str,
    *,
    by: By = "source",
    years: tuple[int, int] | None = None,
    measure: Measure | None = None,
    net: bool | None = None,
    include: Sequence[Mapping[str, Sequence[str]]] = (),
    exclude: Sequence[Mapping[str, Sequence[str]]] = (),
    interval: float = 0.95,
    workers: int = 1,
    folder: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> InfluenceReport:
    """Leave out each source, lineage, school or basis in turn, and compute a total again from what is left.

    Parameters
    ----------
    draws : Draws or Sampler
        From `mcmort.simulate`, `mcmort.Sampler` or `mcmort.fit`: the refits are made as its draws are. A fit of fewer
        than 16,000 draws is made anew with so many, and each refit has a quarter of that.
    definition : str
        Name of a definition of the case.
    by : {"source", "lineage", "school", "basis"}
        What is left out, one at a time.
    years, measure, net, include, exclude
        What to change in the definition; see `mcmort.total`.
    interval : float
        Probability of the interval whose ends are followed.
    workers : int
        Processes that share the refits; they change no bit.
    folder : str or Path, optional
        Where each refit is kept once it is done, so that a run that was interrupted goes on.
    progress : callable, optional
        Called with the refits done and the refits asked for.

    Returns
    -------
    InfluenceReport
        Prints itself: the farthest shift first, each with its Monte Carlo error.

    Raises
    ------
    DefinitionError
        If the definition is unknown, or asks only for what is unknown.
    OptionError
        If the draws were made in a way that refits cannot follow: quasi-random, or until a precision was reached.

    Examples
    --------
    >>> import mcmort as mm
    >>> sampler = mm.Sampler(mm.load("ussr"), n=2_000, rng=1)
    >>> found = mm.influence(sampler, "repression", by="basis")
    >>> [(row.left_out.name, row.status) for row in found.influence.rows][:2]
    [('demographic', 'ranked'), ('registered-adjusted', 'floor')]
    """
    changes = DefinitionChanges.checked(
        years=years, measure=measure, net=net, include=tuple(include), exclude=tuple(exclude)
    )
    # a case that was made or changed in memory stands nowhere that another process could read it
    is_here = workers == 1 and folder is None and progress is None
    run = run_here if is_here else task_runner(workers, None if folder is None else Path(folder), progress)
    return influence_with(draws, definition, changes, by=by, interval=interval, run=run)


def influence_with(
    draws: DrawSource,
    definition: str,
    changes: DefinitionChanges,
    *,
    by: By = "source",
    interval: float = 0.95,
    run: Runner = run_here,
) -> InfluenceReport:
    """Compute the influence of parts of the evidence on a total under a definition with changes; see `influence`."""
    found = compute(draws, definition, changes, by=by, probability=interval, run=run)
    request = InfluenceRequest(definitions=(definition,), by=by, **dict(changes))
    receipt = receipt_of(request, [found.total], interval=interval)
    return InfluenceReport(found, receipt, _power(found))


def again(draws: DrawSource, request: InfluenceRequest, receipt: Receipt) -> InfluenceReport:
    """Compute influences again from their receipt."""
    return influence_with(draws, request.definition, request.changes, by=request.by, interval=receipt.interval)


def _failed(reason: str) -> dict[str, Any]:
    return asdict(Refitted(failure=reason))


task_runner = partial(request_runner, refit, _failed)
"""Carries out refits as tasks; takes `workers`, `folder`, `progress` and `executor`, see `request_runner`."""


def refit_folder() -> Path:
    """Return the folder in which refits are kept for the command line."""
    return cache_folder() / "refits"


def seconds_of_fit(draws: DrawSource) -> float:
    """Return what a fit took, but for what is compiled once; 0 of the other engine, whose draws are none."""
    if isinstance(draws, FitOnRequest):
        draws = draws.posterior
    seconds: Mapping[str, float] = getattr(draws, "seconds", {})
    return sum(seconds[part] for part in seconds if part != "compiling")


def _power(found: Influence) -> Sensitivity | None:
    """Return how strongly the total of a fit depends on its priors and its likelihood."""
    draws = found.total.draws
    if draws.manifest.engine != "synthesis":
        return None
    from mcmort.bayes import Posterior
    from mcmort.bayes.power_scaling import sensitivity

    assert isinstance(draws, Posterior)
    return sensitivity(draws, kept(found.total.values))
