"""How draws are to be made: the same options for the command line, the Python functions and receipts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal, get_args

import numpy as np

from mcmort.catalogue.vocabulary import WEIGHTINGS, Pooling, Weighting
from mcmort.errors import OptionError

__all__ = ["DEPENDENCES", "ENGINES", "SAMPLERS", "Dependence", "DrawOptions", "Engine", "Method", "SamplerOfFit"]

Engine = Literal["elicited", "synthesis"]
"""Monte Carlo from pooled ranges, or a Bayesian model of all the evidence."""

ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)

Method = Literal["plain", "quasi"]
"""Independent draws, or draws on scrambled Sobol' points."""

Dependence = Literal["declared", "independent", "comonotonic"]
"""Which inputs depend on one another: the groups that the case declares, none, or all in perfect rank correlation."""

DEPENDENCES: Final[tuple[Dependence, ...]] = ("independent", "declared", "comonotonic")
"""From the least dependence to the most."""

SamplerOfFit = Literal["compiled", "pymc"]
"""What draws from the posterior: the density compiled here, or the PyMC model of the same evidence."""

SAMPLERS: Final[tuple[SamplerOfFit, ...]] = get_args(SamplerOfFit)

_ONE_ENGINE_ONLY: Final[dict[str, Engine]] = {
    "precision": "elicited",
    "method": "elicited",
    "dependence": "elicited",
    "pool": "elicited",
    "weights": "elicited",
    "without": "synthesis",
    "lean": "synthesis",
    "sampler": "synthesis",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawOptions:
    """The options that determine the draws from a case.

    Attributes
    ----------
    engine : {"elicited", "synthesis"}
        Which engine draws.
    draws : int, optional
        Number of draws, of all chains together; with a precision, the most that will be made.
    seed : int
        The same seed gives the same bits.
    precision : float, optional
        Relative error wanted of the printed limits (elicited).
    method : {"plain", "quasi"}
        How draws are made (elicited).
    dependence : {"declared", "independent", "comonotonic"}
        How components depend on one another (elicited).
    pool : {"linear", "log", "envelope"}, optional
        How to pool the estimates of every component, instead of as the case says (elicited).
    weights : {"equal", "confidence", "cited"}
        By what lineages weigh in their pools (elicited).
    evidence : frozenset of str, optional
        Bases of evidence to admit, instead of those that the case admits.
    without : frozenset of str
        Sources and lineages to leave out (synthesis).
    lean : float
        Error that all figures of one component may have in common (synthesis).
    sampler : {"compiled", "pymc"}
        What draws from the posterior (synthesis).

    Raises
    ------
    OptionError
        If an option is out of range, or belongs to the other engine.
    """

    engine: Engine = "elicited"
    draws: int | None = None
    seed: int = 1
    precision: float | None = None
    method: Method = "plain"
    dependence: Dependence = "declared"
    pool: Pooling | None = None
    weights: Weighting = "equal"
    evidence: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    lean: float = 0.0
    sampler: SamplerOfFit = "compiled"

    def __post_init__(self) -> None:
        if self.precision is not None and not 0.0 < self.precision < 1.0:
            raise OptionError(
                "precision", f"the precision is {self.precision!r}; expected a relative error such as 0.001 (0.1 %)"
            )
        if self.method not in get_args(Method):
            raise OptionError("method", f"the method is {self.method!r}; expected 'plain' or 'quasi'")
        if self.weights not in WEIGHTINGS:
            raise OptionError("weights", f"no weights {self.weights!r}; expected one of {', '.join(WEIGHTINGS)}")
        if self.sampler not in SAMPLERS:
            raise OptionError("sampler", f"no sampler {self.sampler!r}; expected one of {', '.join(SAMPLERS)}")
        n = self.draws
        if n is not None and (isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1):
            raise OptionError("draws", f"the number of draws is {n!r}; expected a whole number from 1 up")
        for field in fields(self):
            owner = _ONE_ENGINE_ONLY.get(field.name, self.engine)
            if owner != self.engine and getattr(self, field.name) != field.default:
                raise OptionError(field.name, f"the option {field.name!r} belongs to the engine {owner!r}")
