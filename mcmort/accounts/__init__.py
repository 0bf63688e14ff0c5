"""What a definition or a claim counts, and the arithmetic of its total: below both engines, which evaluate it."""

from mcmort.accounts.arithmetic import Arithmetic, Symbol, maximum
from mcmort.accounts.resolve import Piece, Resolved, Term, definition_of, of_claim, resolve, same_scope
from mcmort.accounts.sums import Account, Sums, account_of, evaluate

__all__ = [
    "Account",
    "Arithmetic",
    "Piece",
    "Resolved",
    "Sums",
    "Symbol",
    "Term",
    "account_of",
    "definition_of",
    "evaluate",
    "maximum",
    "of_claim",
    "resolve",
    "same_scope",
]
