"""One table in four spellings, with labels that a hostile or careless case may hold."""

from __future__ import annotations

import csv
import io
import re

import pytest

from mcmort.errors import UsageError
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.formats import render, to_csv, to_latex, to_markdown
from mcmort.present.tables.plain_text import to_text
from tests.present.made import small_comparison, ussr_comparison, ussr_total

HOSTILE = [
    "a|b",
    "a\\|b",
    "50 % & $x_1^2$ # {brace} ~ \\input{x}",
    "two\nlines",
    "par\n\nagraph",
    "[red]bold[/red] [/nothing]",
    "*star* and `tick`",
    "=HYPERLINK(1)",
    "+1",
    "-1",
    "@cell",
    "\tindented",
    "<b>tag</b>",
    "Голодомор, 大饥荒, Ó Gráda",
    "\N{MINUS SIGN}12",
    "word " * 80,
    "unbroken" * 40,
    "",
]


def _table(*labels: str) -> Table:
    columns = (Column("Name"), Column("Figure", is_number=True))
    rows = tuple((label, "1\N{EN DASH}2 million") for label in labels)
    return Table(
        "Title: [x] | $y$", columns, rows, ("A note about a|b [/z].",), ("raw",), tuple((0.1 + 0.2,) for _ in rows)
    )


def _cells(line: str) -> list[str]:
    """Split a row of a Markdown table as a reader of GitHub's dialect does: a backslash escapes what follows."""
    cells = re.findall(r"((?:\\.|[^|\\])*)\|", line)[1:]
    return [re.sub(r"\\(.)", r"\1", cell).strip().replace("&lt;", "<") for cell in cells]


@pytest.mark.parametrize("label", HOSTILE)
def test_markdown_keeps_every_row_in_its_columns(label: str) -> None:
    """Whatever a label holds, its row has as many cells as the table has columns, and the label comes back."""
    lines = to_markdown(_table(label)).splitlines()
    assert len(lines) == 7  # title, blank, head, rule, row, blank, note
    assert _cells(lines[4]) == [" ".join(label.split()), "1\N{EN DASH}2 million"]
    assert lines[3] == "| --- | ---: |"


def test_markdown_shows_no_label_as_markup() -> None:
    """Stars, ticks, tags and links of a label are escaped in cells, title and notes."""
    text = to_markdown(_table("*a* `b` <i> [c](d)"))
    assert r"\*a\* \`b\` &lt;i> \[c](d)" in text
    assert text.startswith(r"**Title: \[x] \| $y$**")
    assert r"A note about a\|b \[/z]." in text


@pytest.mark.parametrize("label", HOSTILE)
def test_latex_leaves_no_character_that_latex_would_act_on(label: str) -> None:
    """Specials are spelled out: no bare & % $ # _ { } ~ ^ | < > [ * or minus sign, and no blank line inside a row."""
    text = to_latex(_table(label))
    rows = text.split("\\midrule\n")[1].split("\n\\bottomrule")[0].split("\n")
    assert len(rows) == 1
    (row,) = rows
    assert row.endswith(" \\\\")
    plain = re.sub(
        r"\\textbackslash\{\}|\\text(asciitilde|asciicircum|less|greater|bar)\{\}|\\[&%$#_{}]|\{[\[\]*]\}|\$-\$",
        "",
        row,
    )
    name, _, figure = plain.partition(" & ")
    assert not set(name) & set("\\&%$#_{}~^|<>[]*\N{MINUS SIGN}\N{EN DASH}"), name
    assert figure == "1--2 million \\\\"


def test_latex_balances_its_braces_and_environments() -> None:
    """Over all hostile labels together braces balance and each environment that begins ends."""
    text = re.sub(r"\\[{}]", "", to_latex(_table(*HOSTILE)))
    assert text.count("{") == text.count("}")
    assert re.findall(r"\\begin\{(\w+)\}", text) == re.findall(r"\\end\{(\w+)\}", text)[::-1]


@pytest.mark.parametrize("label", HOSTILE)
def test_csv_runs_no_formula_and_parses_back(label: str) -> None:
    """A label that a spreadsheet would run is quoted by an apostrophe; all others come back as they are."""
    _, row = csv.reader(io.StringIO(to_csv(_table(label))))
    assert row[0] == (f"'{label}" if label[:1] in ("=", "+", "-", "@", "\t") and label else label)
    assert float(row[2]) == 0.1 + 0.2


def test_csv_carries_the_raw_values_bit_for_bit() -> None:
    """The raw columns of a comparison and of a total parse back to the very floats, signs of overlaps included."""
    compared = ussr_comparison()
    head, *rows = csv.reader(io.StringIO(compared.render("csv")))
    assert head[-6:] == ["median", "mean", "low", "high", "low_error", "high_error"]
    for row, cells in zip(compared.rows, rows, strict=True):
        wide = row.summary.interval(0.95)
        expected = [row.summary.median, row.summary.mean, wide.low, wide.high, wide.low_error, wide.high_error]
        assert [float(cell) for cell in cells[-6:]] == expected
    result = ussr_total("broad")
    parts = {
        row[-5]: [float(cell) for cell in row[-4:]]
        for row in csv.reader(io.StringIO(result.render("csv")))
        if row[-1] != "high"
    }
    assert parts["total"][1] == result.summary.mean
    means = sum(values[1] for name, values in parts.items() if name != "total")
    assert means == pytest.approx(result.summary.mean, rel=1e-9)
    assert "-0.0" not in result.render("csv").split(",")


@pytest.mark.parametrize("label", HOSTILE)
def test_terminal_text_prints_a_label_as_it_is(label: str) -> None:
    """Nothing is taken for markup: each word of the label stands in the text, and no line is wider than asked."""
    text = to_text(_table(label), width=100)
    assert max(len(line) for line in text.splitlines()) <= 100
    squeezed = "".join(text.split()).replace("1\N{EN DASH}2million", "")
    assert "".join(label.split()) in squeezed
    assert "Title:[x]|$y$" in squeezed


def test_terminal_text_sends_no_control_characters() -> None:
    """An escape sequence in a label cannot colour, clear or retitle the reader's terminal."""
    text = to_text(_table("a\x1b[31mb\x07c\rd"))
    assert not [one for one in text if ord(one) < 32 and one != "\n"]


def test_a_hostile_case_prints_in_every_form() -> None:
    """Title and labels full of markup pass through every form of a whole result."""
    compared = small_comparison(1e4, 2e4, title="T [/x] $ | % \n&", label="L [/y] _ ^ | #")
    for form in ("text", "json", "csv", "markdown", "latex"):
        assert "14,000" in compared.render(form) or form == "json"


def test_an_unknown_form_is_wrong_use() -> None:
    """Asking for a form that does not exist names those that do."""
    with pytest.raises(UsageError, match="markdown, latex, csv, html"):
        render(_table("a"), "odt")
