"""Counting of single values: which bin of a histogram each falls into, and what is counted as undefined."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcmort.results import Method
from mcmort.results.histogram import BINS, bin_of, lower_edge
from mcmort.sampler.kernel.run import draw_histograms, run_plan
from mcmort.sampler.program.plan import Builder, Op
from tests.sampler.programs import SCORES

_EDGES = [lower_edge(index) for index in (1, 2, 4_096, 4_097, 100_000, BINS - 2, BINS - 1)]


@pytest.mark.parametrize("towards", [-math.inf, 0.0, math.inf, None])
@pytest.mark.parametrize("value", [0.0, -0.0, *_EDGES, -_EDGES[0], 5e-324, -1.0, 1e308, math.inf, -math.inf, math.nan])
def test_every_value_is_counted_in_its_bin(value: float, towards: float | None) -> None:
    """Values on the edges of bins, and one step beside them, are counted where `bin_of` puts them."""
    value = value if towards is None else math.nextafter(value, towards)
    build = Builder()
    build.outputs["value"] = build.emit(Op.CONSTANT, x=value)
    whole = draw_histograms(build.plan(), 1, 65)["value"].whole
    assert {int(index) + whole.first for index in np.flatnonzero(whole.counts)} == {bin_of(value)}
    assert whole.draws == 65


def test_constants_are_counted_in_their_bin() -> None:
    """The kernel finds the bin of any constant as `bin_of` does: edges, their neighbours, zero, tiny, huge."""
    special = [0.0, 5e-324, 1e-5, 2.0**-10, 1.0, 7.0, 1e6, 2.0**49, 2.0**50, 1e300]
    values = special + [math.nextafter(one, towards) for one in special[1:] for towards in (0.0, math.inf)]
    build = Builder()
    for index, value in enumerate(values):
        build.outputs[f"{index:02d}"] = build.emit(Op.CONSTANT, x=value)
    found = draw_histograms(build.plan(), 1, 10)
    for index, value in enumerate(values):
        one = found[f"{index:02d}"].whole
        assert (one.first, one.counts.tolist()) == (bin_of(value), [10])
        assert (one.low, one.high) == (value, value)


@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_undefined_draws_are_counted(method: str) -> None:
    """Draws that are infinite or undefined are counted as such, whatever lies beside them, also without statistics."""
    build = Builder()
    score = build.emit(Op.DRAW, b=build.table(SCORES), stream="score")
    zero = build.emit(Op.CONSTANT)
    positive = build.emit(Op.MAXIMUM, score, zero)  # zero on one half of the draws
    one = build.emit(Op.CONSTANT, x=1.0)
    build.outputs = {"infinite": build.emit(Op.DIVIDE, one, positive), "nan": build.emit(Op.DIVIDE, positive, positive)}
    plan = build.plan()
    found = draw_histograms(plan, 2, 6_400, method=method, statistics={"nan": [("mean", 0.0)]})  # type: ignore[arg-type]
    for name in ("infinite", "nan"):
        whole = found[name].whole
        expected = int(np.sum(~np.isfinite(run_plan(plan, 2, 6_400)[name]))) if method == "plain" else None
        assert whole.undefined == expected or method == "quasi"
        # a half, with four standard errors of independent draws, is allowed for the nets too
        assert abs(whole.undefined / whole.draws - 0.5) < 4 * 0.5 / math.sqrt(6_400)


@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_negative_draws_are_counted_as_undefined(method: Method) -> None:
    """A column that falls below zero is not taken for one of zeros: its negative draws are told, and -inf is too.

    What rounding leaves of a difference, down to a thousandth below zero, is no death and counts as none.
    """
    build = Builder()
    score = build.emit(Op.DRAW, b=build.table(SCORES), stream="score")
    zero = build.emit(Op.CONSTANT)
    positive = build.emit(Op.MAXIMUM, score, zero)
    build.outputs = {
        "negative": score,
        "infinite": build.emit(Op.DIVIDE, build.emit(Op.CONSTANT, x=-1.0), positive),
        "rounding": build.emit(Op.SCALE, score, x=1e-6),
    }
    found = {name: one.whole for name, one in draw_histograms(build.plan(), 2, 6_400, method=method).items()}
    assert found["rounding"].undefined == 0
    assert found["rounding"].first == 0
    assert (found["negative"].why_undefined, found["infinite"].why_undefined) == ("negative", "undefined")
    assert found["infinite"].undefined == found["infinite"].draws
    # one half, with four standard errors of independent draws, less those within a thousandth of zero
    assert abs(found["negative"].undefined / found["negative"].draws - 0.5) < 4 * 0.5 / math.sqrt(6_400) + 0.01
    if method == "plain":
        assert found["negative"].undefined == int(np.sum(run_plan(build.plan(), 2, 6_400)["negative"] <= -(2.0**-10)))
