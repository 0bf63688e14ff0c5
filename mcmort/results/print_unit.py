"""The unit to which the numbers of an interval are printed, and that engines therefore need to be sure of.

One unit serves the median and both ends of an interval, so that they can be read together: the largest power of ten,
up to an eighth of the interval's width, that keeps each of them within a twentieth of the width of the computed number.
It is always more than a hundredth of the width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

__all__ = ["MOST_FIGURES", "TOLERANCE", "rounded_to", "unit_exponent"]

TOLERANCE: Final = 1.0 / 20.0
"""Share of the width of an interval by which a printed number may differ from the computed one."""
MOST_FIGURES: Final = 3
"""Significant figures of a number without width, and of the largest where a small one should not read zero."""
_FEWEST_UNITS: Final = 8
"""Units in the width of an interval: with fewer, 7.7-58.3 and its median 32.5 would read 10-60 and 30, and by the next
seed 8-58 and 33.
"""


def rounded_to(number: float, exponent: int) -> float:
    """Round to a power of ten, halves away from zero (as the explorer does in another language)."""
    unit = 10.0**exponent
    size = math.floor(abs(number) / unit + 0.5) * unit
    return -size if number < 0 and size > 0 else size


def unit_exponent(numbers: Sequence[float], width: float) -> int:
    """Return the largest power of ten that keeps all numbers within the tolerance, but no part of a person.

    Parameters
    ----------
    numbers : sequence of float
        Both ends of an interval and its median.
    width : float
        Of the interval.

    Returns
    -------
    int
    """
    if width <= 0:
        largest = max(abs(number) for number in numbers)
        return max(math.floor(math.log10(largest)) + 1 - MOST_FIGURES, 0) if largest > 0 else 0
    allowed = TOLERANCE * width * (1.0 + 1e-9)
    exponent = math.floor(math.log10(width / _FEWEST_UNITS))
    while exponent > 0 and any(abs(rounded_to(number, exponent) - number) > allowed for number in numbers):
        exponent -= 1
    return max(exponent, 0)
