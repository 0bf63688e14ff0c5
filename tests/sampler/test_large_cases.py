"""Cases of many components: what is counted a few outputs at a time is what is counted at once, in little memory."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from mcmort.analysis.schools import TotalPieces
from mcmort.analysis.sensitivity.covariance import covariance_shares
from mcmort.analysis.sensitivity.leading_component import leading_component
from mcmort.catalogue import Case
from mcmort.results import HistogramEstimate, Method
from mcmort.sampler import DrawsOnRequest, Sampler, sampler, simulate
from mcmort.sampler.kernel.register_allocation import allocate_registers
from mcmort.sampler.program import plan_cache
from mcmort.sampler.program.plan import Builder, Register
from mcmort.totals import Total, kept, resolve, total, totals_of
from tests.cases import case_of, component, dependence, ranged
from tests.shipped import case_named


@cache
def _many(count: int = 40) -> Case:
    """Return a case of many components of a few sizes, some of which are tied."""
    names = [f"c{number}" for number in range(count)]
    components = [component(name, ranged(100 + at % 4, 300 + 19 * (at % 4))) for at, name in enumerate(names)]
    return case_of(*components, dependence=[dependence("archive", names[:5], 0.8)])


def _whole(source: Any) -> Total:
    return totals_of(source, [resolve(source.case, source.case.definitions["whole"])])[0]


def _digests(found: Total) -> dict[str, str]:
    values = {"": found.values, **found.parts, **found.overlaps}
    return {name: one.whole.digest() for name, one in values.items() if isinstance(one, HistogramEstimate)}


@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_outputs_counted_a_few_at_a_time_have_the_same_bits(method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts of 16,000 components were held at once, in 3.8 GB; now of 512, and the draws of others are made again."""
    at_once = _whole(Sampler(_many(), 2_048, rng=1, method=method))
    told = list[tuple[int, int]]()
    monkeypatch.setattr(sampler, "_COUNTED_TOGETHER", 7)
    in_groups = _whole(Sampler(_many(), 2_048, rng=1, method=method, progress=lambda *done: told.append(done)))
    assert _digests(at_once) == _digests(in_groups)
    assert len(in_groups.parts) == 40
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]


def test_sum_of_many_inputs_needs_few_registers() -> None:
    """All inputs were drawn before the first was added: a register for each, 400 MB of them for 10^5 components."""
    case = _many(200)
    plan = Sampler(case, 100, rng=1).plan
    build = Builder(plan)
    first, *others = (Register(build, plan.outputs[f"all:{name}"]) for name in sorted(case.components))
    build.outputs = {"sum": sum(others, first).at}
    assert allocate_registers(build.plan(), ["sum"]).registers < 40


def test_narrowed_histogram_says_the_same() -> None:
    """Counts in bytes, whose sum no byte holds, have the same digest, quantiles, mean and errors."""
    values = _whole(Sampler(_many(), 30_000, rng=1)).values
    assert isinstance(values, HistogramEstimate)
    narrow = values.narrowed()
    assert narrow.whole.counts.itemsize < values.whole.counts.itemsize
    assert narrow.whole.digest() == values.whole.digest()
    assert (narrow.draws, narrow.mean, narrow.sd) == (values.draws, values.mean, values.sd)
    for probabilities in ([0.025, 0.5, 0.975], np.linspace(0.0, 1.0, 101)):
        assert narrow.quantile(probabilities).tolist() == values.quantile(probabilities).tolist()
    assert narrow.shortest_errors(0.95) == values.shortest_errors(0.95)


@pytest.mark.parametrize("name", ["ussr", "china"])
def test_draws_on_request_are_those_of_simulate(name: str) -> None:
    """All columns of 4,000 components were drawn to look at none of them; one that is looked at has the same bits."""
    case = case_named(name)
    all_drawn = simulate(case, 500, rng=3)
    on_request = DrawsOnRequest(case, all_drawn.manifest, 500)
    definition = next(iter(case.definitions))
    expected = total(all_drawn, definition)
    (found,) = totals_of(on_request, [resolve(case, case.definitions[definition])])
    assert kept(found.values).tolist() == expected.values.tolist()
    assert found.parts.keys() == expected.parts.keys()
    assert all(kept(found.parts[part]).tolist() == values.tolist() for part, values in expected.parts.items())
    assert on_request.columns.keys() == all_drawn.columns.keys()
    assert all(on_request.columns[column].tolist() == values.tolist() for column, values in all_drawn.columns.items())


@pytest.mark.parametrize("definition", ["broad", "archival"])
def test_leading_component_is_that_of_all_shares(definition: str) -> None:
    """Components too narrow to carry a fifth of the variance are left aside, and the one that carries most stays."""
    case = case_named("ussr")
    pieces = TotalPieces(total(Sampler(case, 20_000, rng=1), definition))
    found = leading_component(pieces)
    drawn = total(simulate(case, 1 << 14, rng=1), definition)
    shares = covariance_shares(
        {name: part for name, part in drawn.parts.items() if part.min() < part.max()}, drawn.values
    )
    name = max(shares, key=lambda name: shares[name].value)
    if found is None:
        assert not shares[name].value - 2.0 * shares[name].error >= 0.2
    else:
        assert (found.name, found.covariance_share) == (name, shares[name])


def test_plan_of_a_large_case_is_made_once_and_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of 10^5 components would be a file of two gigabytes."""
    monkeypatch.setattr(plan_cache, "_MOST_STORED", 10)
    case = _many(12)
    monkeypatch.setattr(plan_cache, "_write", lambda *_: pytest.fail("the plan was stored"))
    assert Sampler(case, 100, rng=1).plan is Sampler(case, 100, rng=2).plan
