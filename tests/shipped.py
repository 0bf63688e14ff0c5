"""The shipped cases, each loaded, elicited and drawn once for all tests that walk them."""

from __future__ import annotations

from functools import cache

import mcmort as mm
from mcmort.catalogue import Case
from mcmort.elicit import Priors, elicit
from mcmort.results import Draws
from mcmort.sampler import simulate

__all__ = ["DRAWS", "NAMES", "case_named", "draws_of", "priors_of"]

NAMES = tuple(sorted(mm.cases()))
DRAWS = 2_000


@cache
def case_named(name: str) -> Case:
    """Return a shipped case."""
    return mm.load(name)


@cache
def priors_of(name: str) -> Priors:
    """Return the priors of a shipped case."""
    return elicit(case_named(name))


@cache
def draws_of(name: str) -> Draws:
    """Return 2,000 draws of a shipped case, seed 1."""
    return simulate(case_named(name), DRAWS, rng=1)
