"""Mutated inputs of every reader, few of each; ``make fuzz`` tries many."""

from __future__ import annotations

import random

import pytest

from tests.fuzz import READERS, fuzz, mutated


@pytest.mark.slow
@pytest.mark.parametrize("kind", READERS)
def test_mutated_input_gives_a_result_or_an_error_of_ours(kind: str) -> None:
    """Whatever the bytes: no traceback, no warning, no damaged store that is believed."""
    tried, failed = fuzz(kind, count=40, seconds=30, seed=7)
    assert tried > 0
    assert [text for _, text in failed] == []


def test_mutations_change_their_seed_and_are_repeatable() -> None:
    """One seed of random numbers gives one series of inputs, nearly all of which differ from what they came from."""
    first, second = ([mutated(b"abc = [1, 2]", [b"xyz"], random.Random(n)) for n in range(100)] for _ in range(2))
    assert first == second
    assert sum(content != b"abc = [1, 2]" for content in first) > 90
