"""All universes of a case, run, and what can be said of them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.claims import compare_claims
from mcmort.analysis.multiverse.constraints import Constraint, constraints_of
from mcmort.analysis.multiverse.decomposition import Decomposition, decompose
from mcmort.analysis.multiverse.dials import QUESTION, Dial, bases_of, dials_of
from mcmort.analysis.multiverse.pbox import PBox, pbox
from mcmort.analysis.multiverse.published import PublishedSpread, published_spread
from mcmort.analysis.multiverse.request import MultiverseRequest
from mcmort.analysis.multiverse.run import GRID, digest_of, failed_rows, run_universes
from mcmort.analysis.multiverse.universes import NO_OPTION, Universes, allowed_universes
from mcmort.catalogue.case import Case
from mcmort.errors import McmortError
from mcmort.results import DrawOptions, DrawSource
from mcmort.tasks import Task, TaskFailure, run_tasks, task_of
from mcmort.totals import source_of

__all__ = ["FailedUniverse", "Multiverse", "multiverse_tasks", "run_multiverse"]

type Array = NDArray[np.float64]


@dataclass(frozen=True)
class FailedUniverse:
    """A universe that has no total.

    Attributes
    ----------
    options : dict of str to str
        What was chosen, by dial.
    reason : str
        Why there is no total.
    """

    options: Mapping[str, str]
    reason: str


@dataclass(frozen=True)
class Multiverse:
    """The totals of universes.

    Attributes
    ----------
    case : Case
        The case.
    request : MultiverseRequest
        What was asked.
    source : Draws or Sampler
        How the usual universe is drawn; the others differ by their choices only.
    interval : float
        Probability of the intervals.
    dials : tuple of Dial
        The choices.
    constraints : tuple of Constraint
        What does not go together.
    allowed : int
        How many universes the constraints allow.
    universes : Universes
        Those that were run and have a total.
    medians : ndarray, shape (universes,)
        Their medians.
    halves, ends : ndarray, shape (universes, 2)
        Ends of their 50 % intervals, and of the intervals asked for.
    quantiles : ndarray, shape (universes, len(GRID))
        Their quantiles.
    failed : tuple of FailedUniverse
        Those that were run and have none.
    digest : str
        SHA-256 of all results.
    """

    case: Case
    request: MultiverseRequest
    source: DrawSource
    interval: float
    dials: tuple[Dial, ...]
    constraints: tuple[Constraint, ...]
    allowed: int
    universes: Universes
    medians: Array
    halves: Array
    ends: Array
    quantiles: Array
    failed: tuple[FailedUniverse, ...]
    digest: str

    @cached_property
    def curve(self) -> NDArray[np.int64]:
        """Order of the specification curve: indices by medians, the smallest first, shape ``(n_universes,)``."""
        return np.argsort(self.medians, kind="stable")

    @cached_property
    def pbox(self) -> PBox:
        """What the total can be under any of the choices."""
        return pbox(self.quantiles, GRID)

    @cached_property
    def pbox_by_definition(self) -> Mapping[str, PBox]:
        """What the total of each definition can be under any of the other choices."""
        return {name: pbox(self.quantiles[rows], GRID) for name, rows in self.rows_by_definition.items()}

    @cached_property
    def rows_by_definition(self) -> Mapping[str, NDArray[np.int64]]:
        """Indices of the universes of each definition that has any, in the order of the dial."""
        place = next(place for place, dial in enumerate(self.dials) if dial.name == "definition")
        codes = self.universes.codes[:, place]
        rows = {name: np.flatnonzero(codes == code) for code, name in enumerate(self.dials[place].options)}
        return {name: indices for name, indices in rows.items() if len(indices)}

    @cached_property
    def of_medians(self) -> Decomposition:
        """What the spread of the medians is made of."""
        return decompose(self.universes, self.medians)

    @cached_property
    def of_widths(self) -> Decomposition:
        """What the spread of the widths of the intervals is made of."""
        return decompose(self.universes, self.ends[:, 1] - self.ends[:, 0])

    @cached_property
    def of_ratios(self) -> Decomposition | None:
        """What the spread of the logarithms of the medians is made of; None if one is not positive."""
        return decompose(self.universes, np.log(self.medians)) if (self.medians > 0.0).all() else None

    @cached_property
    def published(self) -> PublishedSpread | None:
        """What the spread of the published totals is made of, by the usual choices of the model."""
        return published_spread(compare_claims(self.source))

    def share_that_holds(self, number: float) -> float:
        """Return the share of universes whose interval holds a number."""
        return float(np.mean((self.ends[:, 0] <= number) & (number <= self.ends[:, 1])))


def multiverse_tasks(
    case: Case, request: MultiverseRequest, *, draws: int, seed: int, interval: float = 0.95
) -> list[Task]:  # fmt: skip
    """Return the tasks of a multiverse, one for each set of universes that share their draws; see `run_multiverse`."""
    dials = dials_of(case, request)
    allowed = allowed_universes(dials, constraints_of(case, dials, request))
    universes = allowed.sampled(request.universes, seed)
    frame = {"seed": seed, "draws": draws, "interval": interval}
    return [
        task_of(run_universes, asked, case)
        for asked in _requests(case, request, universes, _shared_draws(universes), frame)
    ]


def run_multiverse(
    case: Case,
    request: MultiverseRequest,
    *,
    draws: int,
    seed: int,
    interval: float = 0.95,
    threads: int | None = None,
    workers: int = 1,
    folder: Path | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Multiverse:
    """Compute the total in every universe that is asked for, all on the same random numbers.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    request : MultiverseRequest
        Dials, constraints and the most universes.
    draws, seed : int
        Draws of each universe, and the seed of the draws and of the sample of universes.
    interval : float
        Probability of the intervals.
    threads : int, optional
        Threads to use; they change no bit.
    workers : int
        With more than one, so many processes of one thread each; see `mcmort.tasks.run_tasks`.
    folder : Path, optional
        Where results are kept, so that a run that was interrupted goes on from there.
    executor : concurrent.futures.Executor, optional
        What runs the tasks, in place of processes here.
    progress : callable, optional
        Called with the sets of universes done and those asked for: universes of a set share their draws.

    Returns
    -------
    Multiverse

    Raises
    ------
    UsageError
        If a dial or an option is none, or nothing is left.
    McmortError
        If every universe fails, for the reason of the first.
    """
    dials = dials_of(case, request)
    constraints = constraints_of(case, dials, request)
    allowed = allowed_universes(dials, constraints)
    universes = allowed.sampled(request.universes, seed)
    groups = _shared_draws(universes)
    requests = _requests(case, request, universes, groups, {"seed": seed, "draws": draws, "interval": interval})
    if workers == 1 and folder is None and executor is None:
        results = _run_here(case, requests, threads, progress)
    else:
        tasks = [task_of(run_universes, asked, case) for asked in requests]
        by_key = run_tasks(tasks, folder=folder, executor=executor, workers=workers, progress=progress)
        outcomes = [by_key[task.key] for task in tasks]
        results = [
            failed_rows(asked, outcome.reason) if isinstance(outcome, TaskFailure) else outcome
            for asked, outcome in zip(requests, outcomes, strict=True)
        ]
    rows_in_order: list[Mapping[str, Any]] = [{}] * len(universes)
    for indices, result in zip(groups, results, strict=True):
        for index, row in zip(indices, result["universes"], strict=True):
            rows_in_order[index] = row
    source = source_of(case, DrawOptions(draws=draws, seed=seed), threads=threads)
    return _together(case, request, source, interval, dials, constraints, len(allowed), universes, rows_in_order)


def _run_here(
    case: Case,
    requests: Sequence[Mapping[str, Any]],
    threads: int | None,
    progress: Callable[[int, int], None] | None,
) -> list[Mapping[str, Any]]:
    """Run requests one after another, each on all threads."""
    results: list[Mapping[str, Any]] = []
    for request in requests:
        try:
            results.append(run_universes(case, request, threads=threads))
        except McmortError as error:
            results.append(failed_rows(request, error))
        if progress is not None:
            progress(len(results), len(requests))
    return results


def _shared_draws(universes: Universes) -> list[list[int]]:
    """Return the indices of universes, those together that differ in what they count only."""
    columns = [place for place, dial in enumerate(universes.dials) if dial.name not in QUESTION]
    groups: dict[tuple[int, ...], list[int]] = {}
    for index, row in enumerate(universes.codes[:, columns].tolist()):
        groups.setdefault(tuple(row), []).append(index)
    return list(groups.values())


def _requests(
    case: Case,
    request: MultiverseRequest,
    universes: Universes,
    groups: Sequence[Sequence[int]],
    frame: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return the requests to `run_universes`, one for each group of universes that share their draws."""
    chosen = list(universes)
    return [{**frame, **_request(case, request, [chosen[row] for row in rows])} for rows in groups]


def _request(case: Case, request: MultiverseRequest, chosen: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return what `run_universes` needs to know of universes that share their draws."""
    shared = chosen[0]
    bases = bases_of(case, shared["evidence"], request.standards)
    settings = {
        name: None if option == NO_OPTION else option
        for name, option in shared.items()
        if name not in (*QUESTION, "evidence")
    }
    return {
        **settings,
        "evidence": None if bases is None else sorted(bases),
        "questions": [[options[name] for name in QUESTION] for options in chosen],
    }


def _together(
    case: Case,
    request: MultiverseRequest,
    source: DrawSource,
    interval: float,
    dials: tuple[Dial, ...],
    constraints: tuple[Constraint, ...],
    allowed: int,
    universes: Universes,
    rows: Sequence[Mapping[str, Any]],
) -> Multiverse:
    chosen = list(universes)
    failed = tuple(
        FailedUniverse(options, row["failed"]) for options, row in zip(chosen, rows, strict=True) if "failed" in row
    )
    good = [index for index, row in enumerate(rows) if "failed" not in row]
    if not good:
        raise McmortError(f"all {len(rows):,} universes fail, the first: {failed[0].reason}")

    def column(key: str) -> Array:
        return np.array([rows[index][key] for index in good], dtype=np.float64)

    return Multiverse(
        case, request, source, interval, dials, constraints, allowed, Universes(dials, universes.codes[good]),
        column("median"), column("half"), column("ends"), column("quantiles"), failed, digest_of(rows),
    )  # fmt: skip
