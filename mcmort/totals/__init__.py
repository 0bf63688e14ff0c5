"""Definitions, selection, overlaps: from draws of components to totals."""

from mcmort.totals.resolve import Resolved, Term, definition_of, of_claim, resolve, same_scope
from mcmort.totals.sums import account_of
from mcmort.totals.total import Source, Total, Values, columns_of, kept, total, total_of, totals_of

__all__ = [
    "Resolved",
    "Source",
    "Term",
    "Total",
    "Values",
    "account_of",
    "columns_of",
    "definition_of",
    "kept",
    "of_claim",
    "resolve",
    "same_scope",
    "total",
    "total_of",
    "totals_of",
]
