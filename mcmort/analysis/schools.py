"""Which evidence keeps the pieces of a distribution apart: the pool with the gap, and the school in each piece.

A school is the lineages whose medians lie in one piece. A total falls into pieces because some component does, and that
because its pool, or the pool of a quantity on which it rests, has a gap. Of all these pools the one is named whose own
pieces predict best, draw by draw, in which piece the total lies. `mcmort.analysis.pieces` finds the pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from typing import Final, Literal, cast

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.pieces import Piece, median_between, middles, pieces_of
from mcmort.analysis.summary import mean_of
from mcmort.analysis.total_modes import modes_of_total
from mcmort.catalogue import formula
from mcmort.catalogue.case import Case, column_name
from mcmort.catalogue.records import Component, Estimate, Quantity
from mcmort.results import Draws
from mcmort.results.weighed_modes import SplitDeaths
from mcmort.totals import Total, Values, resolve, total_of, totals_of

__all__ = ["Origin", "Pieces", "TotalPieces"]

type Array = NDArray[np.float64]

_SAMPLE: Final = 1 << 14
"""Joint draws that are made for a total whose draws were counted and not kept."""
_LEAST_AGREEMENT: Final = 0.9
"""Share of the draws whose piece a pool must predict, to be named as what keeps the pieces apart."""
_LOOKED_AT: Final = 1000
"""Components of a total in whose distributions pieces are looked for."""
_POINTS: Final = 255
"""Quantiles that stand for the distribution of an estimate."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The pool that keeps the pieces of a distribution apart.

    Attributes
    ----------
    kind : {"component", "quantity"}
        Whose pool it is.
    id : str
        Of the component or quantity.
    agreement : float
        Share of the draws whose piece of the distribution the piece of the pool predicts.
    schools : tuple of tuple of str
        For each piece of the distribution, the lineages whose medians lie in the pieces of the pool that go with it;
        of a lineage whose estimates lie in several, each estimate, in parentheses after it.
    between : tuple of str
        Lineages whose medians lie in no piece of the pool.
    """

    kind: Literal["component", "quantity"]
    id: str
    agreement: float
    schools: tuple[tuple[str, ...], ...]
    between: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Several pieces of a highest-density region, with what keeps them apart.

    Attributes
    ----------
    pieces : tuple of Piece
        In ascending order, two or more.
    median_between : tuple of float or None
        Where the median lies by other seeds, if that is not within one piece.
    origin : Origin or None
        None where no single pool distinguishes the pieces.
    """

    pieces: tuple[Piece, ...]
    median_between: tuple[float, float] | None
    origin: Origin | None


@dataclass(frozen=True)
class TotalPieces:
    """The pieces and the modes of a total, and the pieces of its components, worked out when they are asked for.

    Attributes
    ----------
    total : Total
        The total.
    """

    total: Total

    @cached_property
    def whole(self) -> Pieces | None:
        """The pieces of the total; None where its region does not fall into any."""
        if len(self._own) == 1:
            return None
        return self._explained(self._own, self.total.values, self.joint.values, self.total.terms)

    @cached_property
    def modes(self) -> SplitDeaths | None:
        """The modes of the total, of a fit; None where it has but one. They say more than its pieces."""
        return modes_of_total(self.total, self._own)

    @cached_property
    def _own(self) -> tuple[Piece, ...]:
        return pieces_of(self.total.values, self.total.chains)

    @cached_property
    def components(self) -> Mapping[str, Pieces]:
        """The pieces of those components, as the total counts them, whose regions fall into several.

        Of more than a thousand components only the thousand largest are looked at.
        """
        explained = {}
        parts = self.total.parts
        if len(parts) > _LOOKED_AT:
            largest = set(nlargest(_LOOKED_AT, parts, key=lambda name: mean_of(parts[name])))
            parts = {name: values for name, values in parts.items() if name in largest}
        for name, values in parts.items():
            pieces = pieces_of(values, self.total.chains)
            if len(pieces) > 1:
                explained[name] = self._explained(pieces, values, self.joint.parts[name], [name])
        return explained

    @cached_property
    def joint(self) -> Total[Array]:
        """The total of joint draws that are kept: its own, or a smaller run with the same settings."""
        resolved = resolve(self.total.case, self.total.definition)
        if self.total.draws.is_kept:
            return total_of(cast(Draws, self.total.draws), resolved)
        from mcmort.sampler import DrawsOnRequest  # the engine is loaded already, but not with kept draws

        source = DrawsOnRequest(self.total.case, self.total.draws.manifest, _SAMPLE)
        return cast("Total[Array]", totals_of(source, [resolved])[0])

    def _explained(
        self, pieces: tuple[Piece, ...], values: Values, joint: Array, components: Iterable[str]
    ) -> Pieces:  # fmt: skip
        """Name the pool behind pieces, among those of some components, from the joint draws of the same values."""
        origin = _origin(cast(Draws, self.joint.draws), pieces, joint, components)
        return Pieces(pieces, median_between(pieces, values, self.total.chains), origin)


def _origin(draws: Draws, pieces: Sequence[Piece], values: Array, components: Iterable[str]) -> Origin | None:
    """Return the pool whose pieces predict best in which piece a value lies."""
    best: Origin | None = None
    for column in _pooled_columns(draws, components):
        own = pieces_of(draws.columns[column], draws.manifest.chains)
        if len(own) < 2:
            continue
        agreement, predicted = _agreement(draws.columns[column], own, values, pieces)
        if agreement <= max(_LEAST_AGREEMENT, best.agreement if best else 0.0):
            continue
        schools: list[list[str]] = [[] for _ in pieces]
        between: list[str] = []
        for name, median in _medians(draws, column, own):
            place = _place(own, median)
            (between if place is None else schools[predicted[place]]).append(name)
        if sum(map(bool, schools)) > 1:
            kind, _, owner = column.partition(":")
            best = Origin(
                "quantity" if kind == "quantity" else "component", owner, agreement,
                tuple(tuple(school) for school in schools), tuple(between),
            )  # fmt: skip
    return best


def _agreement(column: Array, own: Sequence[Piece], values: Array, pieces: Sequence[Piece]) -> tuple[float, list[int]]:
    """Return the share of draws whose piece a column predicts, and the piece that each piece of the column predicts."""
    column_piece, total_piece = np.searchsorted(middles(own), column), np.searchsorted(middles(pieces), values)
    counts = np.zeros((len(own), len(pieces)), dtype=np.int64)
    np.add.at(counts, (column_piece, total_piece), 1)
    return float(counts.max(axis=1).sum() / len(values)), counts.argmax(axis=1).tolist()


def _pooled_columns(draws: Draws, components: Iterable[str]) -> Iterator[str]:
    """Iterate over the columns that components rest on: their own, then those that their formulas name."""
    owners: dict[str, Component | Quantity] = {}
    for name in sorted(components):
        _collect(draws.case, draws.case.components[name], owners)
    for owner in owners.values():
        kinds = ("all", "registered") if isinstance(owner, Component) else ("quantity",)
        yield from (column for column in (f"{kind}:{owner.id}" for kind in kinds) if column in draws.columns)


def _collect(case: Case, owner: Component | Quantity, collected: dict[str, Component | Quantity]) -> None:
    """Collect an owner and all that its formulas name, by their names in formulas."""
    if column_name(owner.id) in collected:
        return
    collected[column_name(owner.id)] = owner
    for text in (owner.formula, *(estimate.formula for estimate in owner.estimate)):
        for name in sorted(formula.names(formula.parse(text))) if text is not None else ():
            _collect(case, case.by_column[name] if name in case.by_column else case.quantities[name], collected)


def _place(pieces: Sequence[Piece], value: float) -> int | None:
    """Return the index of the piece that holds a value."""
    return next((index for index, piece in enumerate(pieces) if piece.low <= value <= piece.high), None)


def _medians(draws: Draws, column: str, pieces: Sequence[Piece]) -> Iterator[tuple[str, float]]:
    """Iterate over the lineages pooled in a column, each with its median.

    Where the median of a lineage lies in no piece, its estimates may lie in several: then each stands for itself, after
    the name of the lineage.
    """
    _, _, name = column.partition(":")
    # all deaths are never fewer than the registered ones
    register = draws.columns.get(f"registered:{name}") if column.startswith("all:") else None
    least = float(np.median(register)) if register is not None else -np.inf
    for line, estimates in sorted(_lineages(draws, column).items()):
        median = max(float(np.median(np.concatenate(list(estimates.values())))), least)
        if _place(pieces, median) is not None or len(estimates) == 1:
            yield line, median
        else:
            yield from (
                (f"{line} ({own})", max(float(np.median(quantiles)), least)) for own, quantiles in estimates.items()
            )


def _lineages(draws: Draws, column: str) -> dict[str, dict[str, Array]]:
    """Return evenly spaced quantiles of the estimates pooled in a column, by lineage and name."""
    case, manifest = draws.case, draws.manifest
    kind, _, name = column.partition(":")
    owner = case.quantities[name] if kind == "quantity" else case.components[name]
    measure = "registered" if kind == "registered" else "all"
    lineages: dict[str, dict[str, Array]] = {}
    for estimate in case.admitted(owner, frozenset(manifest.evidence))[0]:
        is_left_out = estimate.source in manifest.without or estimate.line in manifest.without
        if estimate.measure == measure and not estimate.is_one_sided and not is_left_out:
            quantiles = _quantiles_of_estimate(draws, owner, estimate)
            if quantiles is not None:
                lineages.setdefault(estimate.line, {})[estimate.name] = quantiles
    return lineages


def _quantiles_of_estimate(draws: Draws, owner: Component | Quantity, estimate: Estimate) -> Array | None:
    """Return evenly spaced quantiles of an estimate, for the years of its owner; None if its formula lacks evidence."""
    from mcmort.elicit.derived import evaluate  # SciPy loads only for a distribution in pieces
    from mcmort.elicit.estimate_fit import fit_estimate
    from mcmort.elicit.figure_fit import fit_figure
    from mcmort.elicit.measured_worth import measured_for
    from mcmort.elicit.priors import to_years

    places = (np.arange(_POINTS) + 0.5) / _POINTS
    factor, _ = to_years(draws.case, owner, estimate)
    if estimate.formula is None:
        measured = measured_for(draws.case, owner, estimate, frozenset(draws.manifest.evidence))
        if measured is None:
            return factor * fit_figure(draws.case, estimate).distribution.ppf(places)
        return factor * fit_estimate(draws.case, owner, estimate, measured).distribution.ppf(places)
    tree = formula.parse(estimate.formula)
    components = {name: f"all:{component.id}" for name, component in draws.case.by_column.items()}
    columns = {name: draws.columns.get(components.get(name, f"quantity:{name}")) for name in formula.names(tree)}
    known = {name: values for name, values in columns.items() if values is not None}
    return factor * np.quantile(evaluate(tree, known), places) if len(known) == len(columns) else None
