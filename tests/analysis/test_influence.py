"""Influence: what is left out and how far the total moves, against exact quantiles and against cases without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

import mcmort as mm
from mcmort.analysis.influence import Influence, Without, influence
from mcmort.catalogue import Case
from mcmort.errors import DefinitionError, OptionError, UsageError
from tests.bayes.small_cases import plain
from tests.cases import Table, case_of, component, definition, point, quantity, ranged
from tests.shipped import case_named

type Array = NDArray[np.float64]

_DRAWS = 20_000
_TAILS = (0.025, 0.5, 0.975)

_CAMPS: tuple[Table, ...] = (
    ranged(10_000, 20_000),
    ranged(25_000, 60_000, source="study-b"),
    ranged(12_000, 30_000, source="study-c", lineage="school"),
    ranged(13_000, 33_000, source="study-d", lineage="school", basis="survey"),
)
_FAMINE: tuple[Table, ...] = (ranged(40_000, 90_000, source="study-e"),)


def _case(camps: tuple[Table, ...] = _CAMPS, famine: tuple[Table, ...] = _FAMINE) -> Case:
    return case_of(component("camps", *camps), component("famine", *famine, facets={"category": "b"}))


def _rows(found: Influence) -> Mapping[str, Without]:
    return {row.left_out.name: row for row in found.rows}


def _by_hand(case: Case, *, seed: int = 1, n: int = _DRAWS) -> Array:
    """Return the quantiles of a total of all draws of a case."""
    total = mm.total(mm.simulate(case, n, rng=seed), next(iter(case.definitions)))
    return np.quantile(total.values, _TAILS)


def _moved(row: Without) -> tuple[float, ...]:
    assert row.low is not None
    assert row.median is not None
    assert row.high is not None
    return row.low.value, row.median.value, row.high.value


def _close(values: Array) -> object:
    """Return what equals values but for the order in which their sums were rounded."""
    return pytest.approx(values.tolist(), rel=1e-9, abs=1e-6)


def test_influence_equals_cases_written_without_the_source() -> None:
    """Shifts, order and width are those of cases in whose tables the source's estimates were never written."""
    whole = _by_hand(_case())
    found = influence(mm.Sampler(_case(), _DRAWS, rng=1), "whole")
    by_hand = {}
    for name, index in (("study-a", 0), ("study-b", 1), ("study-c", 2), ("study-d", 3)):
        by_hand[name] = _by_hand(_case(tuple(one for place, one in enumerate(_CAMPS) if place != index))) - whole
    for name, expected in by_hand.items():
        row = _rows(found)[name]
        assert _moved(row) == _close(expected)
        assert row.width is not None
        assert row.width.value == pytest.approx(expected[2] - expected[0], rel=1e-9)
    ranked = [row.left_out.name for row in found.of_status("ranked")]
    assert ranked == sorted(ranked, key=lambda name: -abs(by_hand[name][1]))


def test_lineage_leaves_out_all_its_estimates_and_basis_all_of_it() -> None:
    """A lineage of two studies goes as a whole, and so do all figures of a basis."""
    sampler, whole = mm.Sampler(_case(), _DRAWS, rng=1), _by_hand(_case())
    lineage = _rows(influence(sampler, "whole", by="lineage"))["school"]
    assert lineage.left_out.figures == ("camps:study-c", "camps:study-d")
    assert _moved(lineage) == _close(_by_hand(_case(_CAMPS[:2])) - whole)
    basis = _rows(influence(sampler, "whole", by="basis"))["survey"]
    assert _moved(basis) == _close(_by_hand(_case(_CAMPS[:3])) - whole)


def test_schools_are_lineages_of_the_pieces_of_a_pool() -> None:
    """Two groups of studies far apart are two schools, each left out whole."""
    low, high = ranged(10_000, 11_000), ranged(90_000, 99_000, source="study-b")
    also = ranged(91_000, 98_000, source="study-c")
    case = case_of(component("camps", low, high, also))
    found = _rows(influence(mm.Sampler(case, _DRAWS, rng=1), "whole", by="school"))
    assert set(found) == {"camps: study-a", "camps: study-b, study-c"}
    expected = _by_hand(case_of(component("camps", low))) - _by_hand(case)
    assert _moved(found["camps: study-b, study-c"]) == _close(expected)


def test_case_without_schools_has_no_rows() -> None:
    """A pool in one piece has no schools, and the report says that there is none."""
    report = mm.influence(mm.Sampler(_case(), _DRAWS, rng=1), "whole", by="school")
    assert not report.influence.rows
    assert report.text[0] == "There is no school to leave out of the evidence behind this total."


def test_shift_agrees_with_exact_quantiles_within_its_error(seed: int) -> None:
    """Of two lognormal studies, pooled evenly, the exact shifts by quadrature-free formulas lie within four errors."""
    z = stats.norm.ppf(0.95)
    ends = ((10_000.0, 20_000.0), (15_000.0, 60_000.0))
    one, other = (
        stats.lognorm(np.log(high / low) / (2 * z), scale=np.sqrt(low * high)) for low, high in ends
    )  # fmt: skip
    case = case_of(component("camps", ranged(*ends[0]), ranged(*ends[1], source="study-b")))
    row = _rows(influence(mm.Sampler(case, 100_000, rng=seed), "whole"))["study-b"]
    pooled = [
        optimize.brentq(lambda x, p=p: 0.5 * (one.cdf(x) + other.cdf(x)) - p, 1e3, 1e6) for p in _TAILS
    ]  # fmt: skip
    shifts = row.low, row.median, row.high
    for shift, mixed, alone in zip(shifts, pooled, one.ppf(_TAILS), strict=True):
        assert shift is not None
        assert shift.error > 0.0
        assert abs(shift.value - (alone - mixed)) < 4.0 * shift.error + 2e-4 * mixed


@pytest.mark.slow
def test_errors_of_shifts_are_their_spread_between_seeds() -> None:
    """Over sixty seeds the spread of each shift is the mean error that is stated, within a third."""
    found = [_rows(influence(mm.Sampler(_case(), 4_000, rng=seed), "whole"))["study-b"] for seed in range(60)]
    for index in range(4):
        spread = np.std([row.shifts[index].value for row in found], ddof=1)
        stated = np.mean([row.shifts[index].error for row in found])
        assert 0.7 < spread / stated < 1.4


def test_common_random_numbers_make_small_shifts_sure() -> None:
    """A study that moves a small component is ranked, though its shift is far less than the error of the total."""
    small = component("small", ranged(90, 110), ranged(95, 125, source="study-f"), facets={"category": "c"})
    case = case_of(component("camps", *_CAMPS), small)
    found = influence(mm.Sampler(case, _DRAWS, rng=1), "whole")
    row = _rows(found)["study-f"]
    assert row.status == "ranked"
    assert row.median is not None
    assert abs(row.median.value) < 0.2 * found.whole.errors[1]


def test_last_evidence_on_a_component_makes_a_floor_without_rank() -> None:
    """Without its only study a component is unknown: the shift is that of a sum without it, and it is not ranked."""
    found = influence(mm.Sampler(_case(), _DRAWS, rng=1), "whole")
    row = _rows(found)["study-e"]
    assert (row.status, row.unknown) == ("floor", ("famine",))
    assert row.total.quantiles == _close(_by_hand(case_of(component("camps", *_CAMPS))))
    assert row not in found.of_status("ranked")


def test_register_alone_makes_a_floor() -> None:
    """Without the only study of all deaths the register stands for them, and that is a floor too."""
    register = point(9_000, basis="registered", measure="registered", source="study-b")
    case = case_of(component("camps", ranged(10_000, 20_000), register), component("other", *_CAMPS[2:]))
    row = _rows(influence(mm.Sampler(case, _DRAWS, rng=1), "whole"))["study-a"]
    assert (row.status, row.registered_only) == ("floor", ("camps",))


def test_only_source_of_a_case_leaves_no_total() -> None:
    """Without its one source a case has no total, and the row says why; nothing is ranked."""
    report = mm.influence(mm.Sampler(case_of(component("camps", _CAMPS[0])), _DRAWS, rng=1), "whole")
    (row,) = report.influence.rows
    assert row.status == "failed"
    assert "components without evidence: camps" in row.total.failure
    assert not row.shifts
    assert report.text[:2] == [
        "No single source moves the median of the total by more than its Monte Carlo error.",
        "Without the source study-a there would be no total.",
    ]
    assert row.total.failure in " ".join(str(report).split())


def test_sources_that_the_total_does_not_rest_on_are_not_refitted() -> None:
    """A source of a component that does not count is untouched; without it the draws of the total are the same."""
    rest = component("famine", *_FAMINE, facets={"category": "b"})
    scope = {"narrow": {**definition(), "include": [{"category": "a"}]}}
    case = case_of(component("camps", *_CAMPS), rest, definitions=scope)
    found = influence(mm.Sampler(case, _DRAWS, rng=1), "narrow")
    assert found.untouched == ("study-e",)
    without = case_of(component("camps", *_CAMPS), definitions=scope)
    assert found.whole.quantiles == _close(
        np.quantile(mm.total(mm.simulate(without, _DRAWS, rng=1), "narrow").values, _TAILS)
    )


def test_source_of_a_quantity_moves_what_is_computed_from_it() -> None:
    """Figures behind a formula are left out like any other."""
    people = quantity("people", ranged(1e6, 2e6), ranged(2e6, 3e6, source="study-b"))
    case = case_of(component("camps", formula="people * 0.1"), quantity=[people])
    alone = quantity("people", ranged(1e6, 2e6))
    expected = _by_hand(case_of(component("camps", formula="people * 0.1"), quantity=[alone])) - _by_hand(case)
    assert _moved(_rows(influence(mm.Sampler(case, _DRAWS, rng=1), "whole"))["study-b"]) == _close(expected)


def test_unknown_definition_is_an_error_with_the_names() -> None:
    """A definition that is not there is refused before anything is computed."""
    with pytest.raises(DefinitionError, match="no definition 'hole'"):
        mm.influence(mm.Sampler(_case(), _DRAWS, rng=1), "hole")


@pytest.mark.parametrize(
    ("words", "option"), [({"precision": 0.01}, "precision"), ({"method": "quasi"}, "method"), ({"n": 500}, "draws")]
)
def test_draws_that_refits_cannot_follow_are_refused(words: Mapping[str, object], option: str) -> None:
    """Runs until a precision, quasi-random draws and too few draws have no errors draw by draw."""
    with pytest.raises(OptionError) as refused:
        mm.influence(mm.Sampler(_case(), rng=1, **words), "whole")  # type: ignore[arg-type]
    assert refused.value.option == option


def test_unknown_source_to_leave_out_is_refused() -> None:
    """A name that is neither a source nor a lineage is an error, as in a fit."""
    from mcmort.catalogue.left_out import check_left_out

    with pytest.raises(UsageError, match="no source or lineage 'nobody'"):
        check_left_out(_case(), ["nobody"])


@pytest.mark.slow
def test_bayesian_influence_equals_fits_without_the_source() -> None:
    """Each row is the fit that --without gives, but for rounding, with the errors of both fits together."""
    case = plain()
    post = mm.fit(case, rng=1, store=False, draws=4000)  # of each chain: refits have a quarter
    found = influence(post, "whole")
    assert set(_rows(found)) == {"study-a", "study-b", "study-c", "study-d"}
    whole = np.quantile(mm.total(post, "whole").values, _TAILS)
    for name, row in _rows(found).items():
        again = mm.total(mm.fit(case, rng=1, store=False, without=[name]), "whole")
        assert row.total.quantiles == pytest.approx(np.quantile(again.values, _TAILS), rel=1e-14)
        assert _moved(row) == _close(np.quantile(again.values, _TAILS) - whole)
        assert row.median is not None
        assert row.median.error == pytest.approx(np.hypot(found.whole.errors[1], row.total.errors[1]))
    ranked = [row.size for row in found.of_status("ranked")]
    assert ranked == sorted(ranked, reverse=True)
    assert _rows(found)["study-d"].unknown == ("famine",)


@pytest.mark.statistical
def test_top_ten_of_ussr_equal_hand_made_refits() -> None:
    """Of the Soviet total the ten farthest shifts, in order and value, are those of cases with the figures deleted."""
    case, n = case_named("ussr"), 20_000
    found = influence(mm.Sampler(case, n, rng=1), "broad")
    top = found.of_status("ranked")[:10]
    whole = np.quantile(mm.total(mm.simulate(case, n, rng=1), "broad").values, _TAILS)
    moved = {}
    for row in top:
        again = mm.simulate(_deleted(case, row.left_out.name), n, rng=1)
        moved[row.left_out.name] = np.quantile(mm.total(again, "broad").values, _TAILS) - whole
        assert _moved(row) == _close(moved[row.left_out.name])
    assert [row.left_out.name for row in top] == sorted(moved, key=lambda name: -abs(moved[name][1]))


@pytest.mark.statistical
def test_influence_on_ussr_by_the_bayesian_engine_equals_fits_without_each_basis() -> None:
    """Of the fitted Soviet total the shift without each basis is that of a fit that does not admit it."""
    case = case_named("ussr")
    post = mm.fit(case, rng=1, draws=4000)
    found = influence(post, "broad", by="basis")
    whole = np.median(mm.total(post, "broad").values)
    rows = [row for row in found.rows if row.median is not None][:10]
    for row in rows:
        admitted = set(case.head.evidence) - {row.left_out.basis}
        again = np.median(mm.total(mm.fit(case, rng=1, evidence=admitted, store=False), "broad").values)
        assert row.median is not None
        assert row.median.value == again - whole


def _deleted(case: Case, source: str) -> Case:
    """Return a case without the estimates of a source, or of the lineage of that name, nor those retired anyway."""
    retired = case.retired()

    def rid(estimates: tuple[object, ...], owner: str) -> tuple[object, ...]:
        return tuple(
            one
            for one in estimates
            if source not in (one.source, one.line) and f"{owner}:{one.name}" not in retired  # type: ignore[attr-defined]
        )

    components = {
        name: one.model_copy(update={"estimate": rid(one.estimate, name)}) for name, one in case.components.items()
    }
    quantities = {
        name: one.model_copy(update={"estimate": rid(one.estimate, name)}) for name, one in case.quantities.items()
    }
    return replace(case, components=components, quantities=quantities)
