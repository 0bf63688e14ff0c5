"""The generative model of the Bayesian engine: how the evidence of a case came about, written once.

Every function below is one kind of evidence. They are written over a `Backend`, which says what a number is: in PyMC
they make its model (`mcmort.bayes.pymc_model`), on an autodiff tape the compiled log density, over arrays of draws all
that follows from the parameters, and an independent check of the other two (`mcmort.bayes.backends`).

    z              ~ Normal(0, 1)                            every parameter, independently
    log theta_k    = m_k + s_k z                             deaths that happened: far wider than the evidence
    kappa_k        = cited completeness at z                 share of them that was registered
    R_k            = kappa_k theta_k                         deaths that were registered, never more than happened
    q              = cited pool at z                         populations, rates, shares, overlaps
    tau_b          = spread_b exp(h_b z)                     heterogeneity of a basis, or a class of figures
    omega_k        = exp(s z)                                scatter of a component: by what factor it is another
    bias_b         = mean_b + sd_b z                         bias of a basis; none for registers
    effect_l       = z                                       what figures of one lineage have in common
    common_k       = z                                       what all figures of theta_k have in common
    lean_k         = log(1 + lean) z                         how far all figures of theta_k are off together, if asked

    sigma_i        = omega_k tau_b                           where several lineages speak of theta_k
    sigma_i        = tau_b, and c = 0                        elsewhere
    log y_i        = log x_i + bias_b + sigma_i (sqrt(c) common_k + sqrt((1 - c) r) effect_l) + lean_k + error_i
    error_i        ~ sqrt(se_i^2 + (1 - c) (1 - r) sigma_i^2) t_4, r = 0 in lineages that speak of one thing

where x_i is what the figure counts: R_k or theta_k of one component, or the sum that an author means, with the years,
shares, overlaps and ordinary mortality of that author's own definition. Of "at least y" the model knows that the figure
would have been above y, of "at most y" below. Figures of one lineage about the same thing weigh one figure together. A
balance says that the deficit between two censuses is the sum over its scope, but for an error in persons.

Where the case declares a heterogeneity of theta_k, sigma_i is that, half-normal or half-Cauchy, and c = 0. Figures of
one baseline share a part rho of the variance of all their own error: sqrt(rho) of its scale times one z for all, and
sqrt(1 - rho) t_4 for each. Of what may be negative, log y_i, log x_i and log theta_k are the values themselves, in a
unit: the root mean square of its figures.

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
    for group in evidence.groups:
        if group in builder.tau:
            backend.keep(f"tau:{group}", builder.tau[group])
        if group in builder.bias:
            backend.keep(f"bias:{group}", builder.bias[group])
    for component, scatter in builder.scatter.items():
        backend.keep(f"scatter:{component}", scatter)
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
        self.scatter = self.scatter_of_components()
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

    def heterogeneity(self) -> dict[str, Value]:
        """Return the heterogeneity of each group of figures: how far they lie apart beyond their own errors."""
        groups = self.evidence.errors.groups
        return {
            name: self.backend.exp(self.score[f"tau:{name}"] * groups[name].spread_log_sd) * groups[name].spread
            for name in self.evidence.heterogeneous
        }

    def biases(self) -> dict[str, Value]:
        """Return the bias of each group of figures: how far they are off together."""
        groups = self.evidence.errors.groups
        return {
            name: self.score[f"bias:{name}"] * groups[name].bias_sd + groups[name].bias
            for name in self.evidence.groups
            if groups[name].has_bias
        }

    def scatter_of_components(self) -> dict[str, Value]:
        """Return by what factor the figures of each component lie farther apart, or closer, than others."""
        log_sd = self.evidence.errors.scatter
        return {name: self.backend.exp(self.score[f"scatter:{name}"] * log_sd) for name in self.evidence.scattered}

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
        """Return centre and unit of the parameter of a component: with a register, or several lineages; else None.

        A register determines R = kappa theta, up to the heterogeneity. In theta the posterior is a ridge along kappa
        and a funnel along the heterogeneity; in the distance of R from the register it is neither. Several lineages
        determine theta times what their figures have in common, and the posterior is a ridge along that: the parameter
        is the distance of theta from the figures less what they have in common, in units that are a number, since a
        scatter that is learned with theta would make another funnel. The change of variables leaves the distribution
        as it is.
        """
        unit, register = 1.0 / latent.log_sd, self.plain(f"registered:{name}")
        if register:
            centre = self.centre(register, latent)
            if name not in self.evidence.derived:
                centre = centre - self.backend.log(self.columns[self.evidence.completeness_of(name)]) * unit
            return centre, self.scale(register[0]) * (unit / math.sqrt(_weight(register)))
        figures = self.plain(f"all:{name}") if self.evidence.original(name) in self.evidence.sharing else []
        if not figures:
            return None
        groups = self.evidence.errors.groups
        error = min(math.hypot(groups[datum.group].spread, datum.log_error) for datum in figures)
        return self.centre(figures, latent), self.backend.number(error * unit / math.sqrt(_weight(figures)))

    def centre(self, figures: Sequence[Datum], latent: Latent) -> Value:
        """Return the score of a component at the mean of its figures, less how far they are off together."""
        unit, total = 1.0 / latent.log_sd, _weight(figures)
        middle = sum(datum.log_value * datum.weight for datum in figures) / total
        centre = self.backend.number((middle - latent.log_median) * unit)
        for datum in figures:
            for shift in self.shifts(datum):
                centre = centre - shift * (datum.weight * unit / total)
        return centre

    def plain(self, column: str) -> list[Datum]:
        """Return the figures of a column that are numbers, and conditioned on."""
        silent = self.evidence.silent
        return [
            datum
            for datum in self.evidence.data
            if datum.column == column and datum.is_plain and datum.name not in silent
        ]

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
            stated = self.on_scale(self.arithmetic(datum.formula), datum) + datum.log_value
        mean, scale = self.on_scale(counted, datum), self.scale(datum)
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
        shifts = [self.bias[datum.group]] if datum.group in self.bias else []
        common, lineage, _ = self.parts(datum)
        if lineage:
            shifts.append(self.score[f"lineage:{datum.line}"] * self.sigma(datum) * math.sqrt(lineage))
        if common:
            name = self.evidence.original(datum.component)
            shifts.append(self.score[f"common:{name}"] * self.sigma(datum) * math.sqrt(common))
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

    def whole_scale(self, datum: Datum) -> Value:
        """Return the scale of a figure's error but for what its component or its lineage has in common."""
        own = self.sigma(datum) * math.sqrt(self.parts(datum)[2])
        error = self.evidence.own_error(datum)
        return self.backend.norm(own, error) if error > 0.0 else own

    def sigma(self, datum: Datum) -> Value:
        """Return the heterogeneity of a figure: as declared of its component, else of its group, scattered as that."""
        name = self.evidence.original(datum.component)
        declared = self.columns.get(f"heterogeneity:{name}")
        if declared is not None:
            return declared * (1.0 / datum.unit) if datum.unit else declared
        is_scattered = datum.column.startswith("all:") and name in self.scatter
        return self.tau[datum.group] * self.scatter[name] if is_scattered else self.tau[datum.group]

    def parts(self, datum: Datum) -> tuple[float, float, float]:
        """Return how the variance of a figure divides: common to its component, to its lineage, and its own."""
        errors, name = self.evidence.errors, self.evidence.original(datum.component)
        is_sharing = datum.column.startswith("all:") and name in self.evidence.sharing
        common = errors.common if is_sharing else 0.0
        lineage = (1.0 - common) * errors.lineage if datum.line in self.evidence.lines else 0.0
        return common, lineage, 1.0 - common - lineage

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

    def on_scale(self, value: Value, datum: Datum) -> Value:
        """Return a value on the scale of a figure: in its unit, or the logarithm, also of none."""
        return value * (1.0 / datum.unit) if datum.unit else self.backend.log(maximum(value, datum.fewest))

    def off_scale(self, value: Value, unit: float) -> Value:
        """Return a value from the scale of its figures."""
        return value * unit if unit else self.backend.exp(value)


def _weight(figures: Sequence[Datum]) -> float:
    """Return how many figures there are, copies together as one."""
    return sum(datum.weight for datum in figures)
