"""One total under each setting of dependence, beside what it can be under any."""

from __future__ import annotations

import csv
import io
import json
from functools import cache

import jsonschema
import numpy as np
import pytest

import mcmort as mm
from mcmort.analysis.dependence import dependence_ranges
from mcmort.api.reports import DependenceReport
from mcmort.catalogue.case import Case
from mcmort.present.documents.result_schemas import result_schema
from mcmort.results.draw_options import DEPENDENCES
from mcmort.sampler import Sampler
from tests.cases import case_of, component, ranged
from tests.shipped import NAMES, case_named

_UNIFORM = {"reads": "extremes", "family": "uniform"}


def _report(samplers: dict[str, Sampler], definition: str, interval: float = 0.95) -> DependenceReport:
    return DependenceReport(**{name: mm.total(one, definition, interval=interval) for name, one in samplers.items()})


def _samplers(case: Case, n: int) -> dict[str, Sampler]:
    return {name: Sampler(case, n, rng=1, method="quasi", dependence=name) for name in DEPENDENCES}


@cache
def _two_uniforms() -> DependenceReport:
    """Return the report of two components, each uniform on 10 to 20 thousand."""
    case = case_of(
        component("one", ranged(10e3, 20e3, **_UNIFORM)),
        component("two", ranged(10e3, 20e3, source="study-b", **_UNIFORM), facets={"category": "b"}),
    )
    return _report(_samplers(case, 2**15), "whole", interval=0.8)


def test_settings_of_two_uniform_components_give_the_triangle_and_the_line() -> None:
    """Independent, or with nothing declared, the sum of two uniforms is triangular; in step it is twice a uniform."""
    report = _two_uniforms()
    triangle = 20e3 + 20e3 * np.array([np.sqrt(0.05), 0.5, 1.0 - np.sqrt(0.05)])
    expected = {"independent": triangle, "declared": triangle, "comonotonic": np.array([22e3, 30e3, 38e3])}
    for name, one in report.by_setting.items():
        interval = one.summary.interval(0.8)
        np.testing.assert_allclose([interval.low, one.summary.median, interval.high], expected[name], rtol=2e-3)


def test_ranges_of_two_uniform_components_are_those_of_makarov() -> None:
    """Of two uniforms on 0 to 1 the p-quantile of the sum lies in p to 1 + p (Makarov 1981), here scaled and moved."""
    ranges = _two_uniforms().ranges
    for probability, found in ((0.1, ranges.low), (0.5, ranges.median), (0.9, ranges.high)):
        expected = 20e3 + 10e3 * np.array([probability, 1.0 + probability])
        np.testing.assert_allclose([found.smallest, found.largest], expected, rtol=3e-3)


@pytest.mark.slow
def test_ranges_hold_settings_that_change_the_components_themselves() -> None:
    """A formula is distributed otherwise in step: bounds of the declared setting alone end below what in step gives."""
    report = _report(_samplers(mm.load("atlantic-slave-trade"), 4_096), "with-raids")
    alone = dependence_ranges([report.declared.total])
    assert alone.high.largest < report.comonotonic.summary.interval(0.95).high < report.ranges.high.largest


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_each_definition_of_a_shipped_case_prints_its_settings_between_its_ranges(name: str) -> None:
    """Whatever the definition, all three settings lie between the limits, and the table fits 80 columns."""
    samplers = _samplers(case_named(name), 2_048)
    for definition in case_named(name).definitions:
        report = _report(samplers, definition)
        for one in report.by_setting.values():
            interval = one.summary.interval(0.95)
            ends = (interval.low, one.summary.median, interval.high)
            for value, limits in zip(ends, (report.ranges.low, report.ranges.median, report.ranges.high), strict=True):
                assert limits.smallest * (1.0 - 1e-9) <= value <= limits.largest * (1.0 + 1e-9)
        _, text = report.render("text", 80).split("\n\n", 1)
        body = text.split("Question:")[0].splitlines()
        assert max(map(len, body)) <= 80
        assert sum(line.startswith((" none", " as declared", " all inputs in step", " any: ")) for line in body) == 5


@pytest.mark.slow
def test_json_and_csv_hold_what_the_text_prints() -> None:
    """JSON has the whole total under each setting, with its receipt, and obeys its schema; CSV has the raw numbers."""
    report = _two_uniforms()
    document = json.loads(report.render("json"))
    jsonschema.validate(document, result_schema("dependence"))
    rows = {row["dependence"]: row for row in csv.DictReader(io.StringIO(report.render("csv")))}
    assert list(rows) == ["independent", "declared", "comonotonic", "smallest", "largest"]
    for name in DEPENDENCES:
        assert document[name]["dependence"] == document[name]["receipt"]["dependence"] == name
        assert float(rows[name]["median"]) == document[name]["median"]
    for limit in ("smallest", "largest"):
        for column in ("low", "median", "high"):
            assert float(rows[limit][column]) == document["bounds"][column][limit]
