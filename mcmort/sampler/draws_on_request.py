"""Joint draws of the elicited engine that are made column by column, when they are asked for.

They are those of `mcmort.simulate` with the same seed. What looks at a few columns of a large case makes only those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.case import Case
from mcmort.errors import FormulaError
from mcmort.results import Draws, Manifest, Question, Sums
from mcmort.results.question import Values
from mcmort.results.unconditioned import Unconditioned
from mcmort.sampler.kernel.run import run_plan
from mcmort.sampler.program.plan import Plan, Register
from mcmort.sampler.program.plan_cache import compiled_case
from mcmort.sampler.program.planned_splits import planned_answers

__all__ = ["DrawsOnRequest"]

type Array = NDArray[np.float64]


class DrawsOnRequest(Unconditioned):
    """Draws from the priors of a case with the settings of other draws, in another number.

    Parameters
    ----------
    case : Case
        The case.
    manifest : Manifest
        Of the draws whose seed and settings are used.
    n : int
        Number of joint draws.
    """

    def __init__(self, case: Case, manifest: Manifest, n: int) -> None:
        is_usual = manifest.evidence == tuple(sorted(case.head.evidence))
        evidence = None if is_usual else frozenset(manifest.evidence)
        compiled = compiled_case(case, evidence, manifest.pool, manifest.dependence, manifest.weights)
        self.case, self.plan, self.statuses = case, compiled.plan, compiled.statuses
        self.manifest = replace(manifest, draws=n, method="plain", precision=None, reached=None)
        self.columns: Mapping[str, Array] = self._made_of(self.plan, self.plan.outputs)

    @property
    def is_kept(self) -> bool:
        """Whether all draws are kept: those that are made are."""
        return True

    def evaluate(
        self, questions: Sequence[Question], *, probabilities: Sequence[float] = (), with_parts: bool = True
    ) -> tuple[Draws, list[Sums[Values]]]:
        """Answer questions, without balances, with columns that are made when they are asked for.

        See `mcmort.results.DrawSource`.
        """
        del probabilities, with_parts
        build, answers = planned_answers(self.plan, questions)
        plan = build.plan()

        def made(parts: Mapping[str, Register]) -> Mapping[str, Array]:
            return self._made_of(plan, {name: part.at for name, part in parts.items()})

        sums: list[Sums[Values]] = [
            Sums(made({"": answer.total})[""], made(answer.parts), made(answer.overlaps), signed=answer.signed)
            for answer in answers
        ]
        return Draws(self.case, self.manifest, self.columns, self.statuses), sums

    def _made_of(self, plan: Plan, registers: Mapping[str, int]) -> Mapping[str, Array]:
        return _Made(plan, registers, self.manifest.seed, self.manifest.draws)


@dataclass(frozen=True, eq=False)
class _Made(Mapping[str, Array]):
    """Columns of registers of a plan, each made when it is asked for, and then kept."""

    plan: Plan
    registers: Mapping[str, int]
    seed: int
    draws: int
    _made: dict[str, Array] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Array:
        if name not in self._made:
            plan = replace(self.plan, outputs={name: self.registers[name]})
            values = run_plan(plan, self.seed, self.draws)[name]
            if not np.isfinite(values).all():
                count = int((~np.isfinite(values)).sum())
                raise FormulaError(f"{name or 'the total'} is undefined on {count:,} of {self.draws:,} draws")
            self._made[name] = values
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self.registers

    def __iter__(self) -> Iterator[str]:
        return iter(self.registers)

    def __len__(self) -> int:
        return len(self.registers)
