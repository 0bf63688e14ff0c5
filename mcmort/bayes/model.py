"""The generative model of the Bayesian engine: how the evidence of a case came about, written once.

Every function below is one kind of evidence. They are written over a `Backend`, which says what a number is: in PyMC
they make its model (`mcmort.bayes.pymc_model`), on an autodiff tape the compiled log density, over arrays of draws all
that follows from the parameters, and an independent check of the other two (`mcmort.bayes.backends`).

    z              ~ Normal(0, 1)                            every parameter, independently
    log theta_k    = m_k + s_k z                             deaths that happened: far wider than the evidence
    kappa_k        = cited completeness at z                 share of them that was registered
    R_k            = kappa_k theta_k                         deaths that were registered, never more than happened
    q              = cited pool at z                         populations, rates, shares, overlaps
    tau_b          = spread_b exp(h z)                       heterogeneity of a basis
    bias_b         = mean_b + sd_b z                         bias of a basis; none for registers
    effect_l       = z                                       what figures of one lineage have in common
    lean_k         = log(1 + lean) z                         how far all figures of theta_k are off together, if asked

    log y_i        = log x_i + bias_b + sqrt(r) tau_b effect_l + lean_k + error_i
    error_i        ~ sqrt(se_i^2 + (1 - r) tau_b^2) t_4      in lineages with figures of several sums or components
    error_i        ~ sqrt(se_i^2 + tau_b^2) t_4              in the others

where x_i is what the figure counts: R_k or theta_k of one component, or the sum that an author means, with the years,
shares, overlaps and ordinary mortality of that author's own definition. Of "at least y" the model knows that the figure
would have been above y, of "at most y" below. Figures of one lineage about the same thing weigh one figure together. A
balance says that the deficit between two censuses is the sum over its scope, but for an error in persons.

A component with a formula is what the formula gives, and at least what its register holds, which then has a prior of
its own.
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

__all__ = ["Backend", "build_model"]


class Backend[Value: Arithmetic](Protocol):
    """What the model needs of numbers."""

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


def build_model[Value: Arithmetic](backend: Backend[Value], evidence: Evidence) -> None:
    """Build the model of a case: parameters first, then what follows from them, then the evidence.

    Parameters
    ----------
    backend : Backend
        What numbers are; it receives parameters, observations and the values to keep.
    evidence : Evidence
        From `mcmort.bayes.collect`.
    """
    builder = _ModelBuilder(backend, evidence)
    for basis in evidence.bases:
        backend.keep(f"tau:{basis}", builder.tau[basis])
        if basis in builder.bias:
            backend.keep(f"bias:{basis}", builder.bias[basis])
    for component, lean in builder.lean.items():
        backend.keep(f"lean:{component}", lean)
    for datum in evidence.data:
        builder.figure(datum)
    for name, account in evidence.balances.items():
        builder.balance(name, account)
    for name in sorted(builder.columns):
        backend.keep(name, builder.columns[name])


class _ModelBuilder[Value: Arithmetic]:
    """The model under construction: its parameters, and the columns computed so far."""

    def __init__(self, backend: Backend[Value], evidence: Evidence) -> None:
        self.backend, self.evidence, self.case = backend, evidence, evidence.case
        self.score = backend.scores([name for name in evidence.parameters if not name.startswith("deaths:")])
        self.tau = self.heterogeneity()
        self.bias = self.biases()
        size = math.log1p(evidence.lean)
        self.lean = {name: self.score[f"lean:{name}"] * size for name in evidence.leaning}
        self.columns: dict[str, Value] = {key: self.cited(key) for key in evidence.cited}
        self.deaths()
        self.registered_parts()

    def cited(self, key: str) -> Value:
        """Return a cited prior, of a share, a population or a rate, at its score."""
        curve = self.evidence.curves[key]
        if not isinstance(curve, QuantileSpline):
            return self.backend.number(curve)
        value = self.backend.along(curve, self.score[key])
        # beyond its table a curve goes on straight, and a share would come above one
        is_share = not key.startswith(("quantity:", "heterogeneity:"))
        return self.backend.smaller(value, self.backend.number(1.0)) if is_share else value

    def heterogeneity(self) -> dict[Basis, Value]:
        """Return the heterogeneity of each basis: how far its figures lie apart beyond their own errors."""
        log_sd = self.evidence.synthesis.heterogeneity
        return {
            basis: self.backend.exp(self.score[f"tau:{basis}"] * log_sd) * self.case.head.log_sd_of(basis)
            for basis in self.evidence.bases
        }

    def biases(self) -> dict[Basis, Value]:
        """Return the bias of each basis: how far its figures are off together."""
        return {
            basis: self.score[f"bias:{basis}"] * bias.sd + bias.mean
            for basis, bias in self.evidence.synthesis.bias.items()
            if basis in self.evidence.bases
        }

    def deaths(self) -> None:
        """Compute deaths that happened: from a prior of their own, or by a formula over quantities and components."""
        latents = self.evidence.latents
        score = self.backend.scores_about(
            {f"deaths:{name}": self.place(name, latent) for name, latent in latents.items()}
        )
        self.weak = {
            name: self.off_scale(score[f"deaths:{name}"] * latent.log_sd + latent.log_median, latent.unit)
            for name, latent in latents.items()
        }
        for name, deaths in self.weak.items():
            if name not in self.evidence.derived:
                self.columns[f"all:{name}"] = deaths
        for name in self.evidence.derived:
            self.component(name)

    def place(self, name: str, latent: Latent) -> tuple[Value, Value] | None:
        """Return centre and unit of the parameter of a component with a register; None without one.

        A register determines R = kappa theta, up to the heterogeneity. In theta the posterior is a ridge along kappa
        and a funnel along the heterogeneity; in the distance of R from the register it is neither. The change of
        variables leaves the distribution as it is.
        """
        column = f"registered:{name}"
        silent = self.evidence.silent
        register = [
            datum
            for datum in self.evidence.data
            if datum.column == column and datum.is_plain and datum.name not in silent
        ]
        if not register:
            return None
        count, unit = len(register), 1.0 / latent.log_sd
        middle = sum(datum.log_value for datum in register) / count - latent.log_median
        centre = self.backend.number(middle * unit)
        for datum in register:
            for shift in self.shifts(datum):
                centre = centre - shift * (unit / count)
        if name not in self.evidence.derived:
            centre = centre - self.backend.log(self.columns[self.evidence.completeness_of(name)]) * unit
        return centre, self.scale(register[0]) * (unit / math.sqrt(count))

    def component(self, name: str) -> Value:
        """Return the deaths of a component, computed when first asked for."""
        if f"all:{name}" not in self.columns:
            text = self.case.components[name].formula
            assert text is not None
            deaths = self.arithmetic(text)
            if self.case.head.support_of(self.case.components[name]) != "signed":
                deaths = maximum(deaths, 0.0)
            if name in self.weak:  # then what was registered is the least that it can be
                register = self.weak[name]
                self.columns[f"registered:{name}"] = register
                deaths = maximum(deaths, register)
            self.columns[f"all:{name}"] = deaths
        return self.columns[f"all:{name}"]

    def registered_parts(self) -> None:
        """Compute deaths that were registered: a share of those that happened, so never more."""
        for name in self.evidence.registered:
            if f"registered:{name}" not in self.columns:
                share = self.columns[self.evidence.completeness_of(name)]
                self.columns[f"registered:{name}"] = self.columns[f"all:{name}"] * share

    def quantity(self, name: str) -> Value:
        """Return a population, a rate or a number of survivors: from its pool, or by its formula."""
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
            self.backend.number,
            lambda name: self.component(components[name]) if name in components else self.quantity(name),
            self.operate,
        )

    def operate(self, symbol: str, left: Value, right: Value) -> Value:
        """Apply one operator of the formula language."""
        infix = OPERATORS[symbol].infix
        if infix is not None:
            return cast("Value", infix(left, right))
        return maximum(left, right) if symbol == "max" else self.backend.smaller(left, right)

    def figure(self, datum: Datum) -> None:
        """Condition on one figure: an estimate of a component, a formula in its place, or a claim about a sum."""
        counted = self.columns[datum.column] if datum.account is None else self.sum(datum.account)
        stated: Value | float = datum.log_value
        if datum.formula is not None:
            stated = self.on_scale(self.arithmetic(datum.formula), datum.unit) + datum.log_value
        mean, scale = self.on_scale(counted, datum.unit), self.scale(datum)
        for shift in self.shifts(datum):
            mean = mean + shift
        # "at least y": the figure is above y, so its error is above the residual; "at most y": so is minus its error
        residual: Value = mean - stated if datum.side == "at-most" else stated - mean
        self.backend.keep(f"expected:{datum.name}", mean)
        self.backend.keep(f"error:{datum.name}", residual)
        self.backend.keep(f"scale:{datum.name}", scale)
        self.observe(datum.name, residual, scale, is_above=datum.side != "point", weight=datum.weight)

    def shifts(self, datum: Datum) -> list[Value]:
        """Return how far a figure, as a logarithm, is off together with others: of its basis, of its lineage."""
        shifts = [self.bias[datum.basis]] if datum.basis in self.bias else []
        if datum.line in self.evidence.lines:
            common = math.sqrt(self.evidence.synthesis.lineage)
            shifts.append(self.score[f"lineage:{datum.line}"] * self.sigma(datum) * common)
        if (baseline := self.evidence.baseline_of.get(datum.name)) is not None:
            shared = math.sqrt(self.evidence.synthesis.baseline[baseline].correlation)
            shifts.append(self.score[f"baseline:{baseline}"] * self.whole_scale(datum) * shared)
        if datum.column.startswith("all:") and datum.component in self.lean:
            shifts.append(self.lean[datum.component])
        return shifts

    def scale(self, datum: Datum) -> Value:
        """Return the scale of the error that a figure has of its own, logarithmic."""
        baseline = self.evidence.baseline_of.get(datum.name)
        if baseline is None:
            return self.whole_scale(datum)
        shared = self.evidence.synthesis.baseline[baseline].correlation
        own: Value = self.whole_scale(datum) * math.sqrt(1.0 - shared)
        return own

    def sigma(self, datum: Datum) -> Value:
        """Return the heterogeneity of a figure: that of its basis, or the one that its component has of its own."""
        own = self.columns.get(f"heterogeneity:{self.evidence.copies.get(datum.component, datum.component)}")
        if own is None:
            return self.tau[datum.basis]
        return own * (1.0 / datum.unit) if datum.unit else own

    def whole_scale(self, datum: Datum) -> Value:
        """Return the scale of a figure's error but for what its lineage has in common."""
        common = self.evidence.synthesis.lineage if datum.line in self.evidence.lines else 0.0
        tau = self.sigma(datum) * math.sqrt(1.0 - common)
        return self.backend.norm(tau, datum.log_error) if datum.log_error > 0.0 else tau

    def balance(self, name: str, account: ResolvedDefinition) -> None:
        """Condition on a balance: the deficit of the censuses is the sum over the scope, up to an error in persons."""
        record = self.case.balances[name]
        counted = self.sum(account)
        residual: Value = self.arithmetic(record.formula) - counted
        self.backend.keep(f"residual:{name}", residual)
        self.backend.keep(f"sum:{name}", counted)
        residual = residual - self.evidence.offsets.get(name, 0.0)
        self.observe(f"balance:{name}", residual / record.error, self.backend.number(1.0), is_above=False, weight=1.0)

    def observe(self, name: str, residual: Value, scale: Value, *, is_above: bool, weight: float) -> None:
        """Condition on an error with the tails of the case, unless the figure is only to be predicted."""
        if name in self.evidence.silent:
            return
        is_heavy = self.evidence.synthesis.tails == "heavy"
        self.backend.observe(name, residual, scale, is_above=is_above, is_heavy=is_heavy, weight=weight)

    def sum(self, account: ResolvedDefinition) -> Value:
        """Add up what a claim or a balance counts, by the same sums as any total."""
        return evaluate(self.case, self.columns, account, lambda split: split.mean).total

    def on_scale(self, value: Value, unit: float) -> Value:
        """Return a value on the scale of its figures: in a unit, or the logarithm of one death at least."""
        return value * (1.0 / unit) if unit else self.backend.log(maximum(value, 1.0))

    def off_scale(self, value: Value, unit: float) -> Value:
        """Return a value from the scale of its figures."""
        return value * unit if unit else self.backend.exp(value)
