"""What carries the width of a total: its parts and its uncertain inputs, each with its part of variance and width."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.sensitivity.better_evidence import fewest_draws, narrowing
from mcmort.analysis.sensitivity.covariance import covariance_shares, linear_shapley_shares
from mcmort.analysis.sensitivity.estimate import Estimate
from mcmort.analysis.sensitivity.shapley_effects import shapley_effects
from mcmort.analysis.sensitivity.sobol import SobolIndices, sobol_indices
from mcmort.catalogue.citations import owners_behind
from mcmort.catalogue.records import Quantity
from mcmort.definitions import DefinitionTerms
from mcmort.errors import UsageError
from mcmort.results import Draws, Question, Split
from mcmort.totals import Total, kept, question_of, total_of

__all__ = [
    "FARTHEST",
    "HEAVY_TAIL",
    "MODEL_DRAWS",
    "InputKind",
    "InputSensitivity",
    "PartSensitivity",
    "TiedInputs",
    "TotalSensitivity",
    "total_sensitivity",
]

type Array = NDArray[np.float64]
type PartKind = Literal["component", "overlap", "floor"]
type InputKind = Literal[
    "all", "registered", "completeness", "ordinary", "overlap", "share", "quantity", "timing", "factor"
]

MODEL_DRAWS: Final = 1 << 14
"""Draws of each sample from which Sobol' indices and Shapley effects of inputs are estimated."""
FARTHEST: Final = 0.001
HEAVY_TAIL: Final = 0.1
"""If the `FARTHEST` draws make more than this share of the variance, it is said to be unsure. Of a normal distribution
they make 1.3 %."""


MOST_PARTS: Final = 300
"""Components of a total whose sensitivity is worked out: of so many it takes half a minute."""


@dataclass(frozen=True, slots=True)
class PartSensitivity:
    """What a part of a total carries.

    Attributes
    ----------
    name : str
        Of a component or an overlap; "floor" for what is added where the sum would be below zero.
    kind : {"component", "overlap", "floor"}
        What it is. What is taken off as an overlap is a part with a negative sign.
    narrower : Estimate or None
        By what share the interval would be narrower on average if the part were known; None for overlaps, which
        betray the component that they are taken off. What is known of an overlap is an input.
    covariance_share : Estimate
        Its covariance with the total over the variance of the total.
    shapley_share : Estimate or None
        Its Shapley value for the variance that parts explain, with what its overlaps take off; None for overlaps.
    """

    name: str
    kind: PartKind
    narrower: Estimate | None
    covariance_share: Estimate
    shapley_share: Estimate | None


@dataclass(frozen=True, slots=True)
class InputSensitivity:
    """What an uncertain input of a total carries.

    Attributes
    ----------
    name : str
        ``all:ID``, ``registered:ID``, ``completeness:ID``, ``ordinary:ID``, ``overlap:ID``, ``share:KEY``,
        ``quantity:NAME`` or ``timing:ID:YEARS``; ``factor:comonotonic`` where all move together.
    narrower : Estimate
        By what share the interval would be narrower on average if the input were known.
    shapley_effect : Estimate or None
        Its share of the variance; None for the synthesis engine.
    sobol : SobolIndices or None
        Alone and with others; None for an input that is tied to others, and for the synthesis engine.
    """

    name: str
    narrower: Estimate
    shapley_effect: Estimate | None = None
    sobol: SobolIndices | None = None

    @property
    def kind(self) -> InputKind:
        """What the input is about."""
        return cast("InputKind", self.name.partition(":")[0])

    @property
    def about(self) -> str:
        """Of which record it is an input."""
        return self.name.split(":")[1]


@dataclass(frozen=True, slots=True)
class TiedInputs:
    """Inputs that the case ties to one another, of which only all together have Sobol' indices."""

    names: tuple[str, ...]
    factors: tuple[str, ...]
    sobol: SobolIndices


@dataclass(frozen=True)
class TotalSensitivity:
    """What carries the width of a total.

    Attributes
    ----------
    total : Total
        The total.
    probability : float
        Of the interval whose width is meant.
    parts : tuple of PartSensitivity
        Components, those that make the interval narrowest if known first; then overlaps.
    inputs : tuple of InputSensitivity
        Those that make the interval narrowest if known first.
    tied : tuple of TiedInputs
        Inputs that depend on one another.
    farthest_share : float
        Share of the variance that the farthest thousandth of the draws makes.
    """

    total: Total[Array]
    probability: float
    parts: tuple[PartSensitivity, ...]
    inputs: tuple[InputSensitivity, ...]
    tied: tuple[TiedInputs, ...]
    farthest_share: float

    @property
    def components(self) -> tuple[PartSensitivity, ...]:
        """The parts that are components."""
        return tuple(part for part in self.parts if part.kind == "component")

    @property
    def is_variance_unsure(self) -> bool:
        """Whether so few draws make so much of the variance that its shares are unsure."""
        return self.farthest_share > HEAVY_TAIL


def check_parts(resolved: DefinitionTerms) -> None:
    """Refuse a total of too many components, before anything is drawn.

    Raises
    ------
    UsageError
        If it has more than `MOST_PARTS`.
    """
    if len(resolved.terms) > MOST_PARTS:
        raise UsageError(
            f"the total {resolved.definition.id!r} has {len(resolved.terms):,} components; expected at most "
            f"{MOST_PARTS} for sensitivity, whose time grows with their square. Hint: restrict the definition "
            "(--include, --years), or see the largest components in mcmort total"
        )


def total_sensitivity(
    draws: Draws, resolved: DefinitionTerms, probability: float = 0.95, *, with_inputs: bool = True
) -> TotalSensitivity:
    """Work out what carries the width of a total.

    Parameters
    ----------
    draws : Draws
        From either engine.
    resolved : DefinitionTerms
        The definition.
    probability : float
        Of the interval.
    with_inputs : bool
        Whether to say as well what each uncertain input carries, which takes far longer than components do.

    Returns
    -------
    TotalSensitivity

    Raises
    ------
    UsageError
        If the draws were not kept, are too few, or the total does not vary.
    """
    check_parts(resolved)
    if not draws.is_kept:
        raise UsageError("sensitivity needs draws that are kept: make them with mcmort.simulate or mcmort.fit")
    if len(draws) < (fewest := fewest_draws(probability)):
        raise UsageError(
            f"sensitivity has {len(draws):,} draws; expected at least {fewest:,} for an interval of "
            f"{100 * probability:g} %. Hint: more draws, or a narrower interval"
        )
    computed = total_of(draws, resolved)
    values = kept(computed.values)
    if values.min() == values.max():
        raise UsageError(
            f"the total {computed.definition.id!r} has no uncertainty: it is {values[0]:,.0f} on every draw; expected "
            "one that varies. Hint: does the case give ranges, and not fixed figures alone?"
        )
    inputs: tuple[InputSensitivity, ...] = ()
    tied: tuple[TiedInputs, ...] = ()
    if with_inputs:
        inputs, tied = (_inputs_of_model if draws.manifest.engine == "elicited" else _inputs_of_draws)(
            draws, question_of(draws, resolved), computed, probability
        )
    return TotalSensitivity(
        computed, probability, _parts(computed, probability), inputs, tied, _farthest_share(values)
    )  # fmt: skip


def _parts(total: Total[Array], probability: float) -> tuple[PartSensitivity, ...]:
    """Return what each component and each overlap carries."""
    values, chains = kept(total.values), total.chains
    signed: dict[tuple[PartKind, str], Array] = {("component", name): part for name, part in total.parts.items()}
    signed |= {("overlap", name): -part for name, part in total.overlaps.items()}
    floor = values - sum(signed.values(), np.zeros(len(values)))
    if np.abs(floor).max() > 1e-9 * np.abs(values).max():  # more than rounding
        signed["floor", "floor"] = floor
    by_covariance = covariance_shares({"/".join(key): part for key, part in signed.items()}, values, chains)
    by_shapley = linear_shapley_shares(_net_of_overlaps(total), values, chains)
    known = {name: narrowing(values, part, probability, chains) for name, part in total.parts.items()}
    components = [
        PartSensitivity(name, "component", known[name], by_covariance[f"component/{name}"], by_shapley[name])
        for name in sorted(known, key=lambda name: (-known[name].value, name))
    ]
    others = [
        PartSensitivity(name, kind, None, by_covariance[f"{kind}/{name}"], None)
        for kind, name in signed
        if kind != "component"
    ]
    return *components, *sorted(others, key=lambda part: (part.covariance_share.value, part.name))


def _net_of_overlaps(total: Total[Array]) -> dict[str, Array]:
    """Return each component less what is taken off it as counted in another."""
    parts = dict(total.parts)
    for name, taken in total.overlaps.items():
        guest = total.case.overlaps[name].of
        parts[guest] = parts[guest] - taken
    return parts


def _inputs_of_model(
    draws: Draws, question: Question, total: Total[Array], probability: float
) -> tuple[tuple[InputSensitivity, ...], tuple[TiedInputs, ...]]:
    """Return what each input of the elicited engine carries."""
    from mcmort.sampler.varied_inputs import varied_inputs  # the engine, which no total of a bad case should load

    function = varied_inputs(draws.case, draws.manifest, question)
    blocks = function.blocks
    indices = sobol_indices(function, function.sample, [block.members for block in blocks], MODEL_DRAWS)
    effects = shapley_effects(function, function.sample, function.names, blocks, MODEL_DRAWS)
    alone = {
        block.members[0]: own for block, own in zip(blocks, indices, strict=True) if len(block.members) == 1
    }  # fmt: skip
    sample, values = function.sample("", 0, len(draws)), kept(total.values)
    inputs = [
        InputSensitivity(name, narrowing(values, known, probability), effects[name], alone.get(index))
        for index, (name, known) in enumerate(zip(function.names, sample, strict=True))
    ]
    tied = tuple(
        TiedInputs(tuple(function.names[index] for index in block.members), block.factors, own)
        for block, own in zip(blocks, indices, strict=True)
        if len(block.members) > 1
    )
    return _sorted(inputs), tuple(sorted(tied, key=lambda group: -group.sobol.total.value))


def _inputs_of_draws(
    draws: Draws, question: Question, total: Total[Array], probability: float
) -> tuple[tuple[InputSensitivity, ...], tuple[TiedInputs, ...]]:
    """Return what each input of kept draws carries, whatever the engine that made them."""
    asked = _Asked(draws)
    question(asked, asked.split)
    for name in total.terms:
        for owner in owners_behind(draws.case, draws.case.components[name]):
            column = f"quantity:{owner.id}" if isinstance(owner, Quantity) else ""
            if column in draws.columns:
                asked.known[column] = draws.columns[column]
    values, chains = kept(total.values), total.chains
    return _sorted(
        [
            InputSensitivity(name, narrowing(values, known, probability, chains))
            for name, known in sorted(asked.known.items())
            if known.min() < known.max()
        ]
    ), ()


def _sorted(inputs: list[InputSensitivity]) -> tuple[InputSensitivity, ...]:
    return tuple(sorted(inputs, key=lambda one: (-one.narrower.value, one.name)))


class _Asked(Mapping[str, Array]):
    """The columns of draws, which remembers those that are asked for."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self.known: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        self.known[name] = self._draws.columns[name]
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._draws.columns)

    def __len__(self) -> int:
        return len(self._draws.columns)

    @property
    def split(self) -> Callable[[Split], Array]:
        """The draws of a split of years."""

        def drawn(split: Split) -> Array:
            self.known[split.name] = self._draws.years_split(split)
            return self.known[split.name]

        return drawn


def _farthest_share(values: Array) -> float:
    """Return the share of the variance that the draws farthest from the mean make."""
    squares = np.sort((values - values.mean()) ** 2)
    return float(squares[-max(1, math.ceil(FARTHEST * len(values))) :].sum() / squares.sum())
