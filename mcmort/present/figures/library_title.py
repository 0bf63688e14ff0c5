"""Title and explanation of the figures of the library of measured errors."""

from __future__ import annotations

from matplotlib.figure import Figure

from mcmort.present.figures.style import GREY
from mcmort.present.figures.typeset import wrapped

__all__ = ["under_title"]

_TITLE, _SMALL = 9.0, 7.5
_PART = 0.97
"""Part of the width of a figure that text takes."""


def under_title(figure: Figure, title: str, explained: str) -> None:
    """Set a title of as many lines as it needs above a figure, and what its marks mean below it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        With a constrained layout, which makes room for both.
    title : str
        What the figure shows.
    explained : str
        What its marks mean.
    """
    across = _PART * figure.get_figwidth()
    lines = wrapped(title, across, _TITLE, weight="bold")
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=_TITLE, fontweight="bold")
    words = wrapped(explained, across, _SMALL)
    figure.supxlabel("\n".join(words), x=0.01, ha="left", fontsize=_SMALL, color=GREY)
