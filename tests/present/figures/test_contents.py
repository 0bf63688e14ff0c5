"""What figures show is what tables print and results say."""

from __future__ import annotations

import re

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import mcmort as mm
from mcmort.present.figures.quantile_dots import DOTS
from mcmort.present.tables.bridge_table import bridge_table
from mcmort.present.tables.total_table import total_table
from tests.present.figures.extents import text_of
from tests.present.made import ussr_draws, ussr_total
from tests.shipped import draws_of

pytestmark = pytest.mark.slow


def _joined(text: str) -> str:
    return "".join(text.split())


def _panels(figure: Figure) -> list[Axes]:
    found = figure.axes[0].child_axes
    assert all(isinstance(axes, Axes) for axes in found)
    return [axes for axes in found if isinstance(axes, Axes)]


def test_a_forest_has_the_intervals_of_the_table() -> None:
    """Each component stands in the figure with the interval and the median of the table of the total."""
    report = ussr_total("archival")
    table = total_table(report.total, report.summary, 0.95)
    text = _joined(" ".join(text_of(figure) for figure in mm.picture(ussr_draws(), "components", "archival").figures()))
    pieces = {report.total.case.components[name].label for name in report.pieces.components}
    rows = [row for row in table.rows if not row[0].startswith("less:")]
    assert len(rows) > 10
    for label, _, _, interval, median in rows:
        assert _joined(label) in text
        if label not in pieces:
            assert _joined(interval) in text
            assert _joined(median) in text


def test_a_bridge_has_the_means_of_the_table_and_its_bars_add_up() -> None:
    """Each step has its mean and interval, and the bars lead from the mean of one side to that of the other."""
    report = mm.bridge(ussr_draws(), "archival", "maximal")
    (figure,) = mm.picture(ussr_draws(), "bridge", "archival", "maximal").figures()
    text = _joined(text_of(figure))
    for label, mean, _, interval in bridge_table(report.bridge).rows[:-1]:
        assert _joined(mean) in text, label
        assert _joined(interval) in text, label
    (panel,) = _panels(figure)
    bars = sorted((patch.get_y(), patch.get_x(), patch.get_width()) for patch in panel.patches)  # type: ignore[attr-defined]
    assert len(bars) == len(report.steps) + 2
    ends = {round(x + width) for _, x, width in bars} | {round(x) for _, x, _ in bars}
    assert round(report.bridge.start.mean) in ends
    assert round(report.bridge.end.mean) in ends


def test_dots_are_fifty_and_their_share_is_the_probability() -> None:
    """The filled dots are as many in fifty as the probability says, to one dot."""
    report = mm.probability(ussr_draws(), "broad", above=20e6)
    (figure,) = mm.picture(ussr_draws(), "probability", "broad", above=20e6).figures()
    (panel,) = _panels(figure)
    dots = [line for line in panel.get_lines() if line.get_marker() == "o"]
    filled = [line for line in dots if line.get_markerfacecolor() != "white"]
    assert len(dots) == DOTS
    assert len(filled) == pytest.approx(DOTS * report.probability.value, abs=1.0)
    assert all(float(line.get_xdata()[0]) > 20e6 for line in filled)  # type: ignore[index,arg-type]
    said = re.search(r"(\d+) of 50 equally likely dots", text_of(figure))
    assert said is not None
    assert int(said[1]) == len(filled)


def test_a_budget_has_the_shares_of_the_result() -> None:
    """The bars are the covariance shares in per cent, negative ones to the left of zero."""
    draws = ussr_draws(4_000)
    shares = mm.sensitivity(draws, "broad").sensitivity.parts
    (figure,) = mm.picture(draws, "uncertainty", "broad").figures()
    (panel,) = _panels(figure)
    widths = sorted(patch.get_width() for patch in panel.patches)  # type: ignore[attr-defined]
    expected = sorted(
        100.0 * part.covariance_share.value for part in shares if abs(part.covariance_share.value) >= 0.005
    )
    assert widths == pytest.approx(expected, abs=1e-6)
    assert min(widths) < 0.0


def test_the_evidence_of_a_component_names_each_source_with_its_weight() -> None:
    """Weights of lineages add up to the whole, and the pool and what counts stand below."""
    picture = mm.picture(draws_of("ussr"), "evidence", "broad", component="famine-ukraine")
    text = text_of(picture.figures()[0])
    assert "Pool: all deaths" in text
    assert "As broad counts it" in text
    assert "Not used:" in text
    weights = [int(share) for share in re.findall(r"million \((\d+)\s%\)", text)]
    assert sum(weights) == pytest.approx(200, abs=5)  # all deaths, and those registered
