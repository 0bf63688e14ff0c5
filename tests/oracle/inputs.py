"""Inputs of the second program: single figures, pools of estimates, quantities, and deaths of components.

`tests.oracle.independent` says what the program is, and adds them up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from mcmort.catalogue import Case, column_name, formula
from mcmort.catalogue.records import Component, Estimate, Quantity

__all__ = ["OracleInputs", "span"]

type Array = NDArray[np.float64]

_POOL: int = 1 << 20
"""Values from which the quantiles of a pool are read."""
_COVERAGE = {"50%": 0.5, "80%": 0.8, "90%": 0.9, "95%": 0.95}


def span(years: tuple[int, int]) -> range:
    """Return the years from the first to the last, both included."""
    return range(years[0], years[1] + 1)


class OracleInputs:
    """Draws of the quantities of a case, and of the deaths of its components.

    Parameters
    ----------
    case : Case
        The case.
    n : int
        Number of draws.
    seed : int
        Of NumPy's generator.
    """

    def __init__(self, case: Case, n: int, seed: int) -> None:
        self.case, self.n = case, n
        self.rng = np.random.default_rng(seed)
        self.factors = {group: self.rng.standard_normal(n) for group in case.dependence}
        self.quantities: dict[str, Array] = {}
        self.all: dict[str, Array | None] = {}
        self.registered: dict[str, Array | None] = {}
        for name in case.quantities:
            self.quantity(name)
        for name in case.components:
            self.deaths(name)

    # one figure

    def coverage(self, reads: str) -> float:
        """Return the probability that a printed range holds."""
        readings = self.case.head.readings
        return {**_COVERAGE, "range": readings.range, "plausible": readings.plausible}[reads]

    def distribution(self, figure: Any, unit: str = "") -> Any:
        """Return a frozen SciPy distribution, or a function of probabilities."""
        reads, low, best, high = figure.reading, figure.low, figure.best, figure.high
        is_cited_share = not hasattr(figure, "measure")
        is_share = is_cited_share or unit == "share" or unit.startswith("share of ")
        if reads == "point":
            if is_cited_share:
                return lambda u: np.full(len(u), best)
            if is_share:
                middle, below = special.logit([best, best * math.exp(-2 * self.case.head.spread[figure.basis].log_sd)])
                return lambda u: special.expit(middle + (middle - below) / 2 * stats.norm.ppf(u))
            return stats.lognorm(self.case.head.spread[figure.basis].log_sd, scale=best).ppf
        if reads == "standard-error" and is_share:
            size = best * (1 - best) / figure.standard_error**2 - 1
            return stats.beta(best * size, (1 - best) * size).ppf
        if reads == "standard-error":
            variance = math.log1p((figure.standard_error / best) ** 2)
            return stats.lognorm(math.sqrt(variance), scale=best * math.exp(-variance / 2)).ppf
        if reads == "extremes" and best is None and figure.family in (None, "uniform"):
            return stats.uniform(low, high - low).ppf
        if reads == "extremes" and best is not None and figure.family in (None, "pert"):
            rise, fall = (best - low) / (high - low), (high - best) / (high - low)
            return stats.beta(1 + 4 * rise, 1 + 4 * fall, loc=low, scale=high - low).ppf
        coverage = self.coverage(reads)
        tail = (1 - coverage) / 2
        if best is not None and is_share:
            inner = _log_metalog(tail, *np.exp(special.logit([low, best, high])))
            return lambda u: special.expit(np.log(inner(u)))
        if best is not None:
            return _log_metalog(tail, low, best, high)
        family = figure.family or ("beta" if is_share else "lognormal")
        if family == "lognormal":
            sd = math.log(high / low) / (2 * stats.norm.ppf(1 - tail))
            return stats.lognorm(sd, scale=math.sqrt(low * high)).ppf
        if family == "uniform":
            margin = (high - low) * tail / coverage
            return stats.uniform(low - margin, high - low + 2 * margin).ppf
        assert family == "beta", family
        return _beta(tail, low, high)

    def figure(self, figure: Any) -> Array:
        """Return draws of a cited share."""
        return np.asarray(self.distribution(figure)(self.rng.random(self.n)))

    # pools

    def factor(self, owner: Component | Quantity, estimate: Estimate) -> float:
        """Return what carries an estimate of other years over to those of its component."""
        if not isinstance(owner, Component) or estimate.years in (None, owner.years) or owner.profile is None:
            return 1.0
        assert estimate.years is not None
        series = self.case.profiles[owner.profile].by_year
        if any(year not in series for year in span(estimate.years)):
            return 1.0
        within = sum(series[year] for year in span(estimate.years))
        return sum(series[year] for year in span(owner.years)) / within if within > 0 else 1.0

    def pool(self, owner: Component | Quantity, measure: str, uniform: Array) -> Array | None:
        """Return draws of a pool at some probabilities: printed figures by quantiles, formulas by the draw's inputs."""
        admitted, _ = self.case.admitted(owner)
        figures = [one for one in admitted if one.measure == measure and not one.is_one_sided]
        figures = [one for one in figures if one.formula is None or self.is_known(one.formula)]
        if not figures:
            return None
        lines = Counter(one.line for one in figures)
        weights = [1 / (len(lines) * lines[one.line]) for one in figures]
        bounds = [
            one
            for one in admitted
            if one.is_one_sided and (one.measure == measure or (measure == "all" and one.reading == "at-least"))
        ]
        printed = [(weight, one) for weight, one in zip(weights, figures, strict=True) if one.formula is None]
        formulas = [(weight, one) for weight, one in zip(weights, figures, strict=True) if one.formula is not None]
        if bounds or owner.pool != "linear":
            return np.quantile(self.tilted(owner, printed, formulas, bounds), uniform)
        parts: list[tuple[float, float, Any]] = []
        if printed:
            sample = np.sort(self.mixture(owner, printed))
            parts.append((float(np.median(sample)), sum(weight for weight, _ in printed), sample))
        for weight, one in formulas:
            assert one.formula is not None
            values = self.arithmetic(one.formula) * self.factor(owner, one)
            parts.append((float(np.median(values)), weight, values))
        parts.sort(key=lambda part: part[0])
        found, start = np.empty(self.n), 0.0
        for _, weight, values in parts:
            here = (uniform >= start) & (uniform <= start + weight + 1e-12)
            if len(values) == _POOL:
                found[here] = np.quantile(values, np.clip((uniform[here] - start) / weight, 0, 1))
            else:
                found[here] = values[here]
            start += weight
        return found

    def mixture(self, owner: Component | Quantity, printed: list[tuple[float, Estimate]]) -> Array:
        """Return a large sample of a mixture of printed figures, in strata."""
        whole = sum(weight for weight, _ in printed)
        counts = np.floor(_POOL * np.cumsum([0.0, *(weight / whole for weight, _ in printed)]) + 0.5).astype(int)
        parts = []
        for (_, one), first, after in zip(printed, counts[:-1], counts[1:], strict=True):
            middle = (np.arange(after - first) + 0.5) / (after - first)
            parts.append(np.asarray(self.distribution(one, owner.unit)(middle)) * self.factor(owner, one))
        return np.concatenate(parts)

    def tilted(
        self,
        owner: Component | Quantity,
        printed: list[tuple[float, Estimate]],
        formulas: list[tuple[float, Estimate]],
        bounds: list[Estimate],
    ) -> Array:
        """Return a sample of a linear pool under soft bounds, by rejection; formulas apart from the draw's inputs."""
        assert owner.pool == "linear"
        parts = [self.mixture(owner, printed)] if printed else []
        shares = [sum(weight for weight, _ in printed)] if printed else []
        for weight, one in formulas:
            assert one.formula is not None
            parts.append(self.rng.permutation(self.arithmetic(one.formula)) * self.factor(owner, one))
            shares.append(weight)
        choice = self.rng.choice(len(parts), size=_POOL, p=np.array(shares) / sum(shares))
        values = np.array([self.rng.choice(part, _POOL) for part in parts])[choice, np.arange(_POOL)]
        keep = np.ones(_POOL)
        for one in bounds:
            value = (one.low if one.reading == "at-least" else one.high) or 0.0
            sd = self.case.head.spread[one.basis].log_sd
            score = (np.log(values) - math.log(value * self.factor(owner, one))) / sd
            keep *= stats.norm.cdf(score if one.reading == "at-least" else -score)
        return values[self.rng.random(_POOL) < keep]

    # inputs

    def is_known(self, text: str) -> bool:
        """Whether all quantities of a formula have evidence."""
        return all(self.quantity(name) is not None for name in formula.names(formula.parse(text)))

    def arithmetic(self, text: str) -> Array:
        """Compute a formula over quantities and components."""
        components = {column_name(name): name for name in self.case.components}

        def value(name: str) -> Array:
            found = self.deaths(components[name]) if name in components else self.quantity(name)
            assert found is not None, name
            return found

        operations: Mapping[str, Any] = {
            "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "min": np.minimum, "max": np.maximum,
        }  # fmt: skip
        found: Any = formula.fold(
            formula.parse(text),
            lambda number: np.full(self.n, number),
            value,
            lambda operator, left, right: operations[operator](left, right),
        )
        return np.asarray(found)

    def loadings(self, member: str, measure: str) -> dict[str, float]:
        """Return the loadings of an input on the factors of its groups."""
        return {
            name: group.loading
            for name, group in self.case.dependence.items()
            if member in group.members and (member in self.case.quantities or group.measure == measure)
        }

    def score(self, member: str, measure: str) -> Array:
        """Return the normal score of an input: its groups' factors, and its own."""
        return self.with_residual(self.loadings(member, measure))

    def with_residual(self, loadings: Mapping[str, float]) -> Array:
        """Return a normal score with some loadings on factors, and a part of its own."""
        own = math.sqrt(max(0.0, 1.0 - sum(loading**2 for loading in loadings.values())))
        found = own * self.rng.standard_normal(self.n)
        for name, loading in loadings.items():
            found = found + loading * self.factors[name]
        return np.asarray(found)

    def quantity(self, name: str) -> Array | None:
        """Return draws of a quantity, or None without evidence."""
        if name not in self.quantities:
            quantity = self.case.quantities[name]
            if quantity.formula is not None:
                known = self.is_known(quantity.formula)
                found = self.arithmetic(quantity.formula) if known else None
            else:
                found = self.pool(quantity, "all", stats.norm.cdf(self.score(name, "all")))
            if found is None:
                return None
            self.quantities[name] = found
        return self.quantities[name]

    def deaths(self, name: str) -> Array | None:
        """Return all deaths of a component, or None where they are unknown; the registered part comes with them."""
        if name in self.all:
            return self.all[name]
        component = self.case.components[name]
        completeness = self.completeness(component)
        register = self.pool(component, "registered", stats.norm.cdf(self.score(name, "registered")))
        every = (
            self.pool(component, "all", stats.norm.cdf(self.score(name, "all"))) if component.formula is None else None
        )
        if component.formula is not None:
            names = formula.names(formula.parse(component.formula))
            known = all(
                self.deaths(other) is not None for other in self.case.components if column_name(other) in names
            ) and all(self.quantity(one) is not None for one in names if one in self.case.quantities)
            every = np.maximum(self.arithmetic(component.formula), 0.0) if known else None
        elif every is None and register is not None:
            register, completeness = self.rotated(component)
            every = register if completeness is None else register / completeness
        if every is not None and register is not None:
            every = np.maximum(every, register)
        if register is None and every is not None and completeness is not None:
            register = completeness * every
        self.all[name], self.registered[name] = every, register
        return every

    def completeness(self, component: Component) -> Array | None:
        """Return draws of the share that is registered, or None where none is cited."""
        if component.completeness is None:
            return None
        score = self.score(component.id, "completeness")
        return np.asarray(self.distribution(component.completeness)(stats.norm.cdf(score)))

    def rotated(self, component: Component) -> tuple[Array, Array | None]:
        """Return a register and its completeness, whose quotient follows the links of all deaths."""
        deaths, own = self.loadings(component.id, "all"), self.loadings(component.id, "registered")
        if component.completeness is None:
            register = self.pool(
                component, "registered", stats.norm.cdf(self.with_residual(Counter(deaths) + Counter(own)))
            )
            assert register is not None
            return register, None
        share = self.distribution(component.completeness)
        plain = self.pool(component, "registered", self.rng.random(self.n))
        assert plain is not None
        of_register, of_share = np.std(np.log(plain)), np.std(np.log(share(self.rng.random(self.n))))
        size = math.hypot(of_register, of_share)
        names = sorted({*deaths, *own, *self.loadings(component.id, "completeness")})
        first, second = (
            np.array([weight * deaths.get(name, 0.0) + others.get(name, 0.0) for name in names])
            for weight, others in (
                (of_register / size, own),
                (-of_share / size, self.loadings(component.id, "completeness")),
            )
        )
        covariance = np.eye(2) - np.array([[first @ first, first @ second], [first @ second, second @ second]])
        residual = self.rng.multivariate_normal(np.zeros(2), covariance, self.n)
        factors = np.array([self.factors[name] for name in names]).reshape(len(names), self.n)
        register = self.pool(component, "registered", stats.norm.cdf(first @ factors + residual[:, 0]))
        assert register is not None
        return register, np.asarray(share(stats.norm.cdf(second @ factors + residual[:, 1])))


def _log_metalog(tail: float, low: float, best: float, high: float) -> Any:
    """Return the quantile function of the three-term metalog of the logarithm through three quantiles."""
    u = np.array([tail, 0.5, 1 - tail])
    logit = np.log(u / (1 - u))
    terms = np.linalg.solve(np.column_stack([np.ones(3), logit, (u - 0.5) * logit]), np.log([low, best, high]))

    def ppf(u: Array) -> Array:
        logit = np.log(u / (1 - u))
        return np.asarray(np.exp(terms[0] + terms[1] * logit + terms[2] * (u - 0.5) * logit))

    return ppf


def _beta(tail: float, low: float, high: float) -> Any:
    """Return the quantile function of the beta distribution with two quantiles."""

    def miss(logs: Array) -> Array:
        a, b = np.exp(logs)
        return np.asarray(stats.beta(a, b).cdf([low, high]) - np.array([tail, 1 - tail]))

    middle, spread = (low + high) / 2, (high - low) / 4
    size = max(middle * (1 - middle) / spread**2 - 1, 0.5)
    found = optimize.root(miss, np.log([middle * size, (1 - middle) * size]), tol=1e-12)
    assert found.success, (tail, low, high)
    return stats.beta(*np.exp(found.x)).ppf
