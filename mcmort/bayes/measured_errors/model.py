"""The hierarchical model in PyMC: bases share what is common to figures, classes share their basis, events their pairs.

An early figure divides into the later count an error ``x = ln(early / later)``:

- ``x`` is Student t with 4 degrees of freedom about a bias, with a scale; both belong to its class of figures;
- classes of one basis are drawn about their basis, bases about one another (partial pooling);
- both have another size in figures that are given a year or more after the event;
- pairs that were found because a correction was reported have ``exp(log_bias_ratio)`` times the bias and
  ``exp(log_scale_ratio)`` times the scale of a complete frame: the selection, estimated where both exist;
- errors of one event, and of one lineage, have part of their variance in common.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mcmort.bayes.measured_errors.block_density import block_density
from mcmort.bayes.measured_errors.design import Design

__all__ = ["PARAMETERS", "errors_model"]

PARAMETERS: Final = (
    "bias_of_basis",
    "bias_of_cell",
    "log_scale_of_basis",
    "log_scale_of_cell",
    "new_bias",
    "new_log_scale",
    "log_late_bias_ratio",
    "log_late_scale_ratio",
    "log_bias_ratio",
    "log_scale_ratio",
    "shared",
)
"""What draws are kept of. ``new_bias`` and ``new_log_scale`` are of a class of each basis that has no pairs yet."""


def errors_model(design: Design) -> Any:
    """Return the model of a design.

    Parameters
    ----------
    design : Design
        The pairs. Their errors are the data ``error``, which may be exchanged.

    Returns
    -------
    pymc.Model
    """
    import pymc as pm
    import pytensor.tensor as pt

    bases, cells = len(design.bases), len(design.cells)
    with pm.Model() as model:
        error = pm.Data("error", design.error)
        common_bias = pm.Normal("common_bias", 0.0, 0.5)
        between_bases = pm.HalfNormal("between_bases", 0.5)
        between_cells = pm.HalfNormal("between_cells", 0.7)
        bias_of_basis = pm.Deterministic(
            "bias_of_basis", common_bias + between_bases * pm.Normal("basis_score", 0.0, 1.0, shape=bases)
        )
        bias_of_cell = pm.Deterministic(
            "bias_of_cell",
            bias_of_basis[design.basis_of_cell] + between_cells * pm.Normal("cell_score", 0.0, 1.0, shape=cells),
        )
        common_scale = pm.Normal("common_log_scale", np.log(0.5), 0.5)
        scales_of_bases = pm.HalfNormal("between_log_scales_of_bases", 0.4)
        scales_of_cells = pm.HalfNormal("between_log_scales_of_cells", 0.4)
        log_scale_of_basis = pm.Deterministic(
            "log_scale_of_basis", common_scale + scales_of_bases * pm.Normal("basis_scale_score", 0.0, 1.0, shape=bases)
        )
        log_scale_of_cell = pm.Deterministic(
            "log_scale_of_cell",
            log_scale_of_basis[design.basis_of_cell]
            + scales_of_cells * pm.Normal("cell_scale_score", 0.0, 1.0, shape=cells),
        )
        pm.Deterministic("new_bias", bias_of_basis + between_cells * pm.Normal("new_score", 0.0, 1.0, shape=bases))
        pm.Deterministic(
            "new_log_scale",
            log_scale_of_basis + scales_of_cells * pm.Normal("new_scale_score", 0.0, 1.0, shape=bases),
        )
        log_late_bias_ratio = pm.Normal("log_late_bias_ratio", 0.0, 0.5)
        log_late_scale_ratio = pm.Normal("log_late_scale_ratio", 0.0, 0.5)
        log_bias_ratio = pm.Normal("log_bias_ratio", 0.0, 0.7)
        log_scale_ratio = pm.Normal("log_scale_ratio", 0.0, 0.5)
        shared = pm.Dirichlet("shared", np.array([2.0, 2.0, 4.0]))
        bias_change = log_late_bias_ratio * design.is_late + log_bias_ratio * design.is_selected
        scale_change = log_late_scale_ratio * design.is_late + log_scale_ratio * design.is_selected
        mean = bias_of_cell[design.cell] * pt.exp(bias_change)
        scale = pt.exp(log_scale_of_cell[design.cell] + scale_change)
        pm.Potential("errors", block_density(error, mean, scale, shared[0], shared[1], design))
    return model
