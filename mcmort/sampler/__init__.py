"""The elicited engine: priors to a plan, a plan to draws or tallies of draws.

The names load when first used: arithmetic over a plan needs neither SciPy nor Numba.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mcmort.sampler.draw import DEFAULT_DRAWS, simulate
    from mcmort.sampler.sampler import Sampler

__all__ = ["DEFAULT_DRAWS", "Sampler", "simulate"]

_HOMES: Final = {
    "DEFAULT_DRAWS": "mcmort.sampler.draw",
    "Sampler": "mcmort.sampler.sampler",
    "simulate": "mcmort.sampler.draw",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mcmort.sampler' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
