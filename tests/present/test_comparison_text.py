"""The sentence above a comparison is made from its numbers."""

from __future__ import annotations

from mcmort.analysis import compare
from mcmort.present.comparison_text import comparison_headline, engines_headline
from mcmort.present.print_format import years_text
from mcmort.sampler import simulate
from tests.cases import case_of, component, definition, ranged
from tests.present.made import ussr_comparison


def _draws() -> object:
    """Return draws of 1,000, of ten times as many, and of births; each known within a factor of 1.1."""
    return simulate(
        case_of(
            component("one", ranged(1_000, 1_100)),
            component("two", ranged(10_000, 11_000), facets={"category": "b"}),
            component("unborn", ranged(90_000, 99_000), unit="births", facets={"category": "c"}),
            definitions={
                "many": definition(include=[{"category": "b"}]),
                "few": definition(include=[{"category": "a"}]),
                "loss": definition(),
            },
        ),
        5_000,
        rng=1,
    )


def test_headline_of_definitions_goes_from_the_least_median_to_the_largest() -> None:
    """Births are no deaths, so they are left out; the factors are those of the medians and of the interval's ends."""
    comparison = compare(_draws())  # type: ignore[arg-type]
    text = comparison_headline(comparison)
    assert "among 2 definitions that count only deaths" in text
    assert text.index("“few”") < text.index("“many”")
    assert "“loss”" not in text
    assert "The largest median is 10 times the smallest" in text
    ends = [row.summary.interval(0.95) for row in comparison.rows if row.total.definition.id != "loss"]
    widest = max(end.high / end.low for end in ends)
    assert f"at most {widest:.1f} times the lower" in text


def test_headline_of_one_definition_is_that_of_its_total() -> None:
    """Nothing is compared, so the sentence says what the total is."""
    (row,) = compare(_draws(), ["many"]).rows  # type: ignore[arg-type]
    text = comparison_headline(compare(_draws(), ["many"]))  # type: ignore[arg-type]
    assert "95 % credible interval; median" in text
    assert row.total.definition.label in text


def test_headline_of_years_names_them() -> None:
    """A comparison of some years alone says so."""
    assert f"{years_text((1937, 1938))} alone, the total goes from" in ussr_comparison((1937, 1938)).headline


def test_headline_of_both_engines_counts_what_is_narrower() -> None:
    """Beside itself no median moves, and no interval becomes narrower."""
    own = compare(_draws())  # type: ignore[arg-type]
    same = engines_headline(own, own)
    assert "lie within 0 % of those from pooled ranges under 3 definitions" in same
    assert "0 of 3 95 % credible intervals become narrower" in same
