"""Every table of a case in every format, with hostile text for each title, label and author."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from typing import Protocol

import pytest

import mcmort as mm
from mcmort.present.tables.evidence_table import evidence_table
from mcmort.present.tables.families_table import families_tables
from mcmort.present.tables.formats import render
from mcmort.results import Draws
from tests.cases import case_of, component, count, definition, overlap, point, ranged, share
from tests.present.made import claim, titled

HOSTILE = {
    "script": "</script><script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+SUM(A1:A9)",
    "markup": "a|b `c` [d](javascript:e) $x_1^2$ \\input{f} # % & ~ {g}",
    "long": "Deaths of those who were deported, resettled or exiled, on the way and in the first years"
    ", as far as is known",
    "emoji": "\N{SKULL AND CROSSBONES}\ufe0f \U0001f9d1\u200d\U0001f33e died",
    "right to left": "\u05e8\u05e2\u05d1 \u0645\u062c\u0627\u0639\u0629 1933",
}
"""Signs of HTML, spreadsheets, Markdown and LaTeX; 120 characters; emoji of several parts; scripts from the right."""


@cache
def _draws(word: str) -> Draws:
    """Return draws of a case that says nothing but this."""
    text = HOSTILE[word]
    years = {"years": [1930, 1939]}
    case = case_of(
        component("one", ranged(9e3, 2e4), point(1.5e4, source="study-b"), label=text),
        component("two", count(low=100.0, reads="at-least"), facets={"category": "b"}, label=text),
        component("inner", ranged(800, 1_500), facets={"category": "c"}, label=text),
        head=titled(text),
        overlap=[overlap("inner-in-one", "inner", "one", **share(0.2, 0.6))],
        definitions={
            "whole": definition(label=text, question=text, leaves_out=text, include=[{"category": ["a", "c"]}]),
            "part": definition(label=text, question=text, leaves_out=text, include=[{"category": "a"}]),
        },
        claim=[
            claim("near", author=text, best=1e4, reads="point", counts=text, **years),
            claim("far", author=text, low=4e4, high=9e4, reads="range", counts=text, **years),
        ],
    )
    return mm.simulate(case, n=2_000, rng=1)


class _Report(Protocol):
    def render(self, form: str) -> str: ...


REPORTS: dict[str, Callable[[Draws], _Report]] = {
    "total": lambda draws: mm.total(draws, "whole"),
    "compare": mm.compare,
    "claims": mm.claims,
    "bridge": lambda draws: mm.bridge(draws, "near", "far"),
    "locate": lambda draws: mm.locate(draws, 1.2e4),
    "probability": lambda draws: mm.probability(draws, "whole", above=1.2e4),
    "predict": lambda draws: mm.predict(draws, "whole"),
    "sensitivity": lambda draws: mm.sensitivity(draws, "whole"),
    "influence": lambda draws: mm.influence(draws, "whole"),
    "multiverse": lambda draws: mm.multiverse(draws.case, universes=4, draws=200),
}


SILENT = {"multiverse", "table 1", "table 2"}
"""Tables that name no label: of choices, and of families."""


@cache
def _reports(word: str) -> dict[str, _Report]:
    return {name: report(_draws(word)) for name, report in REPORTS.items()}


def _rendered(word: str, form: str) -> dict[str, str]:
    """Return every table of the case in one format."""
    case = _draws(word).case
    texts = {name: report.render(form) for name, report in _reports(word).items()}
    tables = [evidence_table(case), *families_tables(case, "one")]
    return texts | {f"table {place}": render(table, form) for place, table in enumerate(tables)}


class _Seen(HTMLParser):
    """Gathers the elements of a fragment, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("word", HOSTILE)
def test_html_of_hostile_labels_has_elements_of_tables_alone(word: str) -> None:
    """A browser finds tables and paragraphs, and the label as text in them."""
    for name, text in _rendered(word, "html").items():
        seen = _Seen()
        seen.feed(text)
        assert seen.tags <= {"div", "p", "strong", "table", "caption", "thead", "tbody", "tr", "th", "td"}, name
        words = " ".join("".join(seen.words).split())
        assert name in SILENT or " ".join(HOSTILE[word].split())[:20] in words, name


@pytest.mark.parametrize("word", HOSTILE)
def test_csv_of_hostile_labels_runs_no_formula(word: str) -> None:
    """No cell begins with a sign of a formula, unless it is a number; all rows are of one length."""
    for name, text in _rendered(word, "csv").items():
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
        assert rows, name
        for cell in (cell for row in rows for cell in row):
            is_number = re.fullmatch(r"[+-]?[\d.,]+(e[+-]?\d+)?", cell, re.I)
            assert is_number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (name, cell)


@pytest.mark.parametrize("word", HOSTILE)
def test_markdown_of_hostile_labels_keeps_its_columns_and_holds_no_tag(word: str) -> None:
    """Of each table every line has as many columns; no tag, image or link stands in the text."""
    for name, text in _rendered(word, "markdown").items():
        assert not re.search(r"<[a-zA-Z/!]", text), name
        assert not re.search(r"(?<!\\)\[[^\]]*\]\(", text), name
        for block in re.split(r"\n\s*\n", text):
            bars = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines() if line.startswith("|")}
            assert len(bars) <= 1, (name, block[:200])


@pytest.mark.parametrize("word", HOSTILE)
def test_latex_of_hostile_labels_has_no_bare_sign(word: str) -> None:
    """Braces balance, environments end, and no sign of a label reads as a command."""
    for name, text in _rendered(word, "latex").items():
        bare = re.sub(r"\\[\\{}%&$#_]", "", text)
        assert bare.count("{") == bare.count("}"), name
        assert "\\input" not in text, name
        begun, ended = (re.findall(rf"\\{end}\{{(\w+)\}}", text) for end in ("begin", "end"))
        assert sorted(begun) == sorted(ended), name


@pytest.mark.parametrize("word", HOSTILE)
def test_plain_text_of_hostile_labels_fits_and_keeps_them(word: str) -> None:
    """No line is wider than it may be, and the label can be read in it."""
    for name, text in _rendered(word, "text").items():
        assert "\x1b" not in text, name
        assert name in SILENT or HOSTILE[word].split()[0][:12] in text, name
