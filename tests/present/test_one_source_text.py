"""What a common error of sources would change, in words."""

from __future__ import annotations

import re

import mcmort as mm
from mcmort.analysis.one_source import lean
from mcmort.present.one_source_text import one_source_notes
from tests.cases import case_of, component, count, definition, ranged


def test_means_with_a_common_error_are_printed_apart() -> None:
    """A small part that leans moves the mean by less than the last digit of the total: three means still differ."""
    large = component("large", ranged(1e6, 3e6), ranged(1.1e6, 2.9e6, source="study-b"))
    small = component("small", count(best=60_000.0, basis="testimony"))
    case = case_of(large, small, definitions={"whole": definition()})
    report = mm.total(mm.Sampler(case, 20_000, rng=1), "whole")
    leaning = lean(report.total)
    assert leaning is not None
    note = one_source_notes(report.total, report.summary)[-1]
    means = re.findall(r"([\d.]+) million", note)
    assert len(means) == 3
    assert len(set(means)) == 3
