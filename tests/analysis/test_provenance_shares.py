"""How figures were read: shares by hand, of pools, lineages, formulas and net of what is not admitted."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

import mcmort as mm
from mcmort.analysis.provenance import Provenance, how_read, provenance
from mcmort.catalogue import Case
from mcmort.catalogue.records import Component, Quantity
from mcmort.present.provenance_text import provenance_text
from tests.cases import case_of, component, definition, point, quantity
from tests.shipped import NAMES, case_named, draws_of

VIA = {"via": "a review"}
ALL = {"all": definition(include=[{"kind": "deaths"}])}


def _shares(case: Case) -> dict[str, float]:
    found = provenance(mm.total(mm.simulate(case, n=20_000, rng=1), "all").total)
    assert found is not None
    return asdict(found)


def test_lineage_weighs_once_whatever_its_number_of_figures() -> None:
    """Two copies read second-hand weigh as much as one figure read in the original: one half each."""
    case = case_of(
        component(
            "one",
            point(100.0, source="study-a"),
            point(100.0, source="study-b", lineage="copied", **VIA),
            point(100.0, source="study-c", lineage="copied", **VIA),
        ),
        definitions=ALL,
    )
    assert _shares(case) == pytest.approx({"original": 0.5, "second_hand": 0.5, "memory": 0.0, "assumption": 0.0})


def test_components_weigh_by_their_means() -> None:
    """A component of 300 from memory beside one of 100 from the original has three quarters."""
    case = case_of(
        component("small", point(100.0)),
        component("large", point(300.0, source="study-b", from_memory=True)),
        definitions=ALL,
    )
    shares = _shares(case)
    assert shares["memory"] == pytest.approx(0.75, abs=0.01)
    assert shares["original"] == pytest.approx(0.25, abs=0.01)


def test_formula_passes_its_weight_to_what_it_names() -> None:
    """Of a product, one factor read second-hand and one a choice of the case, each has a half."""
    case = case_of(
        component("derived", formula="held * rate"),
        quantity=[
            quantity("held", point(1000.0, **VIA)),
            quantity("rate", point(0.1, source="choice"), unit="share"),
        ],
        definitions=ALL,
    )
    shares = _shares(case)
    assert (shares["second_hand"], shares["assumption"]) == pytest.approx((0.5, 0.5))


def test_figures_outside_the_pool_have_no_weight() -> None:
    """Cross-checks, bounds and assertions do not count: the one pooled figure has all of the weight."""
    case = case_of(
        component(
            "one",
            point(100.0),
            point(90.0, source="study-b", use="cross-check", from_memory=True),
            point(80.0, source="study-c", basis="assertion", **VIA),
            {"source": "study-d", "locator": "p. 2", "basis": "demographic", "low": 10.0, "reads": "at-least", **VIA},
        ),
        definitions=ALL,
    )
    assert _shares(case)["original"] == pytest.approx(1.0)


def test_encyclopaedia_counts_as_second_hand() -> None:
    """A work with the keyword retelling was read itself, but its figures are those of others."""
    case = case_of(component("one", point(100.0)), definitions=ALL)
    figure = case.components["one"].estimate[0]
    assert how_read(case, figure) == "original"
    retold = case.sources["study-a"].model_copy(update={"fields": {"keywords": "famine; retelling"}})
    assert how_read(replace(case, sources={**case.sources, "study-a": retold}), figure) == "second_hand"


def test_text_leaves_out_what_has_no_share() -> None:
    """Only ways that occur are named."""
    assert (
        provenance_text(Provenance(0.62, 0.3, 0.08)) == "62 % read in the original, 30 % second-hand, 8 % from memory"
    )
    assert provenance_text(Provenance(original=1.0)) == "100 % read in the original"


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_shares_of_shipped_totals_add_up_to_one(name: str) -> None:
    """Whatever a shipped definition counts, the whole of its weight is accounted for."""
    for one in case_named(name).definitions:
        shares = provenance(mm.total(draws_of(name), one).total)
        assert shares is not None
        assert sum(asdict(shares).values()) == pytest.approx(1.0)
        assert min(asdict(shares).values()) >= 0.0


@pytest.mark.parametrize("name", NAMES)
def test_figure_whose_note_says_from_memory_is_marked(name: str) -> None:
    """A note that begins with it and a key that says it go together, so that no such figure counts as read."""
    case = case_named(name)
    owners: list[Component | Quantity] = [*case.components.values(), *case.quantities.values()]
    figures = [one for owner in owners for one in owner.estimate]
    said = [one for one in (*figures, *case.claims.values()) if (one.note or "").startswith("From memory")]
    assert [one.source for one in said if not one.from_memory] == []
