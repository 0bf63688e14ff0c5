"""Definitions, selection, overlaps and floors: from draws to totals."""

from mcmort.totals.resolve import Resolved, Term, definition_of, of_claim, resolve, same_scope
from mcmort.totals.total import Total, total, total_of

__all__ = ["Resolved", "Term", "Total", "definition_of", "of_claim", "resolve", "same_scope", "total", "total_of"]
