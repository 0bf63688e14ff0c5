"""The elicited engine for runs that are compared draw by draw: it keeps the draws of totals, and of nothing else.

The draws are those of `mcmort.simulate` with the same seed. Two cases that differ in the evidence on one component have
the same draws of all others, so a difference of their totals is known far better than either total.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mcmort.catalogue.case import Case
from mcmort.elicit import elicit
from mcmort.results import ComponentStatus, DrawOptions, Draws, Manifest, Question, Sums
from mcmort.results.question import Values
from mcmort.results.unconditioned import Unconditioned
from mcmort.sampler.kernel.run import run_plan
from mcmort.sampler.program.compile import compile_priors
from mcmort.sampler.program.planned_splits import planned_answers
from mcmort.sampler.simulate import DEFAULT_DRAWS, manifest_of

__all__ = ["TotalDraws"]


class TotalDraws(Unconditioned):
    """A case ready to have totals drawn from it, with priors that are made for this once and not stored.

    Parameters
    ----------
    case : Case
        The case.
    options : DrawOptions
        How draws are made; plain ones of the elicited engine, in a number that is given or the usual one.
    threads : int, optional
        Threads to use; they change no bit.

    Raises
    ------
    CaseError
        If figures of the case cannot be fitted.
    """

    def __init__(self, case: Case, options: DrawOptions, threads: int | None = None) -> None:
        compiled = compile_priors(
            elicit(case, options.evidence, options.pool, options.weights), options.dependence
        )  # fmt: skip
        self.case, self.threads = case, threads
        self.plan, self.statuses = compiled.plan, compiled.statuses
        self.manifest: Manifest = manifest_of(case, options, int(options.draws or DEFAULT_DRAWS))

    @property
    def columns(self) -> Collection[str]:
        """Names of the uncertain inputs."""
        return self.plan.outputs.keys()

    @property
    def is_kept(self) -> bool:
        """Whether all draws are kept: those of totals are."""
        return True

    def evaluate(
        self, questions: Sequence[Question], *, probabilities: Sequence[float] = (), with_parts: bool = False
    ) -> tuple[Draws, list[Sums[Values]]]:
        """Draw totals, and nothing that explains them; see `mcmort.results.DrawSource`."""
        del probabilities, with_parts
        build, answers = planned_answers(self.plan, questions)
        build.outputs = {str(index): answer.total.at for index, answer in enumerate(answers)}
        columns = run_plan(build.plan(), self.manifest.seed, self.manifest.draws, threads=self.threads)
        statuses: Mapping[str, ComponentStatus] = self.statuses
        sums: list[Sums[Values]] = [Sums(columns[str(index)], {}, {}) for index in range(len(answers))]
        return Draws(self.case, self.manifest, {}, statuses), sums
