"""Charts in rows: a name, marks on a common axis, and numbers in columns that stand one below the other.

At the width of a page names stand to the left of the marks, at that of a column above them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes

from mcmort.present.figures.scale import EDGE, Scale, dress
from mcmort.present.figures.sheet import Chart, Frame, Leaf
from mcmort.present.figures.style import FAINT, GREY, INK, SMALL
from mcmort.present.figures.typeset import text_width, wrapped

__all__ = ["STACKED", "Panel", "Row", "RowChart", "Sign", "draw_key", "key_height"]

STACKED: Final = 4.5
"""Inches below which names stand above the marks."""
_TEXT: Final = 8.0
_LINE: Final = 0.135
_SMALL_LINE: Final = 0.115
_BAND: Final = 0.15
"""Inches that the marks of a row take."""
_JOINED: Final = 0.025
"""Inches that a line from one row to another reaches into the band of each."""
_PAD: Final = 0.06
_GAP: Final = 0.12
_AXIS: Final = 0.38
_HEAD: Final = 0.17
_LEGEND: Final = 0.17
_CELL: Final = 1.42
_SAFE: Final = 0.97
"""Of the width that there is, for glyphs that a screen of few dots draws wider."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row.

    Attributes
    ----------
    label : str
        Its name.
    draw : callable
        Draws its marks into axes, at a height given in inches from their top.
    cells : tuple of str
        Its numbers, one for each column.
    detail : str
        Small words below the name.
    rise : float
        Inches that something takes above the line of the marks.
    join : float, optional
        A number at which a thin line leads here from the row above.
    is_bold, is_small : bool
        How it is written.
    notes : tuple of str
        What the caption says of it.
    """

    label: str
    draw: Callable[[Axes, float], None]
    cells: tuple[str, ...] = ()
    detail: str = ""
    rise: float = 0.0
    join: float | None = None
    is_bold: bool = False
    is_small: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Rows on one axis; `head` says what sets them apart from other rows."""

    rows: tuple[Row, ...]
    scale: Scale
    head: str = ""


@dataclass(frozen=True, kw_only=True)
class Sign:
    """An entry of a key: a line, a marker or, with a colour of its face, a bar; and its meaning."""

    words: str
    style: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row with its lines, and where its parts lie within its height."""

    row: Row
    label: list[str]
    detail: list[str]
    cells: list[list[str]]
    height: float
    line: float
    size: float


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """Where names, marks and numbers stand."""

    is_stacked: bool
    names: float
    left: float
    across: float
    ends: tuple[float, ...]
    """Right ends of the columns of numbers."""
    widths: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class RowChart(Chart):
    """A chart in rows.

    Attributes
    ----------
    panels : tuple of Panel
        One below the other.
    heads : tuple of str
        Of the columns of numbers.
    key : tuple of Sign
        What marks mean, above the rows.
    keeps_second : bool
        Whether the second column of numbers stands below the name at the width of a column, where it has no room.
    """

    panels: tuple[Panel, ...]
    heads: tuple[str, ...] = ()
    key: tuple[Sign, ...] = ()
    keeps_second: bool = False

    def leaves(self, width: float, room: float, later: float) -> list[Leaf]:
        """Divide rows among pages; every page has the key, the heads and the axes of its rows."""
        grid = self._grid(width)
        above = key_height(self.key, width) + (_HEAD if any(self.heads) else 0.0)
        pages: list[list[tuple[Panel, list[_Placed]]]] = [[]]
        left, notes = room - above, set[str]()
        for panel in self.panels:
            overhead = _AXIS + (_HEAD if panel.head else 0.0)
            is_new = True
            for row in panel.rows:
                placed = _placed(self._shown(row, grid), grid)
                cost = placed.height + sum(
                    0.1175 * len(wrapped(note, width, SMALL)) for note in row.notes if note not in notes
                )
                if pages[-1] and left < cost + (overhead if is_new else 0.0):
                    pages.append([])
                    left, is_new, notes = later - above, True, set()
                if is_new:
                    pages[-1].append((panel, []))
                    left, is_new = left - overhead, False
                pages[-1][-1][1].append(placed)
                notes |= set(row.notes)
                left -= cost
        return [self._leaf(page, grid, above) for page in pages]

    def _shown(self, row: Row, grid: _Grid) -> Row:
        """Return a row as it is shown at the width of a column."""
        if not (grid.is_stacked and self.keeps_second and len(row.cells) > 1 and row.cells[1]):
            return row
        return replace(row, detail=f"{row.detail}{'; ' if row.detail else ''}{_lowered(self.heads[1])}: {row.cells[1]}")

    def _leaf(self, page: list[tuple[Panel, list[_Placed]]], grid: _Grid, above: float) -> Leaf:
        height = above + sum(
            _AXIS + (_HEAD if panel.head else 0.0) + sum(each.height for each in rows) for panel, rows in page
        )
        notes = dict.fromkeys(note for _, rows in page for each in rows for note in each.row.notes)
        return Leaf(height, partial(self._draw, page, grid), tuple(notes))

    def _grid(self, width: float) -> _Grid:
        rows = [row for panel in self.panels for row in panel.rows]
        is_stacked = width < STACKED
        columns = max((len(row.cells) for row in rows), default=0)
        columns = min(columns, 1) if is_stacked else columns  # the first column alone has room beside a name
        widest = 1.35 if is_stacked else _CELL
        widths = []
        for index in range(columns):
            texts = [row.cells[index] for row in rows if index < len(row.cells)]
            texts += [self.heads[index]] if index < len(self.heads) else []
            widths.append(min(max(text_width(text, _TEXT, "bold") for text in texts) + 0.02, widest))
        ends = tuple(width - sum(widths[index + 1 :]) - _GAP * (columns - 1 - index) for index in range(columns))
        taken = sum(widths) + _GAP * columns
        if is_stacked:
            return _Grid(
                is_stacked=True, names=width - taken, left=EDGE, across=width - 2 * EDGE, ends=ends,
                widths=tuple(widths),
            )  # fmt: skip
        longest = max((text_width(row.label, _TEXT, "bold" if row.is_bold else "normal") for row in rows), default=1.0)
        names = min(max(longest + 0.02, 0.9), 0.31 * width)
        left = names + _GAP
        return _Grid(
            is_stacked=False, names=names, left=left, across=width - left - max(taken, EDGE), ends=ends,
            widths=tuple(widths),
        )  # fmt: skip

    def _draw(self, page: Sequence[tuple[Panel, list[_Placed]]], grid: _Grid, frame: Frame) -> None:
        y = draw_key(frame, self.key)
        if any(self.heads):
            for words, end in zip(self.heads, grid.ends, strict=False):
                frame.text(end, y + 0.02, words, size=7, color=GREY, ha="right", va="top")
            y += _HEAD
        for panel, rows in page:
            if panel.head:
                head = wrapped(panel.head, _SAFE * frame.width, 7, most=1)[0]
                frame.text(0.0, y + 0.02, head, size=7, color=GREY, ha="left", va="top", style="italic")
                y += _HEAD
            tall = sum(each.height for each in rows)
            axes = frame.panel(grid.left, y, grid.across, tall)
            axes.set_ylim(tall, 0.0)
            dress(axes, panel.scale, grid.across, has_grid=not grid.is_stacked)
            top = above = 0.0
            for each in rows:
                _write(frame, each, grid, y + top)
                upper = top + each.line - 0.5 * _BAND
                if each.row.join is not None and (top > 0.0 or grid.is_stacked):
                    start = upper if grid.is_stacked else above
                    axes.plot([each.row.join] * 2, [start, upper + _JOINED], color=GREY, linewidth=0.6, zorder=1)
                above = top + each.line + 0.5 * _BAND - _JOINED
                if grid.is_stacked:  # lines that would run through names are drawn beside marks alone
                    low, high = top + each.line + 0.5 * _BAND, top + each.line - 0.5 * _BAND - each.row.rise
                    axes.vlines(axes.get_xticks(), low, high, color=FAINT, linewidth=0.6, zorder=0)
                each.row.draw(axes, top + each.line)
                top += each.height
            y += tall + _AXIS


def _lowered(words: str) -> str:
    return words[0].lower() + words[1:]


def _placed(row: Row, grid: _Grid) -> _Placed:
    """Break the texts of a row into lines, and say how much room it takes."""
    size = 7.0 if row.is_small else _TEXT
    line = _SMALL_LINE if row.is_small else _LINE
    weight = "bold" if row.is_bold else "normal"
    cells = [
        wrapped(text, width, size, most=4, weight=weight) for text, width in zip(row.cells, grid.widths, strict=False)
    ]
    names = grid.names
    if grid.is_stacked:  # beside a short number a name has more room
        names += sum(grid.widths) - max(
            (text_width(words, size, weight) for lines in cells for words in lines), default=0.0
        )
    label = wrapped(row.label, _SAFE * names, size, most=3, weight=weight)
    lines = max((len(each) for each in cells), default=0)
    across = grid.names + (sum(grid.widths) if grid.is_stacked and len(label) >= lines else 0.0)
    detail = wrapped(row.detail, _SAFE * across, SMALL + 0.5, most=3) if row.detail else []
    written = line * len(label) + _SMALL_LINE * len(detail)
    numbers = line * lines
    band = row.rise + (0.8 * _BAND if row.is_small else _BAND)
    pad = 0.03 if row.is_small else _PAD
    if grid.is_stacked:
        height = max(written, numbers) + band + pad
        return _Placed(row, label, detail, cells, height, height - pad - 0.5 * (band - row.rise), size)
    height = max(written, numbers, band) + pad
    middle = height - 0.5 * pad - 0.5 * (band - row.rise) if row.rise else 0.5 * height
    return _Placed(row, label, detail, cells, height, middle, size)


def _write(frame: Frame, each: _Placed, grid: _Grid, top: float) -> None:
    """Write the name and the numbers of a row."""
    row, weight = each.row, "bold" if each.row.is_bold else "normal"
    line = _SMALL_LINE if row.is_small else _LINE
    colour = GREY if row.is_small else INK
    written = line * len(each.label) + _SMALL_LINE * len(each.detail)
    y = top + (0.0 if grid.is_stacked else 0.5 * (each.height - written))
    x, ha = (0.0, "left") if grid.is_stacked else (grid.names, "right")
    for words in each.label:
        frame.text(x, y + 0.5 * line, words, size=each.size, weight=weight, color=colour, ha=ha, va="center_baseline")
        y += line
    for words in each.detail:
        frame.text(x, y + 0.5 * _SMALL_LINE, words, size=SMALL + 0.5, color=GREY, ha=ha, va="center_baseline")
        y += _SMALL_LINE
    for lines, end in zip(each.cells, grid.ends, strict=False):
        start = top if grid.is_stacked else top + 0.5 * (each.height - line * len(lines))
        for place, words in enumerate(lines):
            frame.text(
                end, start + line * (place + 0.5), words, size=each.size, weight=weight, color=colour, ha="right",
                va="center_baseline",
            )  # fmt: skip


def _key_lines(key: Sequence[Sign], width: float) -> list[list[tuple[float, Sign]]]:
    """Divide the entries of a key among lines, each entry with its place."""
    lines: list[list[tuple[float, Sign]]] = []
    x = width
    for sign in key:
        words = wrapped(sign.words, width - 0.4, 7, most=1)[0]
        needed = 0.26 + text_width(words, 7) / _SAFE + 0.18
        if x + needed - 0.18 > width:
            lines.append([])
            x = 0.0
        lines[-1].append((x, replace(sign, words=words)))
        x += needed
    return lines


def key_height(key: Sequence[Sign], width: float) -> float:
    """Return how many inches a key takes at a width."""
    return _LEGEND * len(_key_lines(key, width))


def draw_key(frame: Frame, key: Sequence[Sign]) -> float:
    """Draw a key, and return where it ends."""
    y = 0.0
    for line in _key_lines(key, frame.width):
        for x, sign in line:
            middle = y + 0.5 * _LEGEND
            if "facecolor" in sign.style:
                frame.box(x + 0.02, middle - 0.04, 0.18, 0.08, **sign.style)
            else:
                ends = [x + 0.02, x + 0.11, x + 0.2] if sign.style.get("linestyle", "-") != "none" else [x + 0.11]
                frame.mark(ends, [middle] * len(ends), markevery=[len(ends) // 2], **sign.style)
            frame.text(x + 0.26, middle, sign.words, size=7, color=INK, va="center_baseline", ha="left")
        y += _LEGEND
    return y
