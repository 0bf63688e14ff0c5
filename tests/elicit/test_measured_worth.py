"""Figures read by what such figures have proved to be worth: which, by how much, and what a case keeps."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mcmort as mm
from mcmort.catalogue.case import Case
from mcmort.catalogue.measured_errors.spreads import measured_spread, shared_by_event
from mcmort.catalogue.reading.new_case import MINIMAL, new_case
from mcmort.elicit import elicit
from mcmort.elicit.families import Distribution
from mcmort.elicit.measured_worth import alone, bound_log_sd
from mcmort.present.texts.trace_text import trace_owner
from mcmort.totals import total
from tests.cases import case_of, component, count, head, overlap, point, ranged

Z = 1.6448536269514722


def case_with(*estimates: dict[str, Any], **changes: Any) -> Case:
    """Return a case of one component, which gives only registers a spread of their own."""
    chosen = {"source": "choice", "locator": "none"}
    top = head(**{"spread": {"registered": {"log_sd": 0.05, **chosen}}, **changes})
    return case_of(component("camps", *estimates), head=top)


def fitted(case: Case) -> Distribution:
    """Return the distribution of the one estimate of the component."""
    (used,) = elicit(case).components["camps"].used
    return used.fit.distribution


def test_point_has_the_measured_spread_of_its_class() -> None:
    """A point of a demographic study is lognormal with the bias and spread that such figures have proved to have."""
    measured = measured_spread("demographic", is_late=False)  # the work is undated: whether it came later is not known
    assert fitted(case_with(point(1_000.0))).parameters == pytest.approx(
        (math.log(1_000.0) - measured.bias, measured.log_sd)
    )


def test_spread_that_the_case_gives_stands() -> None:
    """A basis with a spread and a source of its own is read by that."""
    given = {"demographic": {"log_sd": 0.07, "source": "choice", "locator": "p. 2"}}
    assert fitted(case_with(point(1_000.0), spread=given)).parameters[1] == pytest.approx(0.07)


def test_range_of_a_basis_with_a_spread_of_its_own_is_read_as_printed() -> None:
    """Where the case says what figures of a basis are worth, an open range keeps its ends."""
    plain = case_of(component("camps", ranged(900.0, 1_100.0)))
    low, high = fitted(plain).ppf(np.array([0.05, 0.95]))
    assert (low, high) == pytest.approx((900.0, 1_100.0))


def test_key_of_earlier_files_says_what_holds_anyway() -> None:
    """A case that still asks for measured spreads loads, and reads its figures as one that does not."""
    asked, plain = case_with(point(1_000.0), default_spread="measured"), case_with(point(1_000.0))
    assert fitted(asked) == fitted(plain)


def test_range_of_unknown_meaning_is_widened_and_a_wide_one_kept() -> None:
    """A narrow range has the measured spread about its middle; one wider than that keeps its printed ends."""
    measured = measured_spread("demographic", is_late=False)
    low, middle, high = fitted(case_with(ranged(900.0, 1_100.0))).ppf(np.array([0.05, 0.5, 0.95]))
    assert middle == pytest.approx(math.sqrt(900.0 * 1_100.0))
    assert math.log(high / low) == pytest.approx(2 * Z * measured.log_sd)
    ends = fitted(case_with(ranged(10.0, 100_000.0))).ppf(np.array([0.05, 0.95]))
    assert ends == pytest.approx([10.0, 100_000.0])


def test_stated_interval_is_widened_once_where_it_is_alone() -> None:
    """An author's 95 % interval is widened if it is the only lineage, or the only basis, and kept beside another."""
    stated = ranged(900.0, 1_100.0, reads="95%")
    other_lineage = point(1_000.0, source="study-b")
    other_basis = point(1_000.0, source="study-b", basis="survey")
    widths = []
    for estimates in ([stated], [stated, other_lineage], [stated, other_basis]):
        case = case_with(*estimates)
        used = next(one for one in elicit(case).components["camps"].used if one.estimate.reading == "95%")
        low, high = used.fit.distribution.ppf(np.array([0.025, 0.975]))
        widths.append(math.log(high / low))
    assert widths[0] == widths[1] > 2.0
    assert widths[2] == pytest.approx(math.log(1_100.0 / 900.0))


def test_registered_counts_formulas_and_quantities_keep_what_the_case_gives_them() -> None:
    """A register measures what was registered: its spread is the case's own, whatever all deaths have."""
    register = point(1_000.0, basis="registered", measure="registered")
    assert fitted(case_with(register)).parameters[1] == pytest.approx(0.05)


def test_registered_count_without_a_spread_is_read_as_archival_registers_without_their_bias() -> None:
    """A register's own count has the measured spread of archival registers; what it lacks is its completeness."""
    case = case_with(point(1_000.0, basis="registered", measure="registered", kind="case-coded"), spread={})
    measured = measured_spread("registered", "archival-register", is_late=False)
    assert fitted(case).parameters == pytest.approx((math.log(1_000.0), measured.log_sd))


def test_case_without_any_spread_table_works_and_says_what_it_takes_figures_to_be_worth(tmp_path: Path) -> None:
    """The text of a total and of a trace name the class that was measured, and of how many events."""
    case = mm.load(new_case(tmp_path / "minimal", MINIMAL))
    assert case.head.spread == {}
    measured = measured_spread("synthesis")
    words = f"as measured on late figures of synthesis, {measured.events} events"
    report = mm.total(mm.Sampler(case, 1_000, rng=1), "all")
    assert words in report.render("text", full=True).replace("\n  ", " ")
    assert words in " ".join(trace_owner(elicit(case), "first").split())
    assert case.head.log_sd_of("synthesis") == measured.log_sd


def test_digest_of_a_case_depends_on_measured_errors_only_where_they_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case whose figures all have a spread of their own keeps its digest when the library changes, others do not."""
    given = {"demographic": {"log_sd": 0.07, "source": "choice", "locator": "p. 2"}}

    def digests() -> tuple[str, str]:
        return (
            case_of(component("camps", point(1_000.0)), head=head(spread=given)).digest,
            case_of(component("camps", point(1_000.0)), head=head(spread={})).digest,
        )

    own, measured = digests()
    monkeypatch.setattr("mcmort.catalogue.case.measured_digest", lambda: "another library")
    assert digests()[0] == own
    assert digests()[1] != measured


def test_up_to_bounds_from_above_no_more_sharply_than_such_figures_are_known() -> None:
    """The most that a speaker holds possible is a bound as soft as points of its kind, though the case says 5 %."""
    given = {"demographic": {"log_sd": 0.05, "source": "choice", "locator": "p. 2"}}
    most = {**point(900.0, source="study-b"), "reads": "up-to", "high": 900.0}
    del most["best"]
    medians = []
    for reads in ("at-most", "up-to"):
        case = case_with(point(1_000.0), {**most, "reads": reads}, spread=given)
        assert bound_log_sd(case, case.components["camps"], case.components["camps"].estimate[1]) == pytest.approx(
            0.05 if reads == "at-most" else measured_spread("demographic").log_sd
        )
        pool = elicit(case).components["camps"].all
        assert pool is not None
        medians.append(float(pool.ppf(np.array([0.5]))[0]))
    assert medians[0] < medians[1] < 1_000.0


def test_spreads_of_shipped_cases_rest_on_figures_or_a_work() -> None:
    """No shipped case gives a basis a spread by choice alone, and what it derives names the figures."""
    for name in mm.cases():
        case = mm.load(name)
        for basis, spread in case.head.spread.items():
            is_shown = spread.from_figures or not case.sources[spread.source].is_assumption
            assert is_shown or "Kept, though a choice" in (spread.note or ""), (name, basis)
            assert spread.note, (name, basis)


def test_later_figures_are_surer_and_kinds_differ() -> None:
    """A year or more after the event spreads are smaller; a kind without pairs has the numbers of its basis."""
    assert measured_spread("testimony", is_late=True).log_sd < measured_spread("testimony", is_late=False).log_sd
    names = measured_spread("registered", "name-list")
    assert (names.name, measured_spread("registered", "closed-register").name) == (
        "registered, name-list",
        "registered, closed-register",
    )
    assert measured_spread("exhumation", "partial").name == "exhumation"


def test_fewer_than_ten_events_correct_no_bias() -> None:
    """Of all classes only those of ten events or more have a bias."""
    classes = [measured_spread("registered", kind) for kind in ("case-coded", "name-list", "missing-list")]
    classes += [measured_spread("assertion", None, interest) for interest in ("high", "low", "neither", "unclear")]
    for one in classes:
        assert (one.bias == 0.0) == (one.events < 10), one


def test_alone_counts_lineages_and_bases() -> None:
    """Copies are one lineage, two studies of one basis one basis; a formula, or a second basis, is neither."""
    first, copy = point(10.0, lineage="x"), point(11.0, source="study-b", lineage="x")
    second, other = point(12.0, source="study-c"), point(13.0, source="study-d", basis="survey")

    def said(*estimates: dict[str, Any]) -> str:
        case = case_with(*estimates)
        return alone(case, case.components["camps"])

    assert said(first, copy) == "one lineage"
    assert said(first, second) == "one basis"
    assert said(first, second, other) == ""


def test_lean_moves_the_mean_by_what_figures_of_one_event_have_in_common() -> None:
    """The mean with all sources too low is the mean times exp(sqrt(shared) spread): worked by hand."""
    from mcmort.analysis.one_source import lean, one_source

    found = total(mm.simulate(case_of(component("camps", point(1_000.0))), n=2_000, rng=1), "whole")
    alone_there, leaning = one_source(found), lean(found)
    assert alone_there is not None
    assert leaning is not None
    assert (alone_there.lineage, alone_there.lineage_share) == (("camps",), 1.0)
    factor = math.exp(math.sqrt(shared_by_event()) * measured_spread("demographic", is_late=False).log_sd)
    assert leaning.factor == pytest.approx(factor)
    mean = float(np.mean(found.values))
    assert (leaning.low, leaning.mean, leaning.high) == pytest.approx((mean / factor, mean, mean * factor))


def test_lean_counts_overlaps_and_is_not_said_of_what_a_register_or_a_formula_binds() -> None:
    """A guest leans by what is left of it; with a register, or in the formula of another, nothing is said."""
    from mcmort.analysis.one_source import lean

    guest, host = (
        component("camps", point(1_000.0)),
        component("famine", count(formula="5000"), facets={"category": "b"}),
    )
    register = point(900.0, basis="registered", measure="registered", source="study-b")

    def leaning(*components: dict[str, Any], **tables: Any) -> Any:
        return lean(total(mm.simulate(case_of(*components, **tables), n=2_000, rng=1), "whole"))

    apart, within = leaning(guest, host), leaning(guest, host, overlap=[overlap("o", "camps", "famine", best=0.75)])
    assert within.high - within.mean == pytest.approx((apart.high - apart.mean) * 0.25)
    assert within.mean - within.low == pytest.approx((apart.mean - apart.low) * 0.25)
    assert leaning(component("camps", point(1_000.0), register)) is None
    assert leaning(guest, component("after", formula="10 * camps", facets={"category": "b"})) is None
    assert leaning(component("camps", point(0.0))) is None
