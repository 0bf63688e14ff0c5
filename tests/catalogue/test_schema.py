"""JSON Schemas of the files of a case, checked with the jsonschema package."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mcmort.catalogue import cases
from mcmort.catalogue.records import Claim, Component, Correlation, Definition, Estimate, Profile, Quantity
from mcmort.catalogue.schema import schemas

TESTS = Path(__file__).parent.parent
SOUND = [
    *sorted((TESTS / "good").glob("*/*.toml")),
    *(file for path in cases().values() for file in path.glob("*.toml")),
]


def kind_of(path: Path) -> str:
    """Return the kind of a file by its name."""
    return path.stem if path.stem in ("case", "definitions") else "evidence"


def defects(path: Path) -> list[str]:
    """Return where and why a file breaks its schema."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    found = Draft202012Validator(schemas()[kind_of(path)]).iter_errors(document)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


@pytest.mark.parametrize("kind", ["case", "definitions", "evidence"])
def test_schema_is_valid_under_its_draft(kind: str) -> None:
    """Each schema is valid under draft 2020-12, says so, and has a title and a description."""
    schema = schemas()[kind]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]
    assert schema["description"]


@pytest.mark.slow
@pytest.mark.parametrize("path", SOUND, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_good_and_shipped_files_validate(path: Path) -> None:
    """Every file of the good cases and of the shipped ones validates."""
    assert defects(path) == []


@pytest.mark.parametrize(
    ("case", "file", "place"),
    [
        ("unknown-key-in-estimate", "camps.toml", "component/0/estimate/0"),
        ("missing-locator", "camps.toml", "component/0/estimate/0"),
        ("text-as-number", "camps.toml", "component/0/estimate/0/low"),
        ("boolean-as-number", "camps.toml", "component/0/estimate/0/low"),
        ("number-as-text", "camps.toml", "component/0/estimate/0/locator"),
        ("empty-text", "camps.toml", "component/0/estimate/0/locator"),
        ("unknown-basis", "camps.toml", "component/0/estimate/0/basis"),
        ("unknown-reading", "camps.toml", "component/0/estimate/0/reads"),
        ("unknown-use", "camps.toml", "component/0/estimate/0/use"),
        ("id-with-capitals", "camps.toml", "component/0/id"),
        ("missing-id", "camps.toml", "component/0"),
        ("three-years", "camps.toml", "component/0/years"),
        ("year-as-text", "camps.toml", "component/0/years"),
        ("facet-without-value", "camps.toml", "component/0/facets/category"),
        ("profile-year-not-a-year", "camps.toml", "profile/0/values"),
        ("single-bracket-table", "camps.toml", "component"),
        ("unknown-table", "camps.toml", ""),
        ("loading-above-one", "links.toml", "dependence/0/loading"),
        ("correlation-above-one", "links.toml", "correlation/0/rank"),
        ("correlation-below-minus-one", "links.toml", "correlation/0/rank"),
        ("correlation-as-text", "links.toml", "correlation/0/rank"),
        ("correlation-of-one", "links.toml", "correlation/0/between"),
        ("correlation-of-three", "links.toml", "correlation/0/between"),
        ("correlation-without-source", "links.toml", "correlation/0"),
        ("unknown-key-in-case", "case.toml", ""),
        ("unknown-basis-of-spread", "case.toml", "spread"),
        ("reading-above-one", "case.toml", "readings/range"),
        ("unknown-key-in-definition", "definitions.toml", "broad"),
        ("id-inside-definition", "definitions.toml", "broad"),
        ("definition-without-include", "definitions.toml", "broad/include"),
        ("definition-not-a-table", "definitions.toml", "version"),
        ("text-as-boolean", "definitions.toml", "broad/net"),
    ],
)
def test_defect_of_form_fails_the_schema_at_its_place(case: str, file: str, place: str) -> None:
    """What is badly formed in a broken case breaks its schema, at the place of the defect and nowhere else."""
    (found,) = defects(TESTS / "bad" / case / file)
    assert found.partition(": ")[0] == place


@pytest.mark.parametrize(
    "table",
    [
        {"where": {}},
        {"where": {"years": 1921}},
        {"where": {"years": [1921, 1922]}},
        {"where": {"category": "famine", "place": ["north", "south"]}},
        {"where": {"component": "one"}},
    ],
)
def test_a_schema_accepts_every_spelling_of_a_selector(table: dict[str, Any]) -> None:
    """A word stands for a list of one, a year for a span of one, and any key may be a facet."""
    rule = {"low": 0.1, "high": 0.2, "source": "s", "locator": "l", **table}
    words = {"label": "L", "question": "Q", "adds": "A", "leaves_out": "O", "measure": "all", "include": [{}]}
    validator = Draft202012Validator(schemas()["definitions"])
    assert validator.is_valid({"broad": {**words, "share": [rule]}})
    assert not validator.is_valid({"broad": {**words, "share": [{**rule, "where": {"category": 3}}]}})


def test_schemas_hold_every_key_of_the_records() -> None:
    """No key of a record is missing in its schema, and a definition alone has no id."""
    tables = schemas()["evidence"]["$defs"]
    for record in (Component, Estimate, Quantity, Profile, Correlation, Claim):
        assert tables[record.__name__]["properties"].keys() == record.model_fields.keys()
    definition = schemas()["definitions"]["$defs"]["Definition"]
    assert definition["properties"].keys() == Definition.model_fields.keys() - {"id"}
    assert "id" in tables["Component"]["required"]


def test_schemas_of_two_calls_share_no_state() -> None:
    """Changing a schema that was handed out changes no other."""
    schemas()["case"]["properties"].clear()
    assert schemas()["case"]["properties"]
