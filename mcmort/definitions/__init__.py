"""What a definition or a claim counts: components, years, overlaps, and the arithmetic of the sum."""

from mcmort.definitions.balances import balances_within, residuals
from mcmort.definitions.changes import DefinitionChanges, definition_of
from mcmort.definitions.dials import DIALS, STATED_ORDER, Dial, differing_dials, hybrid
from mcmort.definitions.sums import ResolvedDefinition, evaluate, resolve_definition
from mcmort.definitions.terms import (
    DefinitionTerms,
    Piece,
    Term,
    counted_scope,
    of_balance,
    of_claim,
    resolve,
    same_scope,
)
from mcmort.definitions.timing import Timing, YearShares

__all__ = [
    "DIALS",
    "STATED_ORDER",
    "DefinitionChanges",
    "DefinitionTerms",
    "Dial",
    "Piece",
    "ResolvedDefinition",
    "Term",
    "Timing",
    "YearShares",
    "balances_within",
    "counted_scope",
    "definition_of",
    "differing_dials",
    "evaluate",
    "hybrid",
    "of_balance",
    "of_claim",
    "residuals",
    "resolve",
    "resolve_definition",
    "same_scope",
]
