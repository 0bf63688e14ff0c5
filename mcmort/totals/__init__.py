"""From draws of components to totals under a definition, for either engine."""

from mcmort.definitions import (
    DefinitionChanges,
    DefinitionTerms,
    Term,
    counted_scope,
    definition_of,
    of_claim,
    resolve,
    same_scope,
)
from mcmort.results import DrawSource
from mcmort.totals.choose_engine import kept_draws_of, posterior_of, source_of
from mcmort.totals.difference import Difference, StepKind, Weights, difference_of
from mcmort.totals.floor import is_floor, rests_on_registers
from mcmort.totals.rates import PER, Rate, rates_of
from mcmort.totals.total import (
    Total,
    Values,
    kept,
    question_of,
    total,
    total_of,
    totals_of,
    totals_with_difference,
    totals_with_evidence,
)

__all__ = [
    "PER",
    "DefinitionChanges",
    "DefinitionTerms",
    "Difference",
    "DrawSource",
    "Rate",
    "StepKind",
    "Term",
    "Total",
    "Values",
    "Weights",
    "counted_scope",
    "definition_of",
    "difference_of",
    "is_floor",
    "kept",
    "kept_draws_of",
    "of_claim",
    "posterior_of",
    "question_of",
    "rates_of",
    "resolve",
    "rests_on_registers",
    "same_scope",
    "source_of",
    "total",
    "total_of",
    "totals_of",
    "totals_with_difference",
    "totals_with_evidence",
]
