"""Figures of a multiverse say how many of its universes have no total."""

from __future__ import annotations

from mcmort.analysis.multiverse.request import MultiverseRequest
from mcmort.analysis.multiverse.whole import run_multiverse
from mcmort.present.figures.probability_box import box_chart
from mcmort.present.figures.specification_curve import curve_chart
from tests.cases import case_of, component, ranged


def test_captions_say_how_many_universes_have_no_total() -> None:
    """Ranges without common ground have no logarithmic pool: both captions say so, and else say nothing."""
    far = {"family": "uniform", "reads": "extremes"}
    case = case_of(component("first", ranged(10, 20, **far), ranged(30, 40, source="study-b", **far)))
    dials = {"weights": ("equal",), "reading": ("case",), "dependence": ("declared",), "family": ("case",)}
    pools: tuple[tuple[tuple[str, ...], str], ...] = (
        (("linear", "log"), "1 of 2 universes have no total, and are not shown."),
        (("linear",), ""),
    )
    for pool, expected in pools:
        request = MultiverseRequest(dials={**dials, "pool": pool, "evidence": ("admitted",)})
        computed = run_multiverse(case, request, draws=100, seed=1)
        for chart in (curve_chart(computed), box_chart(computed)):
            said = " ".join(chart.caption)
            assert ("have no total" in said) == bool(expected)
            assert expected in said
