"""Simulated cases: parameters from the prior, and for every figure of a case one drawn from the model.

Basis, source, lineage and column of a figure stay, its value is drawn:

- A point is drawn from its expectation and scale. Where a formula stands for the figure, and in a balance, what is
  drawn is an offset that is added to the formula, or to the balance in persons.
- Of a bound the printed number is kept, and the figure that it bounds is drawn: if it lies above, the bound says "at
  least", else "at most". The model gives probabilities to these two events and to nothing else. It does not say how an
  author chooses the number, so a bound drawn beside the figure would follow another model than the one that is fitted;
  and a case has dozens of bounds, so that hardly a draw from weak priors respects them all.
- Figures of one lineage about one thing are one figure printed several times: only then is a density with their
  weights, which sum to one, the density of anything. Copies that differ in basis or error take those of the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.backends import PriorBackend, by_name
from mcmort.bayes.evidence import Datum, Evidence
from mcmort.bayes.model import build_model
from mcmort.bayes.predictive import generator, independent

__all__ = ["simulate", "simulate_one"]

type Array = NDArray[np.float64]


def simulate(evidence: Evidence, count: int, seed: int) -> tuple[Array, list[Evidence]]:
    """Draw parameters from the prior and figures from the model.

    Parameters
    ----------
    evidence : Evidence
        What figures there are.
    count : int
        How many cases to simulate.
    seed : int
        More cases of the same seed begin with the same.

    Returns
    -------
    scores : ndarray, shape (count, n_parameters)
        Independent standard normal scores, from which `mcmort.bayes.backends.evaluate_prior` computes the true values.
    simulated : list of Evidence
        With the figures that were drawn.
    """
    scores, design, backend = _simulated(evidence, count, seed)
    return scores, [_drawn(design, backend, number) for number in range(count)]


def simulate_one(evidence: Evidence, number: int, seed: int) -> tuple[Array, Evidence]:
    """Return the scores, shape ``(1, n_parameters)``, and the evidence of one of the cases of `simulate`."""
    scores, design, backend = _simulated(evidence, number + 1, seed)
    return scores[number:], _drawn(design, backend, number)


def _simulated(evidence: Evidence, count: int, seed: int) -> tuple[Array, Evidence, _DrawingBackend]:
    design = _with_true_copies(evidence)
    scores = independent(design, count, seed)
    backend = _DrawingBackend(by_name(design, scores), seed, _originals(design))
    build_model(backend, design)
    return scores, design, backend


class _DrawingBackend(PriorBackend):
    """Numbers are arrays of draws from the prior, and to observe is to draw.

    Attributes
    ----------
    surplus : dict of str to ndarray, shape (n_draws,)
        Error that was drawn, less the residual of the figure as it is printed.
    """

    def __init__(self, scores: Mapping[str, Array], seed: int, originals: Mapping[str, str]) -> None:
        super().__init__(scores)
        self.seed, self.originals = seed, originals
        self.surplus: dict[str, Array] = {}

    def observe(
        self, name: str, residual: Array, scale: Array, *, is_above: bool, is_heavy: bool, weight: float
    ) -> None:  # fmt: skip
        """Draw the error; a copy has that of its original."""
        rng = generator(self.seed, "error", self.originals.get(name, name))
        error = rng.standard_t(4, self.size) if is_heavy else rng.standard_normal(self.size)
        self.surplus[name] = scale * error - residual


def _drawn(design: Evidence, backend: _DrawingBackend, number: int) -> Evidence:
    """Return evidence with the figures that were drawn for one case."""

    def drawn(datum: Datum) -> Datum:
        surplus = float(backend.surplus[datum.name][number])
        if datum.side == "point":
            return replace(datum, log_value=datum.log_value + surplus)
        if surplus > 0.0:  # the figure lies where the bound says
            return datum
        return replace(datum, side="at-most" if datum.side == "at-least" else "at-least")

    # the residual of a balance falls as the number grows by which it is said to be off
    offsets = {
        name: -float(backend.surplus[f"balance:{name}"][number]) * design.case.balances[name].error
        for name in design.balances
    }
    return design.with_figures(tuple(drawn(datum) for datum in design.data), offsets)


def _with_true_copies(evidence: Evidence) -> Evidence:
    """Return evidence in which figures of one lineage with the same target are alike in all but their names."""
    originals, figures = _originals(evidence), {datum.name: datum for datum in evidence.data}
    data = tuple(
        replace(figures[originals[datum.name]], name=datum.name, weight=datum.weight) for datum in evidence.data
    )
    return evidence.with_figures(data, {})


def _originals(evidence: Evidence) -> dict[str, str]:
    """Return for each figure the first of its lineage with the same target and side."""
    firsts: dict[object, str] = {}
    return {
        datum.name: firsts.setdefault((datum.line, datum.target, datum.side), datum.name) for datum in evidence.data
    }
