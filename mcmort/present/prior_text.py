"""Priors in words: how wide what is presupposed is, and where the evidence lies in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from mcmort.analysis import Summary
from mcmort.analysis.judged_priors import JudgedPrior
from mcmort.present.numbers import percent, rounding_for, significant, significant_span
from mcmort.present.print_format import EN_DASH

__all__ = ["KIND_WORDS", "judgement", "posterior_text", "prior_text", "priors_headline"]

KIND_WORDS: Final = {
    "all": ("deaths", "Deaths of components"),
    "completeness": ("completeness of the register", "Completeness of registers"),
    "tau": ("spread of figures", "Spread of the figures of a basis"),
    "bias": ("bias of figures", "Bias of the figures of a basis"),
    "scatter": ("scatter of figures", "Scatter of the figures of a component"),
    "heterogeneity": ("spread of figures", "Spread of the figures of a component"),
    "lean": ("lean of figures", "Lean of the figures of a component"),
    "ordinary": ("ordinary deaths", "Ordinary deaths, a share of all"),
    "overlap": ("overlap", "Overlaps, a share"),
    "share": ("share of deaths", "Shares of deaths"),
    "quantity": ("quantity", "Populations, rates, other quantities"),
}
"""What each kind of prior is about: of one, and of all of them."""
_LARGE: Final = 100.0
"""Heterogeneities from which on they are in a unit of their own: of what may be negative."""
_FEW: Final = 10.0
"""Quantities below this are rates and shares, of which a unit is too coarse."""
_DOUBLE: Final = math.log(2.0)
_SHARES: Final = ("completeness", "ordinary", "overlap", "share")


def judgement(one: JudgedPrior) -> str:
    """Say in words whether a prior is wider than all the evidence, and where in it the evidence lies."""
    if one.place == "unchanged":
        return "hardly changed"
    if one.place in ("below", "above"):
        return f"the evidence lies {one.place} it"
    where = f"{'in' if one.place == 'middle' else 'at'} its {one.place}"
    return f"{'wider' if one.is_wider else 'no wider'}; the evidence lies {where}"


def priors_headline(title: str, judged: Sequence[JudgedPrior]) -> str:
    """Return the sentence that says how wide what is presupposed is beside the evidence."""
    deaths = [one for one in judged if one.kind == "all"]
    wide = sum(one.is_wider for one in deaths)
    share = f"all {wide}" if wide == len(deaths) else f"{wide or 'none'} of {len(deaths)}"
    outside = sum(one.place in ("below", "above") for one in judged)
    ends = sum(one.place.endswith("end") for one in judged)
    unchanged = sum(one.place == "unchanged" for one in judged)
    places = f"at an end of {ends or 'none'}, outside {outside or 'none'}"
    stay = ", so that these stay as presupposed" if unchanged else ""
    return (
        f"{title}: {share} priors of deaths are wider than all the evidence. Of all {len(judged)} priors it lies "
        f"{places}; {unchanged or 'none'} it hardly changes{stay}."
    )


def prior_text(one: JudgedPrior) -> str:
    """Return what is presupposed, as its central 95 %: of deaths as a factor either way."""
    before = one.shifted.before
    assert before is not None
    wide = before.interval(0.95)
    if one.kind == "all" and wide.low > 0.0:
        return f"{significant(before.median, 1)}, {_factor(math.sqrt(wide.high / wide.low))} either way"
    return _span(one.kind, before)


def posterior_text(one: JudgedPrior) -> str:
    """Return what is left given the evidence, as its central 95 %."""
    return _span(one.kind, one.shifted.after)


def _span(kind: str, summary: Summary) -> str:
    wide = summary.interval(0.95)
    low, high = wide.low, wide.high
    if kind in _SHARES:
        return _joined(percent(low), percent(high))
    if kind == "scatter":
        return f"{significant_span(low, high)} times the usual"
    if kind in ("tau", "heterogeneity") and high < _LARGE:
        return f"by {_joined(_error(low), _error(high))}"
    if kind in ("bias", "lean"):
        return f"{_lean(low)} to {_lean(high)}"
    if kind == "quantity" and max(abs(low), abs(high)) < _FEW:
        return significant_span(low, high)
    return rounding_for(summary).span(low, high)


def _joined(low: str, high: str) -> str:
    """Return two shares in per cent with one sign for both, where neither is in words."""
    first, second = low.removesuffix(" %"), high.removesuffix(" %")
    return f"{first}{EN_DASH}{high}" if first.isdigit() and second.isdigit() else f"{low} to {high}"


def _error(log_error: float) -> str:
    """Return an error on the logarithm in per cent, or as a factor from a doubling on."""
    return percent(math.expm1(log_error)) if log_error < _DOUBLE else _factor(math.exp(log_error))


def _lean(log_bias: float) -> str:
    """Say how far figures are too low or too high."""
    if log_bias < 0.0:
        return f"{percent(-math.expm1(log_bias))} too low"
    return f"{_error(log_bias)} too high"


def _factor(ratio: float) -> str:
    return f"{significant(ratio, 2)} times"
