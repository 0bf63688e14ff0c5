"""Universes: what a multiverse says equals what single totals say, and its parts equal what NumPy and algebra say."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mcmort as mm
from mcmort.analysis.claims import compare_claims
from mcmort.analysis.multiverse.constraints import constraints_of
from mcmort.analysis.multiverse.decomposition import decompose
from mcmort.analysis.multiverse.dials import Dial, bases_of, dials_of
from mcmort.analysis.multiverse.pbox import pbox
from mcmort.analysis.multiverse.published import published_spread
from mcmort.analysis.multiverse.request import MultiverseRequest, read_choices
from mcmort.analysis.multiverse.run import GRID, run_universes
from mcmort.analysis.multiverse.universes import Universes, allowed_universes
from mcmort.analysis.multiverse.whole import Multiverse, run_multiverse
from mcmort.catalogue.case import Case
from mcmort.errors import McmortError, UsageError
from tests.cases import case_of, component, definition, point, ranged, write_case
from tests.present.made import claim

DRAWS = 2_000
FEW = {"reading": ("90%",), "family": ("case",), "dependence": ("declared",)}
"""Dials that are not varied, so that few sets of priors are made."""


def _case() -> Case:
    """Return a case in which every dial makes a difference."""
    return case_of(
        component(
            "first",
            ranged(8_000, 12_000),
            ranged(15_000, 22_000, source="study-b", confidence="low"),
            point(5_000, measure="registered", basis="registered", source="study-c"),
            point(40_000, basis="assertion", source="study-d"),
            ordinary={"low": 0.1, "high": 0.3, "source": "study-a", "locator": "p. 2"},
        ),
        component("second", ranged(800, 1_500), ranged(2_000, 3_000, source="study-b"), facets={"category": "b"}),
        definitions={
            "kept": definition(measure="registered", include=[{"category": "a"}]),
            "early": definition(include=[{"category": "a"}]),
            "whole": definition(),
        },
        claim=[claim("low", best=9_000.0, reads="point"), claim("high", best=30_000.0, reads="point")],
    )


def _run(request: MultiverseRequest | None = None, case: Case | None = None, **how: object) -> Multiverse:
    asked = request or MultiverseRequest(dials=FEW)
    return run_multiverse(case or _case(), asked, draws=DRAWS, seed=7, **how)  # type: ignore[arg-type]


@pytest.mark.slow
def test_universe_equals_a_single_total() -> None:
    """Each universe has, to the bit, the median and interval of `mcmort.total` with the same choices."""
    case = _case()
    dials = {**FEW, "pool": ("linear", "log"), "dependence": ("comonotonic",), "net": ("net",)}
    computed = _run(MultiverseRequest(dials=dials, universes=10_000), case)
    assert len(computed.universes) == computed.allowed == 24
    samplers: dict[tuple[object, ...], mm.Sampler] = {}
    for index, options in enumerate(computed.universes):
        key = tuple(options[name] for name in ("evidence", "pool", "weights", "dependence"))
        if key not in samplers:
            samplers[key] = mm.Sampler(
                case, DRAWS, rng=7, evidence=bases_of(case, options["evidence"], {}), pool=options["pool"],  # type: ignore[arg-type]
                weights=options["weights"], dependence=options["dependence"],  # type: ignore[arg-type]
            )  # fmt: skip
        total = mm.total(
            samplers[key], options["definition"], measure=options["measure"], net=options["net"] == "net"  # type: ignore[arg-type]
        )  # fmt: skip
        wide = total.summary.interval(0.95)
        assert computed.medians[index] == total.summary.median
        assert computed.ends[index].tolist() == [wide.low, wide.high]


def test_reading_equals_a_case_that_reads_its_ranges_so() -> None:
    """A universe that reads ranges as the middle 80 per cent is the total of a case whose files say so."""
    case = _case()
    read = replace(
        case, head=case.head.model_copy(update={"readings": case.head.readings.model_copy(update={"range": 0.8})})
    )
    dials = {"definition": ("whole",), "measure": ("all",), "net": ("gross",), "evidence": ("admitted",),
             "pool": ("linear",), "weights": ("equal",), "family": ("case",), "dependence": ("declared",)}  # fmt: skip
    computed = _run(MultiverseRequest(dials={**dials, "reading": ("90%", "80%")}))
    ours = dict(zip((options["reading"] for options in computed.universes), computed.medians.tolist(), strict=True))
    for reading, other in (("90%", case), ("80%", read)):
        assert ours[reading] == mm.total(mm.Sampler(other, DRAWS, rng=7), "whole").summary.median


def test_family_is_that_of_open_ranges_only() -> None:
    """The dial of families changes ranges whose family the case leaves open, and nothing else."""
    case = case_of(component("open", ranged(10, 20)), component("said", ranged(10, 20, family="gamma")))
    request = {"seed": 1, "draws": 50, "interval": 0.9, "engine": "elicited", "evidence": None, "pool": "case",
               "weights": "equal", "reading": "case", "dependence": "declared",
               "questions": [["whole", "all", "gross"]]}  # fmt: skip
    gamma = run_universes(case, {**request, "family": "gamma"})
    both = case_of(component("open", ranged(10, 20, family="gamma")), component("said", ranged(10, 20, family="gamma")))
    assert gamma == run_universes(both, {**request, "family": "case"})
    assert gamma != run_universes(case, {**request, "family": "case"})


def test_box_is_the_envelope_of_the_distribution_functions() -> None:
    """The bounds of a probability equal the smallest and largest empirical distribution function, by NumPy."""
    rng = np.random.default_rng(3)
    samples = np.sort(rng.lognormal(rng.normal(size=(12, 1)), 0.5, size=(12, 20_000)), axis=1)
    box = pbox(np.quantile(samples, GRID, axis=1).T, GRID)
    for value in (0.3, 1.0, 2.5):
        shares = (samples <= value).mean(axis=1)
        expected = [0.0 if shares.min() < GRID[0] else shares.min(), 1.0 if shares.max() > GRID[-1] else shares.max()]
        assert box.probability_at_most(value) == pytest.approx(expected, abs=0.003)
    levels, low, high = box.consonance()
    assert (levels[0], low[0], high[0]) == pytest.approx(
        (0.0, np.median(samples, axis=1).min(), np.median(samples, axis=1).max())
    )
    assert box.interval(0.95) == pytest.approx(
        (np.quantile(samples, 0.025, axis=1).min(), np.quantile(samples, 0.975, axis=1).max())
    )
    assert (np.diff(low) <= 0).all()
    assert (np.diff(high) >= 0).all()


def test_interval_of_a_level_that_was_not_computed_is_refused() -> None:
    """A box says which intervals it has."""
    with pytest.raises(UsageError, match="expected one of"):
        pbox([[1.0, 2.0, 3.0]], (0.25, 0.5, 0.75)).interval(0.9)


def _factorial(**sizes: int) -> Universes:
    dials = tuple(Dial(name, tuple(map(str, range(size)))) for name, size in sizes.items())
    return Universes(dials, np.array(list(itertools.product(*(range(size) for size in sizes.values())))))


def test_shares_of_an_additive_function_are_the_variances_of_its_terms() -> None:
    """Of a sum of one term for each dial, each dial has the share of the variance of its term."""
    universes = _factorial(evidence=3, pool=2, reading=4, definition=5)
    terms = [np.array([0.0, 1.0, 5.0]), np.array([0.0, 2.0]), np.array([1.0, 2.0, 3.0, 9.0]), 3.0 * np.arange(5.0)]
    values = np.sum([term[universes.codes[:, place]] for place, term in enumerate(terms)], axis=0)
    variances = np.array([term.var() for term in terms])
    parts = decompose(universes, values)
    for name, share in zip(("evidence", "pool", "reading", "definition"), variances / variances.sum(), strict=True):
        assert parts.dials[name] == pytest.approx(share, abs=1e-12)
    assert parts.groups["model"] == pytest.approx((variances[1] + variances[2]) / variances.sum(), abs=1e-12)
    assert list(parts.groups.values()) == sorted(parts.groups.values(), reverse=True)


def test_shares_of_an_interaction_are_divided_and_sum_to_their_group() -> None:
    """What two dials do only together is divided in halves; shares of dials sum to their group, groups to one."""
    universes = _factorial(evidence=2, pool=2, reading=2)
    signs = 2.0 * universes.codes - 1.0
    parts = decompose(universes, signs[:, 0] * signs[:, 1])
    assert parts.groups == pytest.approx({"evidence": 0.5, "model": 0.5})
    assert parts.dials == pytest.approx({"evidence": 0.5, "pool": 0.5, "reading": 0.0})
    rng = np.random.default_rng(1)
    uneven = Universes(universes.dials, universes.codes[[0, 1, 2, 4, 7]])
    parts = decompose(uneven, rng.normal(size=5))
    assert sum(parts.groups.values()) == pytest.approx(1.0)
    assert parts.dials["pool"] + parts.dials["reading"] == pytest.approx(parts.groups["model"])


def test_equal_universes_have_nothing_to_decompose() -> None:
    """Where all agree no choice has a share."""
    assert decompose(_factorial(pool=2), [3.0, 3.0]).groups == {}


def test_published_spread_splits_into_scope_and_evidence() -> None:
    """Figures that are each twice ours differ by scope alone; figures of one scope differ by evidence alone."""
    case = _case()
    rows = compare_claims(mm.Sampler(case, DRAWS, rng=7))
    spread = published_spread(rows)
    assert spread is not None
    assert spread.scope + spread.evidence == pytest.approx(1.0)
    assert (spread.scope, spread.evidence) == pytest.approx((0.0, 1.0))
    twice = [
        replace(row, claim=row.claim.model_copy(update={"best": 2.0 * factor * row.summary.median}),
                summary=replace(row.summary, median=factor * row.summary.median))
        for row, factor in zip(rows, (1.0, 3.0), strict=True) if row.summary is not None
    ]  # fmt: skip
    spread = published_spread(twice)
    assert spread is not None
    assert (spread.scope, spread.evidence) == pytest.approx((1.0, 0.0))


def test_constraints_leave_out_what_makes_no_sense() -> None:
    """No weights in an envelope, no register where there is none, no question twice."""
    case, request = _case(), MultiverseRequest()
    universes = allowed_universes(dials_of(case, request), constraints_of(case, dials_of(case, request), request))
    chosen = list(universes)
    asked = {(each["definition"], each["measure"], each["net"]) for each in chosen}
    assert asked == {
        ("kept", "registered", "gross"), ("kept", "registered", "net"),
        ("early", "all", "gross"), ("early", "all", "net"), ("whole", "all", "gross"), ("whole", "all", "net"),
    }  # fmt: skip
    assert all(each["weights"] == "equal" for each in chosen if each["pool"] == "envelope")
    assert any(each["weights"] == "confidence" for each in chosen if each["pool"] == "log")


def test_standard_that_leaves_a_part_unknown_is_left_out() -> None:
    """Unknown is not zero: where a standard of evidence has no figures of a part, there is no universe."""
    request = MultiverseRequest(dials={"evidence": ("admitted", "registered")}, universes=10_000)
    case = _case()
    constraints = constraints_of(case, dials_of(case, request), request)
    chosen = list(allowed_universes(dials_of(case, request), constraints))
    assert {each["definition"] for each in chosen if each["evidence"] == "registered"} == {"kept"}
    assert any("has no figures of first, second" in constraint.reason for constraint in constraints)


def test_sample_is_balanced_and_shares_priors() -> None:
    """A sample has the size asked for, the same for a seed, with every option of a dial chosen about equally often."""
    universes = _factorial(evidence=3, pool=3, reading=3, family=3, definition=4)
    sample = universes.sampled(36, 1)
    assert len(sample) == 36
    assert len(np.unique(sample.codes[:, :4], axis=0)) == 9
    for place in range(4):
        assert np.bincount(sample.codes[:, place]).tolist() == [12, 12, 12]
    assert (sample.codes == universes.sampled(36, 1).codes).all()
    assert (sample.codes != universes.sampled(36, 2).codes).any()
    assert len(universes.sampled(41, 1)) == 41
    assert universes.sampled(10_000, 1) is universes


def test_failed_universe_is_listed_and_stops_nothing() -> None:
    """Estimates without common ground fail under the log pool, with the reason; all others have their totals."""
    far = {"family": "uniform", "reads": "extremes"}
    case = case_of(component("first", ranged(10, 20, **far), ranged(30, 40, source="study-b", **far)))
    computed = _run(case=case)
    assert {universe.options["pool"] for universe in computed.failed} == {"log"}
    assert all("common ground" in universe.reason for universe in computed.failed)
    assert {options["pool"] for options in computed.universes} == {"linear", "envelope"}
    assert len(computed.universes) + len(computed.failed) == computed.allowed


def test_question_that_fails_leaves_the_others_their_totals() -> None:
    """One question that cannot be answered does not take from the others on the same draws."""
    request = {"seed": 1, "draws": 50, "interval": 0.9, "engine": "elicited", "evidence": None, "pool": "case",
               "weights": "equal", "reading": "case", "family": "case", "dependence": "declared"}  # fmt: skip
    questions = [["whole", "all", "gross"], ["absent", "all", "gross"]]
    rows = run_universes(_case(), {**request, "questions": questions})["universes"]
    assert rows[:1] == run_universes(_case(), {**request, "questions": questions[:1]})["universes"]
    assert "absent" in rows[1]["failed"]


def test_nothing_that_succeeds_is_an_error() -> None:
    """Where every universe fails, the error says why."""
    far = {"family": "uniform", "reads": "extremes"}
    case = case_of(component("first", ranged(10, 20, **far), ranged(30, 40, source="study-b", **far)))
    with pytest.raises(McmortError, match="common ground"):
        _run(MultiverseRequest(dials={**FEW, "pool": ("log",)}), case)


def test_synthesis_without_a_stored_fit_fails_with_a_hint() -> None:
    """A universe of the synthesis uses a fit that was made before; where there is none it says how to make it."""
    dials = {**FEW, "engine": ("elicited", "synthesis"), "evidence": ("admitted",), "pool": ("linear",)}
    computed = _run(MultiverseRequest(dials=dials))
    failed = [universe for universe in computed.failed if universe.options["engine"] == "synthesis"]
    assert len(failed) == len(computed.failed) > 0
    assert "mcmort fit" in failed[0].reason
    assert {universe.options["pool"] for universe in failed} == {"\N{EN DASH}"}


@pytest.mark.slow
def test_digest_is_the_same_for_any_workers_and_after_an_interruption(tmp_path: Path) -> None:
    """Processes, folders and what was finished before change no bit."""
    write_case(tmp_path / "case", {
        "component": [component("first", ranged(8, 12), ranged(15, 22, source="study-b"))],
        "definitions": {"whole": definition()},
    })  # fmt: skip
    case, folder = mm.load(str(tmp_path / "case")), tmp_path / "results"
    here = _run(case=case)
    assert _run(case=case, workers=2, folder=folder).digest == here.digest
    kept = sorted(folder.glob("*.json"))
    times = {path: path.stat().st_mtime_ns for path in kept}
    kept[0].unlink()
    assert _run(case=case, folder=folder).digest == here.digest
    assert {path: path.stat().st_mtime_ns for path in kept[1:]} == {path: times[path] for path in kept[1:]}
    assert _run(case=case, threads=1).digest == here.digest


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dials": {"pol": ("log",)}}, r"no dial 'pol'.*did you mean 'pool'"),
        ({"dials": {"pool": ("lgo",)}}, r"no option 'lgo'.*did you mean 'log'"),
        ({"dials": {"definition": ("wole",)}}, r"no option 'wole'.*did you mean 'whole'"),
        ({"dials": {"reading": ("101%",)}}, "no reading of ranges '101%'"),
        ({"dials": {"evidence": ("registred",)}}, r"no standard of evidence.*did you mean 'registered'"),
        ({"exclude": [{"options": {"pool": "cited"}}]}, "never at 'cited'"),
        ({"exclude": [{"options": {"wieghts": "cited"}}]}, r"no dial 'wieghts'.*did you mean 'weights'"),
        ({"exclude": [{"options": {"pool": ("linear", "log", "envelope")}, "reason": "as if"}]}, "no universe.*as if"),
        ({"dials": {"definition": ("whole",), "measure": ("registered",)}}, "no universe is left.*without registered"),
    ],
    ids=str,
)
def test_bad_request_says_what_is_expected(given: dict[str, Any], said: str) -> None:
    """Unknown dials and options, and requests that leave nothing, are refused with a hint."""
    with pytest.raises(UsageError, match=said):
        _run(MultiverseRequest.checked(**given))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[dials]\npool = [", "not TOML"),
        ("[dial]\npool = ['log']", "expected dials, standards or exclude"),
        ("[dials]\npool = 3", "dials > pool"),
        ("[dials]\npool = []", "dials > pool"),
        ("[standards]\nmine = ['hearsay']", "standards > mine"),
        ("[exclude]\npool = 'log'", r"write \[\[exclude\]\]"),
    ],
)
def test_bad_plan_says_where(text: str, said: str, tmp_path: Path) -> None:
    """A plan that cannot be read names its file and the place."""
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=said) as caught:
        read_choices(path)
    assert str(path) in str(caught.value)


def test_plan_names_dials_standards_and_exclusions(tmp_path: Path) -> None:
    """A plan in TOML restricts dials, names standards of evidence and excludes combinations."""
    path = tmp_path / "plan.toml"
    path.write_text(
        "[dials]\npool = ['linear', 'log']\nreading = '90%'\nfamily = 'case'\n"
        "evidence = ['admitted', 'strict']\ndependence = 'declared'\n"
        "[standards]\nstrict = ['registered', 'demographic']\n"
        "[[exclude]]\npool = 'log'\nevidence = ['strict']\nreason = 'too few'\n"
    )
    computed = mm.multiverse(_case(), choices=path, draws=100, universes=10_000).multiverse
    pairs = {(options["pool"], options["evidence"]) for options in computed.universes}
    assert pairs == {("linear", "admitted"), ("linear", "strict"), ("log", "admitted")}
    assert {options["dependence"] for options in computed.universes} == {"declared"}
