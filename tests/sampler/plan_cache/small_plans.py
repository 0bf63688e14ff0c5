"""A small case to be compiled, and how two compiled cases are compared."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from mcmort.catalogue import Case
from mcmort.sampler.program import plan_cache as store
from mcmort.sampler.program.compiled import Compiled
from mcmort.sampler.program.plan import Plan
from tests.cases import case_of, component, dependence, overlap, point, ranged, share

__all__ = ["forbid_compiling", "is_same_plan", "small_case"]


def small_case(high: float = 400.0) -> Case:
    """Return a case with a floor, a pool, a tied pair, a derived component, notes and something unknown."""
    return case_of(
        component(
            "one",
            ranged(100, high),
            ranged(150, 500, source="study-c", lineage="other"),
            point(80, basis="registered", measure="registered", source="study-b"),
            ordinary=share(0.05, 0.2),
        ),
        component("two", ranged(200, 900, family="gamma", source="study-d")),
        component("empty", years=[1931, 1932]),
        component("derived", formula="one * 2"),
        overlap=[overlap("o", "two", "one", low=0.1, high=0.6)],
        dependence=[dependence("archive", ["one", "two"], 0.6)],
    )


def _parts(plan: Plan) -> tuple[Any, ...]:
    """Return all that a plan holds, arrays as bytes."""
    tables = [
        (t.lower.tobytes(), t.upper.tobytes(), t.resolution, t.error, t.probability_error, t.missed)
        for t in plan.tables
    ]  # fmt: skip
    scores = [(t.values.tobytes(), t.steps, t.error, t.missed) for t in plan.score_tables]
    arrays = [(one.dtype.str, one.tobytes()) for one in (plan.op, plan.a, plan.b, plan.c, plan.x)]
    return arrays, plan.streams, tables, scores, list(plan.outputs.items())


def is_same_plan(one: Compiled, other: Compiled) -> bool:
    """Whether two compiled cases have the same plan, to the bit, and the same statuses."""
    return _parts(one.plan) == _parts(other.plan) and dict(one.statuses) == dict(other.statuses)


def _refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("the case was compiled again")


def forbid_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be elicited from here on."""
    monkeypatch.setattr("mcmort.elicit.elicit", _refuse)
    monkeypatch.setattr(store, "_latest", {})  # the priors that were elicited last
