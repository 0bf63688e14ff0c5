"""Walks every number of every shipped case: source, locator, unit, basis, years, and what the seed rows became."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

import mcmort as mm
from mcmort.catalogue import Case
from mcmort.catalogue import formula as formulas
from mcmort.catalogue.records import Component, Definition, Dependence, Figure, Profile, Quantity
from mcmort.catalogue.vocabulary import BASES
from mcmort.totals import of_claim, resolve
from tests.cases import case_of, component, point, ranged
from tests.shipped import NAMES, case_named, draws_of

SEEDS = {
    "atlantic-slave-trade": range(34, 42),
    "bengal-1943": (),
    "cambodia": (),
    "china": (47, 48),
    "darfur": (),
    "ireland-1845-52": (),
    "nazi-germany": (12, 13, 49),
    "ussr": (*range(1, 12), *range(14, 34), *range(42, 47)),
}
"""Numbers of the rows S01 to S49 of the seed evidence, by the case to which each belongs."""
HOST = re.compile(r"https?://|www\.|\b[a-z0-9-]+\.(cc|cn|com|de|edu|fr|gov|info|io|net|org|ru|ua|uk)\b", re.I)
COPIES = re.compile(
    r"sci-?hub|library genesis|libgen|z-?library|anna.s archive|scribd|docplayer|dokumen\.pub|vdoc\.pub|epdf|pdfcoffee",
    re.I,
)
PAGE = re.compile(r"\bpp?\. ?\d")
UNSEEN = re.compile(r"\bnot seen\b|\bunseen\b")
CREDITED = re.compile(r"\bas (cited|quoted|reported)|\bcited (by|in)\b|\bquoted (by|in)\b")
YEARS = ("years",)
NO_FIGURES = ("format",)


def tables(value: Any, place: str) -> Iterator[tuple[str, BaseModel]]:
    """Yield every record inside a value with its place, the outer ones first."""
    if isinstance(value, BaseModel):
        yield place, value
        for name in type(value).model_fields:
            yield from tables(getattr(value, name), f"{place} > {name}")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from tables(item, f"{place} > {name}")
    elif isinstance(value, tuple | list):
        for at, item in enumerate(value):
            yield from tables(item, f"{place}[{at}]")


def records(case: Case) -> Iterator[tuple[str, BaseModel]]:
    """Yield every record of a case with its place."""
    yield from tables(case.head, "case.toml")
    for group in ("components", "quantities", "profiles", "overlaps", "dependence", "claims", "definitions"):
        yield from tables(getattr(case, group), group)


def numbers(record: BaseModel) -> dict[str, float]:
    """Return the numbers that stand in a record itself; years and the version of the format are no figures."""
    found: dict[str, float] = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        if name in NO_FIGURES:
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = value
        elif isinstance(value, dict):
            found |= {f"{name} > {key}": one for key, one in value.items() if isinstance(one, int | float)}
        elif isinstance(value, tuple) and name not in YEARS:
            found |= {f"{name}[{at}]": one for at, one in enumerate(value) if isinstance(one, int | float)}
    return found


def uncited(case: Case) -> list[str]:
    """Return the places of numbers without a source that resolves and a locator."""
    return [
        f"{place} > {name}"
        for place, record in records(case)
        for name in numbers(record)
        if getattr(record, "source", None) not in case.sources or not str(getattr(record, "locator", "")).strip()
    ]


def owners(case: Case) -> list[Component | Quantity]:
    """Return components and quantities."""
    return [*case.components.values(), *case.quantities.values()]


def texts(record: BaseModel) -> Iterator[str]:
    """Yield the texts that stand in a record itself."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
        yield from (part for part in parts if isinstance(part, str))


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_known_source_and_a_locator(name: str) -> None:
    """No figure, share, spread, reading, loading or annual value of a shipped case stands without both."""
    case = case_named(name)
    assert sum(len(numbers(record)) for _, record in records(case)) > 80
    assert uncited(case) == []


def test_unknown_source_and_blank_locator_are_found() -> None:
    """Negative control: the walk finds a source that is not there and a locator of blanks."""
    case = case_of(component("one", point(100.0), ranged(90, 200, source="study-b", locator=" ")))
    assert uncited(case) == [f"components > one > estimate[1] > {end}" for end in ("low", "high")]
    sources = {key: source for key, source in case.sources.items() if key != "study-a"}
    object.__setattr__(case, "sources", sources)
    assert "components > one > estimate[0] > best" in uncited(case)


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_a_unit_and_a_basis(name: str) -> None:
    """Estimates and claims say how the figure was got; what they count, and every series, has a unit."""
    case = case_named(name)
    for owner in owners(case):
        assert owner.unit.strip(), owner.id
        assert owner.label.strip(), owner.id
        assert owner.territory.strip(), owner.id
        assert owner.years[0] <= owner.years[1], owner.id
        for estimate in owner.estimate:
            assert estimate.basis in BASES
    for claim in case.claims.values():
        assert claim.basis in BASES
        assert claim.unit.strip()
        assert claim.counts.strip()
        assert claim.author.strip()
    for profile in case.profiles.values():
        assert profile.unit.strip()
        assert len(profile.values) >= 2
    for component_ in case.components.values():
        assert component_.counts.strip()
        assert case.head.years[0] <= component_.years[0] <= component_.years[1] <= case.head.years[1]


@pytest.mark.parametrize("name", NAMES)
def test_constants_in_formulas_are_arithmetic_and_no_evidence(name: str) -> None:
    """A component's formula has no cited number in it: zero, one, or a guard that its notes or quantities explain."""
    case = case_named(name)
    for owner in case.components.values():
        if owner.formula is not None:
            items = formulas.postfix(formulas.parse(owner.formula))
            constants = {one.value for one in items if isinstance(one, formulas.Number)}
            assert constants <= {0.0, 0.9, 1.0}, owner.id  # 0.9 keeps a loss below the whole


@pytest.mark.parametrize("name", NAMES)
def test_figure_read_second_hand_has_a_confidence(name: str) -> None:
    """Whatever was read through another work has a confidence, unless it is a choice of ours."""
    case = case_named(name)
    weak = 0
    for place, record in records(case):
        if isinstance(record, Figure | Profile) and record.via is not None:
            assert record.via.strip(), place
            if not case.sources[record.source].is_assumption:
                assert record.confidence is not None, place
            weak += record.confidence == "low"
    assert weak > 0


@pytest.mark.parametrize("name", NAMES)
def test_locator_of_an_unseen_page_names_the_work_that_prints_it(name: str) -> None:
    """A locator with a page of which it says that it was not seen names the work that prints it, and says so."""
    case = case_named(name)
    for place, record in records(case):
        if isinstance(record, Figure | Profile | Dependence) and PAGE.search(record.locator):
            if UNSEEN.search(record.locator):
                assert CREDITED.search(record.locator), place
                assert getattr(record, "via", None), place
            elif getattr(record, "note", None):
                assert "page not seen" not in str(getattr(record, "note", "")), place


@pytest.mark.parametrize("name", NAMES)
def test_texts_contain_no_web_address_and_no_copy_site(name: str) -> None:
    """Pages are called by name; addresses stand in sources.bib, if anywhere, and sites of copies nowhere."""
    case = case_named(name)
    notes = (mm.cases()[name] / "NOTES.md").read_text(encoding="utf-8")
    for place, record in records(case):
        for text in texts(record):
            assert not HOST.search(text), (place, text)
            assert not COPIES.search(text), (place, text)
    assert not HOST.search(notes)
    assert not COPIES.search(notes)
    for source in case.sources.values():
        assert not COPIES.search(" ".join(source.fields.values())), source.key


@pytest.mark.parametrize("name", NAMES)
def test_every_assumption_is_marked_and_gives_its_reason(name: str) -> None:
    """A choice of ours is a source of kind assumption whose note says why; no published work is one."""
    case = case_named(name)
    chosen = [source for source in case.sources.values() if source.is_assumption]
    assert chosen
    for source in chosen:
        assert source.key.startswith("assumption-"), source.key
        assert len(source.fields["note"].split()) >= 5, source.key
    assert not [
        key for key, source in case.sources.items() if key.startswith("assumption") and not source.is_assumption
    ]


def test_seed_rows_are_listed_completely() -> None:
    """The list of seed rows in this file has each of S01 to S49 once."""
    assert sorted(number for numbers_ in SEEDS.values() for number in numbers_) == [*range(1, 50)]
    assert tuple(SEEDS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_seed_row_is_named_in_its_case(name: str) -> None:
    """Each row of the seed evidence is named at a figure of its case, or in the notes of the case."""
    cited = " ".join(text for _, record in records(case_named(name)) for text in texts(record))
    cited += (mm.cases()[name] / "NOTES.md").read_text(encoding="utf-8")
    found = {int(number) for number in re.findall(r"\bS(\d\d)\b", cited)}
    assert found == set(SEEDS[name])


@pytest.mark.parametrize(
    ("name", "kind", "figure", "row"),
    [
        ("ussr", "quantities", 148_000_000, "S01"),
        ("ussr", "quantities", 162_003_225, "S07"),
        ("ussr", "claims", 12_000_000, "S15"),
        ("ussr", "claims", 61_911_000, "S24"),
        ("ussr", "components", 5_000_000, "S22"),
        ("nazi-germany", "claims", 14_000_000, "S12"),
        ("atlantic-slave-trade", "quantities", 13_000_000, "S38"),
        ("atlantic-slave-trade", "quantities", 0.33, "S40"),
        ("china", "claims", 45_000_000, "S47"),
    ],
)
def test_figure_beside_a_seed_row_equals_the_seed(name: str, kind: str, figure: float, row: str) -> None:
    """Where a note names a row, the figure beside it is the one of the row."""
    found = [
        record
        for place, record in records(case_named(name))
        if isinstance(record, Figure) and place.startswith(kind) and row in (record.note or "")
    ]
    assert any(figure in (record.low, record.best, record.high) for record in found)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_definition_has_a_finite_total(name: str) -> None:
    """Each definition gives a finite total of every draw, never below zero, with an interval of positive width."""
    draws = draws_of(name)
    for definition_ in draws.case.definitions:
        result = mm.total(draws, definition_)
        assert np.all(np.isfinite(result.values))
        assert result.values.min() >= 0
        interval = result.summary.interval(0.95)
        assert 0 < interval.low < result.summary.median < interval.high


def implied(case: Case, inner: Definition, outer: Definition) -> bool:
    """Whether one definition lies within another by what they say: components, years, measure, net and shares."""
    if (inner.measure == "all" and outer.measure == "registered") or (outer.net and not inner.net):
        return False
    shares = [
        {
            (term.component, year): piece.share
            for term in resolve(case, one).terms
            for piece in term.pieces
            for year in piece.years
        }
        for one in (inner, outer)
    ]
    return all(place in shares[1] and shares[1][place] in ("", share) for place, share in shares[0].items())


PAIRS = {
    "atlantic-slave-trade": ["narrow archival", "archival crossing", "crossing first-year", "first-year broad",
                             "africa-and-crossing first-year", "broad with-raids"],
    "bengal-1943": ["register-1943 registered", "famine-1943 famine", "famine long"],
    "cambodia": ["excess aftermath", "aftermath decade", "decade loss"],
    "china": ["recorded violence", "violence repression", "repression policy", "policy broad", "famine broad",
              "broad demographic"],
    "darfur": ["excess-2004 excess", "excess gross", "gross missing"],
    "ireland-1845-52": ["excess with-passage", "with-passage with-births"],
    "nazi-germany": ["jews killing", "killing groups", "groups broad"],
    "ussr": ["narrow archival", "archival repression", "repression broad", "excess broad", "broad demographic",
             "narrow maximal"],
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_shipped_narrower_definition_never_exceeds_a_wider_one(name: str) -> None:
    """Where one definition lies within another, so does its total on each draw; known pairs are among them."""
    draws = draws_of(name)
    values = {one: mm.total(draws, one).values for one in draws.case.definitions}
    nested = [
        (inner.id, outer.id)
        for inner, outer in permutations(draws.case.definitions.values(), 2)
        if implied(draws.case, inner, outer)
    ]
    assert {tuple(pair.split()) for pair in PAIRS[name]} <= set(nested)
    for inner_id, outer_id in nested:
        excess = values[inner_id] - values[outer_id]
        assert np.all(excess <= 1e-9 * values[outer_id]), (inner_id, outer_id)


def test_german_reported_deaths_lie_below_the_deaths_of_their_group() -> None:
    """Reports are components within the deaths of their group, so `registered` is below `killing` on every draw."""
    draws = draws_of("nazi-germany")
    reported, killing = (mm.total(draws, one).values for one in ("registered", "killing"))
    assert np.all(reported < killing)


def test_german_reports_fall_within_their_own_years() -> None:
    """What was reported to the end of 1942 is not spread over the war: it was, and 1939-42 held 1.2 of 2.1 million."""
    draws = draws_of("nazi-germany")
    to_1942 = mm.total(draws, "registered", years=(1939, 1942)).summary.median
    assert to_1942 == mm.total(draws, "registered").summary.median == pytest.approx(2.1e6, rel=0.05)


def test_german_annual_table_puts_half_of_jewish_deaths_in_1942() -> None:
    """Deaths follow the annual table: spread evenly, 1942 had 0.8 million, and 2 to 3 million died."""
    median = mm.total(draws_of("nazi-germany"), "jews", years=(1942, 1942)).summary.median
    assert 2e6 < median < 3e6


def test_definitions_that_do_not_nest_are_not_reported_as_nested() -> None:
    """Negative control: a wider one is not within a narrower, nor a gross one within a net one."""
    case = case_named("ussr")
    named = case.definitions
    assert not implied(case, named["archival"], named["narrow"])
    assert not implied(case, named["repression"], named["archival"])
    assert not implied(case, named["repression"], named["excess"])
    assert not implied(case, named["broad"], named["maximal"])


@pytest.mark.parametrize("name", NAMES)
def test_unknown_components_have_their_reasons_in_case_and_total(name: str) -> None:
    """A component that a definition counts and that no evidence reaches has its reason in the case and the total."""
    draws = draws_of(name)
    for definition_ in draws.case.definitions.values():
        total = mm.total(draws, definition_.id).total
        for one, reason in total.unknown.items():
            assert reason == draws.case.components[one].unknown[definition_.measure]


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_of_a_shipped_case_has_a_scope(name: str) -> None:
    """Each author's total resolves to components of the case."""
    case = case_named(name)
    assert len(case.claims) >= 3
    for claim in case.claims.values():
        assert resolve(case, of_claim(case, claim)).terms


@pytest.mark.parametrize("name", NAMES)
def test_shipped_definitions_rest_on_several_lineages(name: str) -> None:
    """A shipped case rests on many works, and its definitions on several lineages each."""
    case = case_named(name)
    assert len([source for source in case.sources.values() if not source.is_assumption]) >= 20
    lines: set[str] = set()
    for owner in owners(case):
        taken, _ = case.admitted(owner)
        lines |= {estimate.line for estimate in taken}
    assert len(lines) >= 10
