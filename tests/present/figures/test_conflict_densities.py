"""The figure of conflicts: both sides of each comparison, whatever their sizes and names."""

from __future__ import annotations

import numpy as np
import pytest

import mcmort as mm
from mcmort.analysis.conflict import Conflict, ConflictNode, ConflictRow
from mcmort.analysis.node_fit import Compared, NodeKind
from mcmort.errors import UsageError
from mcmort.present.figures.conflict_densities import conflict_chart
from mcmort.present.figures.sheet import Width, sheets
from mcmort.results import Draws, Manifest
from tests.bayes.small_cases import balance, claim, evidence_head, figures
from tests.cases import component, quantity, ranged
from tests.present.figures.extents import defects, text_of

_MANIFEST = Manifest(engine="synthesis", seed=1, draws=4000, evidence=("demographic",), versions={"mcmort": "0.1.0"})


def _found(own: float, rest: float, width: float, probability: float, *, is_figure: bool = False) -> Compared:
    """Return a comparison of two lognormal sides, or of a figure with one, by their medians."""
    steps = np.exp(width * np.linspace(-2.0, 2.0, 50))
    low, high = float(steps[0]), float(steps[-1])
    ends = (own,) * 3 if is_figure else (own * low, own, own * high)
    return Compared(
        own=ends,
        rest=(rest * low, rest, rest * high),
        difference=(-1.0, 0.0, 1.0),
        probability=probability,
        higher=0.5,
        own_values=(own,) if is_figure else tuple((own * steps).tolist()),
        rest_values=tuple((rest * steps).tolist()),
    )


def _conflict(*found: tuple[NodeKind, str, Compared, float]) -> Conflict:
    case = figures(
        component("one", ranged(40e3, 90e3), label="Deaths of those who were deported, on the way and in exile " * 2),
        component("two", ranged(4e6, 9e6), facets={"category": "b"}),
        quantity=[quantity("short", ranged(2.1e6, 2.2e6))],
        claim=[claim("all", 5e6, 6e6, author="W" * 120)],
        balance=[balance("census", "short")],
        head=evidence_head(),
    )
    rows = tuple(
        ConflictRow(ConflictNode(kind, name, (f"{name}:study-a",), ()), one, corrected)
        for kind, name, one, corrected in found
    )
    return Conflict(Draws(case, _MANIFEST, {}), rows, ())


@pytest.mark.slow
@pytest.mark.parametrize("width", ["page", "column"])
def test_conflicts_of_any_size_and_name_are_laid_out_without_defects(width: Width) -> None:
    """Figures far beyond the axis, sides of nearly no width, a balance that falls below zero, names of 120 letters."""
    wide, narrow = (-2e5, 1e4, 3e5), (1e5, 2e5, 3e5)
    below_zero = Compared(wide, narrow, wide, 0.2, 0.5, 1e5, own_values=wide, rest_values=narrow)
    chart = conflict_chart(
        _conflict(
            ("claim", "all", _found(5e9, 6e4, 0.2, 1e-9, is_figure=True), 1e-8),
            ("component", "one", _found(1.0, 6e6, 0.5, 0.001), 0.004),
            ("component", "two", _found(6e6, 6e6, 1e-6, 0.3), 0.9),
            ("balance", "census", below_zero, 0.9),
            ("figure", "one", Compared(failure="several modes"), float("nan")),
        )
    )
    (figure,) = sheets(chart, width)
    assert defects(figure) == []
    text = text_of(figure)
    assert text.count("against") == 5  # four rows, and the head of the column
    assert text.count("*") == 3  # two conflicts, and what the sign means
    assert "2 parts of the evidence are in conflict" in text


def test_title_names_the_only_conflict_and_says_when_there_is_none() -> None:
    """One conflict is named in the title; without any the title says so."""
    one = conflict_chart(_conflict(("component", "two", _found(6e7, 6e6, 0.2, 0.001), 0.001)))
    none = conflict_chart(_conflict(("component", "two", _found(6e6, 6e6, 0.2, 0.9), 0.9)))
    assert one.title == "A small case: two: own figures, in conflict with the rest of the evidence"
    assert none.title == "A small case: no part of the evidence is in conflict with the rest"


@pytest.mark.slow
def test_picture_of_a_conflict_is_made_from_any_draws_of_the_case() -> None:
    """Two studies that differ by a factor of forty: the kind of figure compares them, and its receipt says so."""
    studies = [ranged(40e3, 60e3), ranged(1.6e6, 2.4e6, source="study-b", basis="survey")]
    case = figures(component("one", *studies), head=evidence_head())
    drawn = mm.picture(mm.simulate(case, n=500, rng=1), "conflict")
    assert "in conflict with the rest" in drawn.chart.title
    assert drawn.receipts[""].request.result == "conflict"
    with pytest.raises(UsageError, match="no definition"):
        mm.picture(mm.simulate(case, n=500, rng=1), "conflict", "whole")
