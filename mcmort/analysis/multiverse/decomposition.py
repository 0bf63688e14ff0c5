"""How much of the spread of universes each choice makes: Shapley shares, which sum to one.

The value of a set of dials is the variance of the mean of the universes that agree in them; a dial's share is what it
adds to that on average over all orders (Song, Nelson and Staum 2016, SIAM/ASA Journal on Uncertainty Quantification
4(1), doi 10.1137/15M1048070) in which the dials of a group stand together (Owen 1977, in Essays in Mathematical
Economics and Game Theory), so that their shares sum to that of the group. This holds also where constraints or a sample
leave out combinations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

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
        Shares by single choices, the largest first: they sum to the share of their group. What several choices do
        together is divided among them.
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
    groups: dict[str, frozenset[str]] = {}
    for name in varied:
        groups[GROUPS[name]] = groups.get(GROUPS[name], frozenset()) | {name}
    variance = float(numbers.var())
    if variance <= 0.0:
        return Decomposition(0.0, {}, {})

    @cache
    def explained(chosen: frozenset[str]) -> float:
        # in the order of the dials: a sum in another order would have other last digits
        return _variance_of_means([codes for name, codes in varied.items() if name in chosen], numbers) / variance

    def of_group(group: str, members: frozenset[str]) -> float:
        """Return the share of a group if it had only some of its members."""
        own = {**groups, group: members}
        shapley = shapley_values(
            list(own), lambda chosen: explained(frozenset[str]().union(*(own[each] for each in chosen)))
        )
        return float(shapley.values[shapley.factors.index(group)])

    dials: dict[str, float] = {}
    for group, members in groups.items():
        names = [name for name in varied if name in members]
        shapley = shapley_values(names, partial(of_group, group))
        dials |= zip(shapley.factors, shapley.values.tolist(), strict=True)
    shares = {group: of_group(group, members) for group, members in groups.items()}
    return Decomposition(float(numbers.std()), _largest_first(shares), _largest_first(dials))


def _largest_first(shares: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _variance_of_means(columns: Sequence[NDArray[np.int64]], values: Array) -> float:
    """Return the variance of the mean of the universes that agree in some dials."""
    label = np.zeros(len(values), dtype=np.int64)
    for codes in columns:
        _, label = np.unique(label * (int(codes.max()) + 2) + codes + 1, return_inverse=True)
    counts = np.bincount(label)
    means = np.bincount(label, weights=values) / counts
    return float(np.sum(counts * (means - values.mean()) ** 2) / len(values))
