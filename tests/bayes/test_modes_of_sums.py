"""Modes of sums about which claims contradict one another: told in fits and beneath totals, once, and read back."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from xarray import DataTree

import mcmort as mm
from mcmort.analysis.document_digest import differences
from mcmort.bayes import Posterior, fit, fit_files, open_fit, save_fit
from mcmort.bayes.fit_files import tree_of
from mcmort.bayes.mode_shares import weighed
from mcmort.catalogue import Case
from mcmort.present.modes_text import mode_notes
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.engines_table import engines_table
from mcmort.results.weighed_modes import deaths_in
from tests.bayes.large_planted_case import (
    probability_of_formulas,
    probability_of_sum,
    torn_sum,
    torn_sum_of_formulas,
)
from tests.bayes.small_cases import figures
from tests.cases import component, definition, point

type Array = NDArray[np.float64]

_CUT = 1.34e6
_MOST_OFF = 0.05
_LOW, _HIGH = (tuple(f"claim:{name}-{key}" for key in keys) for name, keys in (("low", "abcd"), ("high", "efg")))
_PARTS = ("all:one", "all:two")


@cache
def _fitted() -> Posterior:
    """Return the fit of a case whose two components are a sum in two schools, made once for all tests."""
    return fit(torn_sum(is_large=False), rng=1, store=False)


@cache
def _of_three() -> Case:
    """Return a case of two components and a third, with totals of all, of the two, of one and of one with the third."""
    wheres = {
        "whole": {"kind": "deaths"},
        "both": {"group": "y"},
        "one": {"category": "a"},
        "with": {"category": ["a", "c"]},
    }
    return figures(
        *(
            component(name, point(1e6), facets={"group": group, "category": category})
            for name, group, category in (("one", "y", "a"), ("two", "y", "b"), ("three", "x", "c"))
        ),
        definitions={name: definition(include=[where]) for name, where in wheres.items()},
    )


def _made(third: float, third_sd: float, low_share: float = 0.75) -> Posterior:
    """Return draws of a sum of two that is 500,000, or 4 million shared out evenly between them, with a third."""
    case, rng = _of_three(), np.random.default_rng(5)
    elicited = mm.simulate(case, n=4000, rng=1)
    is_low = rng.random(4000) < low_share
    both, part = np.where(is_low, 5e5, 4e6) * np.exp(0.05 * rng.standard_normal(4000)), rng.uniform(0.05, 0.95, 4000)
    columns = {
        "all:one": both * part,
        "all:two": both * (1.0 - part),
        "all:three": third * np.exp(third_sd * rng.standard_normal(4000)),
    }
    likelihood = {"one:study-a": np.where(is_low, -1.0, -4.0), "two:study-a": np.where(is_low, -5.0, -2.0)}
    split = weighed(_PARTS, [5e5, 4e6], both, likelihood, 4)
    assert split is not None
    return Posterior(
        case,
        replace(elicited.manifest, engine="synthesis", chains=4),
        columns,
        elicited.statuses,
        log_likelihood=likelihood,
        modes=(split,),
    )


@pytest.mark.slow
def test_modes_of_a_torn_sum_have_their_probability_in_fit_and_total() -> None:
    """The sum, and the total that counts it, have two modes with the weights of quadrature and their claims."""
    posterior = _fitted()
    exact = probability_of_sum(posterior.case, ("one", "two"), _CUT)
    (split,), whole = posterior.modes, mm.total(posterior, "whole").pieces.modes
    assert split.columns == _PARTS
    assert whole is not None
    for found in (split, whole):
        low, high = found.modes
        assert high.share == pytest.approx(exact, abs=_MOST_OFF)
        assert low.share + high.share == pytest.approx(1.0)
        assert low.high < found.cuts[0] < high.low
        assert low.figures == _LOW
        assert high.figures[:3] == _HIGH
    assert whole.modes[1].share == np.mean(deaths_in(posterior.columns, _PARTS) > whole.cuts[0])


@pytest.mark.slow
def test_modes_of_a_torn_sum_of_formulas_are_found_and_told_as_those_of_the_sum() -> None:
    """Of parts without a parameter of their own chains start near each school of claims, and a mode of 3 % is drawn."""
    case = torn_sum_of_formulas()
    posterior = fit(case, rng=1, store=False)
    high = np.mean(deaths_in(posterior.columns, _PARTS) > _CUT)
    assert high == pytest.approx(probability_of_formulas(case, _CUT), abs=0.015)
    (note,) = mode_notes(posterior)
    assert note.startswith("The sum of one and two has two modes: 9")


@pytest.mark.statistical
@pytest.mark.parametrize("draws", [None, 1664])
def test_sum_that_bounds_tear_has_its_mode_of_one_per_cent(draws: int | None) -> None:
    """Low claims beside others that say "at least" far more: no fit is refused, and the high mode is drawn."""
    case = torn_sum(is_large=False, high_reads="at-least")
    exact = probability_of_sum(case, ("one", "two"), _CUT)
    shares = [
        np.mean(deaths_in(fit(case, rng=seed, draws=draws, store=False).columns, _PARTS) > _CUT) for seed in range(1, 7)
    ]
    assert 0.01 < exact < 0.02
    assert shares == pytest.approx([exact] * len(shares), abs=0.01)


@pytest.mark.slow
def test_modes_of_a_sum_are_read_back_and_worked_out_of_a_file_that_lacks_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A saved fit keeps them; one that an earlier version saved, with modes of components alone, gets them."""
    posterior = _fitted()
    assert open_fit(save_fit(posterior, tmp_path / "fit.nc"), posterior.case).modes == posterior.modes
    (split,) = posterior.modes
    component_alone = replace(split, columns=("all:one",), cuts=(1e7,), modes=split.modes[:1])

    def as_earlier(made: Posterior) -> DataTree:
        tree = tree_of(made)
        head = json.loads(tree.attrs["mcmort"])
        del head["splits"]
        record = asdict(component_alone)
        head["modes"] = [{"name": "all:one", **{key: record[key] for key in ("cuts", "modes")}}]
        tree.attrs["mcmort"] = json.dumps(head)
        return tree

    monkeypatch.setattr(fit_files, "tree_of", as_earlier)
    read = open_fit(save_fit(posterior, tmp_path / "earlier.nc"), posterior.case)
    assert read.modes == (component_alone, split)


def test_total_of_a_torn_sum_says_once_how_probable_each_mode_is() -> None:
    """Headline, JSON and tables say it: probability with its error, interval and figures; the table not again."""
    report = mm.total(_made(3e5, 0.1), "whole")
    split = report.pieces.modes
    assert split is not None
    low, high = split.modes
    told = (
        f"The total has two modes: {100 * low.share:.0f} ± 1 % in 730,000{EN_DASH}880,000 (one: study-a), "
        f"{100 * high.share:.0f} ± 1 % in 3.9{EN_DASH}4.7 million (two: study-a)."
    )
    assert report.headline.endswith(f" {told}")
    assert " ".join(str(report).split()).count("two modes") == 1
    assert report.render("markdown").count(told) == 1
    assert "in pieces" not in report.render("text", full=True)
    document = json.loads(report.to_json())["modes"]
    assert [mode["share"] for mode in document["total"]["modes"]] == [low.share, high.share]
    assert document["total"]["modes"][0]["low"] == low.low
    assert [sum_["components"] for sum_ in document["sums"]] == [["one", "two"]]
    assert document["components"] == []


def test_number_of_a_mode_that_was_changed_is_found() -> None:
    """A document in which the end of a mode of a total or of a sum was changed differs there from a second one."""
    remade = json.loads(mm.total(_made(3e5, 0.1), "whole").to_json())
    for path in (("total",), ("sums", 0)):
        printed = json.loads(json.dumps(remade))
        changed = printed["modes"]
        for key in path:
            changed = changed[key]
        changed["modes"][0]["high"] *= 1.01
        ((place, *_),) = ((one.path, one.printed) for one in differences(printed, remade))
        assert place.endswith("modes[0].high")


def test_modes_of_a_sum_are_told_only_where_they_make_the_width_of_a_total() -> None:
    """Beneath a total that a large third component drowns nothing is said, nor where the sum does not count at all."""
    drowned = mm.total(_made(5e7, 0.2), "whole")
    assert drowned.pieces.modes is None
    assert "modes" not in str(drowned)
    assert len(json.loads(drowned.to_json())["modes"]["sums"]) == 1
    unmoved = mm.total(_made(4e6, 0.35), "whole")
    assert unmoved.pieces.modes is None
    assert "The sum of one and two has two modes: 7" in " ".join(str(unmoved).split())


def test_part_of_a_torn_sum_has_the_modes_of_its_own_draws() -> None:
    """One of the two is anything up to the sum: most draws of the modes of the sum lie apart, and are told alone."""
    posterior = _made(3e5, 0.1)
    report = mm.total(posterior, "one")
    split, (of_sum,) = report.pieces.modes, posterior.modes
    assert split is not None
    own = split.mode_of(report.values)
    assert np.mean(own == of_sum.modes_in(posterior.columns)) > 0.95
    assert [mode.share for mode in split.modes] == [np.mean(own == 0), np.mean(own == 1)]
    assert "The sum of one and two has" not in " ".join(str(report).split())


def test_comparison_names_the_first_totals_with_modes() -> None:
    """Under the definitions each torn total is told by its name, beneath the table, and in JSON row by row."""
    comparison = mm.compare(_made(3e5, 0.1), ["whole", "both"])
    text = " ".join(str(comparison).split())
    assert text.count("has two modes") == 2
    assert "whole has two modes: 7" in text
    assert "both has two modes: 7" in text
    rows = json.loads(comparison.to_json())["definitions"]
    assert [len(row["modes"]["total"]["modes"]) for row in rows] == [2, 2]
    both = " ".join(engines_table(comparison.comparison, comparison.comparison).notes)
    assert "All the evidence: whole has two modes: " in both
    alone = mm.compare(_made(3e5, 0.1), ["whole"])
    assert " ".join(str(alone).split()).count("has two modes") == 1


def test_component_is_not_told_beside_the_sum_whose_claims_part_it() -> None:
    """A component without a figure of its own behind its modes follows from the torn sum; others do not."""
    posterior = _made(3e5, 0.1)
    (split,) = posterior.modes
    one = replace(split, columns=("all:one",))
    claims = tuple(replace(mode, figures=("claim:a",)) for mode in split.modes)
    following = replace(one, modes=claims)
    assert len(mode_notes(posterior, (following, split))) == 1
    assert [note.partition(" has")[0] for note in mode_notes(posterior, (one, split))] == [
        "one",
        "The sum of one and two",
    ]
