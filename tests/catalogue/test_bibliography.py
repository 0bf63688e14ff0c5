"""Bibliographies: BibTeX as Zotero exports it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.middlewares import LatexEncodingMiddleware
from bibtexparser.model import Entry, Field

from mcmort.catalogue.reading.bibliography import Bibliography, read_sources
from mcmort.catalogue.reading.latex import plain

ZOTERO = """
@book{getty_road_1999,
\taddress = {New {Haven}},
\ttitle = {The {Road} to {Terror}: {Stalin} \\& the {Bolsheviks}},
\tauthor = {Getty, J. Arch and Naumov, Oleg V.},
\tyear = {1999},
\tkeywords = {archive, terror},
\turl = {https://example.org/a_b%20c?x=1&y=2},
}

@article{cyrillic-1990,
\ttitle = "Статистика",
\tAuthor = {Земсков, Виктор},
\tdate = {1990-11-03},
\tpages = 12,
}

@comment{nothing here}

@misc{ours, title = {A choice}, note = {for  a
    reason}, keywords = {x; assumption}}
"""


def read(folder: Path, text: str) -> Bibliography:
    """Write a bibliography and read it."""
    path = folder / "sources.bib"
    path.write_text(text, encoding="utf-8")
    return read_sources(path, "sources.bib")


def test_zotero_export_is_read(tmp_path: Path) -> None:
    """Braces and escapes go, years come from year or date, keys of fields are lower-case, letters are kept."""
    found = read(tmp_path, ZOTERO)
    assert found.problems == []
    assert sorted(found.sources) == ["cyrillic-1990", "getty_road_1999", "ours"]
    book, article = found.sources["getty_road_1999"], found.sources["cyrillic-1990"]
    assert book.title == "The Road to Terror: Stalin & the Bolsheviks"
    assert (book.kind, book.author, book.year) == ("book", "Getty, J. Arch and Naumov, Oleg V.", "1999")
    assert book.fields["url"] == "https://example.org/a_b%20c?x=1&y=2"
    assert (article.kind, article.author, article.year) == ("article", "Земсков, Виктор", "1990")
    assert article.title == "Статистика"


def test_keyword_assumption_marks_an_assumption(tmp_path: Path) -> None:
    """A work with the keyword assumption is a choice of ours with its reason; no other is."""
    found = read(tmp_path, ZOTERO).sources
    assert found["ours"].is_assumption
    assert found["ours"].fields["note"] == "for a reason"
    assert not found["getty_road_1999"].is_assumption


def test_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    """A file saved by an editor that puts a byte order mark in front is read like any other."""
    path = tmp_path / "sources.bib"
    path.write_bytes(b"\xef\xbb\xbf" + ZOTERO.encode())
    assert sorted(read_sources(path, "sources.bib").sources) == ["cyrillic-1990", "getty_road_1999", "ours"]


def test_empty_bibliography_has_no_sources_and_no_problems(tmp_path: Path) -> None:
    """An empty file is a bibliography; that a case cites works which it lacks is found elsewhere."""
    assert read(tmp_path, "") == Bibliography()


@pytest.mark.parametrize(
    ("text", "line", "found", "sources", "broken"),
    [
        ("@book{a, title={A}}\n\n@book{a, title={B}}\n", "line 3", "a second entry with the key 'a'", {"a"}, {"a"}),
        ("@book{a,\n title={A},\n title={B}}\n", "line 1 > a", "a field given twice (title)", set(), {"a"}),
        ("@book{b, title={B}}\n@book{a, title={A\n", "line 2 > a", "an entry that BibTeX cannot read", {"b"}, {"a"}),
    ],
)
def test_unreadable_entry_is_one_problem(
    tmp_path: Path, text: str, line: str, found: str, sources: set[str], broken: set[str]
) -> None:
    """A broken entry is reported with its line and key, under its key; the others are read."""
    result = read(tmp_path, text)
    problems = [problem for found in result.broken.values() for problem in found]
    assert [(problem.key, problem.found) for problem in problems] == [(line, found)]
    assert result.problems == []
    assert result.sources.keys() == sources
    assert result.broken.keys() == broken


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (r"{\'O} Gr{\'a}da", "Ó Gráda"),
        (r"M{\"u}ller and M\"{u}ller and M\"uller", "Müller and Müller and Müller"),
        (r"{\v S}m{\'\i}d, \v{c} \v z \H{u}", "Šmíd, č ž ű"),
        (r"{\L}ukasz {\l}, S{\o}ren, Stra{\ss}e, \AA ngstr{\"o}m", "Łukasz ł, Søren, Straße, Ångström"),
        (r"Gar{\c c}on, \c{S}eker, \~nandu, \^{\i}le", "Garçon, Şeker, ñandu, île"),
        (r"Press \& Sons, 50\%, a\_b, \#1", "Press & Sons, 50%, a_b, #1"),
        (r"The {G}ulag {of {Old}}", "The Gulag of Old"),
        (r"\unheard{x}", r"\unheardx"),
    ],
)
def test_latex_letters_become_unicode(text: str, printed: str) -> None:
    """Accents and letters that exports write as commands come out as Unicode; other commands keep their backslash."""
    assert plain(text) == printed


def test_letters_encoded_by_bibtexparser_are_read_back(tmp_path: Path) -> None:
    """Each letter, written in LaTeX by bibtexparser's own encoder, is read back.

    The letter ű is not among them: pylatexenc 2.11 writes it as ú. It stands in the table above.
    """
    letters = "éèêëàâäáíìîïóòôöõúùûüñçşčšžěřůőąęãāēżŁØÅÆŒß"
    title = Field("title", " ".join(f"x{letter}y" for letter in letters))
    library = Library([Entry("book", "a", [title])])
    text = write_string(library, prepend_middleware=[LatexEncodingMiddleware()])
    assert text.isascii()
    assert read(tmp_path, text).sources["a"].title == title.value


def test_latex_command_that_is_no_letter_is_refused(tmp_path: Path) -> None:
    """What would be printed with a backslash is a problem of its work, with the way out."""
    ((problem,),) = read(tmp_path, "@book{a, author={Lee}, title={The \\unheard{Camps}}}").broken.values()
    assert problem.key == "a > title"
    assert problem.hint.startswith("export with Unicode")


def test_missing_bibliography_is_distinguished_from_an_empty_one(tmp_path: Path) -> None:
    """A bibliography that cannot be opened is marked as unread, so that its sources are not reported as unknown."""
    assert not read_sources(tmp_path / "none.bib", "none.bib").is_read
    (tmp_path / "folder.bib").mkdir()
    assert not read_sources(tmp_path / "folder.bib", "folder.bib").is_read
