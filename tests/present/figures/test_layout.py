"""Every kind of figure at both widths: nothing leaves the page, no text covers another or stands on a mark."""

from __future__ import annotations

import io
import warnings
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from matplotlib.figure import Figure

import mcmort as mm
from mcmort.api.pictures import Kind, Picture
from mcmort.errors import DefinitionError, UsageError
from mcmort.present.figures.sheet import Width, sheets
from mcmort.present.figures.style import figure_bytes, glyph_note
from mcmort.present.figures.typeset import families_for, lacking
from mcmort.results import Draws
from tests.cases import case_of, component, count, definition, point, ranged
from tests.present.figures.extents import defects, text_of
from tests.present.made import claim, floors, titled, ussr_draws
from tests.shipped import NAMES, draws_of

pytestmark = pytest.mark.slow

WIDTHS: tuple[Width, ...] = ("page", "column")
QUICK: tuple[Kind, ...] = (
    "definitions",
    "components",
    "bridge",
    "probability",
    "published",
    "uncertainty",
    "documented",
    "years",
)


@cache
def _widest(case: str) -> str:
    """Return the definition of a shipped case that counts most components."""
    sizes = {row.total.definition.id: len(row.total.parts) for row in mm.compare(draws_of(case)).rows}
    return max(sizes, key=lambda name: sizes[name])


def _asked(draws: Draws, kind: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return definitions and settings of a figure of any case."""
    widest = _widest(draws.case.id)
    if kind in ("definitions", "published"):
        return (), {}
    if kind == "bridge":
        first = next(name for name in draws.case.definitions if name != widest)
        return (first, widest), {}
    if kind == "evidence":
        known = mm.total(draws, widest).total.parts
        chosen = max(known, key=lambda name: len(draws.case.components[name].estimate))
        return (widest,), {"component": chosen}
    if kind in ("multiverse", "box"):
        return (), {"universes": 40}
    return (widest,), {}


def _picture(draws: Draws, kind: Kind) -> Picture:
    names, settings = _asked(draws, kind)
    return mm.picture(draws, kind, *names, **settings)


@pytest.mark.parametrize("kind", QUICK)
@pytest.mark.parametrize("case", NAMES)
def test_figures_of_shipped_cases_are_laid_out_without_defects(case: str, kind: Kind) -> None:
    """Of every shipped case, each kind of figure, at both widths, on every sheet."""
    picture = _picture(draws_of(case), kind)
    for width in WIDTHS:
        for figure in picture.figures(width):
            assert defects(figure) == []
            assert figure.get_figwidth() == {"page": 6.9, "column": 3.4}[width]


@pytest.mark.parametrize("case", NAMES)
def test_evidence_of_a_component_is_laid_out_without_defects(case: str) -> None:
    """Of every shipped case, the component with most estimates."""
    picture = _picture(draws_of(case), "evidence")
    for width in WIDTHS:
        for figure in picture.figures(width):
            assert defects(figure) == []


@pytest.mark.parametrize("kind", ["multiverse", "box", "influence"])
def test_figures_of_many_runs_are_laid_out_without_defects(kind: Kind) -> None:
    """Of one case, the figures that take many runs."""
    picture = _picture(draws_of("darfur"), kind)
    for width in WIDTHS:
        for figure in picture.figures(width):
            assert defects(figure) == []


LONG = (
    "Deaths of those who were deported, resettled or exiled, on the way and in the first years, as far as it is known "
    * 2
)


@cache
def _hostile(name: str) -> Draws:
    if name == "sixty components":
        parts = [
            component(f"part-{place}", ranged(10.0 ** (2 + place % 5), 3e7), label=f"{LONG[:118]} {place}")
            for place in range(60)
        ]
        case = case_of(*parts, head=titled("A case of sixty components"))
    elif name == "one component":
        case = case_of(component("one", ranged(3, 9)), head=titled("T" * 90))
    elif name == "unknown ones":
        return floors()
    elif name == "long words":
        parts = [component("one", ranged(1e6, 2e6), label=LONG[:120]), component("two", ranged(1, 9), label="w" * 120)]
        claims = [
            claim("near", author=LONG[:120], best=1e5, reads="point"),
            claim("far", author="W" * 120, low=4e7, high=9e7, reads="range"),
            claim("least", author="Floor", low=1.5e6, reads="at-least", years=[1930, 1935]),
        ]
        words = {"whole": definition(label=LONG[:120]), "a-name-" * 8 + "end": definition(label="L" * 120)}
        case = case_of(*parts, head=titled("A case with a very long title " * 6), definitions=words, claim=claims)
    else:
        case = case_of(
            component("one", ranged(1e6, 2e6), label=r"$\frac$ 50 % of {all} _^ <b>&amp;"),
            component("two", count(low=100.0, reads="at-least"), facets={"category": "b"}, label="Звери"),
            component("three", point(5_000, measure="registered", basis="registered", source="study-b")),
            head=titled("Царь и народ"),
        )
    return mm.simulate(case, n=2_000, rng=1)


HOSTILE = ("sixty components", "one component", "unknown ones", "long words", "signs")


@pytest.mark.parametrize("kind", ["definitions", "components", "probability", "uncertainty", "documented", "years"])
@pytest.mark.parametrize("name", HOSTILE)
def test_figures_of_hostile_cases_are_laid_out_without_defects(name: str, kind: Kind) -> None:
    """Sixty components, labels of 120 characters, one component, unknown ones, signs that mean something elsewhere."""
    draws = _hostile(name)
    names = () if kind == "definitions" else (next(iter(draws.case.definitions)),)
    picture = mm.picture(draws, kind, *names)
    for width in WIDTHS:
        for figure in picture.figures(width):
            assert defects(figure) == []


def test_parts_of_a_figure_show_every_row_once() -> None:
    """A forest of sixty components goes on over several sheets, numbered, and loses none of them."""
    figures = mm.picture(_hostile("sixty components"), "components", "whole").figures()
    assert len(figures) > 1
    texts = [text_of(figure) for figure in figures]
    for place, text in enumerate(texts, 1):
        assert f"(part {place}/{len(figures)})" in text
    labels = mm.total(_hostile("sixty components"), "whole").total.case.components
    shown = sum(text.count("million") for text in texts)
    assert shown >= len(labels)


def test_a_figure_of_what_is_not_known_is_refused() -> None:
    """A definition of which nothing is known gives an error in one line, and no empty picture."""
    case = case_of(
        component("dark", count(low=100.0, reads="at-least")),
        component("seen", ranged(1, 2), facets={"category": "b"}),
        definitions={"night": definition(include=[{"category": "a"}]), "day": definition(include=[{"category": "b"}])},
    )
    with pytest.raises(DefinitionError):
        mm.picture(mm.simulate(case, n=500, rng=1), "components", "night")


@pytest.mark.parametrize(
    ("kind", "names", "words"),
    [
        ("components", (), "one definition"),
        ("bridge", ("whole",), "leads from one"),
        ("evidence", ("whole",), "none is named"),
        ("pie", ("whole",), "no figure of kind"),
        ("published", (), "no published total"),
    ],
)
def test_a_request_that_lacks_something_says_what(kind: str, names: tuple[str, ...], words: str) -> None:
    """Too few definitions, no component, and no such kind are errors that say what is expected."""
    with pytest.raises(UsageError, match=words):
        mm.picture(_hostile("one component"), kind, *names)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["bridge", "components", "published", "years"])
def test_a_figure_drawn_twice_has_the_same_bytes(kind: Kind) -> None:
    """Each kind gives the same SVG, PDF and PNG from another run of the same seed."""
    pictures = [_picture(draws, kind) for draws in (draws_of("darfur"), mm.simulate(mm.load("darfur"), 2_000, rng=1))]
    for form in ("svg", "pdf", "png"):
        first, second = (figure_bytes(picture.figures("column")[0], form) for picture in pictures)
        assert first == second


@pytest.mark.parametrize("kind", ["definitions", "bridge", "years"])
def test_an_svg_has_its_words_as_text_with_title_and_description(kind: Kind) -> None:
    """A screen reader finds the finding as title and the caption as description; labels are text, not outlines."""
    figure = _picture(draws_of("darfur"), kind).figures()[0]
    root = ET.fromstring(figure_bytes(figure, "svg"))
    space = "{http://www.w3.org/2000/svg}"
    title, description = root.find(f"{space}title"), root.find(f"{space}desc")
    assert title is not None
    assert str(title.text).startswith("Darfur, 2003-2008: ")
    assert description is not None
    assert "seed 1" in str(description.text)
    assert root.attrib["role"] == "img"
    words = " ".join(" ".join("".join(text.itertext()) for text in root.iter(f"{space}text")).split())
    assert "seed 1" in words
    assert "Darfur" in words


def test_characters_that_no_font_has_are_said_once() -> None:
    """A label in a script that no installed font has is drawn as boxes, with one plain line that names them."""
    strange = "\U0001f9ff\U00013080"
    case = case_of(component("one", ranged(1e6, 2e6), label=f"Deaths {strange}"))
    picture = mm.picture(mm.simulate(case, n=500, rng=1), "components", "whole")
    (figure,) = picture.figures()
    missing = lacking(strange)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure_bytes(figure, "png")
    note = glyph_note(figure)
    assert bool(missing) is bool(note)
    assert "\n" not in note
    assert all(character in note for character in missing)


def test_a_font_is_found_where_one_is_installed() -> None:
    """Plain words need one font; characters that it lacks are looked for in the others."""
    assert families_for("Famine of 1932-34") == ["DejaVu Sans"]
    assert lacking("Famine of 1932-34, Голод") == ""


def test_a_figure_fits_into_axes_that_are_given() -> None:
    """With axes of one's own the chart keeps within them, and the figure stays the caller's."""
    figure = Figure(figsize=(12, 9))
    left, right = figure.subplots(1, 2)
    picture = mm.picture(ussr_draws(), "bridge", "archival", "maximal")
    assert picture.figure(ax=left) is figure
    mm.compare(ussr_draws(), ["broad"]).figure(ax=right)
    figure.draw_without_rendering()
    for inset in left.child_axes:
        box, against = inset.get_window_extent(), left.get_window_extent()
        assert box.x0 >= against.x0 - 1
        assert box.x1 <= against.x1 + 1
    assert "largest step" in left.get_title(loc="left")
    assert "seed 1" in picture.caption


def test_a_tall_figure_is_written_in_parts_with_receipts(tmp_path: Path) -> None:
    """Each part has a file and a receipt of its own, and each receipt verifies."""
    picture = mm.picture(ussr_draws(), "components", "broad")
    written = mm.plot(picture, tmp_path / "a.svg")
    assert [path.name for path in written] == ["a-1.svg", "a-2.svg"]
    for path in written:
        outcome = mm.verify(path.with_name(path.name + ".receipt.json"))
        assert outcome.agrees
        assert outcome.unchecked == ""


def test_all_kinds_have_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The command line offers the kinds of the Python function and no others."""
    from mcmort.cli.plot import Kind as Offered

    assert {kind.value for kind in Offered} == set(get_args(Kind))


def test_colours_stay_apart_in_grey() -> None:
    """The kinds of evidence differ in marker as well as in lightness, so that print in grey tells them apart."""
    from mcmort.present.figures.evidence_kinds import LOOKS

    assert len({look.marker for look in LOOKS.values()}) == len(LOOKS)
    lightness = sorted(sum(int(look.colour[place : place + 2], 16) for place in (1, 3, 5)) for look in LOOKS.values())
    assert len(set(lightness)) == len(lightness)


def test_sheets_and_files_agree() -> None:
    """What is written is what `sheets` returns."""
    picture = mm.picture(draws_of("darfur"), "components", "excess")
    buffers = [figure_bytes(figure, "png") for figure in (*sheets(picture.chart), *picture.figures())]
    assert len(set(buffers)) == len(buffers) // 2
    assert all(io.BytesIO(content).read(4) == b"\x89PNG" for content in buffers)
