"""What carries the width of a total of a case: against closed forms, and on both engines' kind of draws."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats

from mcmort.analysis.sensitivity import TotalSensitivity, total_sensitivity
from mcmort.analysis.sensitivity.total_sensitivity import MOST_PARTS, check_parts
from mcmort.catalogue import Case
from mcmort.errors import DefinitionError, UsageError
from mcmort.sampler import Sampler, simulate
from mcmort.sampler.varied_inputs import varied_inputs
from mcmort.totals import definition_of, question_of, resolve, total
from tests.cases import case_of, component, definition, dependence, overlap, random_tables, ranged, share

_SURE = 4.0
_NORMAL_95 = float(stats.norm.ppf(0.95))


def _found(case: Case, n: int = 20_000, seed: int = 1, name: str = "whole", **options: Any) -> TotalSensitivity:
    draws = simulate(case, n, rng=seed, **options)
    return total_sensitivity(draws, resolve(case, definition_of(case, name)))


def _variance(low: float, high: float) -> float:
    """Return the variance of the lognormal distribution that has 5 per cent below and above two ends."""
    log_sd = math.log(high / low) / (2.0 * _NORMAL_95)
    return float(stats.lognorm(log_sd, scale=math.sqrt(low * high)).var())


def test_total_of_too_many_components_is_refused_before_its_draws() -> None:
    """Of 1,000 components no end was seen."""
    case = case_of(*(component(f"c{number}", ranged(100, 200)) for number in range(MOST_PARTS + 1)))
    with pytest.raises(UsageError, match="has 301 components; expected at most 300"):
        check_parts(resolve(case, definition_of(case, "whole")))


@pytest.mark.slow
def test_shares_of_lognormal_components_agree_with_their_variances(seed: int) -> None:
    """Of independent lognormal components every share of the variance is that of SciPy's lognormal distribution."""
    ends = {"large": (1e5, 2e5), "middle": (5e4, 1.2e5), "small": (1e4, 2e4)}
    case = case_of(*(component(name, ranged(*own)) for name, own in ends.items()))
    found = _found(case, 50_000, seed)
    whole = sum(_variance(*own) for own in ends.values())
    by_name = {one.about: one for one in found.inputs}
    for part in found.components:
        expected = _variance(*ends[part.name]) / whole
        own = by_name[part.name]
        assert own.sobol is not None
        assert own.shapley_effect is not None
        assert part.shapley_share is not None
        for estimate in (
            part.covariance_share, part.shapley_share, own.shapley_effect, own.sobol.first, own.sobol.total
        ):  # fmt: skip
            assert abs(estimate.value - expected) <= _SURE * estimate.error
            assert estimate.error < 0.02
    assert [part.name for part in found.components] == ["large", "middle", "small"]


@pytest.mark.slow
@settings(max_examples=8)
@given(tables=random_tables(pools=False))
def test_total_as_function_of_inputs_has_the_bits_of_its_draws(tables: dict[str, Any]) -> None:
    """Whatever a case holds, its total computed from its inputs is that of the kept draws, bit for bit."""
    case = case_of(**tables)
    draws = simulate(case, 200, rng=3)
    resolved = resolve(case, definition_of(case, "whole"))
    function = varied_inputs(case, draws.manifest, question_of(draws, resolved))
    inputs = function.sample("", 0, 200)
    assert (function(inputs) == total(draws, "whole").values).all()
    other = function.sample("other", 0, 200)
    for index in range(len(inputs)):  # what is computed again only in part is what is computed from the start
        mixed = [*inputs[:index], other[index], *inputs[index + 1 :]]
        again = varied_inputs(case, draws.manifest, question_of(draws, resolved))
        assert (function(mixed) == again(mixed)).all()


@pytest.mark.slow
@settings(max_examples=5)
@given(tables=random_tables(pools=False))
def test_shares_of_any_case_sum_to_one(tables: dict[str, Any]) -> None:
    """Covariance shares with overlaps, Shapley shares of components and Shapley effects of inputs each sum to one."""
    found = _found(case_of(**tables), 2_000)
    assert sum(part.covariance_share.value for part in found.parts) == pytest.approx(1.0, abs=1e-9)
    assert sum(part.shapley_share.value for part in found.parts if part.shapley_share) == pytest.approx(1.0, abs=1e-9)
    assert sum(one.shapley_effect.value for one in found.inputs if one.shapley_effect) == pytest.approx(1.0, abs=1e-9)


def _tied_case() -> Case:
    parts = [component(name, ranged(1e5, 2e5)) for name in ("one", "two", "three")]
    return case_of(*parts, dependence=[dependence("archive", ["one", "two"], 0.8)])


def test_inputs_of_a_group_have_sobol_indices_together_and_shapley_effects_each() -> None:
    """Two tied inputs share one block, whose index is one less that of the third; the two have equal effects."""
    found = _found(_tied_case())
    (group,) = found.tied
    assert group.names == ("all:one", "all:two")
    assert group.factors == ("factor:archive",)
    one, three, two = sorted(found.inputs, key=lambda each: each.name)
    assert one.sobol is None
    assert two.sobol is None
    assert three.sobol is not None
    together = group.sobol.first.value + three.sobol.first.value
    assert together == pytest.approx(1.0, abs=_SURE * math.hypot(group.sobol.first.error, three.sobol.first.error))
    assert one.shapley_effect is not None
    assert two.shapley_effect is not None
    error = math.hypot(one.shapley_effect.error, two.shapley_effect.error)
    assert abs(one.shapley_effect.value - two.shapley_effect.value) <= _SURE * error


def test_tied_inputs_have_the_correlation_of_the_case() -> None:
    """The correlation of the scores of a block is the square of the loading, and independent under that setting."""
    case = _tied_case()
    draws = simulate(case, 200, rng=1)
    question = question_of(draws, resolve(case, definition_of(case, "whole")))
    block = next(block for block in varied_inputs(case, draws.manifest, question).blocks if len(block.members) > 1)
    assert block.correlation == pytest.approx(np.array([[1.0, 0.64], [0.64, 1.0]]), abs=1e-8)
    free = varied_inputs(case, replace(draws.manifest, dependence="independent"), question)
    assert all(len(block.members) == 1 for block in free.blocks)
    as_one = varied_inputs(case, replace(draws.manifest, dependence="comonotonic"), question)
    assert as_one.names == ("factor:comonotonic",)


def test_overlap_has_a_negative_share_and_its_cited_share_is_an_input() -> None:
    """What an overlap takes off offsets its guest; of better evidence only its cited share is a matter."""
    case = case_of(
        component("guest", ranged(5e4, 2e5)),
        component("host", ranged(3e5, 4e5)),
        overlap=[overlap("both", "guest", "host", **share(0.1, 0.5))],
    )
    found = _found(case)
    taken = next(part for part in found.parts if part.kind == "overlap")
    assert taken.covariance_share.value < 0.0
    assert taken.narrower is None
    assert "overlap:both" in {one.name for one in found.inputs}


def test_kept_draws_of_another_engine_have_widths_and_shares_without_sobol_indices() -> None:
    """Of draws whose engine cannot be asked for more, inputs have the value of better evidence alone."""
    case = _tied_case()
    draws = simulate(case, 4_000, rng=1)
    resolved = resolve(case, definition_of(case, "whole"))
    foreign = replace(draws, manifest=replace(draws.manifest, engine="synthesis", chains=4))
    found = total_sensitivity(foreign, resolved)
    own = total_sensitivity(draws, resolved)
    assert {one.name for one in found.inputs} == {"all:one", "all:two", "all:three"}
    assert all(one.sobol is None and one.shapley_effect is None for one in found.inputs)
    shares = [[part.covariance_share.value for part in each.components] for each in (found, own)]
    assert shares[0] == shares[1]


def test_one_component_carries_all() -> None:
    """Of a total of one component, everything is its own."""
    (part,) = _found(case_of(component("only", ranged(1e5, 2e5)))).components
    assert part.narrower is not None
    assert part.shapley_share is not None
    assert [part.narrower.value, part.covariance_share.value, part.shapley_share.value] == pytest.approx([1.0] * 3)


def test_heavy_tail_is_said() -> None:
    """A component over three orders of magnitude makes the variance unsure, one over a factor of two does not."""
    assert _found(case_of(component("wide", ranged(1e3, 1e6)))).is_variance_unsure
    assert not _found(case_of(component("narrow", ranged(1e5, 2e5)))).is_variance_unsure


def test_total_without_uncertainty_is_refused() -> None:
    """A total that is the same on every draw has no width to be explained."""
    fixed = component("known", ranged(1e5, 2e5))
    case = case_of(fixed)
    draws = simulate(case, 2_000, rng=1)
    constant = replace(draws, columns={name: np.full(2_000, 7.0) for name in draws.columns})
    with pytest.raises(UsageError, match="no uncertainty: it is 7 on every draw"):
        total_sensitivity(constant, resolve(case, definition_of(case, "whole")))


def test_too_few_draws_or_none_kept_are_refused() -> None:
    """Draws that were counted, or fewer than the slices of the interval take, are refused with the number expected."""
    case = _tied_case()
    resolved = resolve(case, definition_of(case, "whole"))
    with pytest.raises(UsageError, match=r"has 1,599 draws; expected at least 1,600 for an interval of 95 %"):
        total_sensitivity(simulate(case, 1_599, rng=1), resolved)
    sampler: Any = Sampler(case, 2_000, rng=1)
    with pytest.raises(UsageError, match="draws that are kept"):
        total_sensitivity(sampler, resolved)


def test_definition_that_selects_nothing_is_refused() -> None:
    """A definition of which nothing is left is an error of the definition."""
    case = case_of(component("one", ranged(1e5, 2e5)), definitions={"none": definition(include=[{"category": "a"}])})
    with pytest.raises(DefinitionError):
        _found(case, 2_000, name="registered")
