"""Columns of draws as short text, near enough that no printed digit of a total depends on it.

A positive column is stored on a logarithmic scale between its least and its largest value, a share on a linear one, in
as few bits as keep every draw within `FINEST` of itself, and at most 16. Zeros have a code of their own. The bits are
written in groups of 13 as two of 91 characters that mean nothing to JSON or HTML, a tenth shorter than base64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALPHABET", "PackedColumn", "pack", "packed_size", "unpack"]

MOST_BITS: Final = 16
GROUP: Final = 13
"""Bits that two characters hold: 91 * 91 is just above 2 ** 13."""
ALPHABET: Final = "".join(chr(code) for code in range(33, 127) if chr(code) not in '"\\<')


@dataclass(frozen=True, slots=True)
class PackedColumn:
    """A column as text.

    Attributes
    ----------
    scale : {"log", "linear"}
        How codes from 1 on are spaced between the two ends.
    low, high : float
        Values of the codes 1 and ``2 ** bits - 1``; the code 0 is exactly zero.
    bits : int
        Of a code.
    text : str
        The codes.
    """

    scale: str
    low: float
    high: float
    bits: int
    text: str


def pack(values: NDArray[np.float64], error: float) -> PackedColumn:
    """Return a column as text.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite; where any is negative, or all are at most one, they are spaced evenly.
    error : float
        The largest error of a draw, where 16 bits suffice: relative to it, or of evenly spaced values to the largest of
        them or to one.
    """
    scale, low, high, bits = _shape(values, error)
    position, width = _positions(values, scale, low, high)
    most = (1 << bits) - 1
    parts = np.clip(position / width, 0.0, 1.0) if width > 0.0 else np.zeros(len(values))
    codes = np.where(values == 0.0, 0.0, 1.0 + np.rint(parts * (most - 1)))
    return PackedColumn(scale, low, high, bits, _text(codes.astype(np.int64), bits))


def packed_size(values: NDArray[np.float64], error: float) -> int:
    """Return how many characters a column would take."""
    return 2 * -(-len(values) * _shape(values, error)[3] // GROUP)


def _shape(values: NDArray[np.float64], error: float) -> tuple[str, float, float, int]:
    """Return the scale of a column, its ends, and the bits of a code."""
    used = values[values != 0.0]
    low, high = (float(f"{end:.9g}") for end in (used.min(), used.max())) if len(used) else (1.0, 1.0)
    scale = "linear" if low < 0.0 or high <= 1.0 else "log"
    width = high - low if scale == "linear" else math.log(high / low)
    step = 2.0 * error * (max(1.0, -low, high) if scale == "linear" else 1.0)
    return scale, low, high, min(max(math.ceil(math.log2(width / step + 3.0)), 1), MOST_BITS)


def _positions(values: NDArray[np.float64], scale: str, low: float, high: float) -> tuple[NDArray[np.float64], float]:
    """Return where values lie between the ends, and how far these are apart."""
    if scale == "linear":
        return values - low, high - low
    return np.log(np.where(values == 0.0, low, values) / low), math.log(high / low)


def unpack(column: PackedColumn, count: int) -> NDArray[np.float64]:
    """Return the values that a page reads from a column."""
    codes = _codes(column.text, column.bits, count)
    most = (1 << column.bits) - 1
    part = (codes - 1) / max(most - 1, 1)
    if column.scale == "linear":
        values = column.low + part * (column.high - column.low)
    else:
        values = column.low * np.exp(part * math.log(column.high / column.low))
    return np.where(codes == 0, 0.0, values)


def _text(codes: NDArray[np.int64], bits: int) -> str:
    stream = ((codes[:, None] >> np.arange(bits)) & 1).ravel()
    groups = np.concatenate([stream, np.zeros(-len(stream) % GROUP, np.int64)]).reshape(-1, GROUP)
    numbers = groups @ (1 << np.arange(GROUP))
    letters = np.array(list(ALPHABET))
    return "".join(letters[np.stack([numbers // 91, numbers % 91], axis=1)].ravel())


def _codes(text: str, bits: int, count: int) -> NDArray[np.int64]:
    places = np.array([ALPHABET.index(letter) for letter in text], np.int64).reshape(-1, 2)
    numbers = places @ np.array([91, 1])
    stream = ((numbers[:, None] >> np.arange(GROUP)) & 1).ravel()[: count * bits]
    codes: NDArray[np.int64] = stream.reshape(count, bits) @ (1 << np.arange(bits))
    return codes
