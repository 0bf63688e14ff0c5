"""The table of a calibration: what intervals held, what is rejected, what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from mcmort.bayes.calibration.simulation_based import Calibration
from mcmort.present.tables.calibration_table import calibration_finding, calibration_table


def _calibration(*, is_off: bool) -> Calibration:
    """Return a hundred fits with each rank of `x` once; `y` has only low ranks if it is off; two fits were refused."""
    ranks = np.arange(100)
    other = ranks // 4 if is_off else ranks[::-1]
    both = np.stack([np.append(ranks, [0, 0]), np.append(other, [0, 0])], axis=1)
    return Calibration(
        ("x", "y"), both, np.append(np.full(100, 400.0), [3.0, 3.0]), np.zeros(102, int), np.zeros(102, bool)
    )


def test_uniform_ranks_hold_each_interval_as_often_as_it_says() -> None:
    """With each rank once, 50, 80 and 90 % are exactly that, and nothing is rejected."""
    table = calibration_table(_calibration(is_off=False), "A case")
    assert [row[:2] for row in table.rows] == [("50 %", "50 %"), ("80 %", "80 %"), ("90 %", "90 %")]
    assert table.raw_rows == ((0.5, 0.5, 0.5, 0.5), (0.8, 0.8, 0.8, 0.8), (0.9, 0.9, 0.9, 0.9))
    assert table.notes[1:] == ("2 of 102 fits were refused and are left out.",)
    assert calibration_finding(_calibration(is_off=False)) == (
        "In 100 simulated cases the ranks of 2 quantities are as even as chance has them: nothing speaks against the "
        "calibration of this model."
    )


def test_few_cases_are_said_to_tell_little() -> None:
    """Ten cases in which nothing is rejected do not speak for a model."""
    ranks = np.stack([np.arange(10), np.arange(10)], axis=1) * 10
    few = Calibration(("x", "y"), ranks, np.full(10, 400.0), np.zeros(10, int), np.zeros(10, bool))
    assert calibration_finding(few).endswith("chance has them: so few cases would show only gross faults.")


def test_uneven_ranks_are_named_with_their_probability() -> None:
    """The quantity that is off is the least held, and the sentence says that the model is not calibrated."""
    table = calibration_table(_calibration(is_off=True), "A case")
    assert table.rows[0][2:] == ("0 % (y)", "50 % (x)")
    assert table.notes[1].startswith("Not uniform at 1 % for all quantities together: y (p = ")
    finding = calibration_finding(_calibration(is_off=True))
    assert (
        finding
        == "In 100 simulated cases the ranks of 1 of 2 quantities are not uniform: this model is not calibrated."
    )


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_mean_lies_between_least_and_most(level: float) -> None:
    """Raw values are shares in order."""
    rows = {row[0]: row[1:] for row in calibration_table(_calibration(is_off=True), "A case").raw_rows}
    mean, least, most = rows[level]
    assert isinstance(mean, float)
    assert isinstance(least, float)
    assert isinstance(most, float)
    assert 0.0 <= least <= mean <= most <= 1.0
