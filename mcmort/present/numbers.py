"""How many digits to print, and how: the one place where numbers become text.

The rounding unit follows the rule of the Particle Data Group (Review of Particle Physics, introduction, section 5.3)
applied to a quarter of the width of the 95 % interval, and is never finer than twice the Monte Carlo error. One unit
serves the median and both ends of an interval, so that they can be read together. Three significant figures of the
upper end are the most, two in a headline.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from mcmort.analysis import Interval, Summary
from mcmort.present.print_format import EN_DASH

__all__ = ["FEWEST", "Rounding", "deciding", "percent", "rounding_for", "significant", "significant_span"]

_MILLION: Final = 1_000_000.0
FEWEST: Final = 200
"""Draws below which the Monte Carlo error is not known; then one figure of the median is all that is printed."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """A unit to round to, and whether to print in millions.

    Attributes
    ----------
    exponent : int
        Numbers are rounded to ten to this power.
    millions : bool
        Whether the word million is used.
    is_limited : bool
        Whether more draws would allow more digits.
    """

    exponent: int
    millions: bool
    is_limited: bool = False

    def value(self, number: float) -> float:
        """Return a number rounded to the unit."""
        return float(round(number, -self.exponent))

    def digits(self, number: float) -> str:
        """Return a rounded number without its unit word."""
        rounded = self.value(number)
        if not self.millions:
            return f"{rounded:,.{max(0, -self.exponent)}f}"
        return f"{rounded / _MILLION:,.{max(0, 6 - self.exponent)}f}"

    @property
    def word(self) -> str:
        """The unit word, with a space before it, or nothing."""
        return " million" if self.millions else ""

    def number(self, number: float) -> str:
        """Return a rounded number with its unit word."""
        return self.digits(number) + self.word

    def span(self, low: float, high: float, to: str = EN_DASH) -> str:
        """Return an interval, with one unit word for both ends."""
        return f"{self.digits(low)}{to}{self.digits(high)}{self.word}"


def _exponent(width: float, largest: float) -> int:
    """Return the power of ten to round to, by the width of the 95 % interval."""
    if width <= 0:
        return (math.floor(math.log10(largest)) if largest > 0 else 0) - 2
    quarter = width / 4.0
    decade = math.floor(math.log10(quarter))
    leading = quarter / 10.0**decade
    return decade - 1 if leading < 3.545 else decade


def _floor_of_exponent(summary: Summary, interval: Interval) -> int | None:
    """Return the power of ten below which digits would be Monte Carlo noise, or None if there is none."""
    if summary.draws < FEWEST:
        return math.floor(math.log10(summary.median)) if summary.median > 0 else None
    error = max(interval.low_error, interval.high_error, summary.median_error)
    return math.ceil(math.log10(2.0 * error)) if error > 0 else None


def rounding_for(summary: Summary, headline: bool = False) -> Rounding:
    """Choose how to round a distribution.

    Parameters
    ----------
    summary : Summary
        With its 95 % interval and Monte Carlo errors, or the widest interval that it has.
    headline : bool
        Whether to allow at most two significant figures of the upper end instead of three. More are printed only where
        the ends would else be the same, or zero would be printed for what is not.

    Returns
    -------
    Rounding
    """
    widest = deciding(summary)
    wanted = _exponent(widest.high - widest.low, widest.high)
    noise = _floor_of_exponent(summary, widest)
    exponent = wanted if noise is None else max(wanted, noise)
    if summary.median > 0:
        exponent = min(exponent, math.floor(math.log10(summary.median)))  # nothing known is printed as zero
    exponent = max(exponent, 0)
    usual = Rounding(exponent, round(widest.high, -exponent) >= _MILLION, exponent > max(wanted, 0))
    size = math.floor(math.log10(widest.high)) if widest.high > 0 else 0
    for figures in (2, 3) if headline else (3,):
        short = replace(usual, exponent=max(usual.exponent, size + 1 - figures))
        lost = any(usual.value(end) and not short.value(end) for end in (widest.low, summary.median))
        if short.value(widest.low) < short.value(widest.high) and not lost:
            return short
    return usual


def deciding(summary: Summary) -> Interval:
    """Return the interval by which digits are chosen: the equal-tailed one of 95 %, else the widest there is."""
    equal = [interval for interval in summary.intervals if interval.kind == "equal-tailed"]
    return min(equal, key=lambda interval: (abs(interval.probability - 0.95) > 1e-12, -interval.probability))


def percent(share: float) -> str:
    """Return a share in whole per cent, with words for what would round to nothing or to the whole."""
    size = abs(share)
    if 0 < size <= 0.005:
        return "under 1 %" if share > 0 else "\N{MINUS SIGN}(under 1 %)"
    if 0.995 <= size < 1 - 1e-9:
        return "over 99 %" if share > 0 else "\N{MINUS SIGN}(over 99 %)"
    return f"{'' if share >= 0 else '\N{MINUS SIGN}'}{100 * size:.0f} %"


def significant(value: float, figures: int = 3) -> str:
    """Return a number with a few significant figures."""
    rounded = float(f"{value:.{figures - 1}e}")
    return f"{rounded / 1e6:,.10g} million" if rounded >= 1e6 else f"{rounded:,.0f}"


def significant_span(low: float, high: float, figures: int) -> str:
    """Return an interval with a few significant figures of each end, and one unit word if it serves both."""
    first, last = significant(low, figures), significant(high, figures)
    if first.endswith(" million"):
        first = first.removesuffix(" million")
    return f"{first}{EN_DASH}{last}"
