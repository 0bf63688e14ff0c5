"""How many digits to print, and how: the one place where numbers become text.

The unit comes from `mcmort.results.print_unit`, since engines must know it too: they draw until the Monte Carlo error
is no larger. Headlines, tables, figures and the texts in JSON all take their digits from here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mcmort.analysis import Interval, Summary
from mcmort.analysis.summary import Kind
from mcmort.present.print_format import EN_DASH
from mcmort.results.print_unit import MOST_FIGURES, TOLERANCE, rounded_to, unit_exponent

__all__ = [
    "FEWEST",
    "MINUS",
    "Rounding",
    "dots_text",
    "is_near_zero",
    "percent",
    "percent_with_error",
    "points_text",
    "probability_text",
    "rate_texts",
    "rate_unit",
    "rounding_for",
    "rounding_of",
    "share_moved",
    "signed",
    "significant",
    "significant_span",
    "tick_text",
    "tick_texts",
    "with_error",
]

MINUS: Final = "\N{MINUS SIGN}"
_MILLION: Final = 1_000_000.0
_COUNTED: Final = 0.5
"""Least number that rounds to one death; a smaller one is printed as none."""
_RAREST: Final = 0.001
"""Probability below which no two are printed differently."""
_FEWEST_UNSURE: Final = 3
"""Units in the width of an interval, however unsure its ends: with fewer, 43,000-143,000 and its median 51,000 would
read 40,000-100,000 and 100,000."""
FEWEST: Final = 200
"""Draws below which the Monte Carlo error is not known; then one figure of the median is all that is printed."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """A unit to round to, and whether to print in millions.

    Attributes
    ----------
    exponent : int
        Numbers are rounded to ten to this power, halves away from zero.
    millions : bool
        Whether the word million is used.
    is_limited : bool
        Whether the Monte Carlo error is larger than the unit that the width of the interval asks for.
    keeps_small : bool
        Whether a positive number that the unit would make zero is printed with one significant figure instead.
    """

    exponent: int
    millions: bool
    is_limited: bool = False
    keeps_small: bool = False

    def value(self, number: float) -> float:
        """Return a number as it is printed."""
        exponent = self._exponent_of(number)
        return rounded_to(number, exponent)

    def digits(self, number: float) -> str:
        """Return a rounded number without its unit word, after a minus sign if it is negative."""
        exponent = self._exponent_of(number)
        rounded = rounded_to(number, exponent)
        sign, size = MINUS if rounded < 0 else "", abs(rounded)
        if not self.millions:
            return f"{sign}{size:,.{max(0, -exponent)}f}"
        return f"{sign}{size / _MILLION:,.{max(0, 6 - exponent)}f}"

    def _exponent_of(self, number: float) -> int:
        """Return the power of ten for one number: the common one, or that of its first figure."""
        if self.keeps_small and number >= _COUNTED and rounded_to(number, self.exponent) == 0:
            return max(math.floor(math.log10(number)), 0)
        return self.exponent

    @property
    def word(self) -> str:
        """The unit word, with a space before it, or nothing."""
        return " million" if self.millions else ""

    def number(self, number: float) -> str:
        """Return a rounded number with its unit word."""
        return self.digits(number) + self.word

    def span(self, low: float, high: float, to: str = EN_DASH) -> str:
        """Return an interval, with one unit word for both ends; a dash never meets a minus sign."""
        between = " to " if self.value(low) < 0 or self.value(high) < 0 else to
        return f"{self.digits(low)}{between}{self.digits(high)}{self.word}"


def telling_apart(rounding: Rounding, pairs: Iterable[tuple[float, float]], most: int = 2) -> Rounding:
    """Return a rounding, finer by at most some digits if else two numbers of a pair that differ would print alike."""
    least, different = max(rounding.exponent - most, 0), [pair for pair in pairs if pair[0] != pair[1]]
    while rounding.exponent > least and any(rounding.value(one) == rounding.value(other) for one, other in different):
        rounding = replace(rounding, exponent=rounding.exponent - 1)
    return rounding


def rounding_of(numbers: Sequence[float], width: float | None = None, error: float = 0.0) -> Rounding:
    """Choose how to print numbers that stand together.

    Parameters
    ----------
    numbers : sequence of float
        Both ends of an interval, its median, or others that are read beside them.
    width : float, optional
        Of the interval; by default from the smallest of the numbers to the largest.
    error : float
        The largest Monte Carlo error of them. Where it exceeds the tolerance of a twentieth of the width, no digit is
        finer than it, unless fewer than three units would be left in the width; where it is smaller and still exceeds
        the unit, the rounding says so.

    Returns
    -------
    Rounding

    Notes
    -----
    Of numbers that are all counts, none that is positive should read zero. Where the range goes over several orders of
    magnitude, up to three significant figures of the largest number are printed to that end, if the Monte Carlo error
    allows them; what is smaller still keeps its first figure.
    """
    width = max(numbers) - min(numbers) if width is None else width
    largest, smallest = max(abs(number) for number in numbers), min(numbers)
    exponent = unit_exponent(numbers, width)
    is_limited = error > 10.0**exponent
    if error > TOLERANCE * width:
        of_error = math.ceil(math.log10(error))
        coarsest = math.floor(math.log10(width / _FEWEST_UNSURE)) if width > 0 else of_error
        exponent = max(exponent, min(of_error, coarsest))
    if smallest >= 0 and largest > 0:
        least = min(number for number in numbers if number > 0)
        finest = max(math.floor(math.log10(largest)) + 1 - MOST_FIGURES, 0)
        while rounded_to(least, exponent) == 0 and exponent > finest and 10.0 ** (exponent - 1) >= error:
            exponent -= 1
    return Rounding(exponent, rounded_to(largest, exponent) >= _MILLION, is_limited, keeps_small=smallest >= 0)


def rounding_for(summary: Summary, probability: float = 0.95, kind: Kind = "equal-tailed") -> Rounding:
    """Choose how to print an interval of a distribution, and with an equal-tailed one its median.

    Parameters
    ----------
    summary : Summary
        With the interval and the Monte Carlo errors.
    probability : float
        Of the interval.
    kind : {"equal-tailed", "highest-density"}
        Which interval.

    Returns
    -------
    Rounding
    """
    interval = summary.interval(probability, kind)
    numbers, width = [interval.low, interval.high], interval.high - interval.low
    if kind == "equal-tailed":
        numbers.append(summary.median)
    if summary.draws >= FEWEST:
        rounding = rounding_of(numbers, width, max(interval.low_error, interval.high_error))
        # the median between two humps may be unsure however many draws there are: the ends keep their digits
        is_unsure = kind == "equal-tailed" and summary.median_error > 10.0**rounding.exponent
        return replace(rounding, is_limited=rounding.is_limited or is_unsure)
    usual = rounding_of(numbers, width)
    if summary.median == 0:
        return usual
    exponent = max(usual.exponent, math.floor(math.log10(abs(summary.median))), 0)
    millions = rounded_to(max(abs(number) for number in numbers), exponent) >= _MILLION
    return replace(usual, exponent=exponent, millions=millions, is_limited=True)


def is_near_zero(number: float, interval: Interval) -> bool:
    """Whether a number is so small beside an interval that a share of it means nothing."""
    return abs(number) <= TOLERANCE * (interval.high - interval.low)


def percent(share: float) -> str:
    """Return a share in whole per cent, with words for what would round to nothing or to the whole."""
    size = abs(share)
    if 0 < size <= 0.005:
        return "under 1 %" if share > 0 else f"{MINUS}(under 1 %)"
    if 0.995 <= size < 1 - 1e-9:
        return "over 99 %" if share > 0 else f"{MINUS}(over 99 %)"
    return f"{'' if share >= 0 else MINUS}{100 * size:.0f} %"


def signed(value: float, decimals: int = 2) -> str:
    """Return a difference, such as one of logarithms, with its sign."""
    rounded = round(value, decimals)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):.{decimals}f}"


def probability_text(value: float, low: float, high: float) -> str:
    """Return a probability estimated from draws, never as nothing or as certain.

    Parameters
    ----------
    value : float
        Share of the draws.
    low, high : float
        Its Monte Carlo interval. A chance of less than one in a thousand is not printed more finely: it rests on the
        tails that distributions were given; with few draws not even so fine.

    Returns
    -------
    str
    """
    if value > 0.5:
        rare = _rare(1.0 - value, 1.0 - low)
        return f"more than {rare - 1:,} in {rare:,}" if rare else _percent_of(value)
    rare = _rare(value, high)
    return f"less than 1 in {rare:,}" if rare else _percent_of(value)


def _rare(value: float, high: float) -> int:
    """Return the largest of 1,000, 500, 200, ... to one in which a rare chance is below, or 0 of a chance not rare."""
    if high >= _RAREST and round(100.0 * value, 1) > 0.0:
        return 0
    return next(one for one in (1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1) if high * one <= 1.0)


def _percent_of(value: float) -> str:
    """Return a probability in whole per cent, near nothing or the whole with a decimal."""
    share = 100.0 * value
    return f"{share:.0f} %" if 1.0 <= share <= 99.0 else f"{share:.1f} %"


def points_text(error: float) -> str:
    """Return the Monte Carlo error of a probability in percentage points."""
    return f"{100.0 * error:.1g} points"


def rate_unit(rates: Sequence[Summary]) -> int:
    """Choose the number of people to which rates refer: 100, or so many more that no median reads as a fraction.

    Parameters
    ----------
    rates : sequence of Summary
        Rates that stand together, in deaths per 1,000.
    """
    least = min((rate.median for rate in rates if rate.median > 0.0), default=1_000.0)
    return next((unit for unit in (100, 1_000, 10_000) if least * unit >= 1_000.0), 100_000)


def rate_texts(rate: Summary, probability: float, unit: int) -> tuple[str, str]:
    """Return the interval and the median of a rate in deaths per 1,000, as so many of a number of people."""
    interval, fine = rate.interval(probability), 1_000.0  # rounded in deaths per million, as whole numbers
    ends = (interval.low * fine, rate.median * fine, interval.high * fine)
    error = max(interval.low_error, interval.high_error) * fine
    rounding = rounding_of(ends, error=0.0 if math.isnan(error) else error)
    digits = max(round(math.log10(1e6 / unit)) - rounding.exponent, 0)
    low, median, high = (f"{rounding.value(end) * unit / 1e6:,.{digits}f}" for end in ends)
    return f"{low}{EN_DASH}{high}", median


def percent_with_error(share: float, error: float) -> str:
    """Return a share in whole per cent, with its Monte Carlo error where that is no less than half a per cent."""
    if not error >= 0.005:
        return "0 %" if abs(share) <= 2.0 * error else percent(share)
    return f"{MINUS if round(100 * share) < 0 else ''}{100 * abs(share):.0f} ± {100 * error:.0f} %"


def significant(value: float, figures: int = 3) -> str:
    """Return a number that has no interval with a few significant figures."""
    rounded = float(f"{value:.{figures - 1}e}")
    size = abs(rounded)
    text = f"{size / 1e6:,.10g} million" if size >= 1e6 else f"{size:,.0f}" if size >= 10 else f"{size:g}"
    return (MINUS if rounded < 0 else "") + text


def significant_span(low: float, high: float, figures: int = 2) -> str:
    """Return an interval whose ends have a few significant figures each, with one unit word where both take it."""
    ends = [significant(end, figures) for end in (low, high)]
    if all(text.endswith(" million") for text in ends):
        ends[0] = ends[0].removesuffix(" million")
    return EN_DASH.join(ends)


def dots_text(filled: int, dots: int) -> str:
    """Return how many of some dots are filled, with the chance that this is to the nearest 5 %."""
    chance = 5 * round(20 * filled / dots)
    about = f"about {chance} in 100" if 0 < chance < 100 else "hardly any chance" if chance == 0 else "all but sure"
    return f"{filled} of {dots} equally likely dots: {about}"


def tick_text(value: float, unit: float = 1.0) -> str:
    """Return a number on an axis, in the unit of the axis."""
    size = abs(value) / unit
    return (MINUS if value < 0 else "") + f"{size:,.10g}"


def tick_texts(values: Sequence[float], unit: float = 1.0, *, is_log: bool = False) -> list[str]:
    """Return the numbers on an axis, all but zero with as many decimals; on a logarithmic one as many as each needs."""
    texts = [tick_text(value, unit) for value in values]
    decimals = 0 if is_log else max((len(text.partition(".")[2]) for text in texts), default=0)
    return [
        text
        if is_log or value == 0.0
        else f"{text.partition('.')[0]}.{text.partition('.')[2]:0<{decimals}}".rstrip(".")
        for text, value in zip(texts, values, strict=True)
    ]


def with_error(value: float, error: float, finest: int, *, millions: bool) -> str:
    """Return a difference with its sign and its Monte Carlo error, in one unit.

    Parameters
    ----------
    value, error : float
        The difference and its standard error.
    finest : int
        The least power of ten that either is printed to; a larger error makes that coarser.
    millions : bool
        Whether both are printed in millions, without the word.

    Returns
    -------
    str
        The difference alone where the error is less than half a unit.
    """
    exponent = max(finest, math.floor(math.log10(error)) if error > 0.0 else finest)
    rounding = Rounding(exponent, millions)
    sign = "+" if rounding.value(value) > 0 else ""
    printed = f"{sign}{rounding.digits(value)}"
    # without spaces: no line of a narrow table breaks between a number and its error
    return f"{printed}±{rounding.digits(error)}" if rounding.value(error) else printed


def share_moved(share: float, error: float = 0.0) -> str:
    """Return the size of a shift as a share, in per cent with a decimal where it is small and the error allows."""
    size, error = 100.0 * abs(share), 100.0 * error
    if size < 0.05 and error < 0.05:
        return "under 0.1 %"
    return f"{size:.0f} %" if size >= 9.95 or error >= 0.5 else f"{size:.1f} %"
