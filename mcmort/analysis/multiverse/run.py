"""One run for all universes that share their draws: a pure function from a request in JSON to a result in JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mcmort.analysis.multiverse.changed_case import changed_case
from mcmort.analysis.multiverse.constraints import Asked
from mcmort.analysis.receipt import digests_of
from mcmort.analysis.summary import quantiles_of, summarise
from mcmort.catalogue.case import Case
from mcmort.errors import CaseError, DefinitionError, EvidenceError, McmortError
from mcmort.results import DrawOptions, DrawSource
from mcmort.totals import Total, resolve, source_of, totals_of

__all__ = ["GRID", "digest_of", "failed_rows", "run_universes"]

GRID: Final = tuple(sorted((0.005, 0.025, *(round(0.01 * step, 2) for step in range(1, 100)), 0.975, 0.995)))
"""Probabilities at which the distribution of each universe is kept."""


def run_universes(case: Case, request: Mapping[str, Any], *, threads: int | None = None) -> dict[str, Any]:
    """Compute the totals of all universes that share a set of priors and their dependence, on the same draws.

    Parameters
    ----------
    case : Case
        The case.
    request : mapping
        ``engine``, ``evidence`` (bases, or None), ``pool``, ``weights``, ``reading``, ``family``, ``dependence``,
        ``questions`` (each a definition, a measure, and ``net`` or ``gross``), ``seed``, ``draws`` and ``interval``.
    threads : int, optional
        Threads to use; they change no bit.

    Returns
    -------
    dict
        ``universes``: for each question its ``median``, ``half`` (ends of the 50 % interval), ``ends``, ``quantiles``
        at `GRID` and the ``digest`` of its draws; or the reason why it ``failed``. The same on every computer that has
        the same versions.

    Raises
    ------
    EvidenceError
        If a fit is asked for that was not made before; once it is, there is a result.
    """
    questions = [Asked(*question) for question in request["questions"]]
    try:
        source = _source(case, request, threads)
    except CaseError as error:
        return failed_rows(request, error)
    rows: list[dict[str, Any] | None] = [None] * len(questions)
    resolved = {}
    for index, question in enumerate(questions):
        try:
            resolved[index] = resolve(source.case, question.of(source.case))
        except DefinitionError as error:
            rows[index] = {"failed": _reason(error)}
    try:
        totals = dict(zip(resolved, totals_of(source, list(resolved.values()), with_parts=False), strict=True))
    except McmortError:
        totals = {}  # one of them fails: each is tried by itself
    for index, terms in resolved.items():
        try:
            total = totals[index] if index in totals else totals_of(source, [terms], with_parts=False)[0]
            rows[index] = _row(total, request["interval"])
        except McmortError as error:
            rows[index] = {"failed": _reason(error)}
    return {"universes": rows}


def _source(case: Case, request: Mapping[str, Any], threads: int | None) -> DrawSource:
    """Return what draws: the sampler with its choices, or a fit that was made before."""
    bases = None if request["evidence"] is None else frozenset(request["evidence"])
    if request["engine"] == "synthesis":
        from mcmort.bayes.fit_files import FitKey, find  # loads only where a fit is asked for

        key = FitKey(request["seed"], None if bases is None else tuple(sorted(bases)), (), None)
        stored = find(case, key)
        if stored is None:
            evidence = "" if bases is None else f" --evidence {','.join(sorted(bases))}"
            raise EvidenceError(
                f"no fit is stored. Hint: mcmort fit {case.where} --seed {request['seed']}{evidence} makes it"
            )
        return stored
    changed = changed_case(case, request["reading"], request["family"])
    pool = None if request["pool"] == "case" else request["pool"]
    options = DrawOptions(
        draws=request["draws"], seed=request["seed"], dependence=request["dependence"], pool=pool,
        weights=request["weights"], evidence=bases,
    )  # fmt: skip
    return source_of(changed, options, threads=threads)


def _row(total: Total, interval: float) -> dict[str, Any]:
    summary = summarise(total.values, (0.5, interval), shortest=False, chains=total.chains)
    half, ends = summary.interval(0.5), summary.interval(interval)
    return {
        "median": summary.median,
        "half": [half.low, half.high],
        "ends": [ends.low, ends.high],
        "quantiles": quantiles_of(total.values, GRID).tolist(),
        "digest": digests_of({"": total})[""],
    }


def failed_rows(request: Mapping[str, Any], error: object) -> dict[str, Any]:
    """Return the result of a request none of whose universes has a total, all for one reason."""
    return {"universes": [{"failed": _reason(error)}] * len(request["questions"])}


def _reason(error: object) -> str:
    """Return the first lines of an error as one: a list of problems may be long."""
    lines = [line.strip() for line in str(error).splitlines()]
    return " ".join(lines[:2]) + (f" ({len(lines) - 2} more)" if len(lines) > 2 else "")


def digest_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of the rows of all universes, in their order."""
    return hashlib.sha256(json.dumps(rows, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
