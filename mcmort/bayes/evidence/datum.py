"""What the Bayesian engine conditions on: every admissible figure as one datum, and what each is a figure of.

Nothing here is uncertain yet. A figure becomes the logarithm of its middle with a log standard error from its printed
range; a lineage counts once for each target; a claim about a sum is data unless its lineage is already used for one of
the parts; what is not used is listed with the reason.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal

from mcmort.bayes.evidence.error_groups import ErrorModel
from mcmort.bayes.quantile_spline import Prior, QuantileSpline, spline_of
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Synthesis
from mcmort.catalogue.vocabulary import BASES, Basis
from mcmort.definitions import ResolvedDefinition
from mcmort.elicit.families import Distribution
from mcmort.elicit.priors import Priors
from mcmort.results import ComponentStatus

__all__ = ["FEWEST_DEATHS", "Datum", "Evidence", "Latent", "Side"]

FEWEST_DEATHS: Final = 1e-3
"""Deaths, far below one, that stand for none where a logarithm is taken."""

Side = Literal["point", "at-least", "at-most"]


@dataclass(frozen=True, slots=True)
class Datum:
    """One figure as the model sees it.

    Attributes
    ----------
    name : str
        ``COMPONENT:ESTIMATE``, ``claim:ID`` or ``balance:ID``.
    basis : Basis
        How the source got it.
    group : str
        The group of figures whose heterogeneity and bias it has.
    line, source : str
        Its lineage, and the key of its source.
    side : {"point", "at-least", "at-most"}
        Whether it is the middle of what is claimed, or a bound.
    log_value, log_error : float
        Natural logarithm of the figure, carried to the years of its component, and the log standard error that its
        printed range stands for (0 for a bare point). Of a formula the first is what is added to its logarithm:
        nothing, but in simulated evidence.
    column : str
        Column of which it is a figure, where it is one of a component.
    account : ResolvedDefinition or None
        What it sums, where it is a claim.
    formula : str or None
        Arithmetic over quantities that takes the place of the figure; `log_value` then only carries it to the years.
    weight : float
        One over the number of figures that its lineage has of the same target.
    unit : float
        Of what may be negative, which has no logarithm: the unit in which value and error are in place of their
        logarithms. 0 of a count.
    """

    name: str
    basis: Basis
    group: str
    line: str
    source: str
    side: Side = "point"
    log_value: float = 0.0
    log_error: float = 0.0
    column: str = ""
    account: ResolvedDefinition | None = None
    formula: str | None = None
    weight: float = 1.0
    unit: float = 0.0

    @property
    def component(self) -> str:
        """Id of the component of which it is a figure, or ""."""
        return self.column.partition(":")[2]

    @property
    def fewest(self) -> float:
        """Deaths that stand for none beside this figure: one, or a fiftieth of a figure of few."""
        return 1.0 if self.formula is not None else min(1.0, math.exp(self.log_value) / 50.0)

    @property
    def is_plain(self) -> bool:
        """Whether it is one number, and no bound."""
        return self.side == "point" and self.formula is None

    @property
    def target(self) -> object:
        """What it is a figure of: two figures with the same target and lineage are copies of the same data."""
        if self.account is None:
            return self.column
        terms = tuple((term.component, term.pieces) for term in self.account.terms.values())
        return self.account.definition.measure, self.account.definition.net, terms


@dataclass(frozen=True, slots=True)
class Latent:
    """The weak prior of a component: lognormal about the middle of what is cited, several times as wide.

    Attributes
    ----------
    log_median, log_sd : float
        Mean and standard deviation of the logarithm; with a unit, those of the value itself in that unit.
    unit : float
        Of a component that may be negative, else 0.
    """

    log_median: float
    log_sd: float
    unit: float = 0.0


@dataclass(frozen=True)
class Evidence:
    """All that the model of one case under one standard of evidence is made of.

    Attributes
    ----------
    case : Case
        The case.
    priors : Priors
        Elicited priors, of which quantities and shares are taken over.
    synthesis : Synthesis
        What the case presupposes of bias and heterogeneity.
    errors : ErrorModel
        What is presupposed of errors: as the case says, or else as measured.
    admitted : tuple of Basis
        Bases that are admitted.
    without : tuple of str
        Sources and lineages that are left out.
    latents : dict of str to Latent
        Components with a prior of their own; of a derived one it is the prior of the registered part.
    derived : tuple of str
        Components that a formula makes.
    registered : tuple of str
        Components that have a registered part.
    cited : dict of str to Prior
        Priors that are taken over as they are cited, by column: ``completeness:ID``, ``ordinary:ID``, ``overlap:ID``,
        ``share:KEY``, ``quantity:NAME``, ``heterogeneity:ID``.
    data : tuple of Datum
        What is conditioned on.
    balances : dict of str to ResolvedDefinition
        What each demographic balance sums.
    statuses : dict of str to ComponentStatus
        What is known of each component.
    rejected : dict of str to str
        Figures that are not used, each with the reason.
    offsets : dict of str to float
        Persons by which a balance is off: none, but in simulated evidence.
    silent : frozenset of str
        Data and balances (``balance:ID``) that are predicted and not conditioned on.
    copies : dict of str to str
        Second components that stand for deaths of another one, of which some data speak alone: the name of each, and
        whose copy it is. See `mcmort.bayes.evidence.split`.
    lean : float
        Size of an error that all figures of all deaths of one component may have in common: 0.3 for 30 %, as one
        standard deviation of the logarithm; 0 for none.
    """

    case: Case
    priors: Priors
    synthesis: Synthesis
    errors: ErrorModel
    admitted: tuple[Basis, ...]
    without: tuple[str, ...]
    latents: dict[str, Latent]
    derived: tuple[str, ...]
    registered: tuple[str, ...]
    cited: dict[str, Prior]
    data: tuple[Datum, ...]
    balances: dict[str, ResolvedDefinition]
    statuses: dict[str, ComponentStatus]
    rejected: dict[str, str]
    offsets: Mapping[str, float] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    copies: Mapping[str, str] = field(default_factory=dict)
    lean: float = 0.0

    @cached_property
    def leaning(self) -> tuple[str, ...]:
        """Components whose figures may lean together; registers do not, and sums are about several components."""
        if not self.lean:
            return ()
        return tuple(
            sorted({datum.component for datum in self.data if datum.column.startswith("all:") and not datum.unit})
        )

    @cached_property
    def baseline_of(self) -> dict[str, str]:
        """The baseline of each figure that has an error in common with another one, by name."""
        names = {datum.name for datum in self.data}
        shared = {name: names & set(one.figures) for name, one in self.synthesis.baseline.items()}
        return {figure: name for name, figures in shared.items() if len(figures) > 1 for figure in figures}

    def completeness_of(self, component: str) -> str:
        """Return the column of the completeness of a component, which a copy shares with its original."""
        return f"completeness:{self.original(component)}"

    @cached_property
    def curves(self) -> dict[str, QuantileSpline | float]:
        """Each cited prior over a normal score; a share that is certain is a number.

        A completeness has no hard low end: a register informs of all deaths, and does not cap them.
        """
        return {
            key: prior.parameters[0]
            if isinstance(prior, Distribution) and prior.family == "fixed"
            else spline_of(prior, below=self.synthesis.tails if key.startswith("completeness:") else None)
            for key, prior in self.cited.items()
        }

    def with_figures(self, data: tuple[Datum, ...], offsets: Mapping[str, float]) -> Evidence:
        """Return the same evidence with other data: simulated figures, and offsets of balances."""
        other = replace(self, data=data, offsets=offsets)
        other.__dict__["curves"] = self.curves  # they do not depend on the data, and take longest
        return other

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the uncertain inputs of the model: standard normal scores, or distances from a register."""
        names = [key for key, curve in self.curves.items() if isinstance(curve, QuantileSpline)]
        names += [f"tau:{group}" for group in self.heterogeneous]
        names += [f"bias:{group}" for group in self.groups if self.errors.groups[group].has_bias]
        names += [f"scatter:{name}" for name in self.scattered]
        names += [f"common:{name}" for name in self.sharing]
        names += [f"lineage:{line}" for line in self.lines]
        names += [f"baseline:{name}" for name in sorted(set(self.baseline_of.values()))]
        names += [f"lean:{name}" for name in self.leaning]
        return (*names, *(f"deaths:{name}" for name in self.latents))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Lineages with more than one target, which have an effect of their own."""
        targets = {(datum.line, datum.target) for datum in self.data}
        return tuple(sorted(line for line, count in Counter(line for line, _ in targets).items() if count > 1))

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Groups of the data, in the order of `BASES`."""
        used = {datum.group: datum.basis for datum in self.data}
        return tuple(sorted(used, key=lambda group: (BASES.index(used[group]), group)))

    @cached_property
    def heterogeneous(self) -> tuple[str, ...]:
        """Groups with a heterogeneity: not those of which every figure has that of its component."""
        used = {datum.group for datum in self.data if not self.has_declared(datum.component)}
        return tuple(group for group in self.groups if group in used)

    def has_declared(self, component: str) -> bool:
        """Whether the case declares the heterogeneity of the figures of a component."""
        return f"heterogeneity:{self.original(component)}" in self.cited

    @cached_property
    def several(self) -> tuple[str, ...]:
        """Components of which several lineages speak: what scatters, or leans together, is then not one error."""
        lines: dict[str, set[str]] = {}
        for datum in self.data:
            if datum.column.startswith("all:") and datum.side == "point":
                lines.setdefault(self.original(datum.component), set()).add(datum.line)
        return tuple(sorted(name for name, own in lines.items() if len(own) > 1 and not self.has_declared(name)))

    @property
    def scattered(self) -> tuple[str, ...]:
        """Components with a scatter of their own."""
        return self.several if self.errors.scatter > 0.0 else ()

    @property
    def sharing(self) -> tuple[str, ...]:
        """Components whose figures share a part of their error."""
        return self.several if self.errors.common > 0.0 else ()

    def own_error(self, datum: Datum) -> float:
        """Return the error of a figure beside its heterogeneity, where that is of all error only what is wider."""
        group = self.errors.groups[datum.group]
        if not group.is_whole_error or self.has_declared(datum.component):
            return datum.log_error
        return math.sqrt(max(datum.log_error**2 - group.spread**2, 0.0))

    def original(self, component: str) -> str:
        """Return the component itself, or the one whose copy it is."""
        return self.copies.get(component, component)
