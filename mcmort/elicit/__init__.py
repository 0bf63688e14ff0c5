"""From cited ranges to priors: families, fits, pools and quantile tables.

The names load when first used, so that a stored plan, which needs the tables alone, starts without SciPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcmort.lazy import lazily

if TYPE_CHECKING:
    from mcmort.elicit.check_case import check
    from mcmort.elicit.priors import Elicited, Priors, Used, elicit
    from mcmort.elicit.table import QuantileTable, ScoreTable, build_score_table, build_table

__all__ = [
    "Elicited",
    "Priors",
    "QuantileTable",
    "ScoreTable",
    "Used",
    "build_score_table",
    "build_table",
    "check",
    "elicit",
]

_HOMES: Final = {
    "Elicited": "mcmort.elicit.priors",
    "Priors": "mcmort.elicit.priors",
    "QuantileTable": "mcmort.elicit.table",
    "ScoreTable": "mcmort.elicit.table",
    "Used": "mcmort.elicit.priors",
    "build_score_table": "mcmort.elicit.table",
    "build_table": "mcmort.elicit.table",
    "check": "mcmort.elicit.check_case",
    "elicit": "mcmort.elicit.priors",
}

__getattr__, __dir__ = lazily(__name__, _HOMES)
