"""The note beneath every table and figure: how the draws were made, and how sure they make what is printed."""

from __future__ import annotations

from typing import Final

from mcmort.analysis import Summary
from mcmort.present.numbers import FEWEST
from mcmort.results import Draws, HistogramResults, Manifest
from mcmort.totals import Total

__all__ = ["LIMITED_DIGITS", "assertions_text", "engine_note"]

LIMITED_DIGITS: Final = "The Monte Carlo error limits the digits: more draws would show more of them."


def engine_note(total: Total, summary: Summary) -> str:
    """Say how the draws were made and how sure they make the printed figures."""
    manifest = total.draws.manifest
    case = f"{total.case.id}@{total.case.digest[:12]}"
    made = f"{manifest.draws:,} draws{_choices(manifest)}, seed {manifest.seed}"
    return (
        f"{made}, {manifest.engine} engine, "
        f"mcmort {manifest.versions['mcmort']}, case {case}; {_error_text(summary)}.{_precision(manifest)}"
        f"{_sentence(assertions_text(total.draws))}"
    )


def assertions_text(draws: Draws | HistogramResults) -> str:
    """Say how many assertions the model leaves out and what shows the difference that they make; "" if none."""
    count = draws.assertions_left_out
    if not count:
        return ""
    figures = "1 figure that is an assertion" if count == 1 else f"{count} figures that are assertions"
    admitted = ",".join((*draws.manifest.evidence, "assertion"))
    return f"Left out: {figures}; what they would change is shown by --evidence {admitted}."


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
    return "".join(f", {choice}" for choice in chosen)


def _precision(manifest: Manifest) -> str:
    """Say whether the precision that was asked for was reached."""
    if manifest.precision is None or manifest.reached is None:
        return ""
    asked, reached = (f"{100 * precision:.2g} %" for precision in (manifest.precision, manifest.reached))
    if manifest.reached <= manifest.precision:
        return f" Asked for a precision of {asked}; reached {reached}."
    return f" The precision of {asked} was not reached: the limits are known to {reached} after all draws allowed."


def _error_text(summary: Summary) -> str:
    """Say how far the printed interval may be off, for want of draws."""
    if summary.draws < FEWEST:
        return f"fewer than {FEWEST} draws do not tell the Monte Carlo error"
    widest = max(
        (interval for interval in summary.intervals if interval.kind == "equal-tailed"),
        key=lambda interval: interval.probability,
    )
    worst = max(widest.low_error, widest.high_error)
    size = f"{100 * worst / summary.median:.2g} % of the median" if summary.median > 0 else f"{worst:.2g}"
    return f"Monte Carlo error of the interval's ends at most {size}"
