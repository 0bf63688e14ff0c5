"""The bibliography: every work cited and no other, as text and as BibTeX that reads back to the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from mcmort.catalogue import Case
from mcmort.catalogue.citations import cited_sources
from mcmort.catalogue.reading.bibliography import read_sources
from mcmort.catalogue.reading.hostile_text import damage_in
from mcmort.catalogue.reading.latex import plain
from mcmort.catalogue.records import Source
from mcmort.catalogue.selection import select
from mcmort.errors import DefinitionError
from mcmort.present.texts.reference_list import as_bibtex, as_text, reference
from tests.cases import case_of, component, definition, dependence, overlap, point, profile, quantity, ranged, share
from tests.cli.ran import runner
from tests.present.made import claim
from tests.shipped import NAMES, case_named


def read_back(text: str, folder: Path) -> dict[str, Source]:
    """Read BibTeX as the loader of a case does."""
    path = folder / "sources.bib"
    path.write_text(text, encoding="utf-8")
    bibliography = read_sources(path, "sources.bib")
    assert (bibliography.problems, bibliography.broken) == ([], {})
    return bibliography.sources


@pytest.mark.parametrize("name", NAMES)
def test_the_bibtex_of_a_shipped_case_reads_back_to_the_same_works(name: str, tmp_path: Path) -> None:
    """Keys, kinds and fields survive the way out and back in, for every work cited."""
    sources = {source.key: source for source in cited_sources(case_named(name))}
    assert read_back(as_bibtex(sources.values()), tmp_path) == sources


@pytest.mark.parametrize("name", NAMES)
def test_another_reader_finds_the_same_keys_and_fields(name: str) -> None:
    """bibtexparser, which knows nothing of us, finds every work with the same fields."""
    sources = cited_sources(case_named(name))
    library = parse_string(as_bibtex(sources))
    assert library.failed_blocks == []
    found = {entry.key: {one.key: plain(str(one.value)) for one in entry.fields} for entry in library.entries}
    assert found == {source.key: source.fields for source in sources}
    assert [entry.key for entry in library.entries] == sorted(found)


@pytest.mark.parametrize("name", NAMES)
def test_the_text_names_each_work_once(name: str) -> None:
    """One line for each work, with its key, title and year; assumptions last."""
    sources = {source.key: source for source in cited_sources(case_named(name))}
    lines = as_text(sources.values()).splitlines()
    keys = [line[1:].partition("] ")[0] for line in lines]
    assert sorted(keys) == sorted(sources)
    for key, line in zip(keys, lines, strict=True):
        assert sources[key].title in line
        assert sources[key].year in line
        assert ("Assumption of this case." in line) is sources[key].is_assumption
    marks = [sources[key].is_assumption for key in keys]
    assert marks == sorted(marks)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_case_cites_every_work_that_it_holds(name: str) -> None:
    """Nothing stands in the bibliography of a shipped case that nothing in it rests on."""
    case = case_named(name)
    assert [source.key for source in cited_sources(case)] == sorted(case.sources)


TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters='{}\\~"@'), max_size=30
).filter(lambda text: damage_in(text) is None)


@given(title=TEXT, note=TEXT, place=TEXT)
def test_signs_of_latex_survive(title: str, note: str, place: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Ampersands, per cents, dollars, hashes and underscores are escaped on the way out and read as themselves."""
    fields = {"title": plain(title), "note": plain(note), "journal": plain(place)}
    source = Source(key="k-1", kind="article", title=fields["title"], fields=fields)
    text = as_bibtex([source])
    assert not re.search(r"(?<!\\)[&%$#_]", text)
    assert read_back(text, tmp_path_factory.mktemp("bib"))["k-1"].fields == fields


@pytest.mark.parametrize(
    ("author", "written", "printed"),
    [
        ("Smith, Anna", "Smith, Anna", "Anna Smith"),
        ("Smith, Anna and Jones, Tom", "Smith, Anna and Jones, Tom", "Anna Smith and Tom Jones"),
        ("Smith, Anna and others", "Smith, Anna and others", "Anna Smith and others"),
        ("Ministry of Health and Labour", "{Ministry of Health and Labour}", "Ministry of Health and Labour"),
        ("Smith, Anna and Census Office", "Smith, Anna and {Census Office}", "Anna Smith and Census Office"),
        ("Relief Agency, medical division", "{Relief Agency, medical division}", "Relief Agency, medical division"),
    ],
)  # fmt: skip
def test_institutions_stand_in_braces_and_people_first_name_first(author: str, written: str, printed: str) -> None:
    """BibTeX would take the last word of an institution for a surname; in text people are not turned about."""
    source = Source(
        key="k", kind="book", author=author, title="T", year="1990", fields={"author": author, "title": "T"}
    )
    assert f"  author = {{{written}}},\n" in as_bibtex([source])
    assert reference(source) == f"{printed}. 1990. T."


def test_a_reference_says_where_a_work_appeared() -> None:
    """Journal, volume with number, pages and identifier follow the title; an address stays as it is."""
    fields = {"title": "T", "journal": "J", "volume": "98", "number": "4", "pages": "1--20", "doi": "10.1/a_b%c"}
    source = Source(key="k", kind="article", author="A, B", title="T", year="1993", fields=fields)
    assert reference(source) == "B A. 1993. T. J. 98(4). 1\N{EN DASH}20. 10.1/a_b%c."
    assert "doi = {10.1/a_b%c}" in as_bibtex([source])


def test_what_is_weak_about_a_work_is_printed_with_it() -> None:
    """The note of a published work, such as a title from memory, stands in the list."""
    fields = {"title": "T", "note": "Title from memory."}
    source = Source(key="k", kind="book", title="T", fields=fields)
    assert as_text([source]) == "[k] T. Note: Title from memory.\n"


def cited_case() -> Case:
    """Return a case in which each kind of record cites a work of its own, and one work is cited by nothing."""
    series = profile("by-year", dict.fromkeys(range(1930, 1940), 1.0))
    ordinary = share(0.1, 0.2, source="study-b")
    return case_of(
        component("one", ranged(100, 200, source="study-a"), profile="by-year", ordinary=ordinary),
        component("two", formula="people * 0.5", facets={"category": "b"}),
        component("three", point(10.0, source="study-h"), facets={"category": "c"}),
        quantity=[quantity("people", ranged(10, 20, source="study-d"))],
        profile=[{**series, "source": "study-c"}],
        overlap=[{**overlap("both", "one", "two", best=0.1), "source": "study-e"}],
        dependence=[{**dependence("err", ["one"], 0.5), "source": "study-f"}],
        claim=[claim("total", best=1.0, source="study-g")],
        definitions={
            "whole": definition(),
            "first": definition(include=[{"category": "a"}]),
            "second": definition(include=[{"category": "b"}]),
            "third": definition(include=[{"category": "c"}], share=[{**share(0.5, source="study-i"), "where": {}}]),
        },
    )  # fmt: skip


def keys(case: Case, name: str | None = None) -> set[str]:
    """Return the last letters of the works cited; ``e`` is that of the choices as well as of study-e."""
    return {source.key[-1] for source in cited_sources(case, name) if source.key != "choice"}


def test_only_cited_works_are_listed() -> None:
    """Each record's work is there, the one that nothing cites is not, and the choices of the case are."""
    case = cited_case()
    assert keys(case) == set("abcdefghi")
    assert "study-j" in case.sources
    assert "choice" in {source.key for source in cited_sources(case)}


@pytest.mark.parametrize(
    ("name", "expected"), [("whole", "abcdefh"), ("first", "abcf"), ("second", "d"), ("third", "hi")]
)
def test_a_definition_narrows_the_list_to_what_it_rests_on(name: str, expected: str) -> None:
    """Works behind the counted components, their formulas, profiles, overlaps, groups and shares; claims never."""
    assert keys(cited_case(), name) == set(expected)


def test_an_unknown_definition_is_refused() -> None:
    """The error names what the case has."""
    with pytest.raises(DefinitionError, match=r"small has no definition 'frist'\. Hint: did you mean 'first'\?"):
        cited_sources(cited_case(), "frist")


@pytest.mark.parametrize("name", NAMES)
def test_definitions_of_shipped_cases_narrow_the_list(name: str) -> None:
    """Each definition's works are among those of the case, hold every estimate that it counts, and are fewer."""
    case = case_named(name)
    everything = {source.key for source in cited_sources(case)}
    for scope in case.definitions.values():
        chosen = {source.key for source in cited_sources(case, scope.id)}
        needed = {estimate.source for one in select(case, scope) for estimate in case.components[one].estimate}
        assert needed <= chosen < everything


def test_the_command_prints_both_forms(capsys: pytest.CaptureFixture[str]) -> None:
    """Text by default, BibTeX where asked, and a definition narrows either."""
    run = runner(capsys)
    case = case_named("china")
    assert run("cite", "china").out == as_text(cited_sources(case))
    assert run("cite", "china", "--format", "bibtex").out == as_bibtex(cited_sources(case))
    assert run("cite", "china", "-d", "recorded").out == as_text(cited_sources(case, "recorded"))
