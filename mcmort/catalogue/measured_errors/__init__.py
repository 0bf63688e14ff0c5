"""The library of measured errors: early figures of deaths beside later, better counts of the same deaths."""

from mcmort.catalogue.measured_errors.load import ErrorLibrary, load_errors
from mcmort.catalogue.measured_errors.records import ErrorPair, Frame

__all__ = ["ErrorLibrary", "ErrorPair", "Frame", "load_errors"]
