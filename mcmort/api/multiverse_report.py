"""The verb `multiverse` and the report that it returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mcmort.analysis.multiverse.pbox import PBox
from mcmort.analysis.multiverse.request import DEFAULT_UNIVERSES, MultiverseRequest, read_choices
from mcmort.analysis.multiverse.whole import Multiverse, run_multiverse
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.summary import check_probabilities
from mcmort.api.printed import Printed
from mcmort.catalogue import Case
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.errors import UsageError
from mcmort.present.documents.multiverse_document import MultiverseDocument, multiverse_document
from mcmort.present.multiverse_text import multiverse_headline
from mcmort.present.tables.columns import Table
from mcmort.present.tables.multiverse_table import boxes_table, choices_table, universes_table
from mcmort.results import DrawSource
from mcmort.results.seed import given_seed

if TYPE_CHECKING:
    import numpy as np

__all__ = ["DEFAULT_DRAWS", "MultiverseReport", "again", "multiverse", "multiverse_of"]

DEFAULT_DRAWS: Final = 100_000


@dataclass(frozen=True, repr=False)
class MultiverseReport(Printed):
    """Universes with what can be said of them together.

    Attributes
    ----------
    multiverse : Multiverse
        The totals, by universe, with their probability boxes and decompositions.
    receipt : Receipt
        All that is needed to make them again.
    """

    multiverse: Multiverse
    receipt: Receipt

    @property
    def headline(self) -> str:
        """The sentence that says what the universes disagree about."""
        return multiverse_headline(self.multiverse)

    @property
    def boxes(self) -> Mapping[str, PBox]:
        """The probability box of each definition, and of any of them under ``""``: the data of a figure."""
        return {"": self.multiverse.pbox, **self.multiverse.pbox_by_definition}

    def document(self) -> MultiverseDocument:
        """Return the result in the stable JSON schema."""
        return multiverse_document(self.multiverse, self.receipt)

    def tables(self, *, whole: bool = False) -> tuple[Table, ...]:
        """Return the probability boxes, and what the universes disagree about."""
        del whole
        boxes = boxes_table(self.multiverse)
        return (boxes, choices_table(self.multiverse)) if self.multiverse.of_medians.groups else (boxes,)

    def rows_table(self) -> Table:
        """Return the table of all universes."""
        return universes_table(self.multiverse)


@checked_arguments
def multiverse(
    case: Case,
    *,
    universes: int = DEFAULT_UNIVERSES,
    draws: int = DEFAULT_DRAWS,
    rng: int | np.random.Generator = 1,
    dials: Mapping[str, Sequence[str] | str] | None = None,
    standards: Mapping[str, Sequence[str]] | None = None,
    exclude: Sequence[Mapping[str, Sequence[str] | str]] = (),
    choices: Path | str | None = None,
    interval: float = 0.95,
    holds: Sequence[float] = (),
    threads: int | None = None,
    workers: int = 1,
    folder: Path | str | None = None,
    executor: Executor | None = None,
) -> MultiverseReport:
    """Compute the total of a case under every combination of choices, all on the same random numbers.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    universes : int
        The most universes; of more, a balanced random sample.
    draws : int
        Of each universe.
    rng : int or numpy.random.Generator
        Seed of the draws and of the sample.
    dials : mapping of str to sequence of str, optional
        Options of dials, the usual one first: ``definition``, ``measure`` (``all``, ``registered``), ``net``
        (``gross``, ``net``), ``evidence`` (``admitted``, ``with-assertions``, ``without-testimony``, ``counted``, or
        bases joined by ``+``), ``pool``, ``weights``, ``reading`` (what a range holds whose source does not say it,
        such as ``80%``), ``family`` (``case``, or that of ranges whose family is open), ``dependence``, ``engine``.
    standards : mapping of str to sequence of str, optional
        Standards of evidence of your own: bases by a name, to be used in the dial ``evidence``.
    exclude : sequence of mappings, optional
        Options that do not go together, by dial; the key ``reason`` says why.
    choices : Path or str, optional
        A TOML file with the tables ``dials``, ``standards`` and ``[[exclude]]``, to which the arguments add.
    interval : float
        Probability of the intervals.
    holds : sequence of float
        Numbers of which is to be said in how many universes the interval holds them.
    threads, workers, folder, executor
        How many threads, or processes of one thread each; where results are kept, so that an interrupted run goes on;
        what runs them in place of processes here. None of them changes a bit.

    Returns
    -------
    MultiverseReport
        Prints itself.

    Raises
    ------
    UsageError
        If a dial or option is none, or no universe is left.

    Examples
    --------
    >>> import mcmort as mm
    >>> result = mm.multiverse(mm.load("ussr"), universes=20, draws=1_000)
    >>> sum(result.multiverse.of_medians.groups.values())  # doctest: +ELLIPSIS
    1.0...
    """
    planned = {} if choices is None else read_choices(Path(choices))
    request = MultiverseRequest.checked(
        dials={**planned.get("dials", {}), **(dials or {})},
        standards={**planned.get("standards", {}), **(standards or {})},
        exclude=[*planned.get("exclude", []), *map(_exclusion, exclude)],
        universes=universes,
        holds=tuple(holds),
    )
    return multiverse_of(
        case, request, draws=draws, seed=given_seed(rng), interval=interval, threads=threads, workers=workers,
        folder=None if folder is None else Path(folder), executor=executor,
    )  # fmt: skip


def _exclusion(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return an exclusion whose keys are dials, but for ``reason``, as a request has it."""
    return {"options": {key: value for key, value in rule.items() if key != "reason"}} | (
        {"reason": rule["reason"]} if "reason" in rule else {}
    )


def multiverse_of(
    case: Case, request: MultiverseRequest, *, draws: int, seed: int, interval: float = 0.95, **how: Any
) -> MultiverseReport:
    """Compute a multiverse from a request; `how` says on what it runs. See `multiverse`."""
    check_probabilities([interval])
    if isinstance(draws, bool) or draws < 1:
        raise UsageError(f"the number of draws is {draws!r}; expected a whole number from 1 up")
    computed = run_multiverse(case, request, draws=draws, seed=seed, interval=interval, **how)
    receipt = receipt_of(request, {}, computed.source, interval=interval)
    return MultiverseReport(computed, receipt.model_copy(update={"totals": {"universes": computed.digest}}))


def again(draws: DrawSource, request: MultiverseRequest, receipt: Receipt) -> MultiverseReport:
    """Compute a multiverse again from its receipt."""
    return multiverse_of(draws.case, request, draws=receipt.draws, seed=receipt.seed, interval=receipt.interval)
