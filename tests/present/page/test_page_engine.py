"""The arithmetic of the page: its columns, its sums against those of Python, its digits against the shared vectors."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcmort.analysis.explorer.packed_column import ALPHABET, pack, packed_size, unpack
from mcmort.analysis.explorer.thinning import MOST_ROWS, nested_rows
from mcmort.present.page.page_data import page_data
from tests.cases import case_of, component, definition, overlap, ranged
from tests.present.page.pages import largest_gap, random_asks, shipped_variants, variant_of

ENGINE = files("mcmort.present.page").joinpath("engine.js")
VECTORS = json.loads((Path(__file__).parents[1] / "rounding-vectors.json").read_text(encoding="utf-8"))["vectors"]
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no node to run the engine of the page alone")


def in_node(program: str, given: Any) -> Any:
    """Run a program over the engine of the page; it reads JSON and returns what it prints as JSON."""
    start = (
        f"const Engine = require({json.dumps(str(ENGINE))}); const given = JSON.parse(require('fs').readFileSync(0));"
    )
    ran = subprocess.run(
        ["node", "-e", f"{start} console.log(JSON.stringify(({program})(given)));"],
        input=json.dumps(given), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(ran.stdout)


@given(
    values=st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e9)), min_size=1, max_size=60),
    error=st.sampled_from([2e-5, 1e-3]),
)
def test_packed_column_is_read_back_within_its_error(values: list[float], error: float) -> None:
    """Counts keep their size, and shares theirs, within the error or what 16 bits allow; zero stays zero."""
    column = np.array(values)
    packed = pack(column, error)
    read = unpack(packed, len(column))
    assert (read[column == 0.0] == 0.0).all()
    assert len(packed.text) == packed_size(column, error)
    assert set(packed.text) <= set(ALPHABET)
    coarsest = np.log(packed.high / packed.low) if packed.scale == "log" else packed.high - packed.low
    allowed = max(error, coarsest / 2**16) * 1.01 + 1e-8
    size = column if packed.scale == "log" else 1.0
    assert (np.abs(read - column) <= allowed * size + 1e-12).all()


def test_nested_thinning_meets_both_totals_far_better_than_draws_at_random() -> None:
    """Quantiles of the two totals by which rows are chosen are met within a fifth of the error of draws at random."""
    rng = np.random.default_rng(5)
    outer, inner = rng.lognormal(16.0, 0.3, 100_000), rng.lognormal(14.0, 0.2, 100_000)
    rows = nested_rows([outer, inner])
    assert len(np.unique(rows)) == MOST_ROWS
    probabilities = (0.025, 0.25, 0.5, 0.75, 0.975)
    for values in (outer, inner):
        whole = np.quantile(values, probabilities)
        chosen = np.abs(np.quantile(values[rows], probabilities) - whole).mean()
        at_random = [
            np.abs(np.quantile(values[rng.integers(0, 100_000, MOST_ROWS)], probabilities) - whole).mean()
            for _ in range(20)
        ]
        assert chosen < 0.5 * np.mean(at_random)


@needs_node
def test_page_rounds_as_the_shared_vectors_say() -> None:
    """The rule of print in JavaScript gives the texts that it gives in Python."""
    program = """vectors => vectors.map(({low, median, high, error}) => {
        const rounding = Engine.roundingOf([low, median, high], high - low, error);
        return [rounding.span(low, high), rounding.number(median), rounding.isLimited]; })"""
    expected = [[one["interval"], one["middle"], one["limited"]] for one in VECTORS]
    assert in_node(program, VECTORS) == expected


TOTALS = """({data, asks, variant}) => { const model = new Engine.Model(data, data.variants[variant ?? 0]);
    return asks.map((ask) => {
        const {frame} = model.scope(ask.definition, ask.span);
        const ascending = Engine.sorted(model.total(ask.selected, frame, ask.measure, ask.net).total);
        return [0.025, 0.5, 0.975].map((share) => Engine.quantile(ascending, share)); }); }"""


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("name", ["cambodia", "china", "ireland-1845-52", "ussr"])
def test_page_sums_random_selections_as_python_does(name: str, seed: int) -> None:
    """Overlaps, years, shares, gross or net: totals lie within 1e-4 of those of the same draws in NumPy.

    So do those of every standard of evidence. Of single years, whose shares of a component may be anything from none to
    all and are stored evenly, ends and median lie within 1e-4 of the upper end.
    """
    variants = shipped_variants(name)
    data = page_data(variants, variants[0].comparison.rows[0].total.definition.id)
    for index, variant in enumerate(variants):
        asks, expected = random_asks(variant, 60 if index == 0 else 20, seed)
        found = np.array(in_node(TOTALS, {"data": data, "asks": asks, "variant": index}))
        assert largest_gap(asks, found, expected) < 1e-4


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("name", ["cambodia", "ussr"])
def test_page_knows_what_each_definition_counts_in_each_span(name: str) -> None:
    """The components that a definition counts in the whole case, in a span or a single year are those of Python."""
    variants = shipped_variants(name)
    data = page_data(variants, variants[0].comparison.rows[0].total.definition.id)
    for index, variant in enumerate(variants):
        asks = [
            {"definition": definition, "span": f"{first}:{last}"} for definition, (first, last) in variant.model.scopes
        ]
        program = """({data, asks, variant}) => { const model = new Engine.Model(data, data.variants[variant]);
            return asks.map((ask) => model.scope(ask.definition, ask.span).counted.slice().sort()); }"""
        found = in_node(program, {"data": data, "asks": asks, "variant": index})
        assert found == [sorted(scope.counted) for scope in variant.model.scopes.values()]


@pytest.mark.slow
@needs_node
def test_page_takes_no_more_from_a_host_than_it_has() -> None:
    """Two guests that ask for more than their host holds share what there is, in the page as in Python."""
    case = case_of(
        component("host", ranged(900.0, 1_100.0)),
        component("one", ranged(800.0, 1_200.0)),
        component("two", ranged(700.0, 1_500.0)),
        overlap=[overlap("a", "one", "host", low=0.6, high=0.9), overlap("b", "two", "host", low=0.5, high=0.9)],
        definitions={"whole": definition(), "again": definition()},
    )  # fmt: skip
    variant = variant_of(case)
    assert any(scope.frame.tight for scope in variant.model.scopes.values())
    asks, expected = random_asks(variant, 20, 1)
    found = np.array(in_node(TOTALS, {"data": page_data([variant], "whole"), "asks": asks}))
    assert largest_gap(asks, found, expected) < 1e-4
