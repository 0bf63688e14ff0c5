"""The model as a PyMC model of whole vectors: it compiles for the largest case, is sampled by any tool, and extended.

The tape of the model is sorted into batches of one operation (`mcmort.bayes.autodiff.tape`). Here each batch is one
operation over a vector, and each batch of sums one weighted sum over a table, so that the graph has a few dozen nodes
whatever the case holds. `mcmort.bayes.pymc_model` writes the same model figure by figure, which is easier to read and
takes too long to compile; tests hold the density and gradient of both equal to the tape's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.autodiff.tape import TapeOp, TapeProgram, Variable
from mcmort.bayes.backends import TapeBackend
from mcmort.bayes.evidence import Evidence
from mcmort.bayes.evidence.collect import collect
from mcmort.bayes.evidence.split import silenced
from mcmort.bayes.fit_options import given_lean
from mcmort.bayes.model import build_model
from mcmort.bayes.quantile_spline import FIRST, PIECES, STEPS, cubic
from mcmort.catalogue.case import Case
from mcmort.catalogue.names_given import names_given
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.errors import UsageError

__all__ = ["FREE_VARIABLES", "pymc_model", "vectorised_model"]

type Array = NDArray[np.float64]

_LOG_ROOT_TAU: Final = 0.5 * float(np.log(2.0 * np.pi))
FREE_VARIABLES: Final = ("score", "deaths_parameter")
"""Free variables of the model, which together are `Evidence.parameters` in their order."""
_DIMS: Final = {
    "all": ("deaths", "component"),
    "registered": ("registered", "register"),
    "completeness": ("completeness", "completeness_of"),
    "quantity": ("quantity", "quantity_name"),
    "tau": ("tau", "basis"),
    "bias": ("bias", "biased_basis"),
    "heterogeneity": ("heterogeneity", "heterogeneity_of"),
    "scatter": ("scatter", "scattered_component"),
    "lean": ("lean", "leaning_component"),
    "expected": ("expected", "figure"),
    "scale": ("scale", "figure"),
    "error": ("error", "figure"),
    "residual": ("residual", "balance"),
}
"""What the model keeps: the variable and the dimension of each kind."""


@checked_arguments
def pymc_model(
    case: Case,
    *,
    evidence: Iterable[str] | None = None,
    without: Iterable[str] = (),
    lean: float = 0.0,
    without_likelihood: Iterable[str] = (),
) -> Any:
    """Return the model that `mcmort.fit` samples as a PyMC model, to be sampled by other tools or extended.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    evidence, without, lean
        As for `mcmort.fit`.
    without_likelihood : iterable of str
        Figures (``COMPONENT:ESTIMATE``, ``claim:ID``, ``balance:ID``) that the model predicts and does not condition
        on, so that a likelihood of your own can take the place of theirs.

    Returns
    -------
    pymc.Model
        Free variables: ``score``, standard normal, of everything but deaths, and ``deaths_parameter``, of each
        component. Named with dimensions: ``deaths`` (component), ``registered``, ``completeness``, ``quantity``,
        ``tau`` and ``bias`` (basis), and of each figure ``expected`` (the logarithm that the model expects, bias and
        lineage included), ``scale`` and ``error`` (figure).

    Raises
    ------
    EvidenceError
        If nothing is left to condition on, or something may be negative.
    UsageError
        If a name is that of no figure.

    Examples
    --------
    >>> import mcmort as mm
    >>> model = mm.pymc_model(mm.load("ussr"))  # doctest: +SKIP
    """
    collected = replace(collect(case, evidence, without), lean=given_lean(lean))
    silent = frozenset(names_given("without_likelihood", without_likelihood))
    names = {datum.name for datum in collected.data} | {f"balance:{name}" for name in collected.balances}
    if unknown := sorted(silent - names):
        raise UsageError(
            f"{case.id} is conditioned on no figure {unknown[0]!r}. Hint: 'mcmort fit {case.id} --figures' lists them"
        )
    return vectorised_model(silenced(collected, silent))


class _NamingBackend(TapeBackend):
    """Numbers are variables on a tape, of which those that are kept have names."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence.parameters)
        self.kept: dict[str, Variable] = {}

    def keep(self, name: str, value: Variable) -> None:
        """Name a value."""
        self.kept[name] = value


def vectorised_model(evidence: Evidence) -> Any:
    """Return the model of some evidence; see `pymc_model`."""
    import pymc as pm
    import pytensor.tensor as pt
    from pytensor.scalar import autocast_float_as

    backend = _NamingBackend(evidence)
    build_model(backend, evidence)
    count = len(backend.tape.terms)
    for value in backend.kept.values():  # a value that has no part in the density is computed too
        backend.tape.add(value, 0.0)
    program = backend.tape.program()
    place = dict(zip(backend.kept, program.terms[count:].tolist(), strict=True))
    inputs, components = len(evidence.parameters) - len(evidence.latents), list(evidence.latents)
    coords: dict[str, list[str]] = {"input": list(evidence.parameters[:inputs]), "own_component": components}
    named: dict[str, dict[str, int]] = {}
    for name, index in place.items():
        kind, _, rest = name.partition(":")
        if kind in _DIMS:
            variable, dim = _DIMS[kind]
            named.setdefault(variable, {})[rest] = index
            coords[dim] = list(named[variable])
    # constants of the library's own, such as the root of two, would be rounded to single precision
    with autocast_float_as("float64"), pm.Model(coords=coords) as model:
        score = pm.Normal("score", 0.0, 1.0, dims="input")
        deaths = pm.Flat("deaths_parameter", dims="own_component")
        values = _values(program, pt.concatenate([score, deaths]))
        own = program.scores[program.scores >= inputs]  # those below are the standard normal scores themselves
        pm.Potential("prior_of_deaths", _standard(values[own]))
        pm.Potential("evidence", values[program.terms[:count]] * program.weights[:count])
        for variable, dim in _DIMS.values():
            if variable in named:
                pm.Deterministic(variable, values[np.array(list(named[variable].values()))], dims=dim)
    return model


def _values(program: TapeProgram, parameters: Any) -> Any:
    """Return the vector of all values of a program."""
    import pytensor.tensor as pt

    values = pt.concatenate([parameters, pt.as_tensor_variable(program.constants)])
    known = len(program.parameters) + len(program.constants)
    first = known
    for batch, op in enumerate(program.op):
        rows = range(int(program.start[batch]), int(program.start[batch + 1]))
        if op == TapeOp.ADD_SCALED:
            values = pt.concatenate([values, _sums(program, rows, first, values)])
            continue
        done = rows.start
        while done < rows.stop:  # what reads results of its own batch waits for them
            ready = done
            while ready < rows.stop and max(program.a[ready], program.b[ready]) < first + done:
                ready += 1
            part = slice(done, ready)
            left, right = (values[operand[part].astype(np.int64)] for operand in (program.a, program.b))
            values = pt.concatenate([values, _operation(TapeOp(op), left, right, program.x[part], program.curves)])
            done = ready
    return values


def _sums(program: TapeProgram, rows: range, first: int, values: Any) -> Any:
    """Return the results of a batch of sums: weighted sums of earlier values, gathered in a table with equal rows."""
    import pytensor.tensor as pt

    weights: list[dict[int, float]] = []
    for row in rows:
        total: dict[int, float] = {}
        for operand, factor in ((int(program.a[row]), 1.0), (int(program.b[row]), float(program.x[row]))):
            inner = operand - first - rows.start
            terms = weights[inner] if inner >= 0 else {operand: 1.0}
            for index, weight in terms.items():
                total[index] = total.get(index, 0.0) + factor * weight
        weights.append(total)
    width = max(len(total) for total in weights)
    operands, factors = np.zeros((len(rows), width), dtype=np.int64), np.zeros((len(rows), width))
    for row, total in enumerate(weights):
        operands[row, : len(total)] = list(total)
        factors[row, : len(total)] = list(total.values())
    return (pt.as_tensor_variable(factors) * values[operands.ravel()].reshape(operands.shape)).sum(axis=-1)


def _operation(op: TapeOp, a: Any, b: Any, x: Array, curves: Array) -> Any:
    """Return one operation over vectors."""
    import pytensor.tensor as pt

    match op:
        case TapeOp.MULTIPLY:
            return a * b
        case TapeOp.DIVIDE:
            return a / b
        case TapeOp.MINIMUM:
            return pt.minimum(a, b)
        case TapeOp.MAXIMUM:
            return pt.maximum(a, b)
        case TapeOp.EXP:
            return pt.exp(a)
        case TapeOp.LOG:
            return pt.log(a)
        case TapeOp.NORM:
            return pt.sqrt(a**2 + x**2)
        case TapeOp.NORMAL:
            return _standard(a / b) - pt.log(b)
        case TapeOp.NORMAL_ABOVE:
            return pt.log(pt.erfc(a / b / np.sqrt(2.0)) / 2.0)
        case TapeOp.STUDENT:
            return np.log(0.375) - 2.5 * pt.log1p((a / b) ** 2 / 4.0) - pt.log(b)
        case TapeOp.STUDENT_ABOVE:
            return _student_above(a / b)
        case _:
            place = pt.clip(a, FIRST, -FIRST)
            piece = pt.minimum(pt.cast(pt.floor((place - FIRST) * STEPS), "int64"), PIECES - 1)
            table = pt.as_tensor_variable(curves.reshape(-1, 4))
            coefficients = table[x.astype(np.int64) * PIECES + piece].T
            inside, slope = cubic(coefficients, place - (FIRST + piece / STEPS))
            return inside + slope * (a - place)


def _standard(score: Any) -> Any:
    """Return the log density of the standard normal."""
    return -0.5 * score**2 - _LOG_ROOT_TAU


def _student_above(t: Any) -> Any:
    """Return the log probability that a Student variable with four degrees of freedom is above `t`.

    With s = t / sqrt(4 + t^2) it is (1 - s)^2 (2 + s) / 4, and 1 - s has a form of its own where s is close to one.
    """
    import pytensor.tensor as pt

    root = pt.sqrt(4.0 + t**2)
    s = t / root
    rest = pt.switch(t > 0.0, 4.0 / (root * (root + pt.abs(t))), 1.0 - s)
    return 2.0 * pt.log(rest) + pt.log(2.0 + s) - np.log(4.0)
