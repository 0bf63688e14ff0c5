"""Classes of figures: what was found of each, beside what the model makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from mcmort.analysis.measured_errors.fitted import FittedClass, FittedErrors
from mcmort.analysis.measured_errors.observed import Observed, observed
from mcmort.catalogue.measured_errors import ErrorLibrary
from mcmort.catalogue.vocabulary import BASES

__all__ = ["ClassErrors", "class_errors"]


@dataclass(frozen=True)
class ClassErrors:
    """Errors of one class of figures.

    Attributes
    ----------
    name, basis : str
        The class, and its basis.
    found : Observed
        Of pairs whose correction was reported.
    in_frames : Observed
        Of pairs of complete frames.
    fitted : FittedClass or None
        From the model; None if it was not fitted to this class.
    """

    name: str
    basis: str
    found: Observed
    in_frames: Observed
    fitted: FittedClass | None


def class_errors(library: ErrorLibrary, fitted: FittedErrors | None) -> tuple[ClassErrors, ...]:
    """Return the errors of each class, in the order of bases; a basis without pairs is a class of its own.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    fitted : FittedErrors or None
        The numbers of the model, if there are any.

    Returns
    -------
    tuple of ClassErrors
    """
    usable = [pair for pair in library.pairs if pair.measures_error]
    rows = []
    for basis in BASES:
        names = sorted({pair.cell for pair in usable if pair.basis == basis}) or [basis]
        for name in names:
            members = [pair for pair in usable if pair.cell == name]
            complete = [pair for pair in members if library.is_complete(pair)]
            found = [pair for pair in members if not library.is_complete(pair)]
            of_model = None if fitted is None else fitted.of(name)
            rows.append(ClassErrors(name, basis, observed(found), observed(complete), of_model))
    return tuple(rows)
