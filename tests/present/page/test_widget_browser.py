"""The explorer of a notebook in a real browser: its program as anywidget runs it, over models that a page plays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import mcmort as mm
from mcmort.api.explorer_results import ExplorerResults
from mcmort.api.explorer_verb import explorer_results
from mcmort.present.pieces_text import headline_with_pieces
from tests.cases import case_of, component, definition, overlap, point, ranged, share
from tests.present.page.browser import Opened, launched, opened
from tests.present.page.notebook import Cell, write_notebook
from tests.present.page.pages import shipped_variants

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\">\N{LINE SEPARATOR}&amp;"
CELLS = {"one": "first", "two": "second", "again": "first"}


@pytest.fixture(scope="module")
def results() -> ExplorerResults:
    """Return what there is to explore in a small case with registers, years, ordinary mortality and hostile words."""
    register = point(5_000, measure="registered", basis="registered", source="study-b")
    case = case_of(
        component("known", ranged(9_000, 12_000), register, ordinary=share(0.1, 0.3), label=HOSTILE),
        component("other", ranged(800, 1_500, source="study-c"), facets={"category": "b"}, years=[1932, 1935]),
        component("within", ranged(300, 500, source="study-d"), facets={"category": "b"}),
        component("unseen", unknown={"all": HOSTILE}, facets={"category": "c"}),
        overlap=[overlap("held", "within", "known", low=0.2, high=0.5)],
        definitions={
            "kept": definition(label="Of one kind", include=[{"category": "a"}]),
            "middle": definition(label=HOSTILE, include=[{"category": ["a", "b"]}], years=[1931, 1936]),
            "whole": definition(label="All of it", net=True),
        },
    )  # fmt: skip
    return explorer_results(mm.compare(mm.simulate(case, n=4_000, rng=1)))


@dataclass(frozen=True)
class Notebook:
    """A notebook that was opened: two explorers, the first of them in two cells."""

    opened: Opened
    one: Cell
    two: Cell
    again: Cell


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Lend one browser to all tests."""
    with launched() as running:
        yield running


@pytest.fixture(scope="module")
def path(results: ExplorerResults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the notebook."""
    found = tmp_path_factory.mktemp("notebook") / "notebook.html"
    write_notebook(found, CELLS, {"first": results, "second": results})
    return found


@pytest.fixture
def notebook(browser: object, path: Path) -> Iterator[Notebook]:
    """Lend the notebook in a window of its own; it must ask for nothing but its program and complain of nothing."""
    with opened(browser, path) as found:  # type: ignore[arg-type]
        yield Notebook(found, *(Cell(found.page, cell, model) for cell, model in CELLS.items()))
        assert [one for one in found.requests if not one.startswith("blob:")] == [path.resolve().as_uri()]
        assert found.complaints == []


def _assert_presets(cell: Cell, results: ExplorerResults) -> None:
    """Choose every definition under every standard; headline, selection and summary are those of Python."""
    for variant in results.variants:
        cell.page.select_option(
            cell.at("#variant"), f"elicited-{variant.standard.id}" if variant.standard.id else "elicited"
        )
        said = f" Evidence: {variant.standard.label}." if variant.standard.id else ""
        for row in variant.comparison.rows:
            name = row.total.definition.id
            cell.page.check(cell.at(f'input[name=definition][value="{name}"]'))
            assert cell.text("#headline") == headline_with_pieces(row.total, row.summary, 0.95, row.pieces) + said
            chosen = results.whole({"definition": name, "standard": variant.standard.name})
            assert cell.selection == chosen
            summary = results.summary(chosen)
            assert summary is not None
            assert cell.text("#components .sum td:nth-child(4)") == summary["text"]


def test_each_preset_prints_the_headline_of_python(notebook: Notebook, results: ExplorerResults) -> None:
    """Each definition, under each standard, shows the stored sentence; Python holds the same choice and interval."""
    assert len(results.variants) > 1
    _assert_presets(notebook.one, results)


@pytest.mark.statistical
@pytest.mark.parametrize("name", ["cambodia", "ussr"])
def test_each_preset_of_a_shipped_case_prints_the_headline_of_python(
    name: str, browser: object, tmp_path: Path
) -> None:
    """So it is in a large case."""
    variants = tuple(shipped_variants(name))
    results = ExplorerResults(variants, variants[0].comparison.rows[0].total.definition.id)
    write_notebook(tmp_path / "notebook.html", {"one": "first"}, {"first": results})
    with opened(browser, tmp_path / "notebook.html") as found:  # type: ignore[arg-type]
        _assert_presets(Cell(found.page, "one", "first"), results)
        assert found.complaints == []


def test_own_selection_reaches_python_as_it_is_shown(notebook: Notebook, results: ExplorerResults) -> None:
    """Boxes, years, measure, net and level go to Python at once, and the interval computed there is the one shown."""
    cell, page = notebook.one, notebook.opened.page
    page.check(cell.at('input[name=definition][value="middle"]'))
    page.uncheck(cell.at("#on-other"))
    page.select_option(cell.at("#span"), "1933:1933")
    page.select_option(cell.at("#net"), "1")
    page.select_option(cell.at("#level"), "0.5")
    assert cell.selection == {
        "definition": "middle", "components": ["known", "within"], "years": [1933, 1933], "measure": "all",
        "net": True, "interval": 0.5, "engine": "elicited", "standard": "admitted",
    }  # fmt: skip
    assert cell.selection == results.whole(cell.selection)
    assert cell.sent[-1] == cell.selection
    summary = results.summary(cell.selection)
    assert summary is not None
    assert cell.text("#components .sum td:nth-child(4)") == summary["text"]
    page.uncheck(cell.at("#on-known"))
    page.uncheck(cell.at("#on-within"))
    assert "no total to report" in cell.text("#headline")
    assert results.summary(cell.selection) is None


def test_selection_of_python_moves_the_controls_and_is_not_sent_back(
    notebook: Notebook, results: ExplorerResults
) -> None:
    """What Python chooses is shown, in every view of the model; nothing of it goes back as a change."""
    chosen = results.whole({"definition": "whole", "components": ["other", "within"], "measure": "all",
                            "net": False, "years": (1933, 1933), "interval": 0.9})  # fmt: skip
    notebook.one.from_python(chosen)
    for cell in (notebook.one, notebook.again):
        page = cell.page
        assert page.is_checked(cell.at('input[name=definition][value="whole"]'))
        assert not page.is_checked(cell.at("#on-known"))
        assert page.is_checked(cell.at("#on-within"))
        values = [page.input_value(cell.at(name)) for name in ("#span", "#measure", "#net", "#level", "#variant")]
        assert values == ["1933:1933", "all", "0", "0.9", "elicited"]
        summary = results.summary(chosen)
        assert summary is not None
        assert cell.text("#components .sum td:nth-child(4)") == summary["text"]
    assert notebook.one.sent == []


def test_two_explorers_do_not_disturb_one_another(notebook: Notebook) -> None:
    """A choice in one changes it and the other view of its model, not the explorer beside it; nor does its end."""
    one, two, page = notebook.one, notebook.two, notebook.opened.page
    before = two.text("#headline")
    page.check(one.at('input[name=definition][value="kept"]'))
    page.check(two.at('input[name=definition][value="whole"]'))
    assert page.is_checked(one.at('input[name=definition][value="kept"]'))
    assert (one.selection["definition"], two.selection["definition"]) == ("kept", "whole")
    assert notebook.again.text("#headline") == one.text("#headline") != two.text("#headline") != before
    one.end()
    page.check(two.at('input[name=definition][value="middle"]'))
    page.check(notebook.again.at('input[name=definition][value="whole"]'))
    assert two.text("#headline") == before
    assert "All of it" in notebook.again.text("#headline")
    assert "All of it" not in one.text("#headline")


def test_hostile_labels_stay_text_and_styles_of_the_notebook_stay_outside(notebook: Notebook) -> None:
    """Labels are read as text; tables and fields that the notebook hides or colours look as in the page."""
    page = notebook.opened.page
    assert "onerror" in notebook.one.text("#components")
    assert page.locator("img").count() == 0
    assert page.title() == "Notebook"
    assert page.is_visible(notebook.one.at("#components"))
    assert page.is_visible(notebook.one.at("#headline"))
    look = page.evaluate(
        "() => { const root = document.querySelector('#one div').shadowRoot;"
        " const one = getComputedStyle(root.getElementById('headline'));"
        " return [one.color, one.fontSize, one.whiteSpace]; }"
    )
    assert look == ["rgb(27, 27, 27)", "16.8px", "normal"]


def test_explorer_follows_the_theme_of_the_notebook(notebook: Notebook) -> None:
    """On a dark page the explorer turns dark, drawings included, and back; text keeps a contrast of 7 to 1."""
    page, cell = notebook.opened.page, notebook.one
    contrast = """selector => { const root = document.querySelector('#one div').shadowRoot;
        const light = (colour) => { const [r, g, b] = colour.match(/\\d+/g).map((one) => {
            const part = one / 255; return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const [style, paper] = [selector, '#explorer'].map((one) => getComputedStyle(root.querySelector(one)));
        const pair = [light(selector.includes('svg') ? style.fill : style.color), light(paper.backgroundColor)];
        return [(Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05), pair[1]]; }"""
    for dark in (True, False):
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
        page.wait_for_selector(cell.at("#explorer.night" if dark else "#explorer:not(.night)"))
        for selector in ("#headline", "#basis", "#components th", "#chart svg"):
            ratio, paper = page.evaluate(contrast, selector)
            assert ratio > 7.0
            assert (paper < 0.5) == dark


@pytest.mark.parametrize("width", [390, 1280])
def test_explorer_is_as_wide_as_its_cell_and_without_findings_of_axe(browser: object, path: Path, width: int) -> None:
    """Nothing scrolls sideways, light or dark; where MCMORT_AXE names axe-core it finds nothing."""
    axe = os.environ.get("MCMORT_AXE")
    with opened(browser, path, width=width) as found:  # type: ignore[arg-type]
        cell = Cell(found.page, "one", "first")
        found.page.click(cell.at("#pin"))
        found.page.uncheck(cell.at("#on-known"))
        assert found.page.is_visible(cell.at("#bridge-table"))
        assert found.page.evaluate("document.documentElement.scrollWidth") <= width
        if axe is None:
            return
        found.page.evaluate(Path(axe).read_text(encoding="utf-8"))
        for dark in (False, True):
            found.page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
            found.page.wait_for_selector(cell.at("#explorer.night" if dark else "#explorer:not(.night)"))
            violations = found.page.evaluate("axe.run('#one').then((result) => result.violations)")
            assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []


def test_key_typed_in_a_field_does_not_reach_the_notebook(notebook: Notebook) -> None:
    """Letters that a notebook takes for commands stay in the field; combinations such as Ctrl+S go on."""
    page, cell = notebook.opened.page, notebook.two
    page.evaluate(
        "() => { window.heard = []; document.addEventListener('keydown', ({key}) => window.heard.push(key)); }"
    )
    page.focus(cell.at("#threshold"))
    page.keyboard.type("2m")
    page.keyboard.press("Control+b")
    assert page.input_value(cell.at("#threshold")) == "2m"
    assert page.evaluate("window.heard") == ["Control", "b"]
    assert page.get_attribute("#two > div", "data-lm-suppress-shortcuts") == "true"
