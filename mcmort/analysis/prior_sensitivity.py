"""Totals of the Bayesian engine under other priors: one whole fit for each change, as a pure task."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from mcmort.analysis.compare import compare
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.fit_options import given_draws
from mcmort.bayes.inference import manifest_of, values_of
from mcmort.bayes.posterior import KINDS
from mcmort.bayes.quantile_spline import QuantileSpline, spline_of
from mcmort.catalogue.case import Case
from mcmort.catalogue.vocabulary import not_admitted
from mcmort.definitions.splits import KeptSplits
from mcmort.elicit.families import Distribution
from mcmort.errors import ConvergenceError, McmortError, UsageError
from mcmort.results import Draws

__all__ = ["ASSERTIONS", "AS_IT_IS", "CHANGES", "PriorRow", "PriorSensitivity", "prior_sensitivity", "refit_with_prior"]

type Runner = Callable[[Case, Sequence[dict[str, Any]]], Sequence[dict[str, Any]]]
"""Carries out requests for fits of a case: `refit_with_prior` for each, wherever."""

AS_IT_IS: Final = "as it is"
ASSERTIONS: Final = "assertions"
"""That the basis of which priors are widest is admitted, where the case leaves it out."""
_NEARLY_COPIES: Final = 0.9


def _tails(evidence: Evidence) -> Evidence:
    other = "normal" if evidence.synthesis.tails == "heavy" else "heavy"
    return replace(evidence, synthesis=evidence.synthesis.model_copy(update={"tails": other}))


def _errors(evidence: Evidence, spread: float = 1.0, bias: float = 1.0, **parts: float) -> Evidence:
    """Multiply spreads and biases of all groups of figures, and set what they have in common."""
    groups = {
        name: replace(
            group, spread=group.spread * spread, bias=group.bias * bias, bias_sd=group.bias_sd * bias
        )
        for name, group in evidence.errors.groups.items()
    }  # fmt: skip
    return replace(evidence, errors=replace(evidence.errors, groups=groups, **parts))


def _completeness(evidence: Evidence) -> Evidence:
    """Let every share that is registered, and not certain, lie anywhere from 0 to 1 alike."""
    anywhere = Distribution("uniform", (0.0, 1.0))
    cited = {
        key: anywhere if key.startswith("completeness:") and isinstance(evidence.curves[key], QuantileSpline) else prior
        for key, prior in evidence.cited.items()
    }
    return replace(evidence, cited=cited)


def _wide_deaths(evidence: Evidence) -> Evidence:
    latents = {name: replace(latent, log_sd=2.0 * latent.log_sd) for name, latent in evidence.latents.items()}
    return replace(evidence, latents=latents)


CHANGES: Final[Mapping[str, tuple[str, Callable[[Evidence], Evidence]]]] = {
    "tails": ("errors have {tails} tails", _tails),
    "spread/2": ("figures differ half as much", lambda evidence: _errors(evidence, spread=0.5)),
    "spread*2": ("figures differ twice as much", lambda evidence: _errors(evidence, spread=2.0)),
    "bias/2": ("biases are half as large", lambda evidence: _errors(evidence, bias=0.5)),
    "bias*2": ("biases are twice as large", lambda evidence: _errors(evidence, bias=2.0)),
    "completeness": ("registers hold any share, 0 to 1 alike", _completeness),
    "lineage=0": ("figures of one school err apart", lambda evidence: _errors(evidence, lineage=0.0)),
    "lineage=0.9": ("figures of one school err together", lambda evidence: _errors(evidence, lineage=_NEARLY_COPIES)),
    "common=0": ("figures of one component err apart", lambda evidence: _errors(evidence, common=0.0)),
    "scatter=0": ("all components scatter alike", lambda evidence: _errors(evidence, scatter=0.0)),
    "deaths*2": ("deaths are allowed twice as wide a range", _wide_deaths),
}
"""Changes of priors by name: a clause that says which, and what they make of the evidence."""


@dataclass(frozen=True, slots=True)
class PriorRow:
    """Totals under one change.

    Attributes
    ----------
    change : str
        Its name in `CHANGES`, `AS_IT_IS`, or `ASSERTIONS`.
    words : str
        The change in words.
    totals : dict of str to tuple of float
        By definition: low end of the 95 % interval, median, high end, and the Monte Carlo errors of these.
    failure : str
        Why there is no fit; then there are no totals.
    """

    change: str
    words: str
    totals: Mapping[str, tuple[float, ...]]
    failure: str = ""


@dataclass(frozen=True)
class PriorSensitivity:
    """Totals of a case under other priors.

    Attributes
    ----------
    draws : Draws
        No draws, but the case and how fits were made.
    definition : str
        The one whose totals are shown.
    whole : PriorRow
        With the priors as they are.
    rows : tuple of PriorRow
        With each change, the farthest shift of the median first; fits that were refused last.
    """

    draws: Draws
    definition: str
    whole: PriorRow
    rows: tuple[PriorRow, ...]

    @property
    def case(self) -> Case:
        """The case."""
        return self.draws.case

    def shift(self, row: PriorRow) -> tuple[float, float]:
        """Return by how much the median of a row is off that of the whole, with its Monte Carlo error."""
        _, here, _, _, error, _ = row.totals[self.definition]
        _, there, _, _, other, _ = self.whole.totals[self.definition]
        return here - there, math.hypot(error, other)


def prior_sensitivity(
    case: Case,
    definition: str | None = None,
    *,
    seed: int = 1,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    draws: int | None = None,
    run: Runner | None = None,
) -> PriorSensitivity:
    """Fit a case with each prior changed, and compare the totals.

    Parameters
    ----------
    case : Case
        The case.
    definition : str, optional
        Whose totals are shown; by default the one with the largest.
    seed, evidence, without, draws
        Of the fits; see `mcmort.fit`.
    run : callable, optional
        Carries out the fits; by default here, one after another.

    Returns
    -------
    PriorSensitivity
        A change that does nothing to the evidence, as where nothing is presupposed of biases, is left out.

    Raises
    ------
    ConvergenceError
        If the fit with the priors as they are is refused.
    EvidenceError
        If nothing is left to condition on.
    UsageError
        If the definition is unknown, or counts nothing.
    """
    if definition is not None and definition not in case.definitions:
        raise UsageError(f"{case.id} has no definition {definition!r}; expected one of {', '.join(case.definitions)}")
    whole = collect(case, evidence, without)
    names = [name for name, (_, change) in CHANGES.items() if _is_felt(whole, change(whole))]
    shared: dict[str, Any] = {
        "evidence": list(whole.admitted),
        "without": list(whole.without),
        "seed": seed,
        "draws": given_draws(draws),
    }
    requests = [{"change": name, **shared} for name in (AS_IT_IS, *names)]
    if not_admitted("assertion") in whole.rejected.values():
        requests.append({**shared, "change": ASSERTIONS, "evidence": [*whole.admitted, "assertion"]})
    first, *others = [
        PriorRow(
            request["change"],
            _words(whole, request["change"]),
            {name: tuple(total) for name, total in values["totals"].items()},
            values["failure"],
        )
        for request, values in zip(requests, (run or _run_here)(case, requests), strict=True)
    ]
    if first.failure:
        raise ConvergenceError(first.failure)
    shown = definition or max(first.totals, key=lambda name: first.totals[name][1], default="")
    if shown not in first.totals:
        raise UsageError(f"nothing is known of what {definition!r} counts in {case.id}; expected another definition")
    length = 1000 if draws is None else draws
    result = PriorSensitivity(Draws(case, manifest_of(whole, seed, 4 * length, 4), {}), shown, first, ())
    others.sort(key=lambda row: (shown not in row.totals, -abs(result.shift(row)[0]) if shown in row.totals else 0.0))
    return replace(result, rows=tuple(others))


def _words(evidence: Evidence, change: str) -> str:
    if change in (AS_IT_IS, ASSERTIONS):
        return "all priors as they are" if change == AS_IT_IS else "assertions are admitted"
    return CHANGES[change][0].format(tails=_tails(evidence).synthesis.tails)


def _is_felt(evidence: Evidence, other: Evidence) -> bool:
    """Return whether a change changes anything that the model reads."""
    reads = ("synthesis", "errors", "cited", "latents")
    if all(getattr(evidence, name) == getattr(other, name) for name in reads):
        return False
    parts = (evidence.errors, other.errors)
    if parts[0].lineage != parts[1].lineage:
        return bool(evidence.lines)
    if (parts[0].common, parts[0].scatter) != (parts[1].common, parts[1].scatter):
        return bool(evidence.several)
    return True


def _run_here(case: Case, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [refit_with_prior(case, request) for request in requests]


def refit_with_prior(case: Case, request: Mapping[str, Any]) -> dict[str, Any]:
    """Fit a case with one prior changed; a task of `mcmort.tasks`.

    Parameters
    ----------
    case : Case
        The case, whole.
    request : mapping
        ``change``, and of the fit ``evidence``, ``without``, ``seed`` and ``draws``.

    Returns
    -------
    dict
        ``totals`` by definition, see `PriorRow`, and ``failure``. A fit that is refused is a failure with its reason.
    """
    evidence = collect(case, request["evidence"], request["without"])
    if request["change"] in CHANGES:
        evidence = _with_curves(evidence, CHANGES[request["change"]][1](evidence))
    try:
        kept = values_of(evidence, request["seed"], request["draws"])
    except McmortError as error:
        return {"totals": {}, "failure": str(error)}
    columns = {name: values for name, values in kept.items() if name.partition(":")[0] in KINDS}
    seed, size = request["seed"], len(next(iter(columns.values())))
    draws = Draws(case, manifest_of(evidence, seed, size, 4), columns, evidence.statuses, KeptSplits(seed))
    return {"totals": {row.total.definition.id: _numbers(row.summary) for row in compare(draws).rows}, "failure": ""}


def _numbers(summary: Any) -> list[float]:
    wide = summary.interval(0.95)
    return [wide.low, summary.median, wide.high, wide.low_error, summary.median_error, wide.high_error]


def _with_curves(evidence: Evidence, other: Evidence) -> Evidence:
    """Give other evidence the curves of the priors that are the same, which take longest to compute."""
    curves = dict(evidence.curves)
    for key, prior in other.cited.items():
        if prior is not evidence.cited[key] or (key.startswith("completeness:") and _differ_in_tails(evidence, other)):
            is_share = key.startswith("completeness:")
            if isinstance(curves[key], QuantileSpline):
                curves[key] = spline_of(prior, below=other.synthesis.tails if is_share else None)
    other.__dict__["curves"] = curves
    return other


def _differ_in_tails(evidence: Evidence, other: Evidence) -> bool:
    return evidence.synthesis.tails != other.synthesis.tails
