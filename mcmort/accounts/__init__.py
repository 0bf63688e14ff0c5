"""What a definition or a claim counts, and the arithmetic of its total: below both engines, which evaluate it."""

from mcmort.accounts.changes import DefinitionChanges, definition_of
from mcmort.accounts.resolve import Piece, Resolved, Term, of_claim, resolve, same_scope
from mcmort.accounts.sums import Account, account_of, evaluate

__all__ = [
    "Account",
    "DefinitionChanges",
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
