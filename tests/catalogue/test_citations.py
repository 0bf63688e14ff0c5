"""The walk over everything that cites a source: it forgets nothing, whatever records come to hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from mcmort.catalogue.case import Case, CaseHead
from mcmort.catalogue.checks.lint import check_strict
from mcmort.catalogue.citations import citations, cited_sources
from mcmort.catalogue.reading.load import LISTS
from mcmort.catalogue.records import Definition
from tests.cases import (
    case_of,
    component,
    count,
    definition,
    dependence,
    head,
    overlap,
    point,
    profile,
    quantity,
    ranged,
    share,
)

_CHOSEN = {"source": "choice", "locator": "none"}


def _models(annotation: Any) -> set[type[BaseModel]]:
    """Return the record classes that a field of a type may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    arguments = get_args(getattr(annotation, "__value__", annotation))
    return {model for one in arguments for model in _models(one)}


def _places(kind: str, what: str, record: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    """Yield kind of entry, key and class of everything in a record class that has a source."""
    if "source" in record.model_fields:
        yield kind, what, record.__name__
    for key, field in record.model_fields.items():
        for model in _models(field.annotation):
            yield from _places(kind, key, model)


def citing_everywhere(completeness: dict[str, Any] | None = None) -> Case:
    """Return a case that cites a source wherever a case can cite one."""
    rule = share(0.5, 0.7, source="study-b")
    chosen = {
        "lineage": 0.5,
        "heterogeneity": 0.35,
        "completeness": completeness or share(0.5, 0.9, source="study-c"),
        "bias": {"demographic": {"mean": 0.0, "sd": 0.1, **_CHOSEN}},
        "prior": {"camps": {"median": 1e3, "log_sd": 1.0, **_CHOSEN}},
        "baseline": {"mortality": {"figures": ["camps:study-a", "claim:told"], "correlation": 0.5, **_CHOSEN}},
        **_CHOSEN,
    }
    weight = {"weight": {"value": 2.0, **_CHOSEN}}
    scope = {"include": [{"kind": "deaths"}], "share": [rule], **_CHOSEN}
    return case_of(
        component("camps", ranged(1e3, 2e3), profile="series", ordinary=share(0.1), completeness=share(0.5, 0.9)),
        component("famine", ranged(3e3, 4e3, **weight), even=dict(_CHOSEN)),
        head=head(synthesis=chosen, population={"best": 1e9, **_CHOSEN}),
        definitions={"whole": definition(share=[rule])},
        quantity=[quantity("people", point(1e6, **weight))],
        profile=[profile("series", dict.fromkeys(range(1930, 1940), 1.0))],
        overlap=[overlap("both", "camps", "famine", best=0.1)],
        dependence=[dependence("office", ["camps", "famine"], 0.5)],
        correlation=[{"id": "pair", "label": "P", "between": ["camps", "people"], "rank": 0.2, **_CHOSEN}],
        balance=[{"id": "census", "label": "C", "formula": "people", "error": 1e4, **scope}],
        lineage=[{"id": "study-a", **weight}],
        claim=[{**count(id="told", best=5e3), "author": "A", "counts": "deaths", "definition": "whole",
                "share": [share(0.4, 0.6, where={"component": "famine"})]}],
    )  # fmt: skip


def test_citations_of_a_case_that_uses_every_field_cover_each_record_class_with_a_source() -> None:
    """Each field that can hold a source is in the walk; a field that is added fails here until the case uses it."""
    classes: dict[str, type[BaseModel]] = {"case": CaseHead, "definition": Definition, **LISTS}
    possible = {place for kind, record in classes.items() for place in _places(kind, kind, record)}
    found = {(one.kind, one.what, type(one.record).__name__) for one in citations(citing_everywhere())}
    assert {
        ("case", "completeness", "Share"),
        ("component", "ordinary", "Share"),
        ("claim", "share", "ShareRule"),
    } <= found
    assert found == possible


def test_citation_says_where_it_stands_and_what_it_cites() -> None:
    """File, place, source and locator of nested records are those that a problem would name."""
    found = {(one.file, one.place): (one.source, one.locator) for one in citations(citing_everywhere())}
    assert found["case.toml", "synthesis > completeness"] == ("study-c", "p. 1")
    assert found["component.toml", 'component "camps" > estimate "study-a"'] == ("study-a", "p. 1")
    assert found["definitions.toml", "[whole] > share[0]"] == ("study-b", "p. 1")
    assert found["case.toml", "spread > demographic"] == ("choice", "none")


def test_completeness_of_the_case_read_second_hand_without_confidence_is_found_by_the_strict_check() -> None:
    """The strict check had forgotten the completeness in the head of a case."""
    second_hand = share(0.5, 0.9, source="study-c", via="a review")
    found = [str(one) for one in check_strict(citing_everywhere(second_hand)) if one.key.endswith("confidence")]
    assert [text.partition(": found")[0] for text in found] == ["case.toml: synthesis > completeness > confidence"]
    stated = check_strict(citing_everywhere({**second_hand, "confidence": "low"}))
    assert not [one for one in stated if one.key.endswith("confidence")]


def test_cited_sources_of_a_case_are_those_of_its_citations() -> None:
    """The bibliography of a whole case is the set of works in the walk."""
    case = citing_everywhere()
    assert [one.key for one in cited_sources(case)] == ["choice", "study-a", "study-b", "study-c"]
