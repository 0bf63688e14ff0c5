"""How much of the fitted numbers rests on single events: the farthest that leaving out any one of them moves each.

Numbers without an event come from the draws of the fit to all events, weighed by importance sampling, so that most of
their Monte Carlo error is common to both and cancels. Where that cannot be relied on they come from a fit anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from mcmort.analysis.measured_errors.error_law import class_draws
from mcmort.catalogue.vocabulary import BASES

if TYPE_CHECKING:
    from mcmort.bayes.measured_errors import Fit

__all__ = ["COMMON", "ClassShifts", "Shift", "SingleEvents", "medians", "moved_medians", "single_events"]

type _Draws = NDArray[np.float64]
type Medians = dict[str, list[float]]
"""By quantity a median and its Monte Carlo error."""

COMMON: Final[Mapping[str, str]] = {
    "late_bias": "bias, late over same year",
    "late_spread": "spread, late over same year",
    "selection_of_bias": "bias, reported over complete frame",
    "selection_of_spread": "spread, reported over complete frame",
    "shared_by_event": "variance in common, one event",
    "shared_by_lineage": "variance in common, one lineage",
}
"""Numbers that all classes share, in words."""
_BATCHES: Final = 20
_DIGITS: Final = 4


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shift(_Part):
    """The farthest that leaving out one event moves a number."""

    event: str
    value: float = Field(description="The median from all events.")
    without: float = Field(description="The median without this one.")
    error: float = Field(description="Monte Carlo standard error of the difference.")
    refitted: bool = Field(description="Whether the model was fitted anew, for want of reliable weights.")


class ClassShifts(_Part):
    """What single events do to one class of figures, given in the year of the event and corrected for selection."""

    name: str
    bias: Shift
    spread: Shift = Field(description="The farthest by its ratio.")


class SingleEvents(_Part):
    """How much of the fitted numbers rests on single events."""

    events: int = Field(description="Each of them was left out.")
    refitted: tuple[str, ...] = Field(description="Events without which the model was fitted anew.")
    classes: tuple[ClassShifts, ...] = Field(description="Classes that have pairs, and bases that have none.")
    common: dict[str, Shift] = Field(description="Numbers that all classes share.")


def single_events(
    whole: Medians, moved: Mapping[str, Medians], refitted: Mapping[str, Medians], names: Sequence[str]
) -> SingleEvents:
    """Return what the event does that moves each number farthest.

    Parameters
    ----------
    whole : dict
        Medians from all events, from `medians`.
    moved : mapping
        By event the medians without it, from `moved_medians`.
    refitted : mapping
        By event the medians of a fit without it, which then count.
    names : sequence of str
        Of the classes.

    Returns
    -------
    SingleEvents
    """

    def farthest(quantity: str, *, is_ratio: bool) -> Shift:
        value, own_error = whole[quantity]

        def shift(event: str) -> Shift:
            without, error = (refitted.get(event) or moved[event])[quantity]
            return Shift(
                event=event,
                value=round(value, _DIGITS),
                without=round(without, _DIGITS),
                error=round(math.hypot(own_error, error) if event in refitted else error, _DIGITS),
                refitted=event in refitted,
            )

        def distance(one: Shift) -> float:
            return abs(math.log(one.without / one.value)) if is_ratio else abs(one.without - one.value)

        return max(map(shift, sorted(moved)), key=distance)

    return SingleEvents(
        events=len(moved),
        refitted=tuple(sorted(refitted)),
        classes=tuple(
            ClassShifts(
                name=name,
                bias=farthest(f"bias:{name}", is_ratio=False),
                spread=farthest(f"spread:{name}", is_ratio=True),
            )
            for name in names
        ),
        common={name: farthest(name, is_ratio=not name.startswith("shared")) for name in COMMON},
    )


def _quantities(fit: Fit) -> dict[str, _Draws]:
    """Return draws of everything of which it is asked what it rests on."""
    draws = fit.draws
    found = {}
    for name in (*fit.design.cells, *(basis for basis in BASES if basis not in fit.design.cells)):
        found[f"bias:{name}"], found[f"spread:{name}"] = class_draws(fit, name, is_late=False)
    return found | {
        "late_bias": np.exp(draws["log_late_bias_ratio"]),
        "late_spread": np.exp(draws["log_late_scale_ratio"]),
        "selection_of_bias": np.exp(draws["log_bias_ratio"]),
        "selection_of_spread": np.exp(draws["log_scale_ratio"]),
        "shared_by_event": draws["shared"][:, 0],
        "shared_by_lineage": draws["shared"][:, 1],
    }


def medians(fit: Fit) -> Medians:
    """Return medians of a fit with their Monte Carlo errors, from batches of successive draws."""
    return {
        name: [_median(draws), _error(np.array([_median(one) for one in np.array_split(draws, _BATCHES)]))]
        for name, draws in _quantities(fit).items()
    }


def moved_medians(fit: Fit, weights: Sequence[_Draws]) -> list[Medians]:
    """Return medians of a fit under other weights of its draws, with the errors of their distance from those of all.

    Parameters
    ----------
    fit : Fit
        To all events.
    weights : sequence of NDArray
        Of the draws, one array for each event that is left out.

    Returns
    -------
    list of dict
        By quantity the median and the Monte Carlo error of its distance from the median of all draws.
    """
    stacked = np.stack(weights)
    found: list[Medians] = [{} for _ in weights]
    for name, draws in _quantities(fit).items():
        middles = _weighted_medians(draws, stacked)
        batches, parts = np.array_split(draws, _BATCHES), np.array_split(stacked, _BATCHES, axis=1)
        apart = np.stack(
            [_weighted_medians(batch, part) - _median(batch) for batch, part in zip(batches, parts, strict=True)]
        )
        for event, middle in enumerate(middles):
            found[event][name] = [float(middle), _error(apart[:, event])]
    return found


def _error(values: _Draws) -> float:
    return float(np.std(values, ddof=1) / math.sqrt(len(values)))


def _median(draws: _Draws) -> float:
    """Return the median that `_weighted_medians` has for equal weights: the lower of two in the middle."""
    return float(np.quantile(draws, 0.5, method="inverted_cdf"))


def _weighted_medians(draws: _Draws, weights: _Draws) -> _Draws:
    """Return a median of the same draws for each row of weights."""
    order = np.argsort(draws)
    reached = np.cumsum(weights[:, order], axis=1)
    return draws[order][(reached < 0.5 * reached[:, -1:]).sum(axis=1)]
