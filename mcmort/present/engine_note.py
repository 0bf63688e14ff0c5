"""The note beneath every table and figure: how the draws were made, and how sure they make what is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mcmort.analysis import Summary
from mcmort.present.numbers import FEWEST
from mcmort.results import Manifest
from mcmort.totals import Total

__all__ = ["LIMITED_DIGITS", "engine_note"]

LIMITED_DIGITS: Final = "The Monte Carlo error limits the digits: more draws would show more of them."


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
    )


def _choices(manifest: Manifest) -> str:
    """Name what differs from the usual way of drawing."""
    chosen = ["on scrambled Sobol points"] if manifest.method == "quasi" else []
    if manifest.dependence != "declared":
        chosen.append(f"{manifest.dependence} instead of the declared dependence")
    if manifest.pool is not None:
        chosen.append(f"estimates pooled by the {manifest.pool} rule")
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
    errors = [(_end_error(summary), summary.median) for summary in summaries]
    relative = [error / median for error, median in errors if median > 0]
    worst = f"{100 * max(relative):.2g} % of the median" if relative else f"{max(error for error, _ in errors):.2g}"
    return f"Monte Carlo error of the interval's ends at most {worst}"


def _end_error(summary: Summary) -> float:
    """Return the larger error of the ends of the widest interval."""
    widest = max(
        (interval for interval in summary.intervals if interval.kind == "equal-tailed"),
        key=lambda interval: interval.probability,
    )
    return max(widest.low_error, widest.high_error)
