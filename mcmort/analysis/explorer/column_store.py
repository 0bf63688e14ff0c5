"""Columns of draws for a page, each kept once and as exact as there is room for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.explorer.packed_column import PackedColumn, pack, packed_size

__all__ = ["COLUMN_CHARACTERS", "ERRORS", "Array", "ColumnStore", "Factors", "Weight"]

type Array = NDArray[np.float64]
type Factors = tuple[float, tuple[int, ...]]
"""A number and columns to multiply it by."""
type Weight = tuple[Factors, ...]
"""A sum of such products."""

COLUMN_CHARACTERS: Final = 740_000
"""Most characters of all columns of one engine, so that a page stays below a megabyte."""
ERRORS: Final = (5e-6, 1e-5, 2e-5, 4e-5, 7e-5)
"""Relative errors of single draws from which to choose the least that leaves room."""


@dataclass
class ColumnStore:
    """Columns of draws, each kept once.

    Attributes
    ----------
    values : list of ndarray
        The columns.
    slack : list of float
        For each, how much less exact it may be than deaths are.
    """

    values: list[Array] = field(default_factory=list)
    slack: list[float] = field(default_factory=list)
    _known: dict[tuple[bytes, float], int] = field(default_factory=dict)

    def size(self, error: float) -> int:
        """Return the characters of all columns together, if deaths may be wrong by a relative error."""
        return sum(packed_size(*one) for one in self._with_errors(error))

    def packed(self) -> list[PackedColumn]:
        """Return all columns as text, as exact as there is room for."""
        error = next((one for one in ERRORS if self.size(one) <= COLUMN_CHARACTERS), ERRORS[-1])
        return [pack(*one) for one in self._with_errors(error)]

    def factor(self, values: Array | float, slack: float = 1.0) -> Factors:
        """Return a column as a factor: a number where it is the same on every draw."""
        if isinstance(values, float | int) or float(values.min()) == float(values.max()):
            return float(values if isinstance(values, float | int) else values[0]), ()
        key = values.tobytes(), slack
        if key not in self._known:
            self._known[key] = len(self.values)
            self.values.append(values)
            self.slack.append(slack)
        return 1.0, (self._known[key],)

    def forget_after(self, count: int) -> None:
        """Take out the columns that were added last."""
        del self.values[count:], self.slack[count:]
        self._known = {key: index for key, index in self._known.items() if index < count}

    def _with_errors(self, error: float) -> Iterator[tuple[Array, float]]:
        return ((values, error * slack) for values, slack in zip(self.values, self.slack, strict=True))
