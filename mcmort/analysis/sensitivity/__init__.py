"""What carries the width of a total: covariance, Sobol' indices, Shapley effects and the value of better evidence."""

from mcmort.analysis.sensitivity.estimate import Estimate
from mcmort.analysis.sensitivity.total_sensitivity import (
    FARTHEST,
    MODEL_DRAWS,
    InputSensitivity,
    PartSensitivity,
    TiedInputs,
    TotalSensitivity,
    total_sensitivity,
)

__all__ = [
    "FARTHEST",
    "MODEL_DRAWS",
    "Estimate",
    "InputSensitivity",
    "PartSensitivity",
    "TiedInputs",
    "TotalSensitivity",
    "total_sensitivity",
]
