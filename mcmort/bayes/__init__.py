"""The Bayesian engine: all the evidence of a case in one model.

The names load when first used, so that a stored fit is read without the libraries that made it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mcmort.lazy import lazily

if TYPE_CHECKING:
    from mcmort.bayes.diagnose import Diagnosis
    from mcmort.bayes.evidence import Datum, Evidence
    from mcmort.bayes.evidence.collect import collect
    from mcmort.bayes.inference import fit
    from mcmort.bayes.posterior import Posterior

__all__ = ["Datum", "Diagnosis", "Evidence", "Posterior", "collect", "fit"]

_HOMES: Final = {
    "Datum": "mcmort.bayes.evidence",
    "Diagnosis": "mcmort.bayes.diagnose",
    "Evidence": "mcmort.bayes.evidence",
    "Posterior": "mcmort.bayes.posterior",
    "collect": "mcmort.bayes.evidence.collect",
    "fit": "mcmort.bayes.inference",
}

__getattr__, __dir__ = lazily(__name__, _HOMES)
