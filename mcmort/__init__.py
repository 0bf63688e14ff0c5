"""mcmort: Monte Carlo uncertainty for mortality estimates.

A death toll is a number under a definition, from evidence, through a model. The verbs load when first used:

>>> import mcmort as mm
>>> case = mm.load("ussr")
>>> draws = mm.simulate(case, n=1_000, rng=1)
>>> result = mm.total(draws, "broad")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mcmort.analysis.receipt import verify
    from mcmort.api.verbs import bridge, claims, compare, plot, total
    from mcmort.bayes import fit
    from mcmort.catalogue import load
    from mcmort.catalogue import shipped as cases
    from mcmort.elicit import check
    from mcmort.sampler import Sampler, simulate

__all__ = [
    "Sampler",
    "bridge",
    "cases",
    "check",
    "claims",
    "compare",
    "fit",
    "load",
    "plot",
    "simulate",
    "total",
    "verify",
]

_HOMES: Final = {
    "Sampler": ("mcmort.sampler", "Sampler"),
    "bridge": ("mcmort.api.verbs", "bridge"),
    "cases": ("mcmort.catalogue", "shipped"),
    "check": ("mcmort.elicit", "check"),
    "claims": ("mcmort.api.verbs", "claims"),
    "compare": ("mcmort.api.verbs", "compare"),
    "fit": ("mcmort.bayes", "fit"),
    "load": ("mcmort.catalogue", "load"),
    "plot": ("mcmort.api.verbs", "plot"),
    "simulate": ("mcmort.sampler", "simulate"),
    "total": ("mcmort.api.verbs", "total"),
    "verify": ("mcmort.analysis.receipt", "verify"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("mcmort")
    if name not in _HOMES:
        raise AttributeError(f"module 'mcmort' has no attribute {name!r}")
    home, verb = _HOMES[name]
    return getattr(import_module(home), verb)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
