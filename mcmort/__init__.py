"""mcmort: Monte Carlo uncertainty for mortality estimates.

A death toll is a number under a definition, from evidence, through a model. The verbs, which the stub
file beside this one lists, load when first used:

>>> import mcmort as mm
>>> case = mm.load("ussr")
>>> draws = mm.simulate(case, n=1_000, rng=1)
>>> result = mm.total(draws, "broad")
"""

import lazy_loader

_load, _, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("mcmort")
    return _load(name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
