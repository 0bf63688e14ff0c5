"""The model in PyMC, to be read, checked, and sampled with any of its tools.

The engine samples the same density from a tape, which needs no compiler; tests hold the two equal. Parameters are
standard normal scores, those of components about their register where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mcmort.bayes.evidence import Evidence
from mcmort.bayes.model import build_model
from mcmort.bayes.quantile_spline import FIRST, PIECES, STEPS, QuantileSpline, cubic

__all__ = ["pymc_model"]


class _Tensor:
    """A PyTensor variable with the larger-of-two that sums ask for; everything else is PyTensor's own arithmetic."""

    __slots__ = ("of",)

    def __init__(self, of: Any) -> None:
        self.of = of

    def __add__(self, other: Any) -> _Tensor:
        return _Tensor(self.of + _plain(other))

    def __radd__(self, other: Any) -> _Tensor:
        return _Tensor(_plain(other) + self.of)

    def __sub__(self, other: Any) -> _Tensor:
        return _Tensor(self.of - _plain(other))

    def __rsub__(self, other: Any) -> _Tensor:
        return _Tensor(_plain(other) - self.of)

    def __mul__(self, other: Any) -> _Tensor:
        return _Tensor(self.of * _plain(other))

    def __rmul__(self, other: Any) -> _Tensor:
        return _Tensor(_plain(other) * self.of)

    def __truediv__(self, other: Any) -> _Tensor:
        return _Tensor(self.of / _plain(other))

    def __rtruediv__(self, other: Any) -> _Tensor:
        return _Tensor(_plain(other) / self.of)

    def at_least(self, other: Any) -> _Tensor:
        """Return the larger of two values."""
        import pytensor.tensor as pt

        return _Tensor(pt.maximum(self.of, _plain(other)))


def _plain(value: Any) -> Any:
    return value.of if isinstance(value, _Tensor) else value


class _PymcBackend:
    """Numbers are PyTensor variables."""

    def __init__(self, *, is_kept: bool) -> None:
        self.evidence: list[Any] = []
        self.is_kept = is_kept

    def scores(self, names: Sequence[str]) -> dict[str, _Tensor]:
        """Declare independent standard normal parameters."""
        import pymc as pm

        score = pm.Normal("score", 0.0, 1.0, shape=len(names))
        return {name: _Tensor(score[index]) for index, name in enumerate(names)}

    def scores_about(self, places: Mapping[str, tuple[_Tensor, _Tensor] | None]) -> dict[str, _Tensor]:
        """Declare parameters as distances from a centre, in a unit, of scores that are standard normal."""
        import pymc as pm
        import pytensor.tensor as pt

        zero, one = self.number(0.0), self.number(1.0)
        given = [(zero, one) if place is None else place for place in places.values()]
        centre, unit = (pt.stack([place[index].of for place in given]) for index in (0, 1))
        score = centre + unit * pm.Normal("deaths", -centre / unit, 1.0 / unit, shape=len(given))
        return {name: _Tensor(score[index]) for index, name in enumerate(places)}

    def along(self, curve: QuantileSpline, score: _Tensor) -> _Tensor:
        """Look up a cited prior."""
        import pytensor.tensor as pt

        place = pt.clip(score.of, FIRST, -FIRST)
        piece = pt.minimum(pt.cast(pt.floor((place - FIRST) * STEPS), "int64"), PIECES - 1)
        inside, slope = cubic(pt.as_tensor_variable(curve.coefficients)[piece], place - (FIRST + piece / STEPS))
        value = inside + slope * (score.of - place)
        return _Tensor(pt.exp(value) if curve.is_log else value)

    def exp(self, value: _Tensor) -> _Tensor:
        """Return the exponential."""
        import pytensor.tensor as pt

        return _Tensor(pt.exp(value.of))

    def log(self, value: _Tensor) -> _Tensor:
        """Return the natural logarithm."""
        import pytensor.tensor as pt

        return _Tensor(pt.log(value.of))

    def norm(self, value: _Tensor, other: float) -> _Tensor:
        """Return the square root of the sum of two squares."""
        import pytensor.tensor as pt

        return _Tensor(pt.sqrt(value.of**2 + other**2))

    def smaller(self, left: _Tensor, right: _Tensor) -> _Tensor:
        """Return the smaller of two values."""
        import pytensor.tensor as pt

        return _Tensor(pt.minimum(left.of, right.of))

    def number(self, value: float) -> _Tensor:
        """Return a constant."""
        import pytensor.tensor as pt

        return _Tensor(pt.as_tensor_variable(np.float64(value)))

    def observe(
        self, name: str, residual: _Tensor, scale: _Tensor, *, is_above: bool, is_heavy: bool, weight: float
    ) -> None:  # fmt: skip
        """Add the log density of an error, or the log probability that it is above the residual."""
        import pymc as pm

        error = pm.StudentT.dist(nu=4, mu=0.0, sigma=scale.of) if is_heavy else pm.Normal.dist(0.0, scale.of)
        # errors are symmetric: to be above a residual is to be below its opposite
        density = pm.logcdf(error, -residual.of) if is_above else pm.logp(error, residual.of)
        self.evidence.append(weight * density)

    def keep(self, name: str, value: _Tensor) -> None:
        """Name what the model keeps."""
        import pymc as pm

        if self.is_kept:
            pm.Deterministic(name, value.of)


def pymc_model(evidence: Evidence, *, is_kept: bool = True) -> Any:
    """Return the model of a case in PyMC.

    Parameters
    ----------
    evidence : Evidence
        From `mcmort.bayes.collect`.
    is_kept : bool
        Whether components, completeness and the like are named, so that draws of them are returned.

    Returns
    -------
    pymc.Model
        Its free variables are ``score`` and ``deaths``, which together are `Evidence.parameters` in their order.
    """
    import pymc as pm
    import pytensor.tensor as pt
    from pytensor.scalar import autocast_float_as

    # constants of the library's own, such as the root of two, would be rounded to single precision
    with autocast_float_as("float64"), pm.Model() as model:
        backend = _PymcBackend(is_kept=is_kept)
        build_model(backend, evidence)
        pm.Potential("evidence", pt.stack(backend.evidence))
    return model
