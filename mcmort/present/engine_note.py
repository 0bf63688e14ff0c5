"""The note beneath every table and figure: how the draws were made, and how sure they make what is printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from mcmort.analysis import Interval, Summary
from mcmort.catalogue import Case
from mcmort.elicit.weights import unused_weights
from mcmort.present.assertion_text import assertions_text
from mcmort.present.numbers import FEWEST, Rounding, is_near_zero, significant
from mcmort.results import Manifest
from mcmort.totals import Total

__all__ = ["digits_note", "engine_note", "ignored_dependence_note"]

_MOST_NAMES: Final = 3


def digits_note(printed: Iterable[tuple[str, Rounding]]) -> list[str]:
    """Name what is known less surely than its last digit says.

    Parameters
    ----------
    printed : iterable of (str, Rounding)
        What was printed, and how.

    Returns
    -------
    list of str
        A sentence, or nothing.
    """
    unsure = list(dict.fromkeys(name for name, rounding in printed if rounding.is_limited))
    if not unsure:
        return []
    more = f" and {len(unsure) - _MOST_NAMES} more" if len(unsure) > _MOST_NAMES else ""
    names = "; ".join(unsure[:_MOST_NAMES])
    return [f"For want of draws, known less surely than the last digit printed: {names}{more}."]


def engine_note(total: Total, *summaries: Summary) -> str:
    """Say how the draws were made and how sure they make the printed figures.

    Parameters
    ----------
    total : Total
        Any total of these draws.
    *summaries : Summary
        Of every total that is printed: the error said is the largest of any.

    Returns
    -------
    str
    """
    manifest = total.draws.manifest
    case = f"{total.case.id}@{total.case.digest[:12]}"
    made = f"{manifest.draws:,} draws{_choices(manifest)}, seed {manifest.seed}"
    return (
        f"{made}, {manifest.engine} engine, "
        f"mcmort {manifest.versions['mcmort']}, case {case}; {_error_text(summaries)}.{_precision(manifest)}"
        f"{_weights_left(total)}{_sentence(assertions_text(total.draws))}"
    )


def _weights_left(total: Total) -> str:
    """Say that the case cites weights that were not asked for."""
    manifest = total.draws.manifest
    left = unused_weights(total.case, manifest.weights) if manifest.engine == "elicited" else 0
    return f" The case cites {left} weight{'s' if left > 1 else ''} that --weights cited would use." if left else ""


def _sentence(text: str) -> str:
    """Return a sentence that follows another."""
    return f" {text}" if text else ""


def _choices(manifest: Manifest) -> str:
    """Name what differs from the usual way of drawing."""
    chosen = ["on scrambled Sobol points"] if manifest.method == "quasi" else []
    if manifest.dependence != "declared":
        chosen.append(f"{manifest.dependence} instead of the declared dependence")
    if manifest.pool is not None:
        chosen.append(f"estimates pooled by the {manifest.pool} rule")
    if manifest.weights != "equal":
        by = {"confidence": "lineages weighted by confidence", "cited": "lineages weighted as the case cites it"}
        chosen.append(by[manifest.weights])
    if manifest.sampler == "pymc":
        chosen.append("from the model in PyMC")
    return "".join(f", {choice}" for choice in chosen)


def _precision(manifest: Manifest) -> str:
    """Say whether the precision that was asked for was reached."""
    if manifest.precision is None or manifest.reached is None:
        return ""
    asked, reached = (f"{100 * precision:.2g} %" for precision in (manifest.precision, manifest.reached))
    if manifest.reached <= manifest.precision:
        return f" Asked for a precision of {asked}; reached {reached}."
    return f" The precision of {asked} was not reached: the limits are known to {reached} after all draws allowed."


def _error_text(summaries: Sequence[Summary]) -> str:
    """Say how far the ends of printed intervals may be off, for want of draws."""
    if min(summary.draws for summary in summaries) < FEWEST:
        return f"fewer than {FEWEST} draws do not tell the Monte Carlo error"
    errors = [(summary.median, _widest(summary)) for summary in summaries]
    relative = [_end_error(widest) / abs(median) for median, widest in errors if not is_near_zero(median, widest)]
    absolute = [_end_error(widest) for median, widest in errors if is_near_zero(median, widest)]
    sizes = [f"{100 * max(relative):.2g} % of the median"] if relative else []
    sizes += [significant(max(absolute), 2)] if absolute else []
    return f"Monte Carlo error of the interval's ends at most {', and of those about zero '.join(sizes)}"


def _widest(summary: Summary) -> Interval:
    return max(
        (interval for interval in summary.intervals if interval.kind == "equal-tailed"),
        key=lambda interval: interval.probability,
    )


def _end_error(interval: Interval) -> float:
    """Return the larger error of the ends of an interval."""
    return max(interval.low_error, interval.high_error)


def ignored_dependence_note(case: Case) -> list[str]:
    """Say that what a case declares of dependence between components is no part of the Bayesian model."""
    count = len(case.dependence) + len(case.correlations)
    if not count:
        return []
    declared = f"{count} {'group or correlation' if count == 1 else 'groups or correlations'} that the case declares"
    return [f"{declared}: no part of this model, in which components depend on one another by what they share."]
