"""The engine on call: its totals are those of kept draws, its precision is honest, and its dials do what they say."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import mcmort as mm
from mcmort.catalogue import Case
from mcmort.errors import DefinitionError, FormulaError, UsageError
from mcmort.results import Dependence, Draws, HistogramEstimate, HistogramResults, Method
from mcmort.sampler import Sampler, simulate
from mcmort.sampler.kernel.run import REPLICATES, draws_within
from mcmort.sampler.sampler import _next_draws
from mcmort.totals import Total, kept, resolve, totals_of
from tests.cases import case_of, component, definition, dependence, overlap, point, quantity, ranged
from tests.results.slow_histogram import histogram_of
from tests.shipped import case_named

type Array = NDArray[np.float64]

_N = 4_000
_CELL = 2.0**-12
"""Relative error of a histogram's quantile, at most."""
_LIMITS = ((1.0 - 0.95) / 2.0, 0.5, (1.0 + 0.95) / 2.0)
"""Probabilities of the printed limits; replicates are asked for these, to the last bit."""


def _pair(**tables: Any) -> Case:
    """Return a case of two components, of which the first is the wider."""
    return case_of(
        component("one", ranged(1_000, 4_000)), component("two", ranged(2_000, 5_000, source="study-b")), **tables
    )


def _tied(loading: float = 0.8) -> Case:
    return _pair(dependence=[dependence("archive", ["one", "two"], loading)])


def _whole(source: Sampler | Draws) -> Total:
    return totals_of(source, [resolve(source.case, source.case.definitions["whole"])])[0]


def _estimate(values: object) -> HistogramEstimate:
    assert isinstance(values, HistogramEstimate)
    return values


def _flat(printed: object) -> str:
    """Return printed text without its line breaks."""
    return " ".join(str(printed).split())


def _quantiles(values: object, probabilities: tuple[float, ...]) -> Array:
    return _estimate(values).whole.quantile(probabilities)


@cache
def _every(method: Method) -> tuple[Total, ...]:
    """Return the totals of all definitions of the largest case, from one pass."""
    case = case_named("ussr")
    resolved = [resolve(case, one) for one in case.definitions.values()]
    return tuple(totals_of(Sampler(case, _N, rng=4, method=method), resolved))


@pytest.mark.slow
def test_totals_are_those_of_kept_draws_with_the_same_seed() -> None:
    """Under every definition total, parts and overlaps are exactly the histograms of the draws `simulate` keeps."""
    case = case_named("ussr")
    draws = simulate(case, _N, rng=4)
    totals = _every("plain")
    kept = totals_of(draws, [resolve(case, one) for one in case.definitions.values()])
    assert len(totals) == len(case.definitions) >= 4
    assert any(one.overlaps for one in totals)
    for one, other in zip(totals, kept, strict=True):
        assert (one.definition, one.terms, one.notes) == (other.definition, other.terms, other.notes)
        assert (one.excluded, one.unknown) == (other.excluded, other.unknown)
        columns = {"total": (one.values, other.values)}
        assert one.parts.keys() == other.parts.keys()
        assert one.overlaps.keys() == other.overlaps.keys()
        columns |= {name: (one.parts[name], other.parts[name]) for name in one.parts}
        columns |= {f"overlap {name}": (one.overlaps[name], other.overlaps[name]) for name in one.overlaps}
        for found, values in columns.values():
            assert isinstance(values, np.ndarray)
            assert _estimate(found).whole.digest() == histogram_of(values).digest()


def test_summaries_agree_within_the_bound_of_a_histogram() -> None:
    """Median, limits, mean and deviation of every total are within a cell of those of the kept draws.

    NumPy's quantile lies between two order statistics where the histogram's lies in the cell of one of them: the
    distance of the neighbours is allowed as well.
    """
    case = case_named("ussr")
    draws = simulate(case, _N, rng=4)
    for total in _every("plain"):
        values = np.sort(kept(mm.total(draws, total.definition.id).total.values))
        for probability in (0.025, 0.05, 0.5, 0.95, 0.975):
            at = probability * _N
            low, high = values[math.floor(at) - 1], values[math.ceil(at)]
            found = float(_quantiles(total.values, (probability,))[0])
            assert low * (1.0 - _CELL) <= found <= high * (1.0 + _CELL)
        whole = _estimate(total.values).whole
        assert whole.mean == pytest.approx(values.mean(), rel=_CELL / 2)
        assert whole.sd == pytest.approx(values.std(ddof=1), abs=_CELL / 2 * float(np.sqrt(np.mean(values**2))) * 1.001)


def test_another_seed_gives_another_histogram() -> None:
    """Negative control: totals of another seed differ from those of the kept draws."""
    found = _estimate(_whole(Sampler(_pair(), _N, rng=5)).values).whole
    values = _whole(simulate(_pair(), _N, rng=4)).values
    assert isinstance(values, np.ndarray)
    assert found.digest() != histogram_of(values).digest()


def test_nets_give_the_same_distribution() -> None:
    """On nets every limit of every total agrees with independent draws within four of their errors together."""
    for plain, quasi in zip(_every("plain"), _every("quasi"), strict=True):
        one, other = _estimate(plain.values), _estimate(quasi.values)
        assert one.is_independent
        assert not other.is_independent
        for probability in _LIMITS:
            errors = math.hypot(one.quantile_error(probability), other.quantile_error(probability))
            away = abs(float(one.whole.quantile(probability)) - float(other.whole.quantile(probability)))
            assert away < 4.0 * errors


@pytest.mark.parametrize(("n", "made"), [(1, 8), (8 * 256, 8 * 256), (8 * 256 + 1, 8 * 512)])
def test_nets_are_rounded_up_and_said_so(n: int, made: int) -> None:
    """With nets the manifest and the printed text name the draws that were made, not those that were asked for."""
    total = mm.total(Sampler(_pair(), n, rng=1, method="quasi"), "whole")
    assert total.total.draws.manifest.draws == made == _estimate(total.total.values).whole.draws
    assert made % REPLICATES == 0
    assert f"{made:,} draws, on scrambled Sobol points" in _flat(total)


@pytest.mark.parametrize("method", ["plain", "quasi"])
@pytest.mark.parametrize("precision", [0.02, 0.002])
def test_a_precision_is_reached(method: Method, precision: float) -> None:
    """It draws until 1.96 errors of median and limits are within the precision, and says what it has reached."""
    sampler = Sampler(_tied(), rng=3, precision=precision, method=method)
    result = mm.total(sampler, "whole")
    manifest, estimate = result.total.draws.manifest, _estimate(result.total.values)
    assert manifest.precision == precision
    assert manifest.reached is not None
    assert 0.0 < manifest.reached <= precision
    assert manifest.draws == estimate.whole.draws
    errors = {p: 1.96 * estimate.quantile_error(p) / float(estimate.whole.quantile(p)) for p in _LIMITS}
    assert max(errors.values()) <= manifest.reached
    assert f"Asked for a precision of {100 * precision:.2g} %; reached" in _flat(result)


def test_a_finer_precision_takes_more_draws() -> None:
    """Half the error takes about four times the draws, and the first run is enough where little is asked."""
    made = [
        mm.total(Sampler(_pair(), rng=3, precision=precision), "whole").total.draws.manifest.draws
        for precision in (0.5, 0.004, 0.002)
    ]
    assert made[0] == 1 << 15
    assert 2.0 < made[2] / made[1] < 8.0


@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_a_precision_that_is_not_reached_is_said(method: Method) -> None:
    """With a number of draws as the most it stops there; the manifest holds what was reached, and the text says it."""
    sampler = Sampler(_pair(), 4_096, rng=3, precision=1e-6, method=method)
    result = mm.total(sampler, "whole")
    manifest = result.total.draws.manifest
    assert manifest.draws == 4_096
    assert manifest.reached is not None
    assert manifest.reached > 1e-6
    assert "The precision of 0.0001 % was not reached: the limits are known to " in _flat(result)


@pytest.mark.parametrize(("most", "made"), [(8, 8), (5_000, 4_096), (100_000, 65_536), (131_072, 131_072)])
def test_nets_never_pass_the_most(most: int, made: int) -> None:
    """With a precision nets are rounded down to what the most allows, although without one they are rounded up."""
    sampler = Sampler(_pair(), most, rng=3, precision=1e-9, method="quasi")
    assert _whole(sampler).draws.manifest.draws == made <= most
    assert draws_within(most) == made
    assert most < 2 * made


def test_a_most_that_no_net_fits_is_refused() -> None:
    """Eight nets of one point are the least; a most below that is told, where it was once passed."""
    with pytest.raises(UsageError, match="the most draws are 7; expected 8 or more with the method 'quasi'"):
        Sampler(_pair(), 7, rng=3, precision=0.1, method="quasi")


@pytest.mark.parametrize(
    ("made", "factor"),
    [
        (((1_024, 0.02),), 4),  # twice the error, and the root law as long as nothing is measured: four times the draws
        (((1_024, 0.014),), 2),
        (((1_024, 0.04), (2_048, 0.02)), 2),  # halved by twice the draws, so twice is enough
        (((1_024, 0.041), (2_048, 0.021)), 4),
        (((1_024, 0.02), (4_096, 0.019)), 4),  # a slow start is not taken for the law: at least the root
        (((1_024, 0.9), (2_048, 0.011)), 2),  # nor a sudden fall: at most in proportion
        (((1_024, math.inf),), 4),
        (((1_024, math.inf), (4_096, 0.5)), 4),
        (((1_024, 0.5), (4_096, math.inf)), 4),
    ],
)
def test_nets_grow_as_their_errors_fall(made: tuple[tuple[int, float], ...], factor: int) -> None:
    """The next run has twice or four times the draws, by the power of the last two errors: for 0.01, by hand."""
    assert _next_draws(made, 0.01, "quasi") == factor * made[-1][0]


def test_independent_draws_grow_by_the_square() -> None:
    """Twice the error takes four times the draws, and a fifth more; at least half as many more, at most 64 times."""
    assert _next_draws([(1_000, 0.02)], 0.01, "plain") == 4_800
    assert _next_draws([(1_000, 0.0101)], 0.01, "plain") == 1_500
    assert _next_draws([(1_000, math.inf)], 0.01, "plain") == 64_000


@pytest.mark.parametrize("precision", [0.004, 0.002, 0.001])
def test_nets_do_not_overdraw(precision: float) -> None:
    """A quarter of the draws, an earlier run, had not reached the precision: at most four times too many are made."""
    made = _whole(Sampler(_tied(), rng=3, precision=precision, method="quasi")).draws.manifest
    assert made.reached is not None
    assert made.reached <= precision
    if made.draws > 1 << 15:
        fewer = _whole(Sampler(_tied(), made.draws // 4, rng=3, method="quasi")).draws.manifest
        assert fewer.reached is not None
        assert fewer.reached > precision or made.draws // 4 < 1 << 15


def test_without_a_precision_nothing_is_said_of_it() -> None:
    """Where none was asked for, the text is silent, but the manifest still holds the error that there is."""
    result = mm.total(Sampler(_pair(), _N, rng=3), "whole")
    assert "precision" not in _flat(result)
    assert result.total.draws.manifest.precision is None
    assert result.total.draws.manifest.reached is not None


def test_draws_with_a_precision_are_those_without() -> None:
    """A run that stopped at a number of draws is the run with that number: a receipt needs no more than it."""
    found = _whole(Sampler(_pair(), rng=3, precision=0.004))
    again = _whole(Sampler(_pair(), found.draws.manifest.draws, rng=3))
    assert _estimate(found.values).whole.digest() == _estimate(again.values).whole.digest()


def test_progress_and_threads_change_nothing() -> None:
    """With one thread or three, told of the progress or not, the totals are the same bits."""
    told: list[tuple[int, int]] = []
    one = _whole(Sampler(_pair(), _N, rng=3, threads=1, progress=lambda done, of: told.append((done, of))))
    other = _whole(Sampler(_pair(), _N, rng=3, threads=3))
    assert told[-1] == (_N, _N)
    assert _estimate(one.values).whole.digest() == _estimate(other.values).whole.digest()


def test_a_generator_gives_a_seed() -> None:
    """A NumPy generator stands for a seed, which the manifest keeps; none asks the system for one."""
    one, other = (Sampler(_pair(), rng=np.random.default_rng(5)).manifest.seed for _ in range(2))
    assert one == other
    assert Sampler(_pair()).manifest.seed != Sampler(_pair()).manifest.seed


def test_independent_draws_are_not_correlated() -> None:
    """The dial off, components of a declared group have the draws that they have in a case without the group."""
    tied, free = Sampler(_tied(), _N, rng=2, dependence="independent"), Sampler(_pair(), _N, rng=2)
    assert _estimate(_whole(tied).values).whole.digest() == _estimate(_whole(free).values).whole.digest()
    draws = simulate(_tied(), 40_000, rng=2, dependence="independent")
    found = float(stats.spearmanr(draws.columns["all:one"], draws.columns["all:two"]).statistic)
    assert abs(found) < 4.0 / math.sqrt(40_000)


@pytest.mark.parametrize("method", ["plain", "quasi"])
def test_comonotonic_quantiles_add_up(method: Method) -> None:
    """All inputs rising together, every quantile of the total is the sum of those of its components, within a cell."""
    total = _whole(Sampler(_tied(), 20_000, rng=2, dependence="comonotonic", method=method))
    probabilities = (0.025, 0.25, 0.5, 0.75, 0.975)
    parts = np.sum([_quantiles(one, probabilities) for one in total.parts.values()], axis=0)
    assert len(total.parts) == 2
    assert _quantiles(total.values, probabilities) == pytest.approx(parts, rel=2 * _CELL)
    apart = _whole(Sampler(_tied(), 20_000, rng=2, dependence="independent"))
    sums = sum(float(_quantiles(one, (0.975,))[0]) for one in apart.parts.values())
    assert float(_quantiles(apart.values, (0.975,))[0]) < 0.97 * sums


def test_the_declared_dependence_has_the_correlation_declared() -> None:
    """Two components that load 0.8 on a group have normal scores with a correlation of 0.64.

    Spearman's correlation of a Gaussian copula is ``6 / pi * arcsin(r / 2)``; its standard error is below 1 / sqrt(n).
    """
    draws = simulate(_tied(), 40_000, rng=2)
    found = stats.spearmanr(draws.columns["all:one"], draws.columns["all:two"]).statistic
    assert found == pytest.approx(6.0 / math.pi * math.asin(0.32), abs=4.0 / math.sqrt(40_000))


def test_the_dial_widens_a_total() -> None:
    """Independent, declared and comonotonic totals grow wider in that order, and their components stay the same.

    Components agree within four standard errors of their quantiles, of either run.
    """
    dials: tuple[Dependence, ...] = ("independent", "declared", "comonotonic")
    totals = [_whole(Sampler(_tied(), 40_000, rng=2, dependence=dial)) for dial in dials]
    widths = [float(np.diff(_quantiles(one.values, (0.025, 0.975)))[0]) for one in totals]
    assert all(wider > 1.05 * narrower for narrower, wider in pairwise(widths))
    for name in ("one", "two"):
        parts = [_estimate(one.parts[name]) for one in totals]
        for part in parts[1:]:
            away = abs(float(part.whole.quantile(0.975)) - float(parts[0].whole.quantile(0.975)))
            assert away < 4.0 * math.sqrt(2.0) * parts[0].quantile_error(0.975)


def test_choices_stand_in_the_manifest() -> None:
    """Method, dependence, pool and evidence are kept, so that the draws can be made again."""
    sampler = Sampler(
        _tied(), 100, rng=2, method="quasi", dependence="comonotonic", pool="log", evidence=frozenset({"demographic"})
    )
    manifest = _whole(sampler).draws.manifest
    assert (manifest.method, manifest.dependence, manifest.pool) == ("quasi", "comonotonic", "log")
    assert (manifest.evidence, manifest.seed, manifest.engine) == (("demographic",), 2, "elicited")
    assert repr(sampler) == "<Sampler of small: quasi, comonotonic dependence>"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"method": "sobol"}, "the method is 'sobol'; expected 'plain' or 'quasi'"),
        ({"method": "exact"}, "the method is 'exact'; expected 'plain' or 'quasi'"),
        ({"dependence": "some"}, "the dependence is 'some'; expected one of declared, independent, comonotonic"),
        ({"pool": "median"}, "the pool is 'median'; expected one of linear, log, envelope"),
        ({"precision": 0.0}, "the precision is 0.0; expected a relative error"),
        ({"precision": 1}, "the precision is 1; expected"),
        ({"precision": -0.1}, "the precision is -0.1; expected"),
        ({"precision": math.nan}, "the precision is nan; expected"),
        ({"precision": math.inf}, "the precision is inf; expected"),
        ({"n": 0}, "the number of draws is 0; expected a whole number from 1 up"),
        ({"n": -5}, "the number of draws is -5"),
        ({"n": 2.5}, "the number of draws is 2.5"),
        ({"n": True}, "the number of draws is True"),
        ({"rng": -1}, "the seed is -1; expected a whole number from 0 up"),
        ({"rng": 1.5}, "the seed is 1.5"),
    ],
)
def test_wrong_arguments_are_refused(how: dict[str, Any], words: str) -> None:
    """A word or a number that makes no sense is told with what was expected, before anything is drawn."""
    with pytest.raises(UsageError, match=words):
        Sampler(_pair(), **{"n": 10, "rng": 1, **how})


def test_no_threads_are_refused() -> None:
    """Zero threads are refused when the draws are made."""
    with pytest.raises(UsageError, match="number of threads is 0"):
        _whole(Sampler(_pair(), 10, rng=1, threads=0))


def test_one_draw_is_enough() -> None:
    """A single draw has a total, whose limits are that draw."""
    whole = _estimate(_whole(Sampler(_pair(), 1, rng=1)).values).whole
    values = _whole(simulate(_pair(), 1, rng=1)).values
    assert isinstance(values, np.ndarray)
    assert (whole.draws, whole.low, whole.high) == (1, values[0], values[0])
    assert whole.quantile([0.025, 0.975]).tolist() == [values[0], values[0]]


def test_a_total_of_nothing_is_exact() -> None:
    """Where all draws are the same there is no error, and any precision is reached at once."""
    case = case_of(component("one", formula="people - 100"), quantity=[quantity("people", ranged(10, 30))])
    total = _whole(Sampler(case, rng=1, precision=1e-9))
    assert total.draws.manifest.draws == 1 << 15
    assert total.draws.manifest.reached == 0.0
    assert _quantiles(total.values, (0.025, 0.5, 0.975)).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("method", ["plain", "quasi"])
@pytest.mark.parametrize("text", ["people / none", "none / none", "max(0, none / none)"])
def test_an_undefined_formula_is_refused(text: str, method: Method) -> None:
    """A division by zero is named with its column and the number of draws, as kept draws do."""
    case = case_of(
        component("one", formula=text), quantity=[quantity("people", ranged(10, 30)), quantity("none", point(0))]
    )
    made = 100 if method == "plain" else 128
    with pytest.raises(FormulaError, match=rf"(all:one|a total or a part of it) is undefined on {made} of"):
        _whole(Sampler(case, 100, rng=1, method=method))


def test_kept_draws_are_refused_of_a_histogram() -> None:
    """Whoever asks a histogram for its draws is told to use `simulate`."""
    total = _whole(Sampler(_pair(), 10, rng=1))
    assert isinstance(total.draws, HistogramResults)
    assert len(total.draws) == 10
    with pytest.raises(UsageError, match=r"counted, not kept; make them with mcmort\.simulate"):
        kept(total.values)


def test_a_definition_of_what_is_unknown_is_refused() -> None:
    """A total that rests on components without evidence alone is an error of the definition, for an engine too."""
    case = _pair(definitions={"whole": definition(measure="registered")})
    with pytest.raises(DefinitionError, match="asks only for components without registered evidence"):
        _whole(Sampler(case, 10, rng=1))


def test_an_overlap_is_taken_off() -> None:
    """The histogram of an overlap is that of the share of its component: fixed at a half, every quantile is half."""
    case = _pair(overlap=[overlap("o", "one", "two", best=0.5)])
    total = _whole(Sampler(case, 20_000, rng=1))
    found = _quantiles(total.overlaps["o"], (0.025, 0.5))
    assert found == pytest.approx(0.5 * _quantiles(total.parts["one"], (0.025, 0.5)), rel=2 * _CELL)
