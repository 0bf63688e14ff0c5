"""A total computed again from other evidence, as a pure function of a request in plain values of JSON.

Whoever asks for the same refit of the same case gets the same numbers, in this process or in any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

import numpy as np

from mcmort.analysis.summary import summarise
from mcmort.catalogue.case import Case
from mcmort.catalogue.left_out import check_left_out, leave_out
from mcmort.errors import McmortError
from mcmort.results import DrawOptions, DrawSource
from mcmort.totals import DefinitionChanges, Total, definition_of, kept, posterior_of, resolve, totals_of

__all__ = ["BATCHES", "RefitRequest", "Refitted", "refit", "refitted", "source_without"]

BATCHES: Final = 50
"""Batches of independent draws, from whose differences the error of a difference is worked out."""
_OF_OPTIONS: Final = ("engine", "draws", "seed", "dependence", "pool", "weights")


@dataclass(frozen=True)
class RefitRequest:
    """What a refit is asked for.

    Attributes
    ----------
    definition : str
        Name of a definition of the case.
    changes : DefinitionChanges
        What to change in it.
    options : DrawOptions
        How draws are made, with the evidence that is admitted and what is left out, whichever the engine is.
    without : frozenset of str
        Sources and lineages to leave out; the options of the elicited engine know none.
    probability : float
        Of the interval.
    """

    definition: str
    changes: DefinitionChanges
    options: DrawOptions
    without: frozenset[str] = frozenset()
    probability: float = 0.95

    def as_json(self) -> dict[str, Any]:
        """Return the request in plain values of JSON."""
        evidence = self.options.evidence
        return {
            "definition": self.definition,
            "changes": self.changes.model_dump(mode="json"),
            **{name: getattr(self.options, name) for name in _OF_OPTIONS},
            "evidence": None if evidence is None else sorted(evidence),
            "without": sorted(self.without),
            "probability": self.probability,
        }

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Self:
        """Return the request that plain values of JSON stand for."""
        evidence = values["evidence"]
        options = DrawOptions(
            **{name: values[name] for name in _OF_OPTIONS}, evidence=None if evidence is None else frozenset(evidence)
        )
        changes = DefinitionChanges.model_validate(values["changes"])
        return cls(values["definition"], changes, options, frozenset(values["without"]), values["probability"])


@dataclass(frozen=True)
class Refitted:
    """A total from some evidence, as far as it is compared with that from all of it.

    Attributes
    ----------
    quantiles, errors : tuple of float
        Low end, median and high end of the total, with the Monte Carlo standard error of each.
    batches : tuple of tuple of float
        The same of consecutive batches of the draws where these are independent: batch by batch they are comparable
        with those of any refit with the same seed.
    unknown : tuple of str
        Components that the definition asks for and that have no evidence.
    registered_only : tuple of str
        Components that count and that nothing but a register speaks of.
    failure : str
        Why there is no total; then all else is empty.
    """

    quantiles: tuple[float, ...] = ()
    errors: tuple[float, ...] = ()
    batches: tuple[tuple[float, ...], ...] = ()
    unknown: tuple[str, ...] = ()
    registered_only: tuple[str, ...] = ()
    failure: str = ""

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Self:
        """Return what plain values of JSON stand for."""
        return cls(
            quantiles=tuple(values["quantiles"]),
            errors=tuple(values["errors"]),
            batches=tuple(tuple(batch) for batch in values["batches"]),
            unknown=tuple(values["unknown"]),
            registered_only=tuple(values["registered_only"]),
            failure=values["failure"],
        )


def refit(case: Case, request: Mapping[str, Any]) -> dict[str, Any]:
    """Compute a total again; a task of `mcmort.tasks`.

    Parameters
    ----------
    case : Case
        The case, whole.
    request : mapping
        See `RefitRequest.as_json`.

    Returns
    -------
    dict
        See `Refitted`. What the evidence cannot give, or the engine refuses, is a failure with its reason.
    """
    asked = RefitRequest.of_json(request)
    try:
        found = refitted(total_of_request(case, asked), asked.probability)
    except McmortError as error:
        found = Refitted(failure=str(error))
    return asdict(found)


def total_of_request(case: Case, asked: RefitRequest) -> Total:
    """Compute the total that is asked for from the evidence that is left."""
    source = source_without(case, asked.options, asked.without)
    resolved = resolve(source.case, definition_of(source.case, asked.definition, asked.changes))
    return totals_of(source, [resolved], with_parts=False)[0]


def source_without(case: Case, options: DrawOptions, without: frozenset[str]) -> DrawSource:
    """Return what draws from the evidence that is left: priors that are made anew, or a fit that is.

    A fit has its own search for modes, from starting points of its own, and is refused like any other.
    """
    if options.engine == "synthesis":
        return posterior_of(case, replace(options, without=without), store=False)
    from mcmort.sampler.total_draws import TotalDraws

    check_left_out(case, without)
    return TotalDraws(leave_out(case, without), options)


def refitted(total: Total, probability: float) -> Refitted:
    """Return what of a total is compared with others."""
    values = kept(total.values)
    tails = ((1.0 - probability) / 2.0, 0.5, (1.0 + probability) / 2.0)
    summary = summarise(values, (probability,), shortest=False, chains=total.chains)
    interval = summary.interval(probability)
    batches = np.zeros((0, 3))
    if total.chains == 1:
        length = len(values) // BATCHES
        batches = np.quantile(values[: BATCHES * length].reshape(BATCHES, length), tails, axis=1).T
    statuses = total.draws.statuses
    return Refitted(
        quantiles=(interval.low, summary.median, interval.high),
        errors=(interval.low_error, summary.median_error, interval.high_error),
        batches=tuple(tuple(batch) for batch in batches.tolist()),
        unknown=tuple(sorted(total.unknown)),
        registered_only=tuple(sorted(name for name in total.terms if statuses[name].is_registered_only)),
    )
