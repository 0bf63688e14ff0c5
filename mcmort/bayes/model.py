"""How the evidence of a case came about: the generative story of the Bayesian engine, told once.

Every function below is one kind of evidence. They are written over a `Backend`, which says what a number is: in PyMC
they make the model (`mcmort.bayes.pymc_model`), on a tape its compiled log density, over arrays of draws all that
follows from the parameters, and a plain check of the other two (`mcmort.bayes.backends`).

    z              ~ Normal(0, 1)                            every parameter, independently
    log theta_k    = m_k + s_k z                             deaths that happened: far wider than the evidence
    kappa_k        = cited completeness at z                 share of them that was registered
    R_k            = kappa_k theta_k                         deaths that were registered, never more than happened
    q              = cited pool at z                         populations, rates, shares, overlaps
    tau_b          = spread_b exp(h z)                       heterogeneity of a basis
    bias_b         = mean_b + sd_b z                         bias of a basis; none for registers
    effect_l       = z                                       what figures of one lineage have in common

    log y_i        = log x_i + bias_b + sqrt(r) tau_b effect_l + error_i
    error_i        ~ sqrt(se_i^2 + (1 - r) tau_b^2) t_4      in lineages that speak of several things
    error_i        ~ sqrt(se_i^2 + tau_b^2) t_4              in the others

where x_i is what the figure counts: R_k or theta_k of one component, or the sum that an author means, with the years,
shares, overlaps and ordinary mortality of that author's own definition. Of "at least y" the model knows that the figure
would have been above y, of "at most y" below. Figures of one lineage about the same thing weigh one figure together. A
balance says that what two censuses lack is what a scope counts, but for an error in persons.

A component with a formula is what the formula gives, and at least what its register holds, which is then uncertain in
itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from mcmort.bayes.evidence import Datum, Evidence, Latent
from mcmort.bayes.quantile_spline import QuantileSpline
from mcmort.catalogue import formula
from mcmort.catalogue.case import column_name
from mcmort.catalogue.operators import OPERATORS
from mcmort.catalogue.vocabulary import Basis
from mcmort.definitions import ResolvedDefinition, evaluate
from mcmort.results import Arithmetic, maximum

__all__ = ["Backend", "tell"]


class Backend[Value: Arithmetic](Protocol):
    """What the story needs of numbers."""

    def scores(self, names: Sequence[str]) -> dict[str, Value]:
        """Return independent standard normal scores, by name."""
        ...

    def scores_about(self, places: Mapping[str, tuple[Value, Value] | None]) -> dict[str, Value]:
        """Return standard normal scores by name; parameters are their distances from a centre, in a unit, if given."""
        ...

    def along(self, curve: QuantileSpline, score: Value) -> Value:
        """Return the value of a cited prior at a normal score."""
        ...

    def exp(self, value: Value) -> Value:
        """Return the exponential."""
        ...

    def log(self, value: Value) -> Value:
        """Return the natural logarithm."""
        ...

    def norm(self, value: Value, other: float) -> Value:
        """Return the square root of the sum of two squares."""
        ...

    def smaller(self, left: Value, right: Value) -> Value:
        """Return the smaller of two values."""
        ...

    def number(self, value: float) -> Value:
        """Return a fixed number."""
        ...

    def observe(
        self, name: str, residual: Value, scale: Value, *, is_above: bool, is_heavy: bool, weight: float
    ) -> None:
        """Condition on an error: that it is the residual, or that it is above it."""
        ...

    def keep(self, name: str, value: Value) -> None:
        """Keep a value under a name."""
        ...


def tell[Value: Arithmetic](world: Backend[Value], evidence: Evidence) -> None:
    """Tell the story of a case: parameters first, then what follows from them, then the evidence.

    Parameters
    ----------
    world : Backend
        What numbers are.
    evidence : Evidence
        From `mcmort.bayes.collect`.
    """
    told = _ModelBuilder(world, evidence)
    for basis in evidence.bases:
        world.keep(f"tau:{basis}", told.tau[basis])
        if basis in told.bias:
            world.keep(f"bias:{basis}", told.bias[basis])
    for datum in evidence.data:
        told.figure(datum)
    for name, account in evidence.balances.items():
        told.balance(name, account)
    for name in sorted(told.columns):
        world.keep(name, told.columns[name])


class _ModelBuilder[Value: Arithmetic]:
    """A story under way: what has been told so far."""

    def __init__(self, world: Backend[Value], evidence: Evidence) -> None:
        self.world, self.evidence, self.case = world, evidence, evidence.case
        self.score = world.scores([name for name in evidence.parameters if not name.startswith("deaths:")])
        self.tau = self.heterogeneity()
        self.bias = self.biases()
        self.columns: dict[str, Value] = {key: self.cited(key) for key in evidence.cited}
        self.deaths()
        self.registered_parts()

    def cited(self, key: str) -> Value:
        """Take over what is cited of a share, a population, a rate, whether a pool or a single figure."""
        curve = self.evidence.curves[key]
        if not isinstance(curve, QuantileSpline):
            return self.world.number(curve)
        value = self.world.along(curve, self.score[key])
        # beyond its table a curve goes on straight, and a share would come above one
        return value if key.startswith("quantity:") else self.world.smaller(value, self.world.number(1.0))

    def heterogeneity(self) -> dict[Basis, Value]:
        """How far figures of one basis lie apart, beyond their own errors."""
        log_sd = self.evidence.synthesis.heterogeneity
        return {
            basis: self.world.exp(self.score[f"tau:{basis}"] * log_sd) * self.case.head.spread[basis].log_sd
            for basis in self.evidence.bases
        }

    def biases(self) -> dict[Basis, Value]:
        """How far the figures of one basis are off together."""
        return {
            basis: self.score[f"bias:{basis}"] * bias.sd + bias.mean
            for basis, bias in self.evidence.synthesis.bias.items()
            if basis in self.evidence.bases
        }

    def deaths(self) -> None:
        """Deaths that happened: uncertain in themselves, or by a formula over quantities and other components."""
        latents = self.evidence.latents
        score = self.world.scores_about(
            {f"deaths:{name}": self.place(name, latent) for name, latent in latents.items()}
        )
        self.weak = {
            name: self.world.exp(score[f"deaths:{name}"] * latent.log_sd + latent.log_median)
            for name, latent in latents.items()
        }
        for name, deaths in self.weak.items():
            if name not in self.evidence.derived:
                self.columns[f"all:{name}"] = deaths
        for name in self.evidence.derived:
            self.component(name)

    def place(self, name: str, latent: Latent) -> tuple[Value, Value] | None:
        """Return about what the score of a component is sampled, and in what unit, where there is a register.

        What is well known is then R = kappa theta: it lies about the figure in the register, as far off as the
        heterogeneity allows. In theta the posterior is a ridge along kappa and a funnel along the heterogeneity; over
        this distance it is neither. The change leaves the distribution as it is.
        """
        said = [one for one in self.evidence.data if one.column == f"registered:{name}" and one.is_plain]
        if not said:
            return None
        count, unit = len(said), 1.0 / latent.log_sd
        middle = sum(one.log_value for one in said) / count - latent.log_median
        centre = self.world.number(middle * unit)
        for one in said:
            for shift in self.shifts(one):
                centre = centre - shift * (unit / count)
        if name not in self.evidence.derived:
            centre = centre - self.world.log(self.columns[f"completeness:{name}"]) * unit
        return centre, self.scale(said[0]) * (unit / math.sqrt(count))

    def component(self, name: str) -> Value:
        """Return the deaths of a component, computed when first asked for."""
        if f"all:{name}" not in self.columns:
            text = self.case.components[name].formula
            assert text is not None
            deaths = maximum(self.arithmetic(text), 0.0)
            if name in self.weak:  # then what was registered is the least that it can be
                register = self.weak[name]
                self.columns[f"registered:{name}"] = register
                deaths = maximum(deaths, register)
            self.columns[f"all:{name}"] = deaths
        return self.columns[f"all:{name}"]

    def registered_parts(self) -> None:
        """Deaths that were registered: a share of those that happened, so never more."""
        for name in self.evidence.registered:
            if f"registered:{name}" not in self.columns:
                self.columns[f"registered:{name}"] = self.columns[f"all:{name}"] * self.columns[f"completeness:{name}"]

    def quantity(self, name: str) -> Value:
        """Return a population, a rate, a count of the living: from its pool, or by its formula."""
        if f"quantity:{name}" not in self.columns:
            text = self.case.quantities[name].formula
            assert text is not None
            self.columns[f"quantity:{name}"] = self.arithmetic(text)
        return self.columns[f"quantity:{name}"]

    def arithmetic(self, text: str) -> Value:
        """Compute a formula over quantities and components."""
        components = {column_name(name): name for name in self.case.components}
        return formula.fold(
            formula.parse(text),
            self.world.number,
            lambda name: self.component(components[name]) if name in components else self.quantity(name),
            self.operate,
        )

    def operate(self, symbol: str, left: Value, right: Value) -> Value:
        """Apply one operator of the formula language."""
        infix = OPERATORS[symbol].infix
        if infix is not None:
            return cast("Value", infix(left, right))
        return maximum(left, right) if symbol == "max" else self.world.smaller(left, right)

    def figure(self, datum: Datum) -> None:
        """Condition on one figure: an estimate of a component, a formula in its place, or a claim about a sum."""
        counted = self.columns[datum.column] if datum.account is None else self.sum(datum.account)
        said: Value | float = datum.log_value
        if datum.formula is not None:
            said = self.logarithm(self.arithmetic(datum.formula)) + datum.log_value
        mean, scale = self.logarithm(counted), self.scale(datum)
        for shift in self.shifts(datum):
            mean = mean + shift
        # "at least y": the figure would have been above y; "at most y": below, that is the error turned about is above
        residual: Value = mean - said if datum.side == "at-most" else said - mean
        self.world.keep(f"expected:{datum.name}", mean)
        self.world.keep(f"scale:{datum.name}", scale)
        self.observe(datum.name, residual, scale, is_above=datum.side != "point", weight=datum.weight)

    def shifts(self, datum: Datum) -> list[Value]:
        """Return how far a figure, as a logarithm, is off together with others: of its basis, of its lineage."""
        found = [self.bias[datum.basis]] if datum.basis in self.bias else []
        if datum.line in self.evidence.lines:
            common = math.sqrt(self.evidence.synthesis.lineage)
            found.append(self.score[f"lineage:{datum.line}"] * self.tau[datum.basis] * common)
        return found

    def scale(self, datum: Datum) -> Value:
        """Return the scale of the error that a figure has of its own, logarithmic."""
        common = self.evidence.synthesis.lineage if datum.line in self.evidence.lines else 0.0
        tau = self.tau[datum.basis] * math.sqrt(1.0 - common)
        return self.world.norm(tau, datum.log_error) if datum.log_error > 0.0 else tau

    def balance(self, name: str, account: ResolvedDefinition) -> None:
        """Condition on a balance: what the censuses lack is what the scope counts, but for an error in persons."""
        record = self.case.balances[name]
        residual: Value = self.arithmetic(record.formula) - self.sum(account)
        self.world.keep(f"residual:{name}", residual)
        residual = residual - self.evidence.offsets.get(name, 0.0)
        self.observe(f"balance:{name}", residual / record.error, self.world.number(1.0), is_above=False, weight=1.0)

    def observe(self, name: str, residual: Value, scale: Value, *, is_above: bool, weight: float) -> None:
        """Condition on an error with the tails of the case."""
        is_heavy = self.evidence.synthesis.tails == "heavy"
        self.world.observe(name, residual, scale, is_above=is_above, is_heavy=is_heavy, weight=weight)

    def sum(self, account: ResolvedDefinition) -> Value:
        """Add up what a claim or a balance counts, by the same sums as any total."""
        return evaluate(self.case, self.columns, account).total

    def logarithm(self, value: Value) -> Value:
        """Return a logarithm, of one death at least: what a formula gives may be nothing."""
        return self.world.log(maximum(value, 1.0))
