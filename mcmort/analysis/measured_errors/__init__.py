"""What the pairs of the library of measured errors show, counted as they stand and as fitted by the model."""

from mcmort.analysis.measured_errors.agreement import Agreement, agreement, kappa
from mcmort.analysis.measured_errors.classes import ClassErrors, class_errors
from mcmort.analysis.measured_errors.fitted import FittedClass, FittedErrors, Interval95, fitted_errors
from mcmort.analysis.measured_errors.observed import Observed, observed
from mcmort.analysis.measured_errors.readings import ReadingRecord, readings_held
from mcmort.analysis.measured_errors.registers import Completeness, completeness
from mcmort.analysis.measured_errors.years import LagErrors, lag_errors

__all__ = [
    "Agreement",
    "ClassErrors",
    "Completeness",
    "FittedClass",
    "FittedErrors",
    "Interval95",
    "LagErrors",
    "Observed",
    "ReadingRecord",
    "agreement",
    "class_errors",
    "completeness",
    "fitted_errors",
    "kappa",
    "lag_errors",
    "observed",
    "readings_held",
]
