"""Families side by side, and hints that hold what they promise."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Estimate
from mcmort.catalogue.vocabulary import Support
from mcmort.elicit.alternatives import families_side_by_side, hint_for
from mcmort.elicit.figure_fit import fit_figure
from mcmort.elicit.members import FAMILIES_OF
from mcmort.errors import FitError
from tests.cases import case_of, component, count, ranged

_CHANGE = re.compile(r"(reads = '[a-z]+' and |no best and |best as the median \(no best_is\) and )?family = (.*)")


@pytest.fixture(scope="module")
def case() -> Case:
    """Return a case in which a range holds 90 %."""
    return case_of(component("one", ranged(1, 2)))


def _changes_of(hint: str) -> list[dict[str, Any]]:
    """Return the changes of a figure that a hint names, one for each family."""
    prefix = "these numbers are held by "
    assert hint.startswith(prefix), hint
    changes = []
    for part in hint.removeprefix(prefix).split("; or "):
        match = _CHANGE.fullmatch(part)
        assert match is not None, part
        change: dict[str, dict[str, Any]] = {
            "reads = 'extremes' and ": {"reads": "extremes", "best_is": None},
            "no best and ": {"best": None},
        }
        families = re.findall(r"'([a-z-]+)'", match[2])
        changes += [{**change.get(match[1] or "", {}), "family": family} for family in families]
    return changes


@pytest.mark.parametrize("reads", ["range", "50%", "90%", "95%"])
@pytest.mark.parametrize(
    ("low", "best", "high"),
    [
        (24, 24, 100), (0, 0, 100), (0, 30, 100), (0, 100, 100), (24, 100, 100), (1, 1, 1_000_000), (5, 5, 6),
        (100, 995, 1000), (1, 900_000, 1_000_000), (0, 1, 1_000_000), (0, 0, 1), (13, 14, 9_000),
    ],
)  # fmt: skip
@pytest.mark.parametrize("family", [None, "lognormal", "truncated-normal", "metalog", "pert", "gamma"])
def test_every_family_that_a_hint_names_holds_the_figure(
    case: Case, low: float, best: float, high: float, reads: str, family: str | None
) -> None:
    """Event data have best at an end, zeros, and spans of magnitudes: what a hint offers was once refused in turn."""
    changes = {} if family is None else {"family": family}
    figure = Estimate.model_validate(ranged(low, high, best=float(best), reads=reads, **changes))
    try:
        fit_figure(case, figure)
    except FitError:
        offered = _changes_of(hint_for(case, figure, "count"))
        assert offered
        for change in offered:
            assert fit_figure(case, figure.model_copy(update=change)).distribution.parameters


@pytest.mark.parametrize("high", [30.0, 30_000_000.0])
def test_a_range_from_zero_has_a_hint_that_works(case: Case, high: float) -> None:
    """A range from zero read as 90 % was refused with hints to metalog and uniform, which were refused as well."""
    figure = Estimate.model_validate(ranged(0, high, reads="90%", family="truncated-normal"))
    with pytest.raises(FitError):
        fit_figure(case, figure)
    assert _changes_of(hint_for(case, figure, "count")) == [{"reads": "extremes", "best_is": None, "family": "uniform"}]


@pytest.mark.parametrize(
    ("support", "figure"),
    [
        ("count", ranged(100, 400, best=200.0)),
        ("share", ranged(0.1, 0.4, best=0.2)),
        ("signed", ranged(-5, 9, best=1.0)),
    ],
)
def test_families_side_by_side_hold_the_mass_asked_or_say_why_not(
    case: Case, support: Support, figure: dict[str, Any]
) -> None:
    """Every family of the support is tried once, the usual first, and each fit holds the ends of the range."""
    sides = families_side_by_side(case, Estimate.model_validate(figure), support)
    assert tuple(side.family for side in sides) == FAMILIES_OF[support]
    assert any(side.fit is not None for side in sides)
    for side in sides:
        assert (side.fit is None) == bool(side.reason)
        if side.fit is not None:
            assert side.fit.achieved[0] == pytest.approx(0.05, abs=1e-6)
            assert side.fit.achieved[-1] == pytest.approx(0.95, abs=1e-6)


def test_a_standard_error_above_its_figure_is_refused_or_widens(case: Case) -> None:
    """The interval grows with the standard error until that is refused; 5,000 gave a wider one than 10 to the 12."""
    widths = []
    for error in (1.0, 5.0, 10.0, 40.0, 80.0, 99.0):
        figure = Estimate.model_validate(count(best=100.0, standard_error=error, reads="standard-error"))
        low, high = fit_figure(case, figure).distribution.ppf([0.025, 0.975])  # type: ignore[arg-type]
        widths.append(float(high - low))
    assert widths == sorted(widths)
    for error in (101.0, 5_000.0, 1e12):
        figure = Estimate.model_validate(count(best=100.0, standard_error=error, reads="standard-error"))
        with pytest.raises(FitError, match="standard error"):
            fit_figure(case, figure)
        assert "signed = true" in hint_for(case, figure, "count")
