"""The component that is named under a total as the one from which most of its width comes."""

from __future__ import annotations

import pytest

import mcmort as mm
from mcmort.analysis import TotalPieces
from mcmort.analysis.sensitivity import total_sensitivity
from mcmort.analysis.sensitivity.leading_component import leading_component
from mcmort.sampler import Sampler, simulate
from mcmort.totals import definition_of, resolve, total
from tests.cases import case_of, component, head, point, ranged

_UNEVEN = case_of(component("wide", ranged(1e5, 4e5)), component("narrow", ranged(1e5, 1.6e5)))
_EVEN = case_of(*(component(f"part-{index}", ranged(1e5, 2e5)) for index in range(6)))


@pytest.mark.slow
def test_leading_component_is_first_of_the_sensitivity_of_the_same_draws() -> None:
    """From kept draws the shares are those of `mcmort sensitivity`, to the last bit."""
    draws = simulate(_UNEVEN, 2_000, rng=1)
    found = leading_component(TotalPieces(total(draws, "whole")))
    assert found is not None
    first = total_sensitivity(draws, resolve(_UNEVEN, definition_of(_UNEVEN, "whole"))).components[0]
    assert (found.name, found.covariance_share, found.narrower) == ("wide", first.covariance_share, first.narrower)


def test_leading_component_of_counted_draws_agrees_within_error() -> None:
    """Of a total whose draws are not kept it comes from a smaller run, within four errors of kept draws."""
    counted, kept = (leading_component(mm.total(source, "whole").pieces) for source in (
        Sampler(_UNEVEN, 50_000, rng=2), simulate(_UNEVEN, 50_000, rng=3)
    ))  # fmt: skip
    assert counted is not None
    assert kept is not None
    error = (counted.covariance_share.error**2 + kept.covariance_share.error**2) ** 0.5
    assert abs(counted.covariance_share.value - kept.covariance_share.value) <= 4.0 * error


def test_no_component_is_named_where_none_leads_or_there_is_but_one() -> None:
    """Six alike carry a sixth each, and one alone carries all: neither says anything."""
    assert leading_component(TotalPieces(total(simulate(_EVEN, 2_000, rng=1), "whole"))) is None
    alone = case_of(component("only", ranged(1e5, 2e5)))
    assert leading_component(TotalPieces(total(simulate(alone, 2_000, rng=1), "whole"))) is None


def test_total_names_its_leading_component_in_text_and_document() -> None:
    """The note beneath the table, in every format, has the numbers of the document."""
    report = mm.total(simulate(_UNEVEN, 20_000, rng=1), "whole")
    carried = report.document().carried_by
    assert carried is not None
    assert (carried.id, carried.covariance_share > 0.8) == ("wide", True)
    line = (
        f"Most of the width comes from wide ({100 * carried.covariance_share:.0f} % of the variance; if that were known"
    )
    assert line in report.render("text", width=200)
    assert line.replace("%", r"\%") in report.render("latex")
    assert "width comes from" not in mm.total(simulate(_EVEN, 2_000, rng=1), "whole").render("text")


def test_few_draws_name_the_component_without_its_width() -> None:
    """With fewer draws than the slices take, the share of the variance is said alone."""
    report = mm.total(simulate(_UNEVEN, 500, rng=1), "whole")
    carried = report.document().carried_by
    assert carried is not None
    assert carried.narrower is None
    assert "narrower on average" not in report.render("text")
    assert carried.covariance_share == pytest.approx(0.95, abs=0.04)


def test_component_that_another_offsets_is_not_said_to_have_more_than_a_hundred_per_cent_of_the_variance() -> None:
    """Where what one adds another takes off, the covariance with the total is many times its variance."""
    offset = component("rest", formula="max(0, 500000 - 0.9 * counted)", facets={"category": "b"})
    draws = simulate(case_of(component("counted", ranged(1e5, 2e5)), offset), 4_000, rng=1)
    carried = leading_component(TotalPieces(total(draws, "whole")))
    assert carried is not None
    assert carried.covariance_share.value > 2.0
    text = " ".join(str(mm.total(draws, "whole")).split())
    assert "comes from counted (more than all of the variance, part of which others take off again;" in text
    assert "00 % of the variance" not in text


def test_parts_of_a_total_about_nothing_are_no_shares_of_its_mean() -> None:
    """Of a sum whose mean is noise beside its width no part is 237 %; of a mean that is not, shares are told."""
    top = head(facets={"category": {"a": "A"}, "group": {"x": "X"}, "kind": {"deaths": {"label": "D", "signed": True}}})

    def shares(best: float) -> set[str]:
        parts = [
            component(f"m{place}", point(best, standard_error=100.0, reads="standard-error"), years=[1930, 1930])
            for place in range(3)
        ]
        rows = mm.total(simulate(case_of(*parts, head=top), 4_000, rng=1), "whole").tables()[0].rows
        return {cells[2] for cells in rows[:-1]}

    assert shares(0.0) == {"\N{EN DASH}"}
    assert shares(1_000.0) <= {"33 %", "34 %"}
