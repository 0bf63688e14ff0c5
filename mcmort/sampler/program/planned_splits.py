"""Answers to questions, and uncertain splits of spans of years, as instructions of a plan."""

from __future__ import annotations

from collections.abc import Sequence

from mcmort.definitions.splits import split_table
from mcmort.results import Question, Split, Sums
from mcmort.sampler.program.plan import Builder, Op, Plan, Register

__all__ = ["PlannedSplits", "planned_answers"]


def planned_answers(plan: Plan, questions: Sequence[Question]) -> tuple[Builder, list[Sums[Register]]]:
    """Extend the plan of a case by what answers questions.

    Parameters
    ----------
    plan : Plan
        Of the uncertain inputs, its outputs.
    questions : sequence of Question
        Each a function of the inputs.

    Returns
    -------
    build : Builder
        The plan, extended.
    answers : list of Sums of Register
        Where the answer to each question will stand.
    """
    build = Builder(plan)
    registers = {name: Register(build, index) for name, index in plan.outputs.items()}
    split = PlannedSplits(build)
    return build, [question(registers, split) for question in questions]


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
