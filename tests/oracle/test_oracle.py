"""Every definition of every shipped case against a second program that shares no code with the engine."""

from __future__ import annotations

from dataclasses import replace
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
_SLACK = 2e-4
"""What tables and samples may err, of a quantile or mean."""
_PROBABILITIES = (0.025, 0.25, 0.5, 0.75, 0.975)
DEFINITIONS = [(name, definition) for name in sorted(cases()) for definition in load(name).definitions]

pytestmark = pytest.mark.statistical


@cache
def _draws(name: str) -> Draws:
    return mm.simulate(load(name), _N, rng=11)


@cache
def _oracle(name: str) -> Oracle:
    return Oracle(load(name), _N, 12)


def _misses(ours: Array, theirs: Array) -> Array:
    """Return by how much quantiles and mean differ, in units of what is allowed: above one is a miss.

    A quantile of ours is looked up among theirs, so that one that lies in a gap between schools, where it is noise, has
    the error of its probability. Allowed are five standard errors of both, and the error of tables and samples.
    """
    probabilities = np.array(_PROBABILITIES)
    quantiles = np.quantile(ours, probabilities)
    below = np.array([np.mean(theirs < quantile * (1.0 - _SLACK)) for quantile in quantiles])
    up_to = np.array([np.mean(theirs <= quantile * (1.0 + _SLACK)) for quantile in quantiles])
    distances = np.maximum(np.maximum(below - probabilities, probabilities - up_to), 0.0)
    errors = np.sqrt(2.0 * probabilities * (1.0 - probabilities) / _N)
    of_mean = np.hypot(ours.std(), theirs.std()) / np.sqrt(_N)
    mean = abs(ours.mean() - theirs.mean()) / (5.0 * of_mean + _SLACK * theirs.mean())
    return np.array([*distances / (5.0 * errors), mean])


@pytest.mark.parametrize(
    ("name", "definition"), DEFINITIONS, ids=[f"{name}-{definition}" for name, definition in DEFINITIONS]
)
def test_total_of_a_shipped_definition_is_that_of_a_second_program(name: str, definition: str) -> None:
    """Quantiles and mean agree within five standard errors of both, and the error of tables and samples."""
    expected = _oracle(name).total(load(name).definitions[definition])
    assert expected is not None
    misses = _misses(total(_draws(name), definition).values, expected)
    assert np.all(misses <= 1.0), np.round(misses, 2)


def test_a_wrong_rule_would_be_seen() -> None:
    """Negative control: with the shares of an overlap halved, the second program no longer agrees."""
    oracle = Oracle(load("china"), _N, 12)
    oracle.overlaps = {key: 0.5 * share for key, share in oracle.overlaps.items()}
    expected = oracle.total(load("china").definitions["broad"])
    assert expected is not None
    assert np.any(_misses(total(_draws("china"), "broad").values, expected) > 1.0)


def test_a_link_that_does_nothing_would_be_seen() -> None:
    """Negative control: without the group of the Soviet registers, the second program no longer agrees."""
    case = load("ussr")
    dependence = {key: group for key, group in case.dependence.items() if key != "archival-under-registration"}
    expected = Oracle(replace(case, dependence=dependence), _N, 12).total(case.definitions["repression"])
    assert expected is not None
    assert np.any(_misses(total(_draws("ussr"), "repression").values, expected) > 1.0)
