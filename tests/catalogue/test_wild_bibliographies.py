"""Bibliographies as Zotero, Better BibTeX, JabRef, Mendeley and biblatex write them: every construct once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mcmort.catalogue import load
from mcmort.catalogue.reading.bibliography import Bibliography, read_sources
from mcmort.catalogue.records import Source
from mcmort.errors import CaseError
from tests.cli.ran import GOOD, runner


def entry(folder: Path, text: str, key: str = "a") -> Source:
    """Read one entry of a bibliography that has no defect."""
    path = folder / "sources.bib"
    path.write_text(text, encoding="utf-8")
    found = read_sources(path, "sources.bib")
    assert (found.problems, found.broken) == ([], {})
    return found.sources[key]


def bibliography_of(folder: Path, text: str) -> Bibliography:
    """Read a bibliography whatever is wrong with it."""
    path = folder / "sources.bib"
    path.write_text(text, encoding="utf-8")
    return read_sources(path, "sources.bib")


@pytest.mark.parametrize(
    ("field", "year"),
    [
        ("year = {forthcoming}", "forthcoming"),
        ("year = {in press}", "in press"),
        ("year = {n.d.}", "n.d."),
        ("year = {c. 1950}", "1950"),
        ("year = {[1936]}", "1936"),
        ("year = {{1950}}", "1950"),
        ("year = {1950a}", "1950"),
        ("year = 1990", "1990"),
        ("date = {2005-02}", "2005"),
        ("date = {1932/1934}", "1932"),
        ("date = {1932~}", "1932"),
        ("date = {193X}", "193X"),
        ("date = {-0044}", "-0044"),
        ("date = {12/03/1998}", "1998"),
        ("year = {}, date = {1990-05-01}", "1990"),
    ],
)
def test_year_is_the_one_in_the_text_or_the_text(tmp_path: Path, field: str, year: str) -> None:
    """Years were cut to four characters: fort, in p, c. 1 (F10)."""
    assert entry(tmp_path, f"@book{{a, title={{T}}, {field}}}").year == year


@pytest.mark.parametrize(
    ("field", "author"),
    [
        ("{Ministry of Food, Agriculture and Forestry}", "Ministry of Food, Agriculture and Forestry"),
        ("Robert Conquest and Stephen Wheatcroft", "Conquest, Robert and Wheatcroft, Stephen"),
        ("Alex de Waal", "de Waal, Alex"),
        ("von der Gablentz, Otto", "von der Gablentz, Otto"),
        ("King, Jr., Martin Luther", "King, Jr., Martin Luther"),
        ("Human Rights Watch", "Human Rights Watch"),
        ("Census Office and Smith, Anna", "Census Office and Smith, Anna"),
        ("Conquest, Robert and others", "Conquest, Robert and others"),
        ("Rummel, R.~J.", "Rummel, R. J."),
        ("{\\'{A}}lvarez, Jos{\\'e}", "Álvarez, José"),
        ("Smith, Anna\n   AND Jones, Tom", "Smith, Anna and Jones, Tom"),
    ],
)
def test_names_keep_their_parts(tmp_path: Path, field: str, author: str) -> None:
    """A ministry became "Agriculture Ministry of Food and Forestry", and two persons one body (F11)."""
    assert entry(tmp_path, f"@book{{a, author={{{field}}}, title={{T}}}}").author == author


def test_protected_name_is_one_institution(tmp_path: Path) -> None:
    """Braces keep the commas and the "and" of a name together (F11)."""
    text = "@book{a, author={{Ministry of Food, Agriculture and Forestry} and Lee, Min}, title={T}}"
    first, second = entry(tmp_path, text).names()
    assert (first.family, first.given) == ("Ministry of Food, Agriculture and Forestry", "")
    assert (second.family, second.given) == ("Lee", "Min")


CHAPTER = """
@incollection{a, author = {Ellman, Michael}, title = {A Chapter}, crossref = {vol}, pages = {1--20}}
@collection{vol, editor = {Black, Ann and White, Bo}, title = {The Volume}, date = {1999}, publisher = {Pub},
  keywords = {assumption}}
"""


def test_chapter_inherits_from_its_book(tmp_path: Path) -> None:
    """An entry with crossref had no year and no book (F13); what marks the book alone is not inherited."""
    chapter = entry(tmp_path, CHAPTER)
    assert (chapter.year, chapter.title, chapter.fields["booktitle"]) == ("1999", "A Chapter", "The Volume")
    assert chapter.fields["editor"] == "Black, Ann and White, Bo"
    assert "keywords" not in chapter.fields


def test_entries_that_refer_to_each_other_are_read(tmp_path: Path) -> None:
    """A circle of crossref ends."""
    text = "@book{a, title={A}, crossref={b}}\n@book{b, title={B}, year=1990, crossref={a}}"
    assert entry(tmp_path, text).year == "1990"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        (r"{\DJ}ilas, Ba{\dh}ar {\TH}or", "Đilas, Baðar Þor"),
        (r"Nguy{\~{\^e}}n Th{\d{i}} Tr{\`{\^a}}n", "Nguyễn Thị Trần"),
        (r"{\cyrchar\CYRZ}{\cyrchar\cyre}{\cyrchar\cyrm}", "Зем"),
        (r"The \emph{Gulag} and \textit{more}, CO$_{2}$ \& 5\%", "The Gulag and more, CO₂ & 5%"),
        (r"{\textless}i{\textgreater}Gulag{\textless}/i{\textgreater}", "Gulag"),
        (r"Death~by ``Genocide''", "Death by \N{LEFT DOUBLE QUOTATION MARK}Genocide\N{RIGHT DOUBLE QUOTATION MARK}"),
        (r"\href{https://a.b}{A page} \noop{x}of \url{https://a.b/c_d}", "A page of https://a.b/c_d"),
        ("{" * 200 + "deep" + "}" * 200, "deep"),
        (r"two \\ lines", "two lines"),
    ],
)
def test_latex_of_exports_is_read(tmp_path: Path, written: str, printed: str) -> None:
    """One accent refused a whole case (F15); ties and quotation marks were printed raw (F16)."""
    assert entry(tmp_path, f"@book{{a, title={{{written}}}}}").title == printed


def test_strings_and_joins_are_resolved(tmp_path: Path) -> None:
    """Strings stand for their text, also joined to text; names of months stand for themselves."""
    strings = '@string{cup = "Cambridge"}\n@string{full = cup # { Press}}\n'
    text = strings + '@book(a, title={T}, publisher = full # ", UK", month = jan)'
    fields = entry(tmp_path, text).fields
    assert (fields["publisher"], fields["month"]) == ("Cambridge Press, UK", "jan")


def test_addresses_are_kept_as_they_are(tmp_path: Path) -> None:
    """A tilde or two hyphens in an address are no tie and no dash."""
    text = r"@online{a, title={T}, url={https://example.org/a\_b~c--d?x=1&y=%20}}"
    assert entry(tmp_path, text).fields["url"] == "https://example.org/a_b~c--d?x=1&y=%20"


def test_work_tagged_assumption_is_no_choice_of_the_case(tmp_path: Path) -> None:
    """An article on assumptions, so tagged in Zotero, is a work; a choice of the case is @misc without an author."""
    text = "@article{a, author={Koe, O.}, title={Survey}, year=1994, keywords={mortality; assumption; model}}"
    assert not entry(tmp_path, text).is_assumption


BROKEN = {
    "unclosed": ("@book{bad, title={A\n", "an entry that BibTeX cannot read"),
    "field twice": ("@book{bad, title={A}, title={B}}\n", "a field given twice (title)"),
    "command": ("@book{bad, author={L}, title={\\unheard{A}}}\n", "\\unheardA"),
    "lost book": ("@inbook{bad, title={A}, crossref={nowhere}}\n", "'nowhere'"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_entry_that_nothing_cites_is_named_and_refuses_nothing(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bad entry refused the whole case; now it is named, and only a case that cites it is refused."""
    text, found = BROKEN[kind]
    folder = shutil.copytree(GOOD, tmp_path / "case")
    with (folder / "sources.bib").open("a", encoding="utf-8") as stream:
        stream.write(text)
    (remark,) = load(folder).remarks
    assert "bad" in remark.key
    assert remark.found == found
    result = runner(capsys)("check", folder)
    assert result.code == 0
    assert "nothing cites it" in result.err
    evidence = next(path for path in folder.glob("*.toml") if "smith-1990" in path.read_text(encoding="utf-8"))
    evidence.write_text(evidence.read_text(encoding="utf-8").replace("smith-1990", "bad"), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load(folder)
    assert [problem.found for problem in caught.value.problems] == [found]


@pytest.mark.parametrize(
    ("field", "author"),
    [
        ("{family=Waal, given=Alex, prefix=de}", "de Waal, Alex"),
        ("{given=Anna, family=Lee, given-i=A and Ray, Tom}", "Lee, Anna and Ray, Tom"),
        ("{Lee, A. et al.}", "Lee, A. and others"),
        ("{Lee, A.; Ray, B.}", "Lee, A. and Ray, B."),
        ("{Lee, A. and and Ray, B.}", "Lee, A. and Ray, B."),
    ],
)
def test_names_of_rare_exports_are_read(tmp_path: Path, field: str, author: str) -> None:
    """Names by their parts, as biblatex writes them, "et al." and semicolons were printed as they stood."""
    assert entry(tmp_path, f"@book{{a, author = {field}, title = {{T}}}}").author == author


def test_comment_in_front_of_a_field_is_skipped(tmp_path: Path) -> None:
    """A work lost its title where a line with % stood before it, and nothing was said."""
    assert (
        entry(tmp_path, "@book{a, year = 1995, % the second edition\n  title = {Deaths &amp; Births}}").title
        == "Deaths & Births"
    )


def test_entry_that_stands_there_twice_is_read_once(tmp_path: Path) -> None:
    """Of 146 second entries in three public bibliographies 139 repeat the first word for word; all were refused."""
    path = tmp_path / "a.bib"
    first = "@book{a, author = {Lee, A}, title = {T}, year = 1995, date-added = {2001}}\n"
    path.write_text(first + first.replace("2001", "2002"), encoding="utf-8")
    assert read_sources(path, "a.bib").broken == {}
    path.write_text(first + first.replace("1995", "1996"), encoding="utf-8")
    assert [*read_sources(path, "a.bib").broken] == ["a"]


def test_fields_behind_a_brace_too_many_are_named(tmp_path: Path) -> None:
    """The year of such a work was lost, and nothing was said."""
    path = tmp_path / "a.bib"
    path.write_text("@book{a, author = {Lee, A}, title = {T} x}, year = 1995}\n", encoding="utf-8")
    ((problem,),) = read_sources(path, "a.bib").broken.values()
    assert problem.found == "'year' behind the end of the entry"


def test_entry_without_a_key_gives_its_fields_to_no_other(tmp_path: Path) -> None:
    """A first entry `@misc{, ...}` lent author, title and year to every other that lacked them."""
    text = "@misc{, author = {No, Body}, year = {1900}, title = {Lost}}\n@book{b, title = {Kept}}\n"
    found = bibliography_of(tmp_path, text)
    assert (found.sources["b"].author, found.sources["b"].year) == ("", "")
    assert [problem.found for problem in found.broken[""]] == ["an entry without a key"]


def test_field_that_lacks_its_comma_is_named(tmp_path: Path) -> None:
    """The title became "Famine year = 1994" and the year was lost, without a word."""
    text = '@book{a, title = {Famine} year = {1994}}\n@book{b, title = "Famine" year = 1994, author = {A, B}}\n'
    found = bibliography_of(tmp_path, text)
    for key in ("a", "b"):
        assert "a field that holds the next one" in [problem.found for problem in found.broken[key]]
    sound = '@book{c, title = {If {x} = {y}}, note = "a {b} c = d", year = 1994, journal = j # { = 2}}\n'
    assert bibliography_of(tmp_path, sound).broken == {}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Smith, John & Jones, Tom", "Smith, John and Jones, Tom"),
        (r"Smith, John \& Jones, Tom", "Smith, John and Jones, Tom"),
        ("Smith, John and", "Smith, John"),
        ("and Smith, John", "Smith, John"),
        ("Duval, C&#233;sar", "Duval, César"),
        ("Duval, C&eacute;sar and Li, Bo", "Duval, César and Li, Bo"),
        ("{Marks & Spencer, London}", "Marks & Spencer, London"),
    ],
)
def test_names_of_other_exports_are_read(written: str, read: str, tmp_path: Path) -> None:
    """An entity was cut at its semicolon into two persons; a sign & between two made one; a stray "and" was printed."""
    assert bibliography_of(tmp_path, f"@book{{a, author = {{{written}}}, title = {{T}}}}").sources["a"].author == read


def test_tags_of_crossref_are_left_out(tmp_path: Path) -> None:
    """Small capitals came as <scp> into the title."""
    title = "<i>Famine</i> in the <scp>USSR</scp>, <jats:italic>x</jats:italic> &amp; a < b"
    found = bibliography_of(tmp_path, f"@book{{a, title = {{{title}}}}}")
    assert found.sources["a"].title == "Famine in the USSR, x & a < b"


def test_control_character_in_an_abstract_refuses_no_work(tmp_path: Path) -> None:
    """Of a public bibliography two works could not be cited for a sign in a text that nothing prints."""
    found = bibliography_of(tmp_path, "@book{a, title = {T}, abstract = {so\N{OPERATING SYSTEM COMMAND} what}}")
    assert found.broken == {}
    assert found.sources["a"].fields["abstract"] == "so what"
    refused = bibliography_of(tmp_path, "@book{a, title = {T\N{OPERATING SYSTEM COMMAND}}}")
    assert "U+009D" in refused.broken["a"][0].found
