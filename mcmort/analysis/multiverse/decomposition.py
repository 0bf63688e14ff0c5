"""How much of the spread of universes each choice makes: Shapley shares, which sum to one.

The value of a set of dials is the variance of the mean of the universes that agree in them; a dial's share is what it
adds to that on average over all orders (Song, Nelson and Staum 2016, SIAM/ASA Journal on Uncertainty Quantification
4(1), doi 10.1137/15M1048070). It holds also where constraints or a sample leave out combinations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.multiverse.dials import GROUPS
from mcmort.analysis.multiverse.universes import Universes
from mcmort.analysis.shapley import shapley_values

__all__ = ["Decomposition", "decompose"]

type Array = NDArray[np.float64]


@dataclass(frozen=True)
class Decomposition:
    """What the spread of a number among universes is made of.

    Attributes
    ----------
    sd : float
        Standard deviation among universes.
    groups : dict of str to float
        Shares of the variance by what choices are about (the definition, the evidence, the model), the largest first.
    dials : dict of str to float
        Shares by single choices, the largest first. Those of a group need not sum to the share of the group: what two
        choices do together is divided among those that take part.
    """

    sd: float
    groups: Mapping[str, float]
    dials: Mapping[str, float]


def decompose(universes: Universes, values: Sequence[float] | Array) -> Decomposition:
    """Divide the variance of a number among the choices.

    Parameters
    ----------
    universes : Universes
        What was chosen.
    values : array_like, shape (universes,)
        The number in each of them.

    Returns
    -------
    Decomposition
        Of choices that differ among the universes; none if all numbers are the same.
    """
    numbers = np.asarray(values, dtype=np.float64)
    columns = {dial.name: universes.codes[:, place] for place, dial in enumerate(universes.dials)}
    varied = {name: codes for name, codes in columns.items() if np.ptp(codes) > 0}
    groups: dict[str, list[str]] = {}
    for name in varied:
        groups.setdefault(GROUPS[name], []).append(name)
    by_group = _shares({group: [varied[name] for name in names] for group, names in groups.items()}, numbers)
    by_dial = _shares({name: [codes] for name, codes in varied.items()}, numbers)
    return Decomposition(float(numbers.std()), by_group, by_dial)


def _shares(factors: Mapping[str, Sequence[NDArray[np.int64]]], values: Array) -> dict[str, float]:
    """Return the Shapley shares of factors, each of one or several dials, the largest first."""
    whole = float(values.var())
    if whole <= 0.0:
        return {}

    def explained(subset: frozenset[str]) -> float:
        # in the order of the factors: a sum in another order would have other last digits
        return _variance_of_means([codes for name in factors if name in subset for codes in factors[name]], values)

    shapley = shapley_values(list(factors), explained)
    shares = dict(zip(shapley.factors, (shapley.values / whole).tolist(), strict=True))
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _variance_of_means(columns: Sequence[NDArray[np.int64]], values: Array) -> float:
    """Return the variance of the mean of the universes that agree in some dials."""
    label = np.zeros(len(values), dtype=np.int64)
    for codes in columns:
        _, label = np.unique(label * (int(codes.max()) + 2) + codes + 1, return_inverse=True)
    counts = np.bincount(label)
    means = np.bincount(label, weights=values) / counts
    return float(np.sum(counts * (means - values.mean()) ** 2) / len(values))
