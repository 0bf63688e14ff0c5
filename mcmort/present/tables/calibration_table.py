"""The table of a calibration: how often intervals of simulated cases held the true values."""

from __future__ import annotations

from typing import Final

from mcmort.bayes.calibration.simulation_based import Calibration
from mcmort.present.numbers import percent
from mcmort.present.tables.columns import Column, Table

__all__ = ["LEVELS", "REJECTED", "calibration_finding", "calibration_table"]

LEVELS: Final = (0.5, 0.8, 0.9)
"""Probabilities of the intervals that are looked at."""
REJECTED: Final = 0.01
"""Probability, for all quantities together, below which ranks are not uniform."""
_FEWEST_TELLING: Final = 50
"""Simulated cases of which fewer would show only gross faults."""


def calibration_table(calibration: Calibration, title: str) -> Table:
    """Return the table: a row for each width of interval.

    Parameters
    ----------
    calibration : Calibration
        Enough of whose fits were not refused.
    title : str
        Title of the case.
    """
    notes = (
        "True values were drawn from the prior, figures from the model; each simulated case was fitted as its own.",
        *_rejections(calibration),
        *_fits(calibration),
    )
    rows, raw = [], []
    for level in LEVELS:
        held = {name: calibration.coverage(name, level) for name in calibration.quantities}
        least, most = min(held, key=lambda name: held[name]), max(held, key=lambda name: held[name])
        mean = sum(held.values()) / len(held)
        ends = (f"{percent(held[least])} ({least})", f"{percent(held[most])} ({most})")
        rows.append((percent(level), percent(mean), *ends))
        raw.append((level, mean, held[least], held[most]))
    columns = (
        Column("Interval", is_number=True),
        Column("Held the true value", is_number=True),
        Column("Least of any quantity"),
        Column("Most of any quantity"),
    )
    names = ("interval", "mean", "least", "most")
    heading = f"{title}: calibration of the model of all the evidence"
    return Table(heading, columns, tuple(rows), notes, names, tuple(raw))


def calibration_finding(calibration: Calibration) -> str:
    """Say in a sentence whether posteriors are as sure as they should be."""
    count = len(calibration.quantities)
    rejected = len(calibration.rejected(REJECTED))
    start = f"In {len(calibration.counted)} simulated cases the ranks of "
    if rejected:
        return f"{start}{rejected} of {count} quantities are not uniform: this model is not calibrated."
    tells = "nothing speaks against the calibration of this model"
    if len(calibration.counted) < _FEWEST_TELLING:
        tells = "so few cases would show only gross faults"
    return f"{start}{count} quantities are as even as chance has them: {tells}."


def _rejections(calibration: Calibration) -> list[str]:
    named = sorted(calibration.rejected(REJECTED).items(), key=lambda item: item[1])
    if not named:
        return []
    listed = ", ".join(f"{name} (p = {value:.1g})" for name, value in named[:8])
    more = f" and {len(named) - 8} more" if len(named) > 8 else ""
    return [f"Not uniform at 1 % for all quantities together: {listed}{more}."]


def _fits(calibration: Calibration) -> list[str]:
    total, refused = len(calibration.ranks), len(calibration.ranks) - len(calibration.counted)
    notes = []
    if in_full := int(calibration.in_full.sum()):
        notes.append(f"{in_full} of {total} fits took more than short chains: they were made as mcmort fit makes them.")
    if refused:
        notes.append(f"{refused} of {total} fits were refused and are left out.")
    return notes
