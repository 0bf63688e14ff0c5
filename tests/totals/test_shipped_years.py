"""Totals of the shipped cases add up over years, draw by draw, as kept draws and as the sampler's program has them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mcmort.catalogue import cases, load
from mcmort.definitions import evaluate, resolve_definition
from mcmort.errors import DefinitionError
from mcmort.sampler import simulate
from mcmort.sampler.kernel.run import run_plan
from mcmort.sampler.program.plan import Builder, Register
from mcmort.sampler.program.plan_cache import compiled_case
from mcmort.sampler.program.planned_splits import PlannedSplits
from mcmort.totals import DefinitionChanges, definition_of, resolve, total

pytestmark = pytest.mark.slow

_N = 400
SPANS_OF = {
    (name, definition): seed for seed, name in enumerate(sorted(cases())) for definition in load(name).definitions
}


def _spans(first: int, last: int, seed: int) -> list[tuple[int, int]]:
    """Return the years from first to last in up to five random spans."""
    cuts = np.random.default_rng(seed).choice(np.arange(first, last), size=min(4, last - first), replace=False)
    edges = [first, *(int(cut) + 1 for cut in sorted(cuts)), last + 1]
    return [(start, end - 1) for start, end in pairwise(edges)]


@pytest.mark.parametrize(
    ("name", "definition"), SPANS_OF, ids=[f"{name}-{definition}" for name, definition in SPANS_OF]
)
def test_totals_of_a_shipped_definition_add_up_over_spans_of_years(name: str, definition: str) -> None:
    """Old failure: ussr `broad` was 5.08 million in two spans and 4.41 million over both."""
    case = load(name)
    draws = simulate(case, _N, rng=1)
    whole = total(draws, definition)
    parts = []
    for span in _spans(*whole.years, SPANS_OF[name, definition]):
        try:
            parts.append(total(draws, definition, DefinitionChanges(years=span)).values)
        except DefinitionError:
            continue  # nothing that is known falls into these years
    assert sum(parts) == pytest.approx(whole.values, rel=1e-12)


@pytest.mark.parametrize("name", sorted(cases()))
def test_sampler_counts_the_same_sums_of_years_as_kept_draws(name: str) -> None:
    """As the sampler's program has them, spans of years are those of kept draws to the bit, and add up to the whole."""
    case = load(name)
    definition = list(case.definitions)[-1]
    draws, compiled = simulate(case, _N, rng=1), compiled_case(case)
    whole = total(draws, definition)
    build = Builder(compiled.plan)
    columns = {key: Register(build, at) for key, at in compiled.plan.outputs.items()}
    split, spans, expected = PlannedSplits(build), dict[str, int](), dict[str, np.ndarray]()
    for span in _spans(*whole.years, 7):
        changed = definition_of(case, definition, DefinitionChanges(years=span))
        try:
            resolved = resolve_definition(case, compiled.statuses, columns, resolve(case, changed))
        except DefinitionError:
            continue
        spans[str(span)] = evaluate(case, columns, resolved, split).total.at
        expected[str(span)] = total(draws, definition, DefinitionChanges(years=span)).values
    build.outputs = spans
    found = run_plan(build.plan(), 1, _N)
    assert sum(found.values()) == pytest.approx(whole.values, rel=1e-12)
    assert {key: values.tobytes() for key, values in found.items()} == {
        key: values.tobytes() for key, values in expected.items()
    }
