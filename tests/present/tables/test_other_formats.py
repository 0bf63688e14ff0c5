"""Tables as HTML, workbooks and compiled LaTeX, and the short form of long ones."""

from __future__ import annotations

import io
import math
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.formats import latex_label, render, to_latex
from mcmort.present.tables.html import html_fragment, to_html
from mcmort.present.tables.plain_text import to_text
from mcmort.present.tables.workbook import to_workbook
from tests.present.made import ussr_total
from tests.present.tables.test_formats import HOSTILE

_HOSTILE = [*HOSTILE, "</script><script>alert(1)</script>", '<img src=x onerror="alert(1)">', "a\x1b[31mb"]


def _table(labels: list[str], rows: int = 1) -> Table:
    columns = (Column("Name <i>"), Column("Figure", is_number=True))
    cells = tuple((label, "1\N{EN DASH}2 million") for label in labels * rows)
    return Table('A "title" & <b>', columns, cells, ("Note <u>.",), ("raw", "id"), tuple((0.5, "=x") for _ in cells))


class _Reader(HTMLParser):
    """What a browser would see: tags, with attributes, and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("label", _HOSTILE)
def test_html_with_a_hostile_label_has_no_tag_but_its_own(label: str) -> None:
    """No label becomes an element, and each stands in the text as it is, control characters apart."""
    reader = _Reader()
    reader.feed(html_fragment([_table([label])], label))
    assert {tag for tag, _ in reader.tags} <= {
        "div", "p", "strong", "table", "caption", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    visible = "".join(character if character.isprintable() else " " for character in label)
    assert visible in "".join(reader.texts)


def test_html_has_a_caption_and_scopes() -> None:
    """The title is the caption; headings of columns and rows say which they are, as screen readers need."""
    reader = _Reader()
    reader.feed(to_html(_table(["one", "two"])))
    scopes = [attributes.get("scope") for tag, attributes in reader.tags if tag == "th"]
    assert scopes == ["col", "col", "row", "row"]
    assert 'A "title" & <b>' in reader.texts


def test_workbook_keeps_numbers_and_never_a_formula() -> None:
    """Raw numbers are numbers; a text that begins like a formula stays text; notes stand on a sheet of their own."""
    table = _table(["=1+1", "@x", "plain"])
    book = load_workbook(io.BytesIO(to_workbook(table)))
    head, *rows = book["Table"].iter_rows()
    assert [cell.value for cell in head] == ["Name <i>", "Figure", "raw", "id"]
    assert [row[0].value for row in rows] == ["=1+1", "@x", "plain"]
    assert all(cell.data_type == "s" for row in rows for cell in (row[0], row[1], row[3]))
    assert all(row[2].value == 0.5 and row[2].data_type == "n" for row in rows)
    assert [row[0].value for row in book["Notes"].iter_rows()] == ['A "title" & <b>', "Note <u>."]


def test_workbook_with_no_number_leaves_a_text() -> None:
    """What is no finite number stands as a word: a workbook has neither infinity nor NaN."""
    table = Table("T", (Column("A"),), (("a",), ("b",), ("c",)), (), ("raw",), ((math.inf,), (math.nan,), (None,)))
    book = load_workbook(io.BytesIO(to_workbook(table)))
    assert [row[1].value for row in book["Table"].iter_rows(min_row=2)] == ["inf", "nan", None]


def test_latex_of_a_long_table_breaks_between_pages() -> None:
    """From thirty rows on it is a longtable, whose head stands again on each page; shorter ones float."""
    assert r"\begin{longtable}" in to_latex(_table(["a"], 30))
    assert r"\endhead" in to_latex(_table(["a"], 30))
    assert r"\begin{tabular}" in to_latex(_table(["a"], 29))


def test_latex_label_is_made_of_letters_and_digits() -> None:
    """Whatever the title holds, its label can be referred to."""
    for title in ["Soviet Union, 1917-1987: deaths", *_HOSTILE]:
        assert re.fullmatch(r"tab:[a-z0-9-]*", latex_label(title))
    assert latex_label("Ó Gráda: 5 %") == "tab:o-grada-5"


@pytest.mark.slow
@pytest.mark.parametrize("rows", [1, 4])
def test_latex_with_hostile_labels_compiles(rows: int, tmp_path: Path) -> None:
    """A document that does nothing but include a short and a long table compiles without an error."""
    compiler = shutil.which("tectonic") or shutil.which("pdflatex")
    if compiler is None:
        pytest.skip("neither tectonic nor pdflatex is installed")
    latin = [
        label
        for label in HOSTILE
        if all(ord(character) < 0x250 or character in "\N{MINUS SIGN}" for character in label)
    ]
    table = _table(latin, rows)
    words = r"\documentclass{article}\usepackage{array,booktabs,longtable}\usepackage[T1]{fontenc}\begin{document}"
    (tmp_path / "table.tex").write_text(f"{words}\n{to_latex(table)}\\end{{document}}\n", encoding="utf-8")
    asked = ["-interaction=nonstopmode", "-halt-on-error"] if "pdflatex" in compiler else []
    ran = subprocess.run([compiler, *asked, "table.tex"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:]
    assert (tmp_path / "table.pdf").stat().st_size > 1000


def _long_table() -> Table:
    rows = tuple((f"row {index}", f"{index}") for index in range(60))
    notes = ("first", "second", "third")
    return Table("T", (Column("A"), Column("B", True)), rows, notes, main_rows=(0, 59), main_notes=("first",))


def test_long_table_in_short_shows_its_main_rows_and_says_what_is_missing() -> None:
    """The rows and notes that matter most, then how many others there are and how to see them."""
    text = to_text(_long_table(), 80, full=False)
    assert "row 0" in text
    assert "row 59" in text
    assert "row 30" not in text
    assert "second" not in text
    assert "Not shown: 58 more rows and 2 more notes. To see all: --full." in text


def test_long_table_in_full_and_in_other_formats_is_whole() -> None:
    """Everything stands there when it is asked for, and in every format that is no screen."""
    for form in ("text", "markdown", "latex", "html", "csv"):
        text = render(_long_table(), form, 80, full=True)
        assert "row 30" in text
        assert "--full" not in text
    assert "row 30" in render(_long_table(), "markdown", full=False)


def test_table_that_fits_a_screen_is_never_shortened() -> None:
    """Nothing is held back where all of it fits."""
    table = Table("T", (Column("A"),), (("one",), ("two",)), ("note",), main_rows=(0,), main_notes=())
    assert to_text(table, 80, full=False) == to_text(table, 80, full=True)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_formula_in_a_cell_leaves_the_table_its_columns(width: int) -> None:
    """However long the words of a formula are, rows stay rows, no line is too long, and no number is broken inside."""
    columns = (Column("Estimate"), Column("Figure", is_number=True), Column("Basis"), Column("Source"))
    formula = " - ".join(["deaths_in_camps_and_colonies_by_the_medical_department_1941_45"] * 9)
    rows = (("one", formula, "registered-adjusted", "Somebody 2000, p. 1"), ("two", "1,500,000", "survey", "Other"))
    text = to_text(Table("Evidence", columns, rows), width)
    assert "Estimate" in text.splitlines()[2] or "Estimate" in text.splitlines()[3]
    assert max(map(len, text.splitlines())) <= width
    assert re.search(r"two +1,500,000 +survey +Other", text)


def test_words_that_belong_together_are_not_parted() -> None:
    """Neither "or more" nor a number and its per cent sign stands on two lines."""
    rows = (("a long name of a definition " * 2, "782,000\N{EN DASH}817,000 or more", "between 95 % and 99 % of it"),)
    table = Table(
        "T", (Column("Definition"), Column("Interval", True), Column("Words")), rows, ("of the 95 % here " * 9,)
    )
    for width in range(40, 90):
        lines = to_text(table, width).splitlines()
        assert not any(line.rstrip().endswith(" or") or line.lstrip().startswith("%") for line in lines)


@pytest.mark.parametrize("width", [80, 120])
def test_first_screen_of_the_largest_case_is_the_answer(width: int) -> None:
    """Of some fifty components the sentence and the table stand in forty lines, the total in the last of its rows."""
    text = ussr_total("broad").render("text", width)
    lines = text.splitlines()
    assert lines[0].startswith("Soviet Union, 1917-1987: at least ")
    (total,) = (place for place, line in enumerate(lines) if line.startswith(" Total "))
    assert total < 40
    assert len(lines) < 60
    assert "parts of it: " in text
    assert "To see all: --full." in text
