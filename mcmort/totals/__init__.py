"""Definitions, selection, overlaps: from draws of components to totals."""

from mcmort.accounts import Resolved, Term, definition_of, of_claim, resolve, same_scope
from mcmort.totals.total import Source, Total, Values, kept, total, total_of, totals_of, totals_with_evidence

__all__ = [
    "Resolved",
    "Source",
    "Term",
    "Total",
    "Values",
    "definition_of",
    "kept",
    "of_claim",
    "resolve",
    "same_scope",
    "total",
    "total_of",
    "totals_of",
    "totals_with_evidence",
]
