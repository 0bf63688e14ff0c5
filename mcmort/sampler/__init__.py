"""The elicited engine: priors to a plan, a plan to draws or tallies of draws.

The names load when first used: arithmetic over a plan needs neither SciPy nor Numba.
"""

from typing import TYPE_CHECKING, Final

from mcmort.lazy import lazily

if TYPE_CHECKING:
    from mcmort.sampler.draw import DEFAULT_DRAWS, simulate
    from mcmort.sampler.sampler import Sampler

__all__ = ["DEFAULT_DRAWS", "Sampler", "simulate"]

_HOMES: Final = {
    "DEFAULT_DRAWS": "mcmort.sampler.draw",
    "Sampler": "mcmort.sampler.sampler",
    "simulate": "mcmort.sampler.draw",
}

__getattr__, __dir__ = lazily(__name__, _HOMES)
