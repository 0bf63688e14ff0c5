"""What a figure of each kind has proved to be worth: the measured bias and spread that a case may ask for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from mcmort.catalogue.measured_errors.load import errors_folder
from mcmort.catalogue.vocabulary import Basis, Interest, Kind

__all__ = [
    "MEASURED",
    "MeasuredPrior",
    "MeasuredSpread",
    "measured_digest",
    "measured_prior",
    "measured_spread",
    "shared_by_event",
    "shared_by_lineage",
]

MEASURED: Final = "mcmort errors"
"""What printed output calls the source of measured spreads."""


@dataclass(frozen=True, slots=True)
class MeasuredSpread:
    """How far figures of a class have proved to be off, corrected for selection.

    Attributes
    ----------
    name : str
        The class: a basis, with its kind, or of an assertion the speaker's interest.
    is_late : bool
        Whether figures were given a year or more after the event.
    events : int
        Events that it rests on; with fewer than ten there is no correction for bias.
    bias : float
        Mean of the logarithm of figure over true number.
    log_sd : float
        Its standard deviation.
    """

    name: str
    is_late: bool
    events: int
    bias: float
    log_sd: float


@dataclass(frozen=True, slots=True)
class MeasuredPrior:
    """What is known of bias and spread of a class, kept apart, corrected for selection.

    Attributes
    ----------
    bias, bias_sd : float
        Mean and standard deviation of the bias; the mean is zero for a class of fewer than ten events.
    log_spread, log_spread_sd : float
        Mean and standard deviation of the logarithm of the scale of a Student t with four degrees of freedom.
    """

    bias: float
    bias_sd: float
    log_spread: float
    log_spread_sd: float


def measured_prior(name: str, *, is_late: bool = True) -> MeasuredPrior:
    """Return what is known of bias and spread of a class by name; of its basis where the class has no pairs."""
    laws = _laws()
    row = laws[name] if name in laws else laws[name.partition(",")[0]]
    return MeasuredPrior(**(row["late_prior"] if is_late else row["same_year_prior"]))


def measured_spread(
    basis: Basis, kind: Kind | None = None, interest: Interest | None = None, *, is_late: bool = True
) -> MeasuredSpread:
    """Return what a figure has proved to be worth.

    Parameters
    ----------
    basis : str
        Of the figure.
    kind : str, optional
        Of the register, or what of a grave was dug.
    interest : str, optional
        By which figure the speaker gains: used of assertions alone.
    is_late : bool
        Whether it was given a year or more after the event.

    Returns
    -------
    MeasuredSpread
        Of its class; of its basis where the class has no pairs.
    """
    part = (interest or "unclear") if basis == "assertion" else kind
    laws = _laws()
    row = laws.get(basis if part is None else f"{basis}, {part}", laws[basis])
    law = row["late"] if is_late else row["same_year"]
    return MeasuredSpread(row["name"], is_late, row["events"], law["bias"], law["log_sd"])


def shared_by_event() -> float:
    """Return what part of the variance of errors figures of one event have in common."""
    return float(_fitted()["shared_by_event"]["median"])


def shared_by_lineage() -> float:
    """Return what part of the variance of errors figures of one lineage have in common beyond their event."""
    return float(_fitted()["shared_by_lineage"]["median"])


@cache
def _fitted() -> dict[str, Any]:
    fitted: dict[str, Any] = json.loads((errors_folder() / "fitted.json").read_text(encoding="utf-8"))
    return fitted


def _laws() -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in _fitted()["laws"]}


def measured_digest() -> str:
    """Return a digest of the measured spreads, which a case that asks for them rests on."""
    return hashlib.sha256(json.dumps(_laws(), sort_keys=True).encode()).hexdigest()[:16]
