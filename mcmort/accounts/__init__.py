"""What a definition or a claim counts, and the arithmetic of its total: below both engines, which evaluate it."""

from mcmort.accounts.resolve import Piece, Resolved, Term, definition_of, of_claim, resolve, same_scope
from mcmort.accounts.sums import Account, account_of, evaluate

__all__ = [
    "Account",
    "Piece",
    "Resolved",
    "Term",
    "account_of",
    "definition_of",
    "evaluate",
    "of_claim",
    "resolve",
    "same_scope",
]
