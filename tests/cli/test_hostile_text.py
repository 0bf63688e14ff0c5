"""Text that other programs would take for their own signs, in every format that is written."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.ran import GOOD, Run, runner

HOSTILE = 'a|b <script>&amp; "q" $x_1^2$ `c` \\textbf{d} [red]e[/red] *f* #g %h ~i ]]> {j} =1+2'
"""What Markdown, HTML, LaTeX, rich, CSV and XML have signs for."""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Return a case whose title, labels and notes hold all of it."""
    folder = shutil.copytree(GOOD, tmp_path / "case")
    for path in folder.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(
            r'^(label|title|question|counts) = ".*"', lambda match: f"{match[1]} = '''{HOSTILE}'''", text, flags=re.M
        )
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return the runner of commands, standing in the folder of the case."""
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


TOTAL = ("total", "case", "-d", "broad", "-n", "1000")


def test_plain_text_prints_the_text_as_it_is(case: Path, run: Run) -> None:
    """No sign is taken for the markup of the library that draws tables."""
    ran = run(*TOTAL)
    assert ran.code == 0
    assert "[red]e[/red]" in ran.out


def test_csv_reads_back_to_the_text(case: Path, run: Run) -> None:
    """A reader of CSV finds the label whole, in one cell; all rows are of one length."""
    rows = [*csv.reader(io.StringIO(run(*TOTAL, "-f", "csv").out))]
    assert any(HOSTILE in cell for row in rows for cell in row)
    assert len({len(row) for row in rows}) == 1


def test_json_reads_back_to_the_text(case: Path, run: Run) -> None:
    """The label stands in the document as it is."""
    assert HOSTILE in json.dumps(json.loads(run(*TOTAL, "-f", "json").out), ensure_ascii=False).replace(
        r"\"", '"'
    ).replace(r"\\", "\\")


def test_markdown_keeps_its_columns(case: Path, run: Run) -> None:
    """A bar in a label opens no column, and a tag stays text."""
    lines = [line for line in run(*TOTAL, "-f", "markdown").out.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
    assert "<script>" not in "".join(lines)


def test_latex_has_no_bare_sign(case: Path, run: Run) -> None:
    """Signs of LaTeX in a label are escaped: the rows of the table have one number of columns, dollars are escaped."""
    out = run(*TOTAL, "-f", "latex").out
    assert r"\textbf{d}" not in out
    assert r"\$x\_1" in out
    body = [line for line in out.splitlines() if line.rstrip().endswith(r"\\") and "script" in line]
    assert body
    assert all(not re.search(r"(?<!\\)[%#$]", line) for line in body)
    assert len({len(re.findall(r"(?<!\\)&", line)) for line in body}) == 1


@pytest.mark.slow
def test_svg_is_well_formed(case: Path, run: Run) -> None:
    """An SVG with such labels is XML, and nothing in it is a script (D4)."""
    assert run("plot", "case", "-n", "1000", "-o", "figure.svg").code == 0
    root = ET.parse("figure.svg").getroot()
    assert root.tag.endswith("svg")
    assert not [one for one in root.iter() if one.tag.endswith("script")]


def test_bibliography_of_hostile_titles_is_read_back(case: Path, run: Run) -> None:
    """CSL-JSON is JSON, RIS keeps its lines, and BibTeX escapes what LaTeX would take for its own."""
    path = case / "sources.bib"
    title = r"A \& B \$5 \#1 50\% a\_b <i>c</i> \textasciitilde{}x"
    path.write_text(path.read_text(encoding="utf-8").replace("The Camps", title), encoding="utf-8")
    items = json.loads(run("cite", "case", "-f", "csl-json").out)
    assert "A & B $5 #1 50% a_b c ~x" in [item.get("title") for item in items]
    assert all(re.match(r"[A-Z][A-Z0-9]  - |$", line) for line in run("cite", "case", "-f", "ris").out.splitlines())
    assert r"A \& B \$5 \#1 50\% a\_b c \textasciitilde{}x" in run("cite", "case", "-f", "bibtex").out
