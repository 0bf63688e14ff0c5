"""Two backends of the model: variables on an autodiff tape, and arrays of draws.

On a tape the model becomes the log density that is sampled. Over arrays it gives all that follows from parameters, and
a log density by SciPy's distributions, which is an independent check of the tape. The third backend is PyMC's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.autodiff.tape import Tape, TapeOp, TapeProgram, Variable
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.model import build_model
from mcmort.bayes.quantile_spline import QuantileSpline

__all__ = [
    "ArrayBackend",
    "DataFreeBackend",
    "PriorBackend",
    "ScoreBackend",
    "TapeBackend",
    "by_name",
    "evaluate_model",
    "evaluate_prior",
    "evaluate_without_data",
    "program_of",
]

type Array = NDArray[np.float64]


def _about[Value: (Variable, Array)](place: tuple[Value, Value] | None, parameter: Value) -> Value:
    """Return the score that a parameter stands for: its distance from a centre, in a unit, if these are given."""
    return parameter if place is None else place[0] + place[1] * parameter


class TapeBackend:
    """Numbers are variables on a tape."""

    def __init__(self, parameters: Sequence[str]) -> None:
        self.tape = Tape()
        self.given = {name: self.tape.parameter(name) for name in parameters}

    def scores(self, names: Sequence[str]) -> dict[str, Variable]:
        """Return parameters, with their standard normal densities."""
        for name in names:
            self.tape.add_score(self.given[name])
        return {name: self.given[name] for name in names}

    def scores_about(self, places: Mapping[str, tuple[Variable, Variable] | None]) -> dict[str, Variable]:
        """Return scores, with their standard normal densities in terms of the parameters."""
        for place in places.values():
            if place is not None:
                self.tape.add(self.log(place[1]))
        scores = {name: _about(place, self.given[name]) for name, place in places.items()}
        for score in scores.values():
            self.tape.add_score(score)
        return scores

    def along(self, curve: QuantileSpline, score: Variable) -> Variable:
        """Emit the value of a cited prior."""
        value = self.tape.emit(TapeOp.CURVE, score, x=float(self.tape.curve(curve.coefficients)))
        return self.tape.emit(TapeOp.EXP, value) if curve.is_log else value

    def exp(self, value: Variable) -> Variable:
        """Emit an exponential."""
        return self.tape.emit(TapeOp.EXP, value)

    def log(self, value: Variable) -> Variable:
        """Emit a natural logarithm."""
        return self.tape.emit(TapeOp.LOG, value)

    def norm(self, value: Variable, other: float) -> Variable:
        """Emit the square root of the sum of two squares."""
        return self.tape.emit(TapeOp.NORM, value, x=other)

    def smaller(self, left: Variable, right: Variable) -> Variable:
        """Emit the smaller of two values."""
        return left.at_most(right)

    def number(self, value: float) -> Variable:
        """Return a constant."""
        return self.tape.constant(value)

    def observe(
        self, name: str, residual: Variable, scale: Variable, *, is_above: bool, is_heavy: bool, weight: float
    ) -> None:  # fmt: skip
        """Add the log density of an error, or the log probability that it is above the residual."""
        heavy, light = (TapeOp.STUDENT_ABOVE, TapeOp.NORMAL_ABOVE) if is_above else (TapeOp.STUDENT, TapeOp.NORMAL)
        self.tape.add(self.tape.emit(heavy if is_heavy else light, residual, scale), weight)

    def keep(self, name: str, value: Variable) -> None:
        """Nothing is kept: draws are computed from parameters afterwards."""


class ArrayBackend:
    """Numbers are arrays of draws.

    Attributes
    ----------
    log_prior : ndarray, shape (n_draws,)
        Of all scores.
    log_volume : ndarray, shape (n_draws,)
        Logarithm of the volume of scores that a unit of the parameters holds: with it, the log prior is that of the
        parameters.
    kept : dict of str to ndarray, shape (n_draws,)
        What the model keeps: columns, heterogeneities, biases, expectations and scales of figures.
    log_likelihood : dict of str to ndarray, shape (n_draws,)
        Of each figure and balance, with its weight.
    standard : dict of str to ndarray, shape (n_draws,)
        Standard normal scores of the parameters that are distances from a centre.
    """

    def __init__(self, scores: Mapping[str, Array]) -> None:
        self.given = scores
        self.size = len(next(iter(scores.values())))
        self.log_prior, self.log_volume = np.zeros(self.size), np.zeros(self.size)
        self.kept: dict[str, Array] = {}
        self.log_likelihood: dict[str, Array] = {}
        self.standard: dict[str, Array] = {}

    def scores(self, names: Sequence[str]) -> dict[str, Array]:
        """Return the parameters as given."""
        for name in names:
            self.log_prior += _standard(self.given[name])
        return {name: self.given[name] for name in names}

    def scores_about(self, places: Mapping[str, tuple[Array, Array] | None]) -> dict[str, Array]:
        """Return the scores that parameters stand for."""
        scores = {name: _about(place, self.given[name]) for name, place in places.items()}
        self.log_prior += sum(map(_standard, scores.values()))
        self.log_volume += sum(np.log(place[1]) for place in places.values() if place is not None)
        self.standard |= scores
        return scores

    def along(self, curve: QuantileSpline, score: Array) -> Array:
        """Compute the value of a cited prior."""
        return curve(score)

    def exp(self, value: Array) -> Array:
        """Compute an exponential."""
        return cast("Array", np.exp(value))

    def log(self, value: Array) -> Array:
        """Compute a natural logarithm."""
        return cast("Array", np.log(value))

    def norm(self, value: Array, other: float) -> Array:
        """Compute the square root of the sum of two squares."""
        return cast("Array", np.hypot(value, other))

    def smaller(self, left: Array, right: Array) -> Array:
        """Compute the smaller of two values."""
        return cast("Array", np.minimum(left, right))

    def number(self, value: float) -> Array:
        """Return the same number for all draws."""
        return np.full(self.size, value)

    def observe(
        self, name: str, residual: Array, scale: Array, *, is_above: bool, is_heavy: bool, weight: float
    ) -> None:  # fmt: skip
        """Compute the log likelihood by SciPy's distributions."""
        from scipy import stats

        law = stats.t(4) if is_heavy else stats.norm()
        z = residual / scale
        self.log_likelihood[name] = weight * (law.logsf(z) if is_above else law.logpdf(z) - np.log(scale))

    def keep(self, name: str, value: Array) -> None:
        """Keep a value."""
        self.kept[name] = value


class ScoreBackend(ArrayBackend):
    """Numbers are arrays of draws, and all that is given are standard normal scores."""

    def scores_about(self, places: Mapping[str, tuple[Array, Array] | None]) -> dict[str, Array]:
        """Return the scores as given."""
        return {name: self.given[name] for name in places}


class DataFreeBackend(ArrayBackend):
    """Numbers are arrays of draws, and nothing is observed."""

    def observe(
        self, name: str, residual: Array, scale: Array, *, is_above: bool, is_heavy: bool, weight: float
    ) -> None:  # fmt: skip
        """Leave the observation out."""


class PriorBackend(DataFreeBackend):
    """Numbers are arrays of draws from the prior: a score about a centre is the given one, and makes its parameter."""

    def __init__(self, scores: Mapping[str, Array]) -> None:
        super().__init__(scores)
        self.made: dict[str, Array] = {}

    def scores_about(self, places: Mapping[str, tuple[Array, Array] | None]) -> dict[str, Array]:
        """Return the scores as given, and note the parameters that stand for them."""
        self.made |= {
            name: (self.given[name] - place[0]) / place[1] for name, place in places.items() if place is not None
        }
        return {name: self.given[name] for name in places}

    @property
    def parameters(self) -> Array:
        """The parameters, shape ``(n_draws, n_parameters)``."""
        return np.stack([self.made.get(name, score) for name, score in self.given.items()], axis=1)


def evaluate_prior(evidence: Evidence, scores: Array) -> PriorBackend:
    """Evaluate the model over independent standard normal scores, without its evidence.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    scores : ndarray, shape (n_draws, n_parameters)
        Independent and standard normal.

    Returns
    -------
    PriorBackend
        With all that follows from them, and the parameters that they make.
    """
    backend = PriorBackend(by_name(evidence, scores))
    build_model(backend, evidence)
    return backend


def by_name(evidence: Evidence, scores: Array) -> dict[str, Array]:
    """Return draws of the parameters, or of their scores, shape ``(n_draws, n_parameters)``, by name."""
    return dict(zip(evidence.parameters, np.ascontiguousarray(scores.T), strict=True))


def _standard(score: Array) -> Array:
    """Return the log density of the standard normal, by SciPy."""
    from scipy import stats

    return cast("Array", stats.norm.logpdf(score))


def program_of(evidence: Evidence) -> TapeProgram:
    """Return the log density of a case as a program."""
    backend = TapeBackend(evidence.parameters)
    build_model(backend, evidence)
    return backend.tape.program()


def evaluate_model(evidence: Evidence, scores: Array) -> ArrayBackend:
    """Evaluate the model over draws of the parameters.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    scores : ndarray, shape (n_draws, n_parameters)
        The parameters, in the order of `Evidence.parameters`.

    Returns
    -------
    ArrayBackend
        With all that follows from them.
    """
    backend = ArrayBackend(by_name(evidence, scores))
    build_model(backend, evidence)
    return backend


def evaluate_without_data(evidence: Evidence, scores: Array) -> DataFreeBackend:
    """Evaluate the model over draws of the parameters, without its likelihood; see `evaluate_model`."""
    backend = DataFreeBackend(by_name(evidence, scores))
    build_model(backend, evidence)
    return backend
