"""Models whose sensitivity is known in closed form, and samples of their inputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.sensitivity.sobol import Sample
from mcmort.results.counter_based_random import stream_key, uniforms

__all__ = [
    "ISHIGAMI_FIRST",
    "ISHIGAMI_SHAPLEY",
    "ISHIGAMI_TOTAL",
    "Tied",
    "blocks_of",
    "ishigami",
    "normal_sample",
    "uniform_sample",
]

type Array = NDArray[np.float64]

_A, _B = 7.0, 0.1
_ALONE_1: Final = 0.5 * (1.0 + _B * math.pi**4 / 5.0) ** 2
_ALONE_2: Final = _A**2 / 8.0
_TOGETHER_13: Final = _B**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
_VARIANCE: Final = _ALONE_1 + _ALONE_2 + _TOGETHER_13

ISHIGAMI_FIRST: Final = np.array([_ALONE_1, _ALONE_2, 0.0]) / _VARIANCE
"""Ishigami and Homma (1990); Saltelli, Chan and Scott (2000, Sensitivity Analysis)."""
ISHIGAMI_TOTAL: Final = np.array([_ALONE_1 + _TOGETHER_13, _ALONE_2, _TOGETHER_13]) / _VARIANCE
ISHIGAMI_SHAPLEY: Final = 0.5 * (ISHIGAMI_FIRST + ISHIGAMI_TOTAL)
"""An interaction of two is shared by halves."""


@dataclass(frozen=True)
class Tied:
    """Inputs that depend on one another."""

    members: tuple[int, ...]
    correlation: Array


def ishigami(inputs: Sequence[Array]) -> Array:
    """Return the function of Ishigami of three numbers between minus pi and pi; of further ones it knows nothing."""
    one, two, three = inputs[:3]
    return np.asarray(np.sin(one) + _A * np.sin(two) ** 2 + _B * three**4 * np.sin(one))


def uniform_sample(seed: int, count: int) -> Sample:
    """Return what samples numbers between minus pi and pi."""

    def sample(role: str, first: int, draws: int) -> list[Array]:
        keys = [stream_key(seed, f"{role}:{index}") for index in range(count)]
        return [math.pi * (2.0 * uniforms(key, first, draws) - 1.0) for key in keys]

    return sample


def normal_sample(seed: int, correlation: Array) -> Sample:
    """Return what samples normal scores with correlations."""
    factor = np.linalg.cholesky(correlation)

    def sample(role: str, first: int, draws: int) -> list[Array]:
        rows = []
        for index in range(len(correlation)):
            radius, angle = (
                uniforms(stream_key(seed, f"{role}:{part}:{index}"), first, draws) for part in ("radius", "angle")
            )
            rows.append(np.sqrt(-2.0 * np.log(radius)) * np.cos(2.0 * math.pi * angle))
        return list(factor @ np.stack(rows))

    return sample


def blocks_of(correlation: Array, ends: Sequence[int]) -> list[Tied]:
    """Cut inputs in a row into blocks that end before some positions."""
    spans = [tuple(range(first, last)) for first, last in pairwise([0, *ends])]
    return [Tied(span, correlation[np.ix_(span, span)]) for span in spans]
