"""The bibliography for other programs: CSL-JSON and RIS."""

from __future__ import annotations

import json

import pytest

from mcmort.catalogue.citations import cited_sources
from mcmort.catalogue.names import Name
from mcmort.catalogue.records import Source
from mcmort.present.texts.exported_references import as_csl_json, as_ris
from tests.shipped import NAMES, case_named

CHAPTER = Source(
    key="k",
    kind="incollection",
    title="A Chapter, 1931--33",
    year="1999",
    fields={
        "title": "A Chapter, 1931--33",
        "booktitle": "Volume",
        "pages": "1--20",
        "date": "1999-05",
        "doi": "10.1/a_b",
    },
    people={
        "author": (Name("de Waal", "Alex"), Name("King", "Martin Luther", "Jr")),
        "editor": (Name("Ministry of Food, Agriculture and Trade", is_protected=True),),
    },
)


def test_csl_has_the_variables_of_a_chapter() -> None:
    """Type, names by part, book, pages and date stand where the specification of CSL 1.0.2 has them."""
    assert json.loads(as_csl_json([CHAPTER])) == [
        {
            "id": "k",
            "type": "chapter",
            "author": [
                {"family": "Waal", "given": "Alex", "non-dropping-particle": "de"},
                {"family": "King", "given": "Martin Luther", "suffix": "Jr"},
            ],
            "editor": [{"literal": "Ministry of Food, Agriculture and Trade"}],
            "title": "A Chapter, 1931\N{EN DASH}33",
            "container-title": "Volume",
            "page": "1-20",
            "DOI": "10.1/a_b",
            "issued": {"date-parts": [[1999, 5]]},
        }
    ]


def test_ris_has_the_tags_of_a_chapter() -> None:
    """Each record begins with TY and ends with ER, each line has a tag of two signs, two blanks, a hyphen, a blank."""
    assert as_ris([CHAPTER]).split("\r\n") == [
        "TY  - CHAP",
        "ID  - k",
        "AU  - de Waal, Alex",
        "AU  - King, Martin Luther, Jr",
        "ED  - Ministry of Food, Agriculture and Trade",
        "PY  - 1999",
        "TI  - A Chapter, 1931\N{EN DASH}33",
        "T2  - Volume",
        "DO  - 10.1/a_b",
        "SP  - 1",
        "EP  - 20",
        "ER  - ",
        "",
    ]


def test_year_that_is_no_number_is_literal() -> None:
    """A work in press has no date in numbers."""
    (item,) = json.loads(as_csl_json([Source(key="k", kind="book", title="T", year="in press")]))
    assert item["issued"] == {"literal": "in press"}


@pytest.mark.parametrize("name", NAMES)
def test_every_work_of_a_shipped_case_is_exported(name: str) -> None:
    """Both formats hold each work once, with its title; no value of RIS breaks its line."""
    sources = cited_sources(case_named(name))
    items = json.loads(as_csl_json(sources))
    assert [item["id"] for item in items] == [source.key for source in sources]
    lines = as_ris(sources).split("\r\n")
    assert [line[6:] for line in lines if line.startswith("ID")] == [source.key for source in sources]
    assert all(line == "" or line[2:6] == "  - " for line in lines)
