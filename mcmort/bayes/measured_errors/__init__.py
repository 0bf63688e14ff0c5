"""A hierarchical model of measured errors: bias and spread per kind of figure, from early figures and later counts."""

from mcmort.bayes.measured_errors.design import Design, design_of, independent
from mcmort.bayes.measured_errors.fit import Fit, fit_errors

__all__ = ["Design", "Fit", "design_of", "fit_errors", "independent"]
