"""Checks of a fit against its evidence: each figure beside its posterior prediction, each input before and after."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.summary import Summary, summarise
from mcmort.bayes import Posterior
from mcmort.bayes.evidence import Side
from mcmort.catalogue import formula
from mcmort.catalogue.case import Case
from mcmort.catalogue.citations import owners_behind
from mcmort.elicit.derived import evaluate

__all__ = [
    "Disagreeing",
    "Predicted",
    "RegisterApart",
    "Shifted",
    "disagreeing",
    "figures_of",
    "leaning_alike",
    "predictions",
    "registers_apart",
    "shifts",
    "sides_of",
]

type Array = NDArray[np.float64]

_OUTSIDE: Final = 0.05
"""Probability of the tails in which a figure is surprising."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """A figure beside its replicates from the predictive distribution.

    Attributes
    ----------
    name : str
        ``COMPONENT:ESTIMATE`` or ``claim:ID``.
    printed : float
        The middle of the figure, in its unit, carried to the years of its component.
    low, middle, high : float
        Of the replicates: at 2.5, 50 and 97.5 %.
    below, below_before : float
        Share of the replicates below the figure, after and before the evidence.
    side : {"point", "at-least", "at-most"}
        Whether it is a bound: then the replicates are of the figure that it bounds.
    computed : tuple of float
        Of a figure that a formula stands for, what that gives, at 2.5 and 97.5 %; `printed` is then its median.
    """

    name: str
    printed: float
    low: float
    middle: float
    high: float
    below: float
    below_before: float
    side: Side = "point"
    computed: tuple[float, ...] = ()

    @property
    def tail(self) -> float:
        """Probability of replicates that lie as far out; of a bound, that it holds."""
        match self.side:
            case "at-least":
                return 1.0 - self.below
            case "at-most":
                return self.below
            case _:
                return 2.0 * min(self.below, 1.0 - self.below)

    @property
    def is_surprising(self) -> bool:
        """Whether the figure lies outside the middle 95 % of its replicates; a bound, whether it hardly holds."""
        return self.tail < (_OUTSIDE if self.side == "point" else _OUTSIDE / 2.0)


@dataclass(frozen=True, slots=True)
class Shifted:
    """An uncertain input before and after the evidence."""

    name: str
    before: Summary | None
    after: Summary


@dataclass(frozen=True, slots=True)
class RegisterApart:
    """A register and the other evidence on all deaths that agree only on a completeness which is hardly cited.

    Attributes
    ----------
    component : str
        Its id.
    share : float
        Median of the share that was registered, given all the evidence.
    cited : tuple of float
        Its central 90 % before the evidence.
    """

    component: str
    share: float
    cited: tuple[float, float]


def registers_apart(posterior: Posterior) -> list[RegisterApart]:
    """Return the components whose completeness the evidence moves out of the central 90 % of its prior.

    Parameters
    ----------
    posterior : Posterior
        A fit.

    Returns
    -------
    list of RegisterApart
        By component. One fit shows it; how probable such a difference is without a conflict says `mcmort conflict`.
    """
    apart = []
    for component, values in posterior.of_kind("completeness").items():
        share = float(np.median(values))
        low, high = np.quantile(posterior.prior[f"completeness:{component}"], (0.05, 0.95)).tolist()
        if not low <= share <= high:
            apart.append(RegisterApart(component, share, (low, high)))
    return apart


@dataclass(frozen=True, slots=True)
class Disagreeing:
    """A component whose figures differ by more than their errors and the scatter of their bases lead one to expect.

    Attributes
    ----------
    component : str
        Its id.
    ratio : float
        How many times as much, the median of its scatter.
    """

    component: str
    ratio: float


def disagreeing(posterior: Posterior) -> list[Disagreeing]:
    """Return the components whose scatter is, given the evidence, above the central 90 % of its prior.

    Parameters
    ----------
    posterior : Posterior
        A fit.

    Returns
    -------
    list of Disagreeing
        The largest first.
    """
    found = []
    for component, values in posterior.of_kind("scatter").items():
        ratio = float(np.median(values))
        if ratio > np.quantile(posterior.prior[f"scatter:{component}"], 0.95):
            found.append(Disagreeing(component, ratio))
    return sorted(found, key=lambda one: (-one.ratio, one.component))


def leaning_alike(posterior: Posterior, *, is_high: bool) -> Posterior:
    """Return a fit as it would be if the figures of all components leaned the same way by the lean that it allows.

    Parameters
    ----------
    posterior : Posterior
        A fit with a lean.
    is_high : bool
        Whether the figures are too high, so that the deaths are fewer.

    Returns
    -------
    Posterior
        Deaths are what the figures say, less the lean, and no fewer than were registered. What a formula makes of
        them moves with them.
    """
    size = math.log1p(posterior.manifest.lean) * (1.0 if is_high else -1.0)
    columns = dict(posterior.columns)
    for component, lean in posterior.of_kind("lean").items():
        if posterior.case.components[component].formula is None:
            moved = columns[f"all:{component}"] * np.exp(lean - size)
            columns[f"all:{component}"] = np.maximum(moved, columns.get(f"registered:{component}", 0.0))
    return replace(posterior, columns=_recomputed(posterior.case, columns, set(posterior.of_kind("lean"))))


def _recomputed(case: Case, columns: Mapping[str, Array], moved: Collection[str]) -> dict[str, Array]:
    """Return columns in which formulas over components that were moved are computed again, inner ones first."""
    changed = dict(columns)
    behind = {
        name: {one.id for one in owners_behind(case, component)} - {name}
        for name, component in case.components.items()
        if component.formula is not None and f"all:{name}" in columns
    }
    for name in sorted(behind, key=lambda name: (len(behind[name]), name)):
        component = case.components[name]
        if component.formula is None or not behind[name] & set(moved):
            continue
        node = formula.parse(component.formula)
        values = {
            word: changed[f"all:{case.by_column[word].id}" if word in case.by_column else f"quantity:{word}"]
            for word in formula.names(node)
        }
        deaths = evaluate(node, values)
        if case.head.support_of(component) != "signed":
            deaths = np.maximum(deaths, changed.get(f"registered:{name}", 0.0))
        changed[f"all:{name}"] = deaths
    return changed


def predictions(posterior: Posterior) -> list[Predicted]:
    """Return every figure beside its replicates, in the order of the evidence.

    Parameters
    ----------
    posterior : Posterior
        A fit.

    Returns
    -------
    list of Predicted
    """
    predicted, sides = [], sides_of(posterior.case)
    for name in posterior.expected:
        after, stated = posterior.predicted[name], posterior.stated(name)
        value = float(np.median(stated))
        of_formula = np.quantile(stated, [0.025, 0.975]) if name in posterior.computed else ()
        ends = np.array([*np.quantile(after, [0.025, 0.5, 0.975]), value, *of_formula])
        low, middle, high, printed, *computed = _off_scale(posterior, name, ends).tolist()
        below = float(np.mean(after < stated))
        below_before = float(np.mean(posterior.predicted_before[name] < value))
        predicted.append(Predicted(name, printed, low, middle, high, below, below_before, sides[name], tuple(computed)))
    return predicted


def _off_scale(posterior: Posterior, figure: str, values: Array) -> Array:
    """Return values of a figure, which are logarithms or in a unit, as they are printed."""
    unit = posterior.units.get(figure)
    return np.asarray(values * unit if unit else np.exp(values))


def figures_of(posterior: Posterior, component: str) -> list[float]:
    """Return the middles of the figures of all deaths of a component that are used and are no bounds."""
    figures = {
        f"{component}:{one.name}": one for one in posterior.case.components[component].estimate if one.measure == "all"
    }
    used = [name for name in figures if name in posterior.expected and figures[name].side is None]
    return [float(_off_scale(posterior, name, np.array(np.median(posterior.stated(name))))) for name in used]


def sides_of(case: Case) -> dict[str, Side]:
    """Return for each figure of a case whether it is a bound as the model sees it, by name."""
    sides = {
        f"{component.id}:{estimate.name}": estimate.side or "point"
        for component in case.components.values()
        for estimate in component.estimate
    }
    # an author who counts more than the case holds bounds from above what it holds
    return sides | {
        f"claim:{claim.id}": "at-most" if claim.beyond is not None else claim.side or "point"
        for claim in case.claims.values()
    }


def shifts(posterior: Posterior, kind: str) -> list[Shifted]:
    """Return the columns of one kind before and after the evidence, sorted by name.

    Parameters
    ----------
    posterior : Posterior
        A fit.
    kind : str
        ``all``, ``registered``, ``quantity``, ... or ``tau``, ``bias``, ``completeness``, ``residual``.

    Returns
    -------
    list of Shifted
    """
    chains = posterior.manifest.chains
    shifted = []
    for name, values in posterior.of_kind(kind).items():
        if np.ptp(values) > 0.0:
            prior = posterior.prior.get(f"{kind}:{name}")
            before = None if prior is None else summarise(prior, (0.95,), shortest=False)
            shifted.append(Shifted(name, before, summarise(values, (0.95,), shortest=False, chains=chains)))
    return shifted
