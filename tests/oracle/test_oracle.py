"""Every definition of every shipped case against a second program that shares no code with the engine."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

import mcmort as mm
from mcmort.catalogue import cases, load
from mcmort.results import Draws
from mcmort.totals import total
from tests.oracle.independent import Oracle

type Array = NDArray[np.float64]

_N = 200_000
_BATCHES = 40
_PROBABILITIES = (0.025, 0.25, 0.5, 0.75, 0.975)
DEFINITIONS = [(name, definition) for name in sorted(cases()) for definition in load(name).definitions]

pytestmark = pytest.mark.statistical


@cache
def _draws(name: str) -> Draws:
    return mm.simulate(load(name), _N, rng=11)


@cache
def _oracle(name: str) -> Oracle:
    return Oracle(load(name), _N, 12)


def _figures(values: Array) -> tuple[Array, Array]:
    """Return quantiles and mean, and their standard errors from batches."""
    batches = values.reshape(_BATCHES, -1)
    found = np.array([*np.quantile(values, _PROBABILITIES), values.mean()])
    of_batches = np.column_stack([np.quantile(batches, _PROBABILITIES, axis=1).T, batches.mean(axis=1)])
    return found, of_batches.std(axis=0, ddof=1) / np.sqrt(_BATCHES)


@pytest.mark.parametrize(
    ("name", "definition"), DEFINITIONS, ids=[f"{name}-{definition}" for name, definition in DEFINITIONS]
)
def test_total_of_a_shipped_definition_is_that_of_a_second_program(name: str, definition: str) -> None:
    """Quantiles and mean agree within five standard errors of both, and the 0.0002 that tables and samples may err."""
    expected = _oracle(name).total(load(name).definitions[definition])
    assert expected is not None
    ours, our_errors = _figures(total(_draws(name), definition).values)
    theirs, their_errors = _figures(expected)
    allowed = 5.0 * np.hypot(our_errors, their_errors) + 2e-4 * np.abs(theirs)
    assert np.all(np.abs(ours - theirs) <= allowed), np.round((ours - theirs) / allowed, 2)


def test_a_wrong_rule_would_be_seen() -> None:
    """Negative control: with the shares of an overlap halved, the second program no longer agrees."""
    oracle = Oracle(load("china"), _N, 12)
    oracle.overlaps = {key: 0.5 * share for key, share in oracle.overlaps.items()}
    expected = oracle.total(load("china").definitions["broad"])
    assert expected is not None
    ours, our_errors = _figures(total(_draws("china"), "broad").values)
    theirs, their_errors = _figures(expected)
    assert np.any(np.abs(ours - theirs) > 5.0 * np.hypot(our_errors, their_errors) + 2e-4 * np.abs(theirs))
