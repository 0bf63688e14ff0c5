"""Schools: which pool keeps the pieces of a total apart, and which lineages stand in each piece."""

from __future__ import annotations

import pytest

import mcmort as mm
from mcmort.analysis import Pieces, TotalPieces
from mcmort.catalogue import Case
from tests.cases import case_of, component, count, definition, ranged
from tests.shipped import case_named

SHIPPED = {
    ("ussr", "repression"): (
        ("component", "released-invalids"), (("nakonechnyi-2020",), ("alexopoulos",)), True,
    ),
    ("nazi-germany", "broad"): (
        ("quantity", "soviet_civilians_all_causes"),
        (("maksudov", "yakovlev-2022"), ("extraordinary-commission",)),
        False,
    ),
}  # fmt: skip
"""Of totals of shipped cases: the pool behind their pieces, the schools, and whether the median lies between."""


def _names(pieces: Pieces) -> tuple[object, ...]:
    origin = pieces.origin
    assert origin is not None
    return (origin.kind, origin.id), origin.schools, pieces.median_between is not None


@pytest.mark.slow
@pytest.mark.parametrize("n", [20_000, 100_000])
@pytest.mark.parametrize(("case", "scope"), SHIPPED, ids=[scope for _, scope in SHIPPED])
def test_pieces_and_schools_of_shipped_totals_are_the_same_for_every_seed(case: str, scope: str, n: int) -> None:
    """Seeds 1 to 5 give as many pieces, of nearly the same probability, the same schools and the same median."""
    for seed in range(1, 6):
        pieces = TotalPieces(mm.total(mm.Sampler(case_named(case), n, rng=seed), scope).total).whole
        assert pieces is not None
        assert _names(pieces) == SHIPPED[case, scope]
        assert pieces.origin is not None
        assert pieces.origin.agreement > 0.99
        assert pieces.origin.between == ()
        expected = (0.48, 0.47) if scope == "repression" else (0.64, 0.31)
        assert [piece.probability for piece in pieces.pieces] == pytest.approx(expected, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("n", [20_000, 100_000])
def test_pieces_of_a_component_computed_by_a_formula_come_from_its_quantity(n: int) -> None:
    """Soviet civilians dead of other causes: what all causes took is known from two schools, whatever the seed."""
    for seed in range(1, 6):
        total = mm.total(mm.Sampler(case_named("nazi-germany"), n, rng=seed), "broad").total
        pieces = TotalPieces(total).components
        assert set(pieces) == {"soviet-civilians-other"}
        assert _names(pieces["soviet-civilians-other"]) == SHIPPED["nazi-germany", "broad"]


@pytest.mark.slow
def test_kept_draws_name_the_same_schools_as_counted_ones() -> None:
    """Both kinds of draws of one seed: the same pool and lineages."""
    case = case_named("ussr")
    kept = TotalPieces(mm.total(mm.simulate(case, n=20_000, rng=1), "repression").total).whole
    counted = TotalPieces(mm.total(mm.Sampler(case, 20_000, rng=1), "repression").total).whole
    assert kept is not None
    assert counted is not None
    assert _names(kept) == _names(counted)


def _two_gaps() -> Case:
    """Return a case of two components with a gap each, and one whose spread covers the narrower gap only."""
    return case_of(
        component("wide", ranged(1e6, 1.1e6, source="study-a"), ranged(6e6, 6.1e6, source="study-b")),
        component("narrow", ranged(1e6, 1.1e6, source="study-c"), ranged(1.4e6, 1.6e6, source="study-d")),
        component("spread", ranged(1e6, 3e6, source="study-e")),
        definitions={"whole": definition()},
    )


def test_the_pool_is_named_that_tells_the_pieces_apart() -> None:
    """Of two gaps the wider parts the total: its studies are the schools, and not those of the other component."""
    pieces = TotalPieces(mm.total(mm.simulate(_two_gaps(), n=50_000, rng=1), "whole").total)
    assert pieces.whole is not None
    origin = pieces.whole.origin
    assert origin is not None
    assert (origin.id, origin.schools) == ("wide", (("study-a",), ("study-b",)))
    assert pieces.components["narrow"].origin is not None
    assert pieces.components["narrow"].origin.schools == (("study-c",), ("study-d",))


def test_pieces_that_no_single_pool_tells_have_no_school() -> None:
    """Two equal gaps make three pieces, the middle one of either study's high figure: no pool tells all three."""
    case = case_of(
        *(
            component(name, ranged(1e6, 1.1e6, source="study-a"), ranged(6e6, 6.2e6, source="study-b"))
            for name in ("one", "two")
        ),
        definitions={"whole": definition()},
    )
    whole = TotalPieces(mm.total(mm.simulate(case, n=50_000, rng=1), "whole").total).whole
    assert whole is not None
    assert len(whole.pieces) == 3
    assert whole.origin is None


def test_lineages_of_one_piece_are_one_school_and_bounds_belong_to_none() -> None:
    """Two studies near one another are one school; what is only at least so many, or retired, is no member."""
    case = case_of(
        component(
            "one",
            ranged(1e6, 1.1e6, source="study-a"),
            ranged(1.05e6, 1.2e6, source="study-b"),
            ranged(5e6, 5.5e6, source="study-c"),
            count(low=5e5, reads="at-least", source="study-d"),
            ranged(3e6, 3.1e6, source="study-e", use="cross-check"),
        ),
        definitions={"whole": definition()},
    )
    whole = TotalPieces(mm.total(mm.simulate(case, n=50_000, rng=1), "whole").total).whole
    assert whole is not None
    assert whole.origin is not None
    assert whole.origin.schools == (("study-a", "study-b"), ("study-c",))


def test_estimates_of_one_lineage_far_apart_stand_for_themselves() -> None:
    """Documented embarkations of the slave trade: two states of one database, each named after its lineage."""
    total = mm.total(mm.simulate(case_named("atlantic-slave-trade"), n=20_000, rng=1), "archival").total
    whole = TotalPieces(total).whole
    assert whole is not None
    assert whole.origin is not None
    assert whole.origin.schools == (
        ("voyage-database (eltis-richardson-2010)",), ("voyage-database (slavevoyages-legacy-2008)",),
    )  # fmt: skip


def test_all_deaths_of_a_school_below_the_register_lie_at_the_register() -> None:
    """A study below the register stands in the piece at the register, since all deaths are never fewer."""
    case = case_of(
        component(
            "one",
            ranged(9.9e5, 1.01e6, source="study-a", measure="registered", basis="registered"),
            ranged(5e5, 6e5, source="study-b"),
            ranged(4e6, 4.4e6, source="study-c"),
        ),
        definitions={"whole": definition()},
    )
    whole = TotalPieces(mm.total(mm.simulate(case, n=50_000, rng=1), "whole").total).whole
    assert whole is not None
    assert whole.origin is not None
    assert whole.origin.schools == (("study-b",), ("study-c",))
