"""The figures that a report holds: one line for each, with the caption that it has there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mcmort.analysis import Comparison

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["REPORT_FIGURES", "ReportFigure"]


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """A figure of a report.

    Attributes
    ----------
    name : str
        Of its files, without an ending.
    caption : str
        What it shows.
    draw : callable
        Takes a comparison, that of the other engine or None, and the id of the definition that is shown first; returns
        the figure, or None where the case has nothing to draw.
    """

    name: str
    caption: str
    draw: Callable[[Comparison, Comparison | None, str], Figure | None]


def _ladder(comparison: Comparison, beside: Comparison | None, _: str) -> Figure:
    from mcmort.present.figures.definition_ladder import definition_ladder

    return definition_ladder(comparison) if beside is None else definition_ladder(beside, beside=comparison)


REPORT_FIGURES: Final[tuple[ReportFigure, ...]] = (
    ReportFigure("definitions", "All definitions side by side, with published totals of each.", _ladder),
)
