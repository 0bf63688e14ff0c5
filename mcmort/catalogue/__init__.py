"""From files to a checked, frozen case: records, reading, checks, formulas, citations.

Everything above this layer works on `Case` and never on files.
"""

from mcmort.catalogue.case import Case, column_name
from mcmort.catalogue.reading.load import cases, load

__all__ = ["Case", "cases", "column_name", "load"]
