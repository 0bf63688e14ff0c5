"""The figure of measured errors: its data against the pairs, and that it draws the same each time."""

from __future__ import annotations

import math

import pytest

import mcmort as mm
from mcmort.present.figures.error_points import error_rows, errors_figure
from mcmort.present.figures.style import figure_bytes


def test_rows_hold_every_pair_that_measures_an_error_once() -> None:
    """Each used pair is one point of its class, as early over later; classes without pairs have no row."""
    report = mm.measured_errors()
    rows = error_rows(report.library, report.fitted)
    points = {point.id: point.ratio for row in rows for point in row.points}
    used = {pair.id: pair.error for pair in report.library.pairs if pair.measures_error}
    assert points.keys() == used.keys()
    assert all(math.log(points[name]) == pytest.approx(error, abs=1e-12) for name, error in used.items())
    assert all(row.points for row in rows)


def test_band_is_the_inverse_of_where_the_true_number_lies() -> None:
    """Nine new figures in ten lie within the inverse quantiles of the true number over the figure."""
    report = mm.measured_errors()
    for row in error_rows(report.library, report.fitted):
        assert report.fitted is not None
        fitted = report.fitted.of(row.name)
        assert fitted is not None
        assert (row.low, row.high) == pytest.approx(
            (1 / fitted.true_over_figure["0.95"], 1 / fitted.true_over_figure["0.05"])
        )


@pytest.mark.slow
def test_same_pairs_draw_the_same_file() -> None:
    """Drawn twice, the figure has the same bytes, and a row for each class."""
    report = mm.measured_errors()
    rows = error_rows(report.library, report.fitted)
    first, second = (figure_bytes(errors_figure(rows, "Found"), "svg") for _ in range(2))
    assert first == second
    assert len(errors_figure(rows, "Found").axes[0].get_yticks()) == len(rows)
