"""Options of draws: which are in range, and which go together."""

from __future__ import annotations

from typing import Any

import pytest

from mcmort.errors import OptionError
from mcmort.results import DrawOptions


@pytest.mark.parametrize(
    ("given", "option", "words"),
    [
        ({"precision": 0.0}, "precision", "expected a relative error such as 0.001"),
        ({"precision": 1.0}, "precision", "expected a relative error such as 0.001"),
        ({"method": "sobol"}, "method", "expected 'plain' or 'quasi'"),
        ({"draws": 0}, "draws", "the number of draws is 0; expected a whole number from 1 up"),
        ({"draws": True}, "draws", "the number of draws is True"),
        ({"draws": 10.0}, "draws", "the number of draws is 10.0"),
        ({"engine": "synthesis", "precision": 0.01}, "precision", "belongs to the engine 'elicited'"),
        ({"engine": "synthesis", "method": "quasi"}, "method", "belongs to the engine 'elicited'"),
        ({"engine": "synthesis", "dependence": "comonotonic"}, "dependence", "belongs to the engine 'elicited'"),
        ({"engine": "synthesis", "pool": "log"}, "pool", "belongs to the engine 'elicited'"),
        ({"without": frozenset({"a"})}, "without", "belongs to the engine 'synthesis'"),
    ],
    ids=str,
)
def test_option_out_of_range_or_of_the_other_engine_is_refused(given: dict[str, Any], option: str, words: str) -> None:
    """Each wrong option is refused by name, with what was expected."""
    with pytest.raises(OptionError) as caught:
        DrawOptions(**given)
    assert caught.value.option == option
    assert words in str(caught.value)


def test_options_of_either_engine_are_accepted() -> None:
    """Usual values of the other engine's options are no choice, and do not contradict an engine."""
    assert DrawOptions(engine="synthesis", draws=4_000, without=frozenset({"a"})).method == "plain"
    assert DrawOptions(draws=10, precision=0.01, method="quasi", pool="log").engine == "elicited"
    assert DrawOptions(seed=3) == DrawOptions(seed=3)
