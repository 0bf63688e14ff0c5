"""The interface of both engines to the layers above: columns, the status of components, answers to questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from mcmort.catalogue.case import Case
from mcmort.results.draws import ComponentStatus, Draws, HistogramResults, Manifest
from mcmort.results.question import Question, Sums, Values

__all__ = ["DrawSource"]


class DrawSource(Protocol):
    """What totals are computed from: draws that were kept, or an engine that draws on request and keeps none."""

    @property
    def case(self) -> Case:
        """The case."""
        ...

    @property
    def manifest(self) -> Manifest:
        """How draws are made."""
        ...

    @property
    def statuses(self) -> Mapping[str, ComponentStatus]:
        """What is known of each component."""
        ...

    @property
    def columns(self) -> Collection[str]:
        """Names of the uncertain inputs that questions may be about."""
        ...

    @property
    def conditioned(self) -> frozenset[str]:
        """Claims that the draws are conditioned on, by id."""
        ...

    @property
    def is_kept(self) -> bool:
        """Whether all draws are kept."""
        ...

    def evaluate(
        self, questions: Sequence[Question], *, probabilities: Sequence[float] = (), with_parts: bool = True
    ) -> tuple[Draws | HistogramResults, Sequence[Sums[Values]]]:
        """Answer questions on the same draws.

        Parameters
        ----------
        questions : sequence of Question
            What to compute of the columns.
        probabilities : sequence of float
            Probabilities of the intervals whose Monte Carlo errors are needed; kept draws ignore them.
        with_parts : bool
            Whether parts and overlaps are wanted beside the totals.

        Returns
        -------
        draws : Draws or HistogramResults
            The draws behind the answers.
        sums : sequence of Sums
            The distributions, one for each question.
        """
        ...
