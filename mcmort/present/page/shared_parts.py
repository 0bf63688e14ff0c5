"""What the variants of a page share: columns, frames and summaries, each written once and named by its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mcmort.analysis.explorer.column_store import ColumnStore, Weight
from mcmort.analysis.explorer.model import Frame

__all__ = ["Places", "SharedFrames"]

_WHOLE: Weight = ((1.0, ()),)
"""The weight of a component of which everything counts."""


class Places:
    """Values of JSON, each once, in the order in which they were first named."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def of(self, value: Any) -> int:
        """Return the place of a value."""
        return self._places.setdefault(json.dumps(value), len(self._places))

    @property
    def values(self) -> list[Any]:
        """All values."""
        return [json.loads(text) for text in self._places]


class SharedFrames:
    """The frames of the variants over one store of columns.

    Parameters
    ----------
    store : ColumnStore
        Their columns.
    order : mapping of str to int
        Places of the components.
    """

    def __init__(self, store: ColumnStore, order: Mapping[str, int]) -> None:
        self.store, self._order = store, order
        self._weights, self._tight, self._frames = Places(), Places(), Places()
        self._weight(_WHOLE)

    def place(self, frame: Frame) -> int:
        """Return the place of a frame."""
        return self._frames.of(
            {
                "parts": [place for name, weight in frame.parts.items() for place in self._side(name, weight)],
                "free": [
                    [self._order[guest], self._order[host], self._weight(weight)] for guest, host, weight in frame.free
                ],
                "tight": [
                    self._tight.of([*self._side(host, room), self._sides(outer), self._sides(inner)])
                    for host, room, outer, inner in frame.tight
                ],
            }
        )

    def document(self) -> dict[str, Any]:
        """Return columns and frames; weights and hosts that may run out of room are named in frames by their place."""
        return {
            "columns": [(one.scale, one.low, one.high, one.bits, one.text) for one in self.store.packed()],
            "weights": self._weights.values,
            "tight": self._tight.values,
            "frames": self._frames.values,
        }

    def _side(self, name: str, weight: Weight) -> list[int]:
        return [self._order[name], self._weight(weight)]

    def _sides(self, sides: Iterable[tuple[str, Weight]]) -> list[int]:
        return [place for name, weight in sides for place in self._side(name, weight)]

    def _weight(self, weight: Weight) -> int:
        return self._weights.of([[float(f"{number:.12g}"), *columns] for number, columns in weight])
