"""The style that all figures share, and a figure as the bytes of a file."""

from __future__ import annotations

import io
from typing import Any, Final

from matplotlib import rc_context, rcParamsDefault
from matplotlib.figure import Figure

from mcmort.present.figures.typeset import FONT

__all__ = ["ARCHIVAL", "ESTIMATED", "FAINT", "FILL", "GREY", "INK", "OTHER", "SIZE", "SMALL", "figure_bytes", "looks"]

SIZE: Final = 8.5
SMALL: Final = 6.5
INK: Final = "#1b1b1b"
GREY: Final = "#707070"
FAINT: Final = "#d9d9d9"
ARCHIVAL: Final = "#004b75"
ESTIMATED: Final = "#0072B2"
FILL: Final = "#a9cfe4"
OTHER: Final = "#8c510a"
_STYLE: Final[Any] = {
    "font.family": FONT,
    "font.size": SIZE,
    "text.parse_math": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "mcmort",
    "savefig.dpi": 300,
}
_MACHINE: Final = ("backend", "backend_fallback", "interactive")


def looks() -> Any:
    """Return all settings of matplotlib that bear on looks, so that a user's own change nothing."""
    return {key: value for key, value in rcParamsDefault.items() if key not in _MACHINE} | _STYLE


def figure_bytes(figure: Figure, form: str) -> bytes:
    """Return a figure as a file of the given format; the same figure gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        From `definition_ladder`.
    form : {"png", "svg", "pdf"}
        The format.

    Returns
    -------
    bytes
    """
    metadata: dict[str, dict[str, Any]] = {
        "png": {"Software": "mcmort"},
        "svg": {"Date": None},
        "pdf": {"CreationDate": None},
    }
    buffer = io.BytesIO()
    with rc_context(looks()):
        figure.savefig(buffer, format=form, metadata=metadata[form])
    return buffer.getvalue()
