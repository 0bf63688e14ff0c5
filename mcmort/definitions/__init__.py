"""What a definition or a claim counts, and the arithmetic of its total: below both engines, which evaluate it."""

from mcmort.definitions.changes import DefinitionChanges, definition_of
from mcmort.definitions.sums import ResolvedDefinition, evaluate, resolve_definition
from mcmort.definitions.terms import DefinitionTerms, Piece, Term, of_claim, resolve, same_scope

__all__ = [
    "DefinitionChanges",
    "DefinitionTerms",
    "Piece",
    "ResolvedDefinition",
    "Term",
    "definition_of",
    "evaluate",
    "of_claim",
    "resolve",
    "resolve_definition",
    "same_scope",
]
