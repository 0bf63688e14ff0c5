"""What single sources, lineages, schools or bases do to a total: each is left out, and the total computed again.

Nothing is approximated: priors are pooled again, or the model is fitted again. A shift is ranked only if it is larger
than its Monte Carlo error; one by which a component becomes unknown is a shift of a floor, and is kept apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from mcmort.analysis.left_out import By, LeftOut, bearing_on, left_out_of
from mcmort.analysis.refit import BATCHES, RefitRequest, Refitted, refit, refitted, total_of_request
from mcmort.analysis.summary import check_probabilities
from mcmort.catalogue.case import Case
from mcmort.errors import OptionError
from mcmort.results import DrawOptions, DrawSource, Manifest
from mcmort.totals import DefinitionChanges, Total, definition_of, posterior_of, resolve, totals_of
from mcmort.totals.fit_on_request import FitOnRequest

__all__ = ["Influence", "Runner", "Shift", "Status", "Without", "influence", "options_of", "run_here"]

type Runner = Callable[[Case, Sequence[dict[str, Any]]], Sequence[dict[str, Any]]]
"""Carries out requests for refits of a case: `refit` for each, wherever."""

Status = Literal["ranked", "floor", "unsure", "none", "failed"]

_CONFIDENCE: Final = 1.96
_USUAL: Final = 4000
"""Draws of a fit of the usual length."""
_LONGER: Final = 4
"""Length of the fit of the whole in that of a refit: its error is in every shift alike, and would rank them all."""
_FEWEST: Final = 40 * BATCHES


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much a number moves.

    Attributes
    ----------
    value : float
        The number from the evidence that is left, less that from all of it.
    error : float
        Monte Carlo standard error.
    """

    value: float
    error: float

    @property
    def is_sure(self) -> bool:
        """Whether the shift is larger than 1.96 of its errors, so that its direction is known."""
        return abs(self.value) > _CONFIDENCE * self.error


@dataclass(frozen=True)
class Without:
    """A total without a part of the evidence.

    Attributes
    ----------
    left_out : LeftOut
        What was left out.
    total : Refitted
        What came out.
    low, median, high, width : Shift or None
        Of the ends of the interval, the median, and the width; None where there is no total.
    unknown, registered_only : tuple of str
        Components that become unknown, or of which nothing but a register is left.
    """

    left_out: LeftOut
    total: Refitted
    low: Shift | None = None
    median: Shift | None = None
    high: Shift | None = None
    width: Shift | None = None
    unknown: tuple[str, ...] = ()
    registered_only: tuple[str, ...] = ()

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """Those of median, low end, high end and width, if there is a total."""
        return tuple(shift for shift in (self.median, self.low, self.high, self.width) if shift is not None)

    @property
    def size(self) -> float:
        """By how much the median moves, either way."""
        return 0.0 if self.median is None else abs(self.median.value)

    @property
    def status(self) -> Status:
        """How the row is to be read.

        Without a total it is failed; where a component loses its last evidence of its kind the total is a floor, and
        its shift that of a sum with fewer terms; none moves nothing at all; which way an unsure one goes is not known.
        """
        if self.median is None:
            return "failed"
        if self.unknown or self.registered_only:
            return "floor"
        if all(shift.value == 0.0 for shift in self.shifts):
            return "none"
        return "ranked" if self.median.is_sure else "unsure"


_ORDER: Final[tuple[Status, ...]] = ("ranked", "floor", "unsure", "none", "failed")


@dataclass(frozen=True)
class Influence:
    """What single parts of the evidence do to a total.

    Attributes
    ----------
    total : Total
        From all the evidence.
    whole : Refitted
        Its median and interval.
    by : {"source", "lineage", "school", "basis"}
        What was left out, one at a time.
    probability : float
        Of the interval.
    rows : tuple of Without
        Ranked ones first, the one that moves the median farthest before the others; then floors, unsure ones, those
        that move nothing, and those without a total.
    untouched : tuple of str
        What the case holds of that kind and the total does not rest on.
    """

    total: Total
    whole: Refitted
    by: By
    probability: float
    rows: tuple[Without, ...]
    untouched: tuple[str, ...]

    def of_status(self, status: Status) -> tuple[Without, ...]:
        """Return the rows of one status, in their order."""
        return tuple(row for row in self.rows if row.status == status)


def influence(
    source: DrawSource,
    definition: str,
    changes: DefinitionChanges | None = None,
    *,
    by: By = "source",
    probability: float = 0.95,
    run: Runner | None = None,
) -> Influence:
    """Leave out each part of the evidence in turn, and compute a total again.

    Parameters
    ----------
    source : Draws or Sampler
        From either engine: the refits are made as its draws are, with the same seed. A fit of fewer than 16,000 draws
        is made anew with so many; refits have a quarter of that.
    definition : str
        Name of a definition of the case.
    changes : DefinitionChanges, optional
        What to change in it.
    by : {"source", "lineage", "school", "basis"}
        What is left out.
    probability : float
        Of the interval.
    run : callable, optional
        Carries out the refits; by default here, one after another.

    Returns
    -------
    Influence

    Raises
    ------
    DefinitionError
        If the definition is unknown, or asks only for what is unknown.
    OptionError
        If the draws were made in a way that refits cannot follow.
    """
    check_probabilities([probability])
    if source.manifest.engine == "synthesis":
        source = _long_fit(source)
    case, manifest = source.case, source.manifest
    asked = RefitRequest(
        definition,
        changes or DefinitionChanges(),
        options_of(manifest),
        without=frozenset(manifest.without),
        probability=probability,
    )
    if manifest.engine == "synthesis":
        resolved = resolve(case, definition_of(case, definition, changes))
        total = totals_of(source, [resolved], with_parts=False)[0]
    else:
        total = total_of_request(case, asked)
    whole = refitted(total, probability)
    bearing = bearing_on(source, total)
    chosen, untouched = left_out_of(source, total, bearing, by)
    requests = [_request(asked, one).as_json() for one in chosen]
    found = [Refitted.of_json(values) for values in (run or run_here)(case, requests)]
    rows = [_compared(whole, one, again) for one, again in zip(chosen, found, strict=True)]
    rows.sort(key=lambda row: (_ORDER.index(row.status), -row.size, row.left_out.name))
    return Influence(total, whole, by, probability, tuple(rows), untouched)


def run_here(case: Case, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Carry out refits in this process, one after another."""
    return [refit(case, request) for request in requests]


def _long_fit(source: DrawSource) -> DrawSource:
    """Return a fit that is so much longer than the usual one; if the fit that is given is shorter, another."""
    manifest = source.manifest
    if isinstance(source, FitOnRequest):
        source = source.posterior
    if manifest.draws >= _LONGER * _USUAL:
        return source
    options = DrawOptions(
        engine="synthesis", draws=_LONGER * _USUAL, seed=manifest.seed, evidence=frozenset(manifest.evidence),
        without=frozenset(manifest.without),
    )  # fmt: skip
    return posterior_of(source.case, options)


def options_of(manifest: Manifest) -> DrawOptions:
    """Return the options by which refits follow draws that were made.

    Raises
    ------
    OptionError
        If the draws are not independent or went on until a precision was reached: two such runs do not share draws.
    """
    if manifest.method != "plain":
        raise OptionError("method", "influence compares runs draw by draw, for which draws must be plain")
    if manifest.precision is not None:
        raise OptionError("precision", "influence compares runs of one length; give a number of draws instead")
    draws: int | None = manifest.draws
    if manifest.engine == "synthesis":
        # a refit of the usual length may draw more if its chains do not agree, one of a length that is given may not
        draws = manifest.draws // _LONGER
        draws = None if draws == _USUAL else draws
    elif manifest.draws < _FEWEST:
        raise OptionError("draws", f"the errors of shifts take {_FEWEST:,} draws at least")
    return DrawOptions(
        engine="synthesis" if manifest.engine == "synthesis" else "elicited",
        draws=draws,
        seed=manifest.seed,
        dependence=manifest.dependence,
        pool=manifest.pool,
        weights=manifest.weights,
        evidence=frozenset(manifest.evidence),
    )


def _request(asked: RefitRequest, one: LeftOut) -> RefitRequest:
    """Return the request for a total without a part of the evidence."""
    options = asked.options
    if one.basis:
        assert options.evidence is not None
        return replace(asked, options=replace(options, evidence=options.evidence - {one.basis}))
    return replace(asked, without=asked.without | frozenset(one.without))


def _compared(whole: Refitted, one: LeftOut, again: Refitted) -> Without:
    """Compare a total with that from all the evidence."""
    if again.failure:
        return Without(one, again)
    low, median, high = (after - before for after, before in zip(again.quantiles, whole.quantiles, strict=True))
    shifts = [
        Shift(value, error) for value, error in zip((low, median, high, high - low), _errors(whole, again), strict=True)
    ]
    unknown = tuple(name for name in again.unknown if name not in whole.unknown)
    alone = tuple(name for name in again.registered_only if name not in whole.registered_only)
    return Without(one, again, shifts[0], shifts[1], shifts[2], shifts[3], unknown, alone)


def _errors(whole: Refitted, again: Refitted) -> tuple[float, float, float, float]:
    """Return the Monte Carlo errors of the shifts of low end, median, high end and width.

    Independent draws are the same in both runs but for what was left out, so the error comes from the differences batch
    by batch. Two Markov chains share nothing; there the errors of both count, and the two ends of an interval are all
    but independent of one another.
    """
    if whole.batches:
        moved = np.array(again.batches) - np.array(whole.batches)
        moved = np.column_stack([moved, moved[:, 2] - moved[:, 0]])
        low, median, high, width = (np.std(moved, axis=0, ddof=1) / math.sqrt(len(moved))).tolist()
        return low, median, high, width
    low, median, high = (math.hypot(before, after) for before, after in zip(whole.errors, again.errors, strict=True))
    return low, median, high, math.hypot(low, high)
