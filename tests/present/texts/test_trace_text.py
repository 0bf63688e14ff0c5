"""The way down: from a printed total, or a component, to each figure, its source, its page and how it was read."""

from __future__ import annotations

import re
from functools import cache

import pytest

import mcmort as mm
from mcmort.analysis import mean_of
from mcmort.api.reports import TotalReport
from mcmort.catalogue import Case
from mcmort.catalogue.case import share_column
from mcmort.catalogue.citations import owners_behind
from mcmort.catalogue.records import Component, Estimate, Figure, Profile, Quantity
from mcmort.elicit import Priors, elicit
from mcmort.present.print_format import FILE_WIDTH, as_printed
from mcmort.present.texts.reference_list import reference
from mcmort.present.texts.trace_text import trace_owner, trace_total
from mcmort.sampler import simulate
from tests.cases import case_of, component, count, definition, point, profile, quantity, ranged, share
from tests.cli.ran import runner
from tests.shipped import DRAWS, NAMES, case_named, draws_of, priors_of

WHOLE = [(name, scope) for name in NAMES for scope in case_named(name).definitions]


def squeezed(text: str) -> str:
    """Return text without blanks, so that line breaks do not matter."""
    return "".join(text.split())


def cited(case: Case, figure: Figure | Profile) -> list[str]:
    """Return what the trace must hold of how a figure was cited."""
    parts = [f"{reference(case.sources[figure.source])} At: {figure.locator}."]
    if figure.via is not None:
        parts[0] += f" read through {figure.via}"
    elif getattr(figure, "from_memory", False):
        parts[0] += " given from memory"
    elif figure.confidence is not None:
        parts[0] += f" confidence {figure.confidence}"
    return [*parts, *([f"confidence {figure.confidence}"] if figure.confidence else []), figure.note or ""]


def figure_text(figure: Figure) -> str:
    """Return a figure as its source prints it."""
    return as_printed(figure.low, figure.best, figure.high, figure.reading)


def wanted(case: Case, owner: Component | Quantity, estimates: list[Estimate]) -> list[str]:
    """Return what the trace must hold of some estimates of an owner."""
    parts = []
    for estimate in estimates:
        figure = estimate.formula or figure_text(estimate)
        if estimate.is_one_sided:
            parts.append(f"bound {figure}, {estimate.basis}")
        else:
            read = "" if estimate.formula else f" read as {estimate.reading}"
            parts.append(f"{figure}{read}, {estimate.basis}, weight ")
        parts += cited(case, estimate)
    return parts


def all_owners(case: Case) -> list[Component | Quantity]:
    """Return components and quantities."""
    return [*case.components.values(), *case.quantities.values()]


@cache
def trace_of(name: str, owner: str) -> str:
    """Return the squeezed trace of a component or quantity of a shipped case."""
    return squeezed(trace_owner(priors_of(name), owner))


@cache
def total_trace(name: str, scope: str) -> tuple[str, TotalReport]:
    """Return the squeezed trace of a total of a shipped case, with the total."""
    result = mm.total(draws_of(name), scope)
    return squeezed(trace_total(result.total, result.summary, priors_of(name))), result


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_trace_of_a_component_holds_every_estimate_behind_it(name: str) -> None:
    """Each admitted estimate stands with figure, reading, basis, work, locator, way of reading and note."""
    case = case_named(name)
    seen = 0
    for component_ in case.components.values():
        text = trace_of(name, component_.id)
        assert squeezed(f"{component_.label} ({component_.id})") in text
        for owner in owners_behind(case, component_):
            taken, _ = case.admitted(owner)
            for part in wanted(case, owner, taken):
                assert squeezed(part) in text, (component_.id, owner.id, part)
            seen += len(taken)
            for share_ in (getattr(owner, "completeness", None), getattr(owner, "ordinary", None)):
                if owner is component_ and share_ is not None:
                    assert all(squeezed(part) in text for part in [figure_text(share_), *cited(case, share_)])
    assert seen >= 10


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_trace_of_a_quantity_holds_every_estimate_behind_it(name: str) -> None:
    """The same holds of quantities, of which many stand in the case as checks alone."""
    case = case_named(name)
    for one in case.quantities.values():
        for owner in owners_behind(case, one):
            for part in wanted(case, owner, case.admitted(owner)[0]):
                assert squeezed(part) in trace_of(name, one.id), (one.id, owner.id, part)


@pytest.mark.parametrize("name", NAMES)
def test_what_does_not_enter_a_pool_is_not_traced_as_if_it_did(name: str) -> None:
    """Cross-checks, retired figures and bases that are not admitted make no number, and stand in no trace."""
    case = case_named(name)
    left_out = 0
    for owner in all_owners(case):
        taken = [one for behind in owners_behind(case, owner) for one in case.admitted(behind)[0]]
        entered = {cited(case, one)[0] for one in taken}
        for estimate, _ in case.admitted(owner)[1]:
            own = cited(case, estimate)[0]
            if not any(one.startswith(own) for one in entered):
                assert squeezed(own) not in trace_of(name, owner.id)
                left_out += 1
    assert left_out > 0


@pytest.mark.slow
@pytest.mark.parametrize(("name", "scope"), WHOLE, ids=[f"{name}-{scope}" for name, scope in WHOLE])
def test_the_trace_of_a_total_begins_with_it_and_holds_all_that_made_it(name: str, scope: str) -> None:
    """Headline, each counted component with its evidence of the measure, shares, overlaps and what is unknown."""
    text, result = total_trace(name, scope)
    case, total = case_named(name), result.total
    assert text.startswith(squeezed(result.headline))
    for one in total.parts:
        owner = case.components[one]
        assert squeezed(f"{owner.label}: ") in text
        taken, _ = case.admitted(owner)
        if total.definition.measure == "registered" and priors_of(name).components[one].registered is not None:
            taken = [estimate for estimate in taken if estimate.measure == "registered"]
        for part in wanted(case, owner, taken):
            assert squeezed(part) in text, (one, part)
    rules = {share_column(rule): rule for rule in total.definition.share}
    for term in total.terms.values():
        for piece in term.pieces:
            if piece.share:
                assert squeezed(f"{figure_text(rules[piece.share])}{cited(case, rules[piece.share])[0]}") in text
    for one in total.overlaps:
        found = case.overlaps[one]
        ends = [case.components[end].label for end in (found.of, found.within)]
        head = f"less what two figures hold: {ends[0]} within {ends[1]}, share {figure_text(found)}"
        assert all(squeezed(part) in text for part in [head, *cited(case, found)])
    for one, reason in total.unknown.items():
        assert squeezed(f"{case.components[one].label}: unknown ({reason})") in text


@pytest.mark.slow
def test_shipped_totals_have_overlaps_shares_and_unknowns_to_trace() -> None:
    """The test above has something of each kind to look at."""
    results = [total_trace(name, scope)[1].total for name, scope in WHOLE]
    assert sum(len(total.overlaps) for total in results) >= 20
    assert sum(len(total.unknown) for total in results) >= 5
    assert any(piece.share for total in results for term in total.terms.values() for piece in term.pieces)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_total_is_traced_from_the_largest_component_down(name: str) -> None:
    """Components stand by their mean, the largest first, with shares that follow the draws."""
    scope = max(case_named(name).definitions, key=lambda one: len(total_trace(name, one)[1].total.parts))
    text, result = total_trace(name, scope)
    total = result.total
    ordered = sorted(total.parts, key=lambda one: -mean_of(total.parts[one]))
    places = [text.index(squeezed(f"{total.case.components[one].label}: ")) for one in ordered]
    assert places == sorted(places)


@cache
def small() -> Priors:
    """Return the priors of a small case with one component of each kind; each figure has a locator of its own."""
    register = point(80.0, measure="registered", basis="registered", source="study-b", locator="@register")
    floor = count(id="floor", low=60.0, reads="at-least", measure="registered", basis="registered", locator="@floor")
    own = share(0.1, 0.3, locator="@own")
    lone = count(low=5.0, reads="at-least", locator="@lone")
    case = case_of(
        component(
            "counted", register, ranged(100, 200, locator="@counted"), profile="by-year",
            completeness=share(0.5, 0.9, locator="@unused"),
        ),
        component("complete", ranged(100, 200, locator="@complete"), completeness=share(0.4, 0.8, locator="@share")),
        component("raised", point(50.0, measure="registered", basis="registered", locator="@raised"),
                  completeness=share(0.3, 0.6, locator="@raising"), facets={"category": "c"}),
        component("floored", ranged(50, 90, locator="@above"), floor, facets={"category": "b"}, already_net=True),
        component("derived", formula="people * 0.5", facets={"category": "b"}, ordinary=own),
        component("estimated", count(formula="people * rate", locator="@formula"), facets={"category": "b"}),
        component("dark", lone, facets={"category": "c"}, unknown={"all": "nobody counted them"}),
        quantity=[
            quantity("people", ranged(10, 20, locator="@people")),
            quantity("rate", ranged(0.1, 0.2, locator="@rate")),
        ],
        profile=[{**profile("by-year", {1930 + at: 1.0 + at for at in range(10)}), "locator": "@series"}],
        definitions={
            "whole": definition(),
            "kept": definition(include=[{"category": "a"}], measure="registered"),
            "net": definition(include=[{"category": "b"}], net=True),
            "last": definition(include=[{"category": "c"}], share=[share(0.3, 0.7, locator="@blame")]),
        },
    )  # fmt: skip
    return elicit(case)


def small_trace(scope: str, years: tuple[int, int] | None = None) -> str:
    """Return the trace of a total of the small case."""
    result = mm.total(simulate(small().case, 500, rng=1), scope, years=years)
    return trace_total(result.total, result.summary, small())


def places(text: str) -> set[str]:
    """Return the locators in a trace of the small case."""
    return set(re.findall(r"@(\w+)", text))


def test_a_registered_total_is_traced_to_counts_or_through_the_completeness() -> None:
    """A count stands alone; where there is none, the estimates of all deaths stand with the share that was used."""
    assert places(small_trace("kept")) == {"register", "complete", "share"}


def test_a_total_of_all_deaths_is_traced_to_counts_as_floors_and_through_the_completeness() -> None:
    """Counts stand beside the estimates as floors; a completeness where it raises a count, and nowhere else."""
    found = places(small_trace("whole"))
    assert {"register", "counted", "complete", "raised", "raising", "floor", "above"} <= found
    assert not found & {"share", "unused"}


def test_a_formula_is_traced_to_the_quantities_that_it_names() -> None:
    """Be it the component or one of its estimates that is computed, the figures behind the names stand beneath."""
    assert places(trace_owner(small(), "derived")) == {"own", "people"}
    assert places(trace_owner(small(), "estimated")) == {"formula", "people", "rate"}
    assert "propagated through its formula" in trace_owner(small(), "estimated")


def test_ordinary_mortality_is_traced_where_it_is_taken_off() -> None:
    """A gross total does not rest on the share that would have died anyway; a net one does."""
    assert "own" in places(small_trace("net"))
    assert "own" not in places(small_trace("whole"))


def test_a_bound_is_traced_once_and_said_to_make_nothing_alone() -> None:
    """A floor from a register stands under the pool that it bounds; a lone bound under what is unknown."""
    text = trace_owner(small(), "floored")
    assert text.count("@floor") == 1
    assert "bound at least 60, registered\n" in text
    dark = trace_owner(small(), "dark")
    assert "unknown: nobody counted them\n" in dark
    assert "bound at least 5, demographic; alone it makes no distribution\n" in dark


def test_a_share_of_responsibility_is_traced() -> None:
    """A definition that counts a part of a component says which part, by whom and where."""
    text = small_trace("last")
    assert "share of responsibility, 1930\N{EN DASH}1939: 0.3\N{EN DASH}0.7\n" in text
    assert places(text) == {"blame", "raised", "raising"}
    assert "dark: unknown (nobody counted them)" in text


def test_years_are_traced_to_the_series_that_apportions_them() -> None:
    """A part of a component's years names the annual series, or says that there is none; the whole needs neither."""
    text = small_trace("kept", (1930, 1934))
    assert "years apportioned by: by-year" in text
    assert "no annual series: when the deaths fell is unknown, and uncertain in the draws" in text
    assert "series" in places(text)
    assert "27 % of the component" in text  # 1 + 2 + 3 + 4 + 5 of 55
    assert "apportioned" not in small_trace("kept")


def test_the_spread_of_a_bare_point_is_traced() -> None:
    """A point says with which spread it was read, and whose choice that was; a range has none."""
    spread = "log standard deviation 0.05, that of the basis registered (choice)"
    assert spread in " ".join(trace_owner(small(), "raised").split())
    assert "log standard deviation" not in trace_owner(small(), "complete")


def test_each_step_down_is_indented_and_no_line_is_too_wide() -> None:
    """A total, its component, its pool and its estimate each stand a step deeper, in at most 120 columns."""
    lines = small_trace("kept").splitlines()
    depths = [
        len(line) - len(line.lstrip()) for line in lines if re.match(r" *(A small|counted:|registered deaths|80)", line)
    ]
    assert depths == [0, 2, 4, 6]
    first = trace_owner(priors_of("ussr"), next(iter(case_named("ussr").components))).splitlines()
    assert max(map(len, lines)) <= FILE_WIDTH
    assert 100 < max(map(len, first)) <= FILE_WIDTH


def test_the_command_traces_whatever_the_case_has(capsys: pytest.CaptureFixture[str]) -> None:
    """A component, a quantity, a definition, or without a name an overview, in full every component."""
    run = runner(capsys)
    case, priors = case_named("china"), priors_of("china")
    overview, whole = run("trace", "china"), run("trace", "china", "--full")
    assert (overview.code, whole.code) == (0, 0)
    assert [line.split()[0] for line in overview.out.splitlines()[4:6]] == ["famine", "births-lost"]
    for one in case.components:
        assert trace_owner(priors, one) in whole.out
    quantity_ = next(iter(case.quantities))
    assert run("trace", "china", quantity_).out == trace_owner(priors, quantity_)
    result = mm.total(draws_of("china"), "famine", years=(1958, 1960))
    expected = trace_total(result.total, result.summary, priors)
    assert run("trace", "china", "famine", "--years", "1958:1960", "-n", str(DRAWS), "-q").out == expected
