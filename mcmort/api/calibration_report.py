"""A calibration as text or table."""

from __future__ import annotations

import textwrap

from mcmort.bayes.calibration.simulation_based import Calibration
from mcmort.catalogue import Case
from mcmort.present.tables.calibration_table import calibration_finding, calibration_table
from mcmort.present.tables.formats import render

__all__ = ["render_calibration"]


def render_calibration(calibration: Calibration, case: Case, form: str = "text", width: int | None = None) -> str:
    """Return a calibration as ``text``, ``csv``, ``markdown`` or ``latex``."""
    table = render(calibration_table(calibration, case.head.title), form, width)
    if form != "text":
        return table
    return textwrap.fill(calibration_finding(calibration), width or 100) + "\n\n" + table
