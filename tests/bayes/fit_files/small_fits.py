"""Fits of a small case whose draws come from nowhere, and how two fits are compared."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NoReturn

import numpy as np
import pytest

from mcmort.bayes import Posterior, fit
from mcmort.bayes.autodiff.tape import TapeProgram
from mcmort.bayes.sample import Chains
from tests.bayes.small_cases import plain

__all__ = ["PREDICTIONS", "assert_same_fit", "draws_of", "forbid_sampling", "independent_scores", "small_fit"]

PREDICTIONS = ("computed", "expected", "predicted", "predicted_before")


def independent_scores(
    program: TapeProgram,
    seed: int,
    *,
    draws: int = 1000,
    tune: int = 400,
    chains: int = 4,
    target_accept: float = 0.8,
    cores: int | None = None,
    progress: object = None,
    starts: object = None,
) -> Chains:
    """Stand in for the sampler: independent standard normal scores, whatever the density."""
    rng, shape = np.random.default_rng(seed), (chains, draws)
    stats = {name: np.zeros(shape) for name in ("diverging", "n_steps", "logp", "step_size")}
    return Chains(
        rng.standard_normal((*shape, len(program.parameters))), {**stats, "energy": rng.standard_normal(shape)}
    )


def small_fit(**changes: Any) -> Posterior:
    """Fit the small case of two components with seed 1, or as asked."""
    return fit(plain(), **{"rng": 1, **changes})


def _refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("the case was sampled again")


def forbid_sampling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be sampled from here on."""
    monkeypatch.setattr("mcmort.bayes.sample.sample", _refuse)


def assert_same_fit(one: Posterior, other: Posterior) -> None:
    """Compare two fits field by field, arrays to the bit."""
    for field in fields(Posterior):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if field.name == "case":
            assert left.digest == right.digest
        elif field.name == "log_prior":
            assert left.tobytes() == right.tobytes()
        elif field.name in ("columns", "prior", "others", "log_likelihood", *PREDICTIONS):
            assert {key: value.tobytes() for key, value in left.items()} == {
                key: value.tobytes() for key, value in right.items()
            }, field.name
        else:
            assert left == right, field.name


def draws_of(posterior: Posterior) -> dict[str, bytes]:
    """Return the draws of each column as bytes, to be compared to the bit."""
    return {name: values.tobytes() for name, values in posterior.columns.items()}
