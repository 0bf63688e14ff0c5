"""From options to a source of totals: the same draws as the Python verbs make."""

from __future__ import annotations

import numpy as np
import pytest

from mcmort.errors import OptionError
from mcmort.results import DrawOptions, Draws
from mcmort.sampler import Sampler, simulate
from mcmort.totals import source_of, total
from tests.cases import case_of, component, definition, ranged

_CASE = case_of(
    component("one", ranged(100, 200), ranged(150, 400, source="study-b", lineage="other")),
    definitions={"whole": definition()},
)


def test_kept_source_is_what_simulate_makes() -> None:
    """With `keep` all draws are there, bit for bit those of `simulate` with the same options."""
    evidence = frozenset({"demographic"})
    source = source_of(_CASE, DrawOptions(draws=500, seed=3, pool="log", evidence=evidence), keep=True)
    assert isinstance(source, Draws)
    expected = simulate(_CASE, 500, rng=3, pool="log", evidence=evidence)
    assert source.manifest == expected.manifest
    assert np.array_equal(source.columns["all:one"], expected.columns["all:one"])


def test_counted_source_is_a_sampler_with_the_same_manifest() -> None:
    """Without `keep` the source is a `Sampler`, with every option in its manifest, and its total is the same."""
    options = DrawOptions(draws=3_000, seed=2, method="quasi", dependence="independent", pool="envelope")
    source = source_of(_CASE, options)
    expected = Sampler(_CASE, 3_000, rng=2, method="quasi", dependence="independent", pool="envelope")
    assert isinstance(source, Sampler)
    assert source.manifest == expected.manifest
    found, other = (total(one, "whole").values for one in (source, expected))
    assert not isinstance(found, np.ndarray)
    assert not isinstance(other, np.ndarray)
    assert found.quantile(np.array([0.5])) == other.quantile(np.array([0.5]))


def test_too_few_draws_for_the_chains_are_refused_before_the_fit() -> None:
    """A fit shares its draws out among chains: fewer than these need are refused, with the option's name."""
    with pytest.raises(OptionError, match="a fit takes 400 draws at least") as caught:
        source_of(_CASE, DrawOptions(engine="synthesis", draws=20))
    assert caught.value.option == "draws"
