"""Uncertain splits of spans of years as instructions of a plan."""

from __future__ import annotations

from mcmort.definitions.splits import split_table
from mcmort.results import Split
from mcmort.sampler.program.plan import Builder, Op, Register

__all__ = ["PlannedSplits"]


class PlannedSplits:
    """The splits of a plan, each added when it is first asked for.

    Parameters
    ----------
    build : Builder
        The plan.
    """

    def __init__(self, build: Builder) -> None:
        self.build = build
        self._tables: dict[tuple[int, int], int] = {}

    def __call__(self, split: Split) -> Register:
        """Return the register of a split."""
        shape = split.before, split.after
        if shape not in self._tables:
            self._tables[shape] = self.build.table(split_table(*shape))
        return Register(self.build, self.build.emit(Op.DRAW, b=self._tables[shape], stream=split.name))
