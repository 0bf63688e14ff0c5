"""Events left out by importance sampling: densities against the model's own, and a design without an event."""

from __future__ import annotations

import numpy as np
import pytest

from mcmort.bayes.measured_errors import Design, Fit
from mcmort.bayes.measured_errors.block_density import block_density
from mcmort.bayes.measured_errors.left_out import event_log_density, leave_out, without
from tests.bayes.test_measured_errors_model import small_design


def fit_of(design: Design, count: int = 400) -> Fit:
    """Return draws that a model might have."""
    rng = np.random.default_rng(3)
    cells = len(design.cells)
    draws = {
        "bias_of_cell": rng.normal(0.0, 0.5, (count, cells)),
        "log_scale_of_cell": rng.normal(-0.7, 0.2, (count, cells)),
        "log_late_bias_ratio": rng.normal(-0.5, 0.2, count),
        "log_late_scale_ratio": rng.normal(-0.3, 0.2, count),
        "log_bias_ratio": rng.normal(0.7, 0.3, count),
        "log_scale_ratio": rng.normal(0.2, 0.2, count),
        "shared": rng.dirichlet([2.0, 2.0, 4.0], count),
    }
    return Fit(design, draws, 1.0, 400.0)


@pytest.mark.slow
def test_densities_of_events_add_up_to_that_of_the_model() -> None:
    """The sum over events is the density that the model has of all errors."""
    import pytensor
    import pytensor.tensor as pt

    design = small_design(10)
    rng = np.random.default_rng(1)
    design.error[:] = rng.standard_normal(len(design.error))
    design.is_late[:] = rng.integers(0, 2, len(design.error))
    fit = fit_of(design, 5)
    found = sum(event_log_density(fit, event) for event in range(10))
    for index in range(5):
        one = {name: values[index] for name, values in fit.draws.items()}
        bias_change = one["log_late_bias_ratio"] * design.is_late + one["log_bias_ratio"] * design.is_selected
        scale_change = one["log_late_scale_ratio"] * design.is_late + one["log_scale_ratio"] * design.is_selected
        mean = one["bias_of_cell"][design.cell] * np.exp(bias_change)
        scale = np.exp(one["log_scale_of_cell"][design.cell] + scale_change)
        by_event, by_lineage = (pt.as_tensor(share) for share in one["shared"][:2])
        density = block_density(pt.as_tensor(design.error), mean, pt.as_tensor(scale), by_event, by_lineage, design)
        expected = float(pytensor.function([], density, mode="FAST_COMPILE")())
        assert np.asarray(found)[index] == pytest.approx(expected, rel=1e-9)


def test_weights_favour_draws_under_which_the_event_was_unlikely() -> None:
    """Weights sum to one and fall with the density of what is left out; nothing left out leaves all draws alike."""
    design = small_design(10)
    fit = fit_of(design)
    left = leave_out(fit, [2])
    assert left.weights.sum() == pytest.approx(1.0)
    assert np.corrcoef(np.log(left.weights), event_log_density(fit, 2))[0, 1] < -0.9
    assert np.ptp(leave_out(fit, []).weights) == 0.0


def test_design_without_an_event_keeps_the_others_in_their_groups() -> None:
    """The pairs that are left have the same classes and share events and lineages exactly as before."""
    design = small_design(12)
    left = without(design, [0, 5])
    kept = ~np.isin(design.event, [0, 5])
    assert (left.cell == design.cell[kept]).all()
    for name in ("event", "lineage"):
        before, after = getattr(design, name)[kept], getattr(left, name)
        assert ((before[:, None] == before) == (after[:, None] == after)).all()
        assert set(after) == set(range(after.max() + 1))
    assert (left.event_of_lineage[left.lineage] == left.event).all()
