"""One part of the evidence against all the rest, in one fit: a pure function of a request in plain values of JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.node_leverage import leverage
from mcmort.bayes.evidence import Datum, Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.evidence.datum import FEWEST_DEATHS
from mcmort.bayes.evidence.natural import is_signed
from mcmort.bayes.evidence.split import COPY, silenced, split
from mcmort.bayes.inference import values_of
from mcmort.bayes.predictive import generator
from mcmort.catalogue.case import Case
from mcmort.errors import McmortError

__all__ = ["Compared", "NodeKind", "compare_node", "compared"]

type Array = NDArray[np.float64]

NodeKind = Literal["component", "register", "figure", "claim", "balance"]

_NUMBERS: Final = ("probability", "higher", "spread")
"""Numbers that a comparison lacks if its fit is refused."""
_TAILS: Final = (0.025, 0.5, 0.975)
_LIKELY: Final = (np.arange(50) + 0.5) / 50
_FEWEST: Final = 20
"""Draws beyond no difference that a probability rests on; with fewer of them the fit is made again, longer."""
_LONGER: Final = 4000
"""Draws of each chain of the longer fit."""


@dataclass(frozen=True)
class Compared:
    """What a part of the evidence says, and what all else does.

    Attributes
    ----------
    own, rest : tuple of float
        Quantiles at 2.5, 50 and 97.5 %, in persons: of components, what their own figures say of their deaths and what
        all else does; of a single figure, the figure and where one from the same kind of source is expected.
    difference : tuple of float
        The same quantiles of the difference: of the logarithms, or of a balance, in persons.
    probability : float
        That a difference as large, either way, arises without conflict; of a bound, that it holds.
    higher : float
        Probability that the own evidence is the higher side.
    spread : float
        Standard deviation of the difference, all errors included.
    failure : str
        Why there is no comparison; then all else is empty.
    own_values, rest_values : tuple of float
        Fifty equally likely values of either side, of which a density can be drawn; one where a side is a figure.
    leverage : dict of str to float
        How far the error of each figure moves the difference; see `mcmort.analysis.node_leverage.leverage`.
    """

    own: tuple[float, ...] = ()
    rest: tuple[float, ...] = ()
    difference: tuple[float, ...] = ()
    probability: float = math.nan
    higher: float = math.nan
    spread: float = math.nan
    failure: str = ""
    own_values: tuple[float, ...] = ()
    rest_values: tuple[float, ...] = ()
    leverage: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Self:
        """Return what plain values of JSON stand for."""
        probability, higher, spread = (math.nan if values[name] is None else float(values[name]) for name in _NUMBERS)
        own, rest, difference, own_values, rest_values = (
            tuple(values[name]) for name in ("own", "rest", "difference", "own_values", "rest_values")
        )
        return cls(
            own, rest, difference, probability, higher, spread, values["failure"], own_values, rest_values,
            dict(values["leverage"]),
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """Return it in plain values of JSON."""
        values = asdict(self)
        return values | {name: None if math.isnan(values[name]) else values[name] for name in _NUMBERS}


def compare_node(case: Case, request: Mapping[str, Any]) -> dict[str, Any]:
    """Compare one part of the evidence of a case with all the rest; a task of `mcmort.tasks`.

    Parameters
    ----------
    case : Case
        The case, whole.
    request : mapping
        ``kind`` and ``name`` of the node, ``figures`` that are its own evidence, and of the fit ``evidence``,
        ``without``, ``seed`` and ``draws``.

    Returns
    -------
    dict
        See `Compared`. A fit that is refused is a failure with its reason.
    """
    evidence = collect(case, request["evidence"], request["without"])
    try:
        return compared(
            evidence, request["kind"], request["name"], request["figures"], request["seed"], request["draws"]
        ).as_json()
    except McmortError as error:
        return Compared(failure=str(error)).as_json()


def compared(
    evidence: Evidence, kind: NodeKind, name: str, figures: list[str], seed: int, draws: int | None = None
) -> Compared:  # fmt: skip
    """Compare one part of some evidence with all the rest.

    Parameters
    ----------
    evidence : Evidence
        All of it.
    kind, name, figures
        The node: its kind, the component, claim or balance, and the names of the data that are its own evidence.
    seed, draws
        Of the fit; by default as long as fits are, and longer if a probability would rest on too few draws.

    Returns
    -------
    Compared

    Raises
    ------
    ConvergenceError
        If the fit is refused.
    """
    if kind == "balance":
        return _of_balance(evidence, name, values_of(silenced(evidence, figures), seed, draws))
    if kind == "claim" or (len(figures) == 1 and kind != "component"):
        data = [one for one in evidence.data if one.name in figures]
        return _of_figure(evidence, data, values_of(silenced(evidence, figures), seed, draws), seed)
    kept = values_of(split(evidence, name, figures), seed, draws)
    found, fewest = _of_component(evidence, name, kept)
    if draws is None and fewest < _FEWEST:
        found, _ = _of_component(evidence, name, values_of(split(evidence, name, figures), seed, _LONGER))
    return found


def _of_component(evidence: Evidence, name: str, kept: Mapping[str, Array]) -> tuple[Compared, int]:
    """Compare both copies of a component; also return the draws that lie on the rarer side of no difference."""
    own, rest = (kept[f"all:{column}"] for column in (name + COPY, name))
    is_natural = is_signed(evidence.case, name)
    logs = [np.log(np.maximum(values, FEWEST_DEATHS)) for values in (own, rest)]
    difference = own - rest if is_natural else logs[0] - logs[1]
    above, count = int(np.sum(difference > 0.0)), len(difference)
    fewest = min(above, count - above)
    found = _compared(
        own,
        rest,
        difference,
        probability=min(1.0, 2.0 * (fewest + 1) / (count + 1)),
        higher=above / count,
        spread=float(np.std(difference)),
        leverage=leverage(evidence, kept, difference),
    )
    return found, fewest


def _of_figure(evidence: Evidence, copies: Sequence[Datum], kept: Mapping[str, Array], seed: int) -> Compared:
    """Compare a figure with its prediction from all else; tails are averaged over draws, and not counted.

    Copies of one lineage are one figure: their mean by precision, with the mean precision of one of them, as the model
    weighs them together.
    """
    law, datum = _law(evidence), copies[0]
    precision = {one.name: kept[f"scale:{one.name}"] ** -2.0 for one in copies}
    whole = np.sum(list(precision.values()), axis=0)
    expected, residual = (
        np.sum([kept[f"{part}:{name}"] * own for name, own in precision.items()], axis=0) / whole
        for part in ("expected", "error")
    )
    scale = np.sqrt(len(copies) / whole)
    beyond = float(np.mean(law.sf(residual / scale)))
    stated = expected - residual if datum.side == "at-most" else expected + residual
    error = law.rvs(size=len(scale), random_state=generator(seed, "conflict", datum.name)) * scale
    predicted = expected + error
    if datum.side == "point":
        probability, higher = 2.0 * min(beyond, 1.0 - beyond), 1.0 - beyond
    else:
        probability, higher = beyond, 1.0 - beyond if datum.side == "at-least" else beyond
    difference = stated - predicted
    values = (stated, predicted, difference)
    own, rest, difference = (
        (value * datum.unit for value in values) if datum.unit else (np.exp(stated), np.exp(predicted), difference)
    )
    return _compared(
        own,
        rest,
        difference,
        probability=probability,
        higher=higher,
        spread=float(np.std(difference)),
        leverage=leverage(evidence, kept, residual, apart=tuple(precision)),
    )


def _of_balance(evidence: Evidence, name: str, kept: Mapping[str, Array]) -> Compared:
    """Compare what a balance says with what the components of its scope add up to."""
    law, error = _law(evidence), evidence.case.balances[name].error
    residual, rest = kept[f"residual:{name}"] - evidence.offsets.get(name, 0.0), kept[f"sum:{name}"]
    beyond = float(np.mean(law.sf(residual / error)))
    return _compared(
        rest + residual,
        rest,
        residual,
        probability=2.0 * min(beyond, 1.0 - beyond),
        higher=1.0 - beyond,
        spread=math.hypot(float(np.std(residual)), error * float(law.std())),
        leverage=leverage(evidence, kept, residual, apart=(f"balance:{name}",)),
    )


def _law(evidence: Evidence) -> Any:
    """Return the distribution of errors."""
    from scipy import stats

    return stats.t(4) if evidence.synthesis.tails == "heavy" else stats.norm()


def _compared(
    own: Array,
    rest: Array,
    difference: Array,
    *,
    probability: float,
    higher: float,
    spread: float,
    leverage: dict[str, float],
) -> Compared:
    """Return a comparison with the quantiles of both sides and values of which their densities can be drawn."""
    quantiles = [tuple(np.quantile(values, _TAILS).tolist()) for values in (own, rest, difference)]
    likely = [
        tuple(np.quantile(values, _LIKELY if np.ptp(values) > 1e-9 * abs(values[0]) else [0.5]).tolist())
        for values in (own, rest)
    ]
    return Compared(
        quantiles[0], quantiles[1], quantiles[2], probability, higher, spread, own_values=likely[0],
        rest_values=likely[1], leverage=leverage,
    )  # fmt: skip
