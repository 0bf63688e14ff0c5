"""The style that all figures share, and a figure as the bytes of a file."""

from __future__ import annotations

import io
import re
import warnings
from typing import Any, Final
from xml.sax.saxutils import escape

from matplotlib import rc_context, rcParamsDefault
from matplotlib.figure import Figure
from matplotlib.text import Text

from mcmort.present.figures.typeset import FONT, lacking

__all__ = [
    "ARCHIVAL", "CONTESTED", "ESTIMATED", "FAINT", "FILL", "GREY", "INK", "OTHER", "SIZE", "SMALL",
    "figure_bytes", "glyph_note", "looks", "words_of",
]  # fmt: skip

SIZE: Final = 8.5
SMALL: Final = 6.5
INK: Final = "#1b1b1b"
GREY: Final = "#707070"
FAINT: Final = "#d9d9d9"
ARCHIVAL: Final = "#004b75"
ESTIMATED: Final = "#0072B2"
CONTESTED: Final = "#3C94C9"
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
    "svg.fonttype": "none",
    "svg.hashsalt": "mcmort",
    "savefig.dpi": 300,
}
_MACHINE: Final = ("backend", "backend_fallback", "interactive")
_NAMED: Final = 12
"""Most characters that a note names."""


def looks() -> Any:
    """Return all settings of matplotlib that bear on looks, so that a user's own change nothing."""
    return {key: value for key, value in rcParamsDefault.items() if key not in _MACHINE} | _STYLE


def words_of(figure: Figure, name: str) -> str:
    """Return the title or the caption of a figure, as running text."""
    lines = (text.get_text() for text in figure.texts if str(text.get_gid()).rpartition("-")[0] == name)
    return " ".join(" ".join(lines).split())


def figure_bytes(figure: Figure, form: str) -> bytes:
    """Return a figure as a file of the given format; the same figure gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        From any function of `mcmort.present.figures`.
    form : {"png", "svg", "pdf"}
        The format. The texts of an SVG are text, and its title and caption are elements that a screen reader reads.

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
    with rc_context(looks()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # said once, by `glyph_note`
        figure.savefig(buffer, format=form, metadata=metadata[form])
    return _told(figure, buffer.getvalue()) if form == "svg" else buffer.getvalue()


def _told(figure: Figure, svg: bytes) -> bytes:
    """Add to an SVG what it shows in words, and fonts as wide as ours for readers who do not have it."""
    title, caption = (escape(words_of(figure, name)) for name in ("title", "caption"))
    if not title:
        return svg
    text = svg.decode("utf-8")
    head = f'<title id="mcmort-title">{title}</title>\n <desc id="mcmort-description">{caption}</desc>\n '
    said = f' role="img" aria-labelledby="mcmort-title mcmort-description">\n {head}'
    text = re.sub(r"(<svg [^>]*)>\n ", lambda match: match[1] + said, text, count=1)
    return text.replace(f"'{FONT}'", f"'{FONT}', Verdana, sans-serif").encode()


def glyph_note(figure: Figure) -> str:
    """Say which characters of a figure no installed font has; "" if there are none."""
    texts = (text.get_text() for text in figure.findobj(Text))
    strange = lacking("".join(texts))
    if not strange:
        return ""
    more = f" and {len(strange) - _NAMED} more" if len(strange) > _NAMED else ""
    return (
        f"no font that is installed has {' '.join(strange[:_NAMED])}{more}; the figure shows boxes in their place. "
        "Hint: install a font that has them, such as Noto"
    )
