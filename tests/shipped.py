"""The shipped cases, each loaded, elicited and drawn once for all tests that walk them."""

from __future__ import annotations

from functools import cache

import mcmort as mm
from mcmort.catalogue import Case
from mcmort.catalogue.reading import load as reading
from mcmort.elicit import Priors, elicit
from mcmort.results import Draws
from mcmort.sampler import simulate

__all__ = ["DRAWS", "NAMES", "case_named", "draws_of", "load_anew", "load_shipped_cases_once", "priors_of"]

NAMES = tuple(sorted(mm.cases()))
DRAWS = 2_000


load_anew = reading.load_folder
"""Loads the files of a case whatever has been loaded of it before."""


def load_shipped_cases_once() -> None:
    """Let this process load each shipped case once: its files stay as they are, and its records are frozen."""
    folders, load_once = set(reading.cases().values()), cache(load_anew)
    reading.load_folder = lambda folder, where: (load_once if folder in folders else load_anew)(folder, where)


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
