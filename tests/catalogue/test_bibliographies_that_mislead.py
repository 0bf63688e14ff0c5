"""Bibliographies whose names, years and references were read as something else, or did not end."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcmort.catalogue.reading.bibliography import Bibliography, read_sources
from mcmort.present.texts.exported_references import csl_items
from mcmort.present.texts.reference_list import as_bibtex, as_text, reference


def read(folder: Path, text: str) -> Bibliography:
    """Read a bibliography whatever is wrong with it."""
    path = folder / "sources.bib"
    path.write_text(text, encoding="utf-8")
    return read_sources(path, "sources.bib")


def work(folder: Path, fields: str) -> Bibliography:
    """Read a book."""
    return read(folder, f"@book{{a, title = {{T}}, {fields}}}")


@pytest.mark.parametrize(
    ("author", "printed"),
    [
        ("King, Martin Luther, Jr.", "Martin Luther King, Jr."),
        ("King, Jr., Martin Luther", "Martin Luther King, Jr."),
        ("Smith, John, PhD", "John Smith, PhD"),
        ("Smith, John and et al.", "John Smith and others"),
        ("Smith, J., and Doe, K.", "J. Smith and K. Doe"),
    ],
)
def test_name_with_a_suffix_or_a_stray_comma_is_read(author: str, printed: str, tmp_path: Path) -> None:
    """Jr. behind the first name became the first name: "Jr. King, Martin Luther"."""
    found = work(tmp_path, f"author = {{{author}}}")
    assert not found.broken
    assert reference(found.sources["a"]) == f"{printed.removesuffix(chr(46))}. T."


@pytest.mark.parametrize(
    "author",
    ["Smith, J., Doe, J.", "Smith JA, Doe B", "Smith, J., Doe, J., and Miller, K.", "Office, Ministry, Cambodia"],
)
def test_names_with_commas_between_are_refused(author: str, tmp_path: Path) -> None:
    """Of two persons one was made, with the last name of the second as a first name."""
    (problem,) = work(tmp_path, f"author = {{{author}}}").broken["a"]
    assert "with commas between names" in problem.found


@pytest.mark.parametrize(
    ("year", "read_as"),
    [("1368/1989", "1989"), ("1399 [2020]", "2020"), ("2567 (2024)", "2024"), ("1930, 1989", "1930")],
)
def test_year_of_two_calendars_is_that_of_ours(year: str, read_as: str, tmp_path: Path) -> None:
    """Works from Iran and Thailand were dated to the fourteenth and the twenty-sixth century."""
    assert work(tmp_path, f"year = {{{year}}}").sources["a"].year == read_as


def test_entries_that_inherit_in_a_long_chain_are_refused(tmp_path: Path) -> None:
    """A chain of 1,200 references ended in a RecursionError; two parents of two parents each never ended."""
    chain = "".join(f"@book{{k{place}, crossref = {{k{place + 1}}}}}\n" for place in range(1_200))
    assert "k > crossref" in str(read(tmp_path, "@book{k, crossref = {k0}}\n" + chain).broken["k"][0])
    twice = "".join(
        f"@xdata{{{name}{place}, xdata = {{a{place + 1}, b{place + 1}}}}}\n" for place in range(18) for name in "ab"
    )
    assert read(tmp_path, twice).broken["a0"]


def test_exported_work_refers_to_no_other(tmp_path: Path) -> None:
    """A chapter was exported with a crossref to a book that was not, so that no program could read it again."""
    book = "@inbook{c, author = {S, J}, title = {C}, crossref = {p}} @book{p, title = {P}, year = 1990}"
    chapter = read(tmp_path, book).sources["c"]
    again = read(tmp_path, as_bibtex([chapter]))
    assert not again.broken
    assert as_text(again.sources.values()) == as_text([chapter])


def test_sign_of_a_brace_ends_no_field_of_an_export(tmp_path: Path) -> None:
    r"""A title with \} was exported with a bare brace: the rest of the entry was lost."""
    source = work(tmp_path, r"year = 1990, note = {set \{x\} of y}").sources["a"]
    again = read(tmp_path, as_bibtex([source]))
    assert (again.broken, again.sources["a"].year) == ({}, "1990")


def test_subtitle_and_editors_are_printed(tmp_path: Path) -> None:
    """Subtitles stand apart in biblatex, and books may have editors alone: both were left out of the reference."""
    found = work(tmp_path, "subtitle = {Sub}, editor = {S, J and D, K}, date = {1990}").sources["a"]
    assert reference(found) == "J S and K D (eds). 1990. T: Sub."
    assert csl_items([found])[0]["title"] == "T: Sub"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TY  - BOOK\nTI  - T\nER  - \n", "works in the format RIS"),
        ('[{"id": "a", "title": "T"}]', "works in the format JSON"),
        ("<records></records>", "works in the format XML or HTML"),
    ],
)
def test_file_of_another_format_is_named(text: str, found: str, tmp_path: Path) -> None:
    """Such a file had no works, and every citation of the case was a problem."""
    (problem,) = read(tmp_path, text).problems
    assert problem.found == found


def test_remark_between_fields_is_not_the_name_of_a_field(tmp_path: Path) -> None:
    """A remark behind a comma swallowed the year, without a word."""
    (problem,) = work(tmp_path, "% year = 1980\n year = 1990").broken["a"]
    assert "a field with the name '% year'" in problem.found


@pytest.mark.parametrize(
    ("author", "found"), [("M\u00c3\u00bcller, J", "read in another encoding"), ("M\ufffdller, J", "lost")]
)
def test_damaged_name_is_refused_if_it_is_cited(author: str, found: str, tmp_path: Path) -> None:
    """What was lost or misread on the way was printed as it came."""
    (problem,) = work(tmp_path, f"author = {{{author}}}").broken["a"]
    assert found in problem.found


def test_device_is_no_bibliography(tmp_path: Path) -> None:
    """A link to /dev/zero filled the memory."""
    (tmp_path / "sources.bib").symlink_to("/dev/zero")
    (problem,) = read_sources(tmp_path / "sources.bib", "sources.bib").problems
    assert problem.found == "a device or a pipe"
