"""The fitted numbers: made from draws of the model, written to a file, and read again without the model's libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from mcmort.analysis.measured_errors.error_law import ErrorLaw, ErrorPrior, figure_laws
from mcmort.analysis.measured_errors.single_events import SingleEvents
from mcmort.catalogue.measured_errors import ErrorLibrary
from mcmort.catalogue.vocabulary import BASES

if TYPE_CHECKING:
    from mcmort.bayes.measured_errors import Fit

__all__ = ["FittedClass", "FittedErrors", "Interval95", "fitted_errors"]

_DIGITS: Final = 3
_SEED: Final = 20
"""Of the draws of new figures; the seed of the sampler is the user's."""

type _Draws = NDArray[np.float64]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval95(_Part):
    """A median with the ends of the 95 % interval."""

    low: float
    median: float
    high: float


class FittedClass(_Part):
    """Bias and spread of a class of figures, of ``ln(early / true)``, for a figure given in the year of the event."""

    name: str
    basis: str
    pairs: int
    events: int
    bias: Interval95 = Field(description="As in a complete frame: corrected for selection.")
    spread: Interval95 = Field(description="Scale of a Student t with 4 degrees of freedom, likewise corrected.")
    bias_as_found: Interval95 = Field(description="In pairs found because a correction was reported.")
    spread_as_found: Interval95
    true_over_figure: dict[str, float] = Field(
        description="Quantiles of the true number over a new figure of the class, corrected for selection."
    )
    true_over_figure_as_found: dict[str, float]


class ClassLaws(_Part):
    """What the elicited engine may take a figure of a class to be worth, corrected for selection."""

    name: str
    events: int
    same_year: ErrorLaw = Field(description="Of a figure given in the year of the event.")
    late: ErrorLaw = Field(description="Of a figure given a year or more after it.")
    same_year_prior: ErrorPrior = Field(description="Bias and spread in the year of the event, as they are known.")
    late_prior: ErrorPrior = Field(description="Bias and spread a year or more after it, as they are known.")


class FittedErrors(_Part):
    """The numbers fitted to the pairs."""

    schema_: Literal["mcmort/fitted-errors/1"] = Field("mcmort/fitted-errors/1", alias="schema")
    pairs: str = Field(description="Digest of the pairs that they rest on.")
    seed: int
    draws: int
    rhat: float
    effective_size: float
    classes: tuple[FittedClass, ...] = Field(description="Classes of figures that have pairs.")
    bases: tuple[FittedClass, ...] = Field(description="A new class of each basis: what is known without its kind.")
    laws: tuple[ClassLaws, ...] = Field(description="Bias and spread for cases that ask for them, by class and basis.")
    late_bias: Interval95 = Field(description="Bias a year or more after the event, over that of the same year.")
    late_spread: Interval95
    selection_of_bias: Interval95 = Field(description="Bias of reported corrections over that of a complete frame.")
    selection_of_spread: Interval95
    shared_by_event: Interval95 = Field(description="Part of the squared spread common to the pairs of an event.")
    shared_by_lineage: Interval95
    single_events: SingleEvents | None = Field(
        None, description="How much of these numbers rests on single events; null where that was not asked."
    )

    def of(self, name: str) -> FittedClass | None:
        """Return a class, or the new class of a basis, by name."""
        return next((one for one in (*self.classes, *self.bases) if one.name == name), None)


def fitted_errors(fit: Fit, library: ErrorLibrary, seed: int) -> FittedErrors:
    """Summarise draws of the model.

    Parameters
    ----------
    fit : Fit
        From `mcmort.bayes.measured_errors.fit_errors`.
    library : ErrorLibrary
        The pairs that it rests on.
    seed : int
        Of the sampler.

    Returns
    -------
    FittedErrors
    """
    from mcmort.bayes.measured_errors import independent

    draws, design = fit.draws, fit.design
    count = len(draws["log_bias_ratio"])
    noise = np.random.default_rng(_SEED).standard_t(4.0, count)
    ratios = np.exp(draws["log_bias_ratio"]), np.exp(draws["log_scale_ratio"])

    def one(name: str, basis: str, members: NDArray[np.bool_], bias: _Draws, log_scale: _Draws) -> FittedClass:
        scale = np.exp(log_scale)
        found = bias * ratios[0], scale * ratios[1]
        return FittedClass(
            name=name,
            basis=basis,
            pairs=int(members.sum()),
            events=len(set(design.event[members].tolist())),
            bias=_interval(bias),
            spread=_interval(scale),
            bias_as_found=_interval(found[0]),
            spread_as_found=_interval(found[1]),
            true_over_figure=_quantiles(np.exp(-(bias + scale * noise))),
            true_over_figure_as_found=_quantiles(np.exp(-(found[0] + found[1] * noise))),
        )

    classes = tuple(
        one(
            name,
            name.partition(",")[0],
            design.cell == index,
            draws["bias_of_cell"][:, index],
            draws["log_scale_of_cell"][:, index],
        )
        for index, name in enumerate(design.cells)
    )
    bases = tuple(
        one(
            basis,
            basis,
            design.basis_of_cell[design.cell] == index,
            draws["new_bias"][:, index],
            draws["new_log_scale"][:, index],
        )
        for index, basis in enumerate(BASES)
    )
    every = np.full(count, 1.0 / count)

    def laws(name: str, events: int) -> ClassLaws:
        same_year, late = (
            figure_laws(fit, every, name, is_late=is_late, events=independent(design, name))
            for is_late in (False, True)
        )
        return ClassLaws(
            name=name,
            events=events,
            same_year=same_year.corrected,
            late=late.corrected,
            same_year_prior=same_year.corrected_prior,
            late_prior=late.corrected_prior,
        )

    return FittedErrors(
        pairs=library.digest,
        seed=seed,
        draws=count,
        rhat=round(fit.rhat, _DIGITS),
        effective_size=round(fit.ess),
        classes=classes,
        bases=bases,
        # of a basis alone the kind is not known: what its classes have in common is no bias
        laws=(
            *(laws(row.name, row.events) for row in classes if "," in row.name),
            *(laws(basis, next((row.events for row in classes if row.name == basis), 0)) for basis in BASES),
        ),
        late_bias=_interval(np.exp(draws["log_late_bias_ratio"])),
        late_spread=_interval(np.exp(draws["log_late_scale_ratio"])),
        selection_of_bias=_interval(ratios[0]),
        selection_of_spread=_interval(ratios[1]),
        shared_by_event=_interval(draws["shared"][:, 0]),
        shared_by_lineage=_interval(draws["shared"][:, 1]),
    )


def _interval(draws: _Draws) -> Interval95:
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    return Interval95(low=_round(low), median=_round(middle), high=_round(high))


def _quantiles(draws: _Draws) -> dict[str, float]:
    shares = (0.05, 0.25, 0.5, 0.75, 0.95)
    return {f"{share:g}": _round(value) for share, value in zip(shares, np.quantile(draws, shares), strict=True)}


def _round(value: Any) -> float:
    return round(float(value), _DIGITS)
