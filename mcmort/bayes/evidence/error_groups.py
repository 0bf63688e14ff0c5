"""What is presupposed of the errors of figures: as the case says, else as measured, with what is not known of it.

A basis to which the case gives a spread is one group of figures: that spread is the median of its heterogeneity, and it
has the bias that the case gives it, or none. Figures of any other basis belong to the class of the library of measured
errors that has their kind, or the interest of who spoke (`mcmort errors`): the posterior of its bias and spread there
is their prior here. Registers as measures of what they register are a group of their own, of which nothing is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from mcmort.catalogue.case import Case
from mcmort.catalogue.measured_errors.spreads import (
    MEASURED,
    measured_prior,
    shared_by_event,
    shared_by_lineage,
)
from mcmort.catalogue.records import Claim, Component, Estimate, Share, Synthesis
from mcmort.catalogue.vocabulary import BASES, Basis
from mcmort.elicit.measured_worth import class_spread

__all__ = [
    "ErrorGroup",
    "ErrorModel",
    "error_model",
    "group_named",
    "group_of",
    "measured_completeness",
    "priors_of",
]

_REGISTERED_PART: Final = ", of what was registered"
_REGISTER_SPREAD: Final = 0.05
"""Spread of figures of a register about what it holds, where the case gives none: that of the registers in the cases
that ship is 0.02 to 0.05."""
_SAME_YEAR: Final = ", same year"
_AS_MEASURED: Final = Synthesis(source=MEASURED, locator="measured errors")
"""What a case presupposes that says nothing itself."""
_SCATTER: Final = 0.5
"""Log standard deviation of scatter between components. In the library errors of one event follow Student's t with four
degrees of freedom together: a normal distribution with a scale of each event's own, whose logarithm has a standard
deviation of 0.40 and is larger than its median by a factor of 2.9 in one event of forty, where this is by 2.7."""
_TENTHS: Final = 1.2815515594457413


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """What is presupposed of the errors of a group of figures, on the logarithm.

    Attributes
    ----------
    spread : float
        Median of the heterogeneity.
    spread_log_sd : float
        Standard deviation of its logarithm.
    bias, bias_sd : float
        Of the bias; with a standard deviation of zero there is none.
    is_whole_error : bool
        Whether the spread is that of all error: then a printed range adds only what it is wider.
    spread_source, bias_source : str
        Keys of sources, or the command that shows what was measured.
    """

    spread: float
    spread_log_sd: float
    bias: float
    bias_sd: float
    is_whole_error: bool
    spread_source: str
    bias_source: str

    @property
    def has_bias(self) -> bool:
        """Whether its figures may be off together."""
        return self.bias_sd > 0.0


@dataclass(frozen=True)
class ErrorModel:
    """What is presupposed of errors beside the groups of figures.

    Attributes
    ----------
    groups : dict of str to ErrorGroup
        By name: a basis, or a class of measured errors.
    lineage : float
        Share of the variance that figures of one lineage have in common.
    common : float
        Share of it that all figures of one component have in common.
    scatter : float
        Log standard deviation of scatter between components; 0 where all are alike.
    """

    groups: dict[str, ErrorGroup]
    lineage: float
    common: float
    scatter: float


def priors_of(case: Case) -> Synthesis:
    """Return what a case presupposes for this engine, or that it says nothing itself."""
    return case.head.synthesis or _AS_MEASURED


def error_model(case: Case, synthesis: Synthesis, groups: dict[str, Basis]) -> ErrorModel:
    """Return what is presupposed of the errors of some groups of figures, each with its basis."""
    common = shared_by_event() if synthesis.common is None else synthesis.common
    measured_lineage = shared_by_lineage() / (1.0 - shared_by_event())
    return ErrorModel(
        {name: _error_group(case, synthesis, name, basis) for name, basis in groups.items()},
        measured_lineage if synthesis.lineage is None else synthesis.lineage,
        common,
        _SCATTER if synthesis.scatter is None else synthesis.scatter,
    )


def group_of(case: Case, owner: Component | None, figure: Estimate | Claim) -> str:
    """Return the name of the group whose errors a figure has.

    Parameters
    ----------
    case : Case
        The case.
    owner : Component or None
        What an estimate is about; None of a claim.
    figure : Estimate or Claim
        The figure.
    """
    if figure.basis in case.head.spread:
        return figure.basis
    if figure.measure == "registered":
        return figure.basis + _REGISTERED_PART
    if owner is None or isinstance(figure, Claim):
        return f"{figure.basis}, unclear" if figure.basis == "assertion" else figure.basis
    measured = class_spread(case, owner, figure)
    return measured.name if measured.is_late else measured.name + _SAME_YEAR


def group_named(case: Case, name: str) -> ErrorGroup:
    """Return what a case presupposes of the errors of a group, or of a basis, by its name; see `group_of`."""
    basis = next(basis for basis in BASES if basis == name.partition(",")[0])
    return _error_group(case, priors_of(case), name, basis)


def _error_group(case: Case, synthesis: Synthesis, name: str, basis: Basis) -> ErrorGroup:
    declared, bias = case.head.spread.get(basis), synthesis.bias.get(basis)
    is_register = name.endswith(_REGISTERED_PART)
    measured = measured_prior(name.removesuffix(_SAME_YEAR), is_late=not name.endswith(_SAME_YEAR))
    is_measured = declared is None and not is_register
    log_sd = measured.log_spread_sd if synthesis.heterogeneity is None else synthesis.heterogeneity
    if declared is not None:
        spread, source = declared.log_sd, declared.source
    elif is_register:
        spread, source = _REGISTER_SPREAD, "mcmort: registers of the cases that ship"
    else:
        spread, source = math.exp(measured.log_spread), MEASURED
    if bias is not None:
        return ErrorGroup(spread, log_sd, bias.mean, bias.sd, is_measured, source, bias.source)
    if not is_measured:
        return ErrorGroup(spread, log_sd, 0.0, 0.0, False, source, "")
    return ErrorGroup(spread, log_sd, measured.bias, measured.bias_sd, True, source, MEASURED)


def measured_completeness() -> Share:
    """Return the share of deaths that registers of any kind have proved to hold."""
    measured = measured_prior("registered", is_late=True)
    spread = math.hypot(measured.bias_sd, math.exp(measured.log_spread))
    low = math.exp(measured.bias - 2.0 * _TENTHS * spread)
    return Share(low=low, high=1.0, reads="extremes", source=MEASURED, locator="registers")
