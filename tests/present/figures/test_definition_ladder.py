"""The definition ladder: the same bytes, valid files, nothing off the canvas, marks that mean what they show."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import mcmort as mm
from mcmort.api.reports import ComparisonReport
from mcmort.present.figures.published_marks import published_marks
from mcmort.present.figures.sheet import Width
from mcmort.present.figures.style import figure_bytes, words_of
from mcmort.present.figures.typeset import text_width, wrapped
from mcmort.present.numbers import rounding_for
from mcmort.present.pieces_text import pieces_label
from mcmort.present.wording import is_floor
from tests.cases import case_of, component, definition, ranged
from tests.present.figures.extents import defects, text_of
from tests.present.made import DRAWS, claim, floors, small_comparison, titled, ussr_comparison, ussr_draws

pytestmark = pytest.mark.slow

GREY = "#707070"


def _claims() -> ComparisonReport:
    """Return one definition with a published total of every kind."""
    case = case_of(
        component("one", ranged(1e6, 4e6)),
        component("war", ranged(1e5, 2e5), facets={"category": "b"}),
        head=titled("Claims of all kinds"),
        definitions={"whole": definition(include=[{"category": "a"}])},
        claim=[
            claim("point-same", author="Same point", best=2e6, reads="point"),
            claim("range-same", author="Same range", low=1e6, high=3e6, reads="range"),
            claim("point-other", author="Other point", best=2.5e6, reads="point", years=[1930, 1934]),
            claim("least", author="Floor", low=1.5e6, reads="at-least", include=[{"kind": "deaths"}]),
            claim("beyond", author="Beyond the axis", best=61_911_000.0, reads="point", years=[1930, 1938]),
            claim("wide", author="Wide", low=1e6, high=126_891_000.0, reads="range", years=[1930, 1937]),
        ],
    )
    return mm.compare(mm.simulate(case, n=DRAWS, rng=1))


@cache
def _comparisons() -> dict[str, ComparisonReport]:
    long_label = "Premature deaths of every kind, directly or indirectly caused by whatever means, " * 3
    return {
        "ussr": ussr_comparison(),
        "ussr 1928-53": ussr_comparison((1928, 1953)),
        "one definition": mm.compare(ussr_draws(), ["broad"]),
        "no claims": small_comparison(2e5, 8e5),
        "small totals": small_comparison(2_000, 9_000),
        "tiny totals": small_comparison(3, 9),
        "long words": small_comparison(
            1e6, 2e6, title="A case with a very long title " * 8, label=long_label, name="a-name-" * 8 + "end"
        ),
        "unbroken words": small_comparison(1e6, 2e6, title="T" * 150, label="L" * 150, name="n" * 80),
        "mathematics": small_comparison(1e6, 2e6, title=r"$\frac$ and $x_1$", label="50 % $ of {all} _^"),
        "claims": _claims(),
        "long claims": _long_claims(),
        "floors": mm.compare(floors()),
    }


def _long_claims() -> ComparisonReport:
    case = case_of(
        component("one", ranged(1e6, 4e6)),
        claim=[
            claim("near-zero", author="An author with a very long name indeed " * 4, best=1e5, reads="point"),
            claim("far", author="The other author, quoted by a third " * 4, best=4e6, reads="point"),
            claim("off", author="Somebody who counted much more " * 4, low=2e6, high=9e7, reads="range"),
        ],
    )
    return mm.compare(mm.simulate(case, n=DRAWS, rng=1))


CASES = (
    "ussr",
    "ussr 1928-53",
    "one definition",
    "no claims",
    "small totals",
    "tiny totals",
    "long words",
    "unbroken words",
    "mathematics",
    "claims",
    "long claims",
    "floors",
)


def _panel(figure: Figure) -> Axes:
    """Return the axes in which the rows of all definitions are drawn."""
    return cast(Axes, figure.axes[0].child_axes[0])


def _words(figure: Figure) -> list[str]:
    """Return names and numbers beside the marks."""
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("width", ["page", "column"])
@pytest.mark.parametrize("name", CASES)
def test_ladders_of_all_kinds_are_laid_out_without_defects(name: str, width: Width) -> None:
    """Every text keeps within the page, and none covers another or stands on a mark, on every sheet."""
    for figure in _comparisons()[name].figures(width):
        assert defects(figure) == []


def test_rows_that_would_be_spikes_are_shown_enlarged() -> None:
    """A row that takes a small part of the axis has a second one, on an axis of its own that says so."""
    figures = ussr_comparison().figures()
    words = " ".join(text_of(figure) for figure in figures)
    assert words.count("Enlarged, on an axis of its own") == 1
    assert words.count(" signed ") >= 2
    assert "Enlarged" not in text_of(small_comparison(1e6, 2e6).figure())


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_the_same_result_gives_the_same_bytes(form: str) -> None:
    """Drawn twice, a comparison gives the same file; drawn from another seed it does not."""
    compared = small_comparison(1e6, 2e6)
    first = figure_bytes(compared.figure(), form)
    assert first == figure_bytes(small_comparison(1e6, 2e6).figure(), form)
    other = mm.compare(mm.simulate(compared.rows[0].total.case, n=DRAWS, rng=2))
    assert first != figure_bytes(other.figure(), form)


def test_a_figure_that_is_written_twice_gives_the_same_bytes() -> None:
    """Rendering leaves nothing behind in a figure that would change it."""
    figure = small_comparison(1e6, 2e6).figure()
    for form in ("png", "svg", "pdf"):
        assert figure_bytes(figure, form) == figure_bytes(figure, form)


def test_the_users_own_settings_change_no_byte() -> None:
    """A matplotlib of which the user has changed fonts, colours and resolution draws the same file."""
    compared = small_comparison(1e6, 2e6)
    plain = figure_bytes(compared.figure(), "png")
    changed: Any = {
        "axes.facecolor": "black",
        "font.size": 30.0,
        "savefig.dpi": 40.0,
        "lines.linewidth": 9.0,
        "axes.grid": True,
    }
    with mpl.rc_context(changed):
        assert figure_bytes(compared.figure(), "png") == plain


def test_the_png_is_whole() -> None:
    """A PNG has its signature, chunks whose sums agree, its end, 300 dots to the inch and the width of a page."""
    content = figure_bytes(ussr_comparison().figure(), "png")
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    stream, kinds, width = io.BytesIO(content[8:]), [], 0
    while head := stream.read(8):
        length, kind = struct.unpack(">I4s", head)
        body = stream.read(length)
        assert struct.unpack(">I", stream.read(4))[0] == zlib.crc32(kind + body)
        kinds.append(kind)
        if kind == b"IHDR":
            width = struct.unpack(">I", body[:4])[0]
        if kind == b"pHYs":
            assert round(struct.unpack(">I", body[:4])[0] * 0.0254) == 300
    assert kinds[0] == b"IHDR"
    assert kinds[-1] == b"IEND"
    assert width == 2070


def test_the_pdf_is_whole_and_undated() -> None:
    """A PDF begins and ends as one, embeds its fonts and holds no date."""
    content = figure_bytes(ussr_comparison().figure(), "pdf")
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    assert b"/FontFile2" in content
    assert b"CreationDate" not in content


def test_the_svg_is_xml_without_scripts_or_dates() -> None:
    """An SVG parses, has the size of a page and holds neither a script, nor a link to elsewhere, nor a date."""
    root = ET.fromstring(figure_bytes(ussr_comparison().figure(), "svg"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(6.9 * 72)
    tags = {one.tag.partition("}")[2] for one in root.iter()}
    assert "script" not in tags
    assert "date" not in tags
    links = [value for one in root.iter() for key, value in one.attrib.items() if key.endswith("href")]
    assert all(link.startswith("#") for link in links)


def test_the_figure_says_every_definition_and_interval() -> None:
    """Its sheets hold each definition's name, label, interval and omissions, and the run's seed."""
    compared = ussr_comparison()
    text = " ".join(text_of(figure) for figure in compared.figures())
    joined = "".join(text.split())
    for row in compared.rows:
        total, wide = row.total, row.summary.interval(0.95)
        assert total.definition.id in text
        assert "".join(total.definition.label.split()) in joined
        assert "".join(total.definition.leaves_out.split()) in joined
        if row.pieces.whole is not None:
            assert "".join(pieces_label(row.pieces.whole, row.summary).split()) in joined
            continue
        span = rounding_for(row.summary).span(wide.low, wide.high)
        assert ("".join(f"{span} or more".split()) in joined) is is_floor(total)
        assert "".join(span.split()) in joined
    assert "95 % credible interval" in text
    minima = [row.total.definition.id for row in compared.rows if row.total.unknown]
    assert (f"these are minima: {', '.join(minima)}." in text) is bool(minima)
    assert "seed 1" in text
    assert total.case.digest[:12] in text


def test_the_title_states_how_far_totals_lie_apart() -> None:
    """It names the lowest and the highest definition with their intervals; of one alone, its label and the years."""
    compared = ussr_comparison()
    title = words_of(compared.figure(), "title")
    ordered = sorted(compared.rows, key=lambda row: row.summary.median)
    for row in (ordered[0], ordered[-1]):
        wide = row.summary.interval(0.95)
        assert f"{rounding_for(row.summary).span(wide.low, wide.high)} or more ({row.total.definition.id})" in title
    one = words_of(mm.compare(ussr_draws(), ["broad"], years=(1928, 1953)).figure(), "title")
    assert one.startswith("Soviet Union, 1917-1987, 1928\N{EN DASH}1953: ")
    assert "under \N{LEFT DOUBLE QUOTATION MARK}Deaths directly" in one


def _along(line: Line2D, axis: int = 0) -> list[float]:
    """Return where a line runs."""
    return [float(one) for one in np.asarray(line.get_data()[axis], dtype=float)]


def _lines(figure: Figure) -> list[Line2D]:
    return [line for line in _panel(figure).get_lines() if GREY in (line.get_color(), line.get_markeredgecolor())]


def _height(figure: Figure, label: str) -> float:
    """Return how far from the top of the panel a label stands, in inches."""
    (text,) = [text for text in figure.axes[0].texts if text.get_text().startswith(label)]
    place = text.get_transform().transform(text.get_position())
    return float(_panel(figure).transData.inverted().transform(place)[1])


def _at(figure: Figure, label: str) -> list[Line2D]:
    """Return what is drawn on the line of a label."""
    y = _height(figure, label)
    return [line for line in _lines(figure) if all(abs(float(one) - y) < 0.02 for one in _along(line, 1))]


def test_marks_of_the_same_scope_are_solid_and_others_hollow() -> None:
    """Diamonds are filled and ranges thick where the author counts the same; elsewhere hollow and thin."""
    figure = _comparisons()["claims"].figure()
    (same,) = _at(figure, "Same point")
    (other,) = _at(figure, "Other point")
    assert same.get_marker() == other.get_marker() == "D"
    assert same.get_markerfacecolor() == GREY
    assert other.get_markerfacecolor() == "white"
    (thick,) = _at(figure, "Same range")
    thin, *_ = _at(figure, "Wide")
    assert thick.get_linewidth() > 2 * thin.get_linewidth()
    (floor,) = _at(figure, "Floor")
    assert floor.get_marker() == ">"
    assert floor.get_markerfacecolor() == "white"


def test_a_published_total_says_its_years_unless_it_counts_the_same() -> None:
    """A mark of another scope says its years, or that it is of another scope where they agree; others their author."""
    texts = _words(_comparisons()["claims"].figure())
    assert "Floor (other scope), at least" in texts
    assert "Same point" in texts
    assert "Other point (1930\N{EN DASH}1934)" in texts


@pytest.mark.parametrize(
    ("label", "figure_text"), [("Beyond the axis", "61.911 million"), ("Wide", "1\N{EN DASH}126.891 million")]
)
def test_what_lies_beyond_the_axis_is_written_with_an_arrow(label: str, figure_text: str) -> None:
    """A published total, or an end of one, off the axis is written out with the digits of its source, and an arrow."""
    figure = _comparisons()["claims"].figure()
    reach = _panel(figure).get_xlim()[1]
    assert figure_text in _words(figure)
    arrows = [line for line in _at(figure, label) if line.get_marker() == ">" and _along(line) == [reach]]
    assert len(arrows) == 1
    assert all(float(x) <= reach for line in _at(figure, label) for x in _along(line))


def test_a_floor_beyond_the_axis_still_reads_at_least() -> None:
    """An author's "at least", written at the edge, is no point estimate."""
    case = case_of(
        component("one", ranged(1e6, 2e6)),
        claim=[claim("far", author="Far", low=4e7, reads="at-least", years=[1930, 1935])],
    )
    words = _words(mm.compare(mm.simulate(case, n=DRAWS, rng=1)).figure())
    assert "Far (1930\N{EN DASH}1935), at least" in words
    assert "40 million" in words


def test_the_published_totals_drawn_are_the_nearest_in_scope() -> None:
    """Where not all fit, an author's whole total is drawn before small parts of it, and the rest are counted."""
    parts = [
        claim(f"part-{year}", author=f"Part of {year}", best=1e4, reads="point", years=[year, year])
        for year in range(1930, 1940)
    ]
    whole = claim("whole-total", author="Whole", best=9e6, reads="point", years=[1930, 1938])
    case = case_of(component("one", ranged(1e6, 4e6)), claim=[*parts, whole])
    figure = mm.compare(mm.simulate(case, n=DRAWS, rng=1)).figure()
    drawn = [text.get_text() for text in figure.axes[0].texts if text.get_color() == GREY and text.get_fontsize() == 7]
    assert "Whole (1930\N{EN DASH}1938)" in drawn
    assert "9 million" in drawn
    assert sum(words.startswith(("Whole", "Part of")) for words in drawn) == 6
    assert "5 more in the table of published totals" in words_of(figure, "caption")


@pytest.mark.parametrize(
    ("name", "unit"),
    [("small totals", "deaths"), ("tiny totals", "deaths"), ("claims", "million deaths"), ("ussr", "million persons")],
)
def test_the_axis_starts_at_zero_and_is_linear_and_readable(name: str, unit: str) -> None:
    """The axis is linear from zero, names its unit, and its ticks are plain numbers, never powers of ten."""
    figure = _comparisons()[name].figure()
    axes = _panel(figure)
    figure.draw_without_rendering()
    assert axes.get_xscale() == "linear"
    assert axes.get_xlim()[0] == 0.0
    assert axes.get_xlabel() == unit
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    scale = 1e6 if "million" in unit else 1.0
    for place, text in zip(axes.get_xticks(), ticks, strict=True):
        assert re.fullmatch(r"\d[\d,]*(\.\d+)?", text), text
        assert float(text.replace(",", "")) * scale == pytest.approx(place)


def test_intervals_are_drawn_where_they_are() -> None:
    """The thin bar runs over the 95 % interval, the thick one over the 50 %, and the circle stands at the median."""
    compared = _comparisons()["no claims"]
    summary = compared.rows[0].summary
    thin, thick, circle = _panel(compared.figure()).get_lines()
    wide, half = summary.interval(0.95), summary.interval(0.5)
    assert _along(thin) == [wide.low, wide.high]
    assert _along(thick) == [half.low, half.high]
    assert _along(circle) == [summary.median]
    assert thick.get_linewidth() > thin.get_linewidth()


def test_a_total_of_nothing_can_be_drawn() -> None:
    """A definition whose total is zero on every draw gives a figure, not a failure."""
    case = case_of(component("one", ranged(10, 20)), component("two", formula="max(0, one - 1000)", years=[1930, 1939]))
    compared = mm.compare(mm.simulate(case, n=DRAWS, rng=1))
    result = mm.total(compared.comparison.draws, "whole", exclude=[{"component": "one"}])
    assert result.values.max() == 0.0
    assert "0 to 0" in result.headline


SETTINGS: tuple[Callable[[], object], ...] = (lambda: dict(mpl.rcParams), lambda: "matplotlib.pyplot" in sys.modules)


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    """Drawing and writing change none of matplotlib's settings."""
    before = [get() for get in SETTINGS]
    for form in ("png", "svg", "pdf"):
        figure_bytes(small_comparison(1e6, 2e6).figure(), form)
    assert [get() for get in SETTINGS] == before


def test_drawing_never_loads_pyplot() -> None:
    """A process that draws has no pyplot, and so no global figure and no window."""
    code = (
        "import sys, mcmort as mm;"
        "from pathlib import Path;"
        "c = mm.compare(mm.simulate(mm.load(sys.argv[1]), n=500, rng=1));"
        "from mcmort.present.figures.style import figure_bytes; figure_bytes(c.figure(), 'svg');"
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "tests/good/minimal"], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == ["True", "False"]


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_measured_widths_agree_with_what_matplotlib_draws(weight: str) -> None:
    """The width by which lines are broken is the drawn one within three per cent."""
    text = "Premature deaths, directly or indirectly caused 1917-1987"
    figure = Figure(figsize=(10, 2), dpi=300)
    FigureCanvasAgg(figure)
    drawn = figure.text(0, 0.5, text, size=8.5, family="DejaVu Sans", weight=weight)
    inches = drawn.get_window_extent().width / 300
    assert text_width(text, 8.5, weight) == pytest.approx(inches, rel=0.03)


def test_broken_lines_fit_and_lose_nothing() -> None:
    """Every line is as narrow as asked, and the words come back in order; a cut text ends in an ellipsis."""
    text = "one two three " * 12 + "w" * 90 + " end"
    lines = wrapped(text, 1.5, 8)
    assert all(text_width(line, 8) <= 1.5 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    short = wrapped(text, 1.5, 8, most=2)
    assert len(short) == 2
    assert short[-1].endswith("\N{HORIZONTAL ELLIPSIS}")
    assert text_width(short[-1], 8) <= 1.5
    assert wrapped("", 1.5, 8) == [""]


def test_published_totals_of_one_scope_are_drawn_from_the_smallest_to_the_largest() -> None:
    """Of more than six that count the same neither names nor sizes decide: both ends are drawn, others between."""
    sizes = [120.0 + 10.0 * place for place in range(12)]
    claims = [claim(f"c{place:02d}", best=size) for place, size in enumerate(sizes)]
    case = case_of(component("one", ranged(100, 300)), claim=claims, definitions={"whole": definition()})
    (row,) = mm.compare(mm.simulate(case, n=500, rng=1)).comparison.rows
    drawn = [mark.low for mark in published_marks(row)]
    assert len(drawn) == 6
    assert (drawn[0], drawn[-1]) == (sizes[0], sizes[-1])
    assert max(np.diff(drawn)) <= 30.0
