"""Fits: reproducible, draws like any other engine's, refused where the chains do not agree."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from mcmort.bayes import Posterior, fit
from mcmort.bayes.diagnostics import LEAST_ESS, MOST_RHAT
from mcmort.bayes.evidence.collect import collect
from mcmort.catalogue.vocabulary import BASES
from mcmort.definitions import YearShares
from mcmort.definitions.timing import shared_years
from mcmort.errors import ConvergenceError, EvidenceError, UsageError
from mcmort.present.assertion_text import assertions_text
from mcmort.results import Draws
from mcmort.totals import total
from tests.bayes.small_cases import every_kind, evidence_head, figures, plain
from tests.cases import component, count, ranged

pytestmark = pytest.mark.slow


@cache
def _fitted() -> Posterior:
    """Return a fit of the case with every kind of evidence."""
    return fit(every_kind(), rng=1, store=False)


def _bits(posterior: Posterior) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in {**posterior.columns, **posterior.others}.items()}


def test_seed_gives_same_fit_on_any_number_of_cores() -> None:
    """Every column is the same to the bit on one core and on two; another seed gives other draws."""
    one, two, other = (fit(plain(), rng=seed, cores=cores, store=False) for seed, cores in ((4, 1), (4, 2), (5, 2)))
    assert _bits(one) == _bits(two)
    for group in ("prior", "log_likelihood", "predicted", "predicted_before"):
        mine, theirs = getattr(one, group), getattr(two, group)
        assert {name: mine[name].tobytes() for name in mine} == {name: theirs[name].tobytes() for name in theirs}
    assert not set(_bits(one).values()) & set(_bits(other).values()) - {np.ones(4000).tobytes()}


def test_generator_gives_its_seed() -> None:
    """A generator is a seed: two in the same state give the same fit, one that has moved on gives another."""
    rng = np.random.default_rng(3)
    first, second = (fit(plain(), rng=rng, store=False) for _ in range(2))
    again = fit(plain(), rng=np.random.default_rng(3), store=False)
    assert _bits(first) == _bits(again)
    assert _bits(first) != _bits(second)
    assert first.manifest.seed == int(np.random.default_rng(3).integers(2**63))


def test_fit_returns_draws_with_manifest() -> None:
    """What comes back is a `Draws` of four chains, with a manifest that says how it was made."""
    post = _fitted()
    assert isinstance(post, Draws)
    assert (post.manifest.engine, post.manifest.seed, post.manifest.chains) == ("synthesis", 1, 4)
    assert len(post) == post.manifest.draws
    assert {"all:camps", "registered:camps", "ordinary:camps", "overlap:in-famine", "all:births"} <= set(post.columns)
    assert {"tau:registered", "bias:demographic", "completeness:camps", "residual:census"} <= set(post.others)
    assert {len(values) for values in (*post.columns.values(), *post.others.values())} == {len(post)}
    assert post.statuses == collect(every_kind()).statuses
    assert post.rejected == collect(every_kind()).rejected


def test_total_over_fit_is_sum_of_parts_less_overlaps() -> None:
    """A total of a definition is the sum of its parts, less overlaps, on every draw, as with any engine."""
    post = _fitted()
    found = total(post, "whole")
    parts = {name.removeprefix("all:"): values for name, values in post.columns.items() if name.startswith("all:")}
    assert set(parts) == set(every_kind().components)
    shares = YearShares(post.case, post.years_split)

    def in_year(name: str, year: int) -> np.ndarray:
        return np.asarray(parts[name] * shares.share(name, frozenset({year})))

    both = shared_years(post.case, post.case.overlaps["in-famine"])
    overlap = sum(
        np.minimum(post.columns["overlap:in-famine"] * in_year("camps", year), in_year("famine", year)) for year in both
    )
    np.testing.assert_allclose(found.values, sum(parts.values()) - overlap, rtol=1e-12)


def test_registered_never_exceeds_all_and_nothing_is_negative() -> None:
    """On every draw of a fit, what was registered is no more than what happened."""
    post = _fitted()
    registered = [name for name in post.columns if name.startswith("registered:")]
    assert len(registered) == 4
    for name in registered:
        everything = post.columns[name.replace("registered:", "all:")]
        assert (post.columns[name] <= everything * (1.0 + 1e-15)).all()
    assert min(values.min() for values in post.columns.values()) >= 0.0


def test_evidence_narrows_prior() -> None:
    """In a fit the deaths of a component with figures have a far smaller spread than in the prior."""
    post = _fitted()
    for name in ("all:camps", "all:famine", "registered:prisons"):
        spreads = [np.log(values).std() for values in (post.prior[name], post.columns[name])]
        assert spreads[1] < spreads[0] / 2.0


def test_fit_has_diagnosis_of_every_column() -> None:
    """The diagnosis covers every column and all that figures share, within its thresholds; the parts took some time."""
    post = _fitted()
    diagnosis = post.diagnosis
    assert diagnosis.defects() == []
    assert max(diagnosis.rhat.values()) <= MOST_RHAT
    assert min((*diagnosis.ess_bulk.values(), *diagnosis.ess_tail.values())) >= LEAST_ESS
    varying = {name for name, values in {**post.columns, **post.others}.items() if np.ptp(values) > 0}
    shared = {name for name in collect(every_kind()).parameters if name.startswith(("lineage:", "common:"))}
    assert {name.partition(":")[0] for name in shared} == {"lineage", "common"}
    assert set(diagnosis.rhat) == varying | shared
    assert set(post.seconds) == {"program", "compiling", "search", "sampling", "diagnosis", "prediction", "assertions"}


def test_every_figure_has_likelihood_and_replicates() -> None:
    """Each figure and balance has a log likelihood on each draw; each figure has replicates, and a value or draws."""
    post, evidence = _fitted(), collect(every_kind())
    names = {one.name for one in evidence.data}
    assert set(post.log_likelihood) == names | {"balance:census"}
    assert set(post.expected) == set(post.predicted) == set(post.predicted_before) == names
    printed = {one.name for one in evidence.data if one.formula is None}
    assert set(post.observed) == printed
    assert set(post.computed) == names - printed
    assert all(np.isfinite(values).all() for values in post.log_likelihood.values())
    assert np.isfinite(post.log_prior).all()


def test_fit_without_high_assertion_is_lower() -> None:
    """Without the assertion that stands far above, the deaths of its component are fewer."""
    post, without = _fitted(), fit(every_kind(), rng=1, without=frozenset({"study-h"}), store=False)
    assert without.manifest.without == ("study-h",)
    assert np.median(without.columns["all:famine"]) < np.median(post.columns["all:famine"])


def test_assertions_left_out_are_counted_and_named() -> None:
    """What is left out as an assertion is counted, with the option that admits it; nothing is said where all are in."""
    admitted = [basis for basis in BASES if basis != "assertion"]
    without = fit(every_kind(), rng=1, evidence=admitted, store=False)
    assert without.assertions is not None
    assert without.assertions.figures == 4
    text = assertions_text(without)
    assert text.startswith("Left out: 4 figures that are assertions; ")
    assert f"--evidence {','.join(admitted)},assertion." in text
    assert _fitted().assertions is None
    assert assertions_text(_fitted()) == ""


def test_fit_has_requested_number_of_draws() -> None:
    """Draws are those of each of four chains, whatever the default."""
    assert len(fit(plain(), rng=1, draws=1200, store=False)) == 4800


def test_fit_with_too_few_effective_draws_is_refused() -> None:
    """A hundred draws of a case with many kinds of evidence are too few: refused, with the thresholds and a hint."""
    with pytest.raises(ConvergenceError) as refused:
        fit(every_kind(), rng=1, draws=100, store=False)
    message = str(refused.value)
    assert message.startswith("the fit of small is refused: ")
    assert "effective sample size of" in message
    assert "(at least 400)" in message
    assert "--draws" in message


def test_figures_that_exclude_one_another_are_two_modes_of_the_same_probability() -> None:
    """Nothing prefers one of two figures a thousand times apart: every seed gives each a half, and names it."""
    torn = component("one", ranged(1e3, 1.001e3), ranged(1e6, 1.001e6, source="study-b"))
    case = figures(torn, head=evidence_head({"demographic": 0.05}, heterogeneity=0.01))
    for seed in range(2):
        (split,) = fit(case, rng=seed, draws=500, store=False).modes
        low, high = split.modes
        assert low.share == pytest.approx(0.5, abs=0.05)
        assert (low.figures, high.figures) == (("one:study-a",), ("one:study-b",))
        assert low.median == pytest.approx(1e3, rel=0.01)
        assert high.median == pytest.approx(1e6, rel=0.01)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"draws": 99}, "number of draws is 99; expected a whole number from 100 up"),
        ({"draws": True}, "number of draws is True"),
        ({"draws": 500.0}, "number of draws is 500.0"),
        ({"cores": 0}, "number of cores is 0"),
        ({"rng": -1}, "seed is -1"),
        ({"rng": True}, "seed is True"),
        ({"rng": 1.5}, "seed is 1.5"),
        ({"evidence": frozenset({"rumour"})}, "no basis 'rumour'"),
        ({"without": frozenset({"nobody"})}, "no source or lineage 'nobody'"),
    ],
)
def test_wrong_arguments_are_refused(wrong: dict[str, object], message: str) -> None:
    """A number or a name that is not valid is refused before anything is sampled."""
    with pytest.raises(UsageError, match=message):
        fit(plain(), store=False, **wrong)  # type: ignore[arg-type]


def test_case_without_points_is_refused() -> None:
    """A case with bounds alone is an error that says what is missing."""
    with pytest.raises(EvidenceError, match="no evidence of small is left"):
        fit(figures(component("one", count(low=50.0, reads="at-least"))), store=False)
