"""What a fit is: draws of a posterior, the same `Draws` as any engine returns, with what checks and explains them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.diagnostics import Diagnosis
from mcmort.bayes.mode_shares import weighed
from mcmort.results import Draws
from mcmort.results.assertion_weights import AssertionWeights
from mcmort.results.weighed_modes import SplitDeaths

if TYPE_CHECKING:
    from xarray import DataTree

__all__ = ["KINDS", "Posterior"]

type Array = NDArray[np.float64]

KINDS: Final = ("all", "registered", "ordinary", "overlap", "share", "quantity")
"""Columns that totals and tables may ask for."""


@dataclass(frozen=True, repr=False)
class Posterior(Draws):
    """Draws from the posterior of a case, with what is needed to check and to explain them.

    Attributes
    ----------
    prior : dict of str to ndarray, shape (n_prior_draws,)
        The same columns and the others, drawn from the prior.
    others : dict of str to ndarray, shape (n_draws,)
        Heterogeneities ``tau:BASIS``, biases ``bias:BASIS``, ``completeness:ID``, residuals of balances
        ``residual:ID``.
    log_likelihood : dict of str to ndarray, shape (n_draws,)
        Of every figure, with its weight.
    log_prior : ndarray, shape (n_draws,)
        Of all parameters together.
    observed : dict of str to float
        Logarithm of each figure that is a number.
    computed : dict of str to ndarray, shape (n_draws,)
        Logarithm of each figure that a formula stands for.
    expected : dict of str to ndarray, shape (n_draws,)
        Expectation of the logarithm of each figure.
    predicted, predicted_before : dict of str to ndarray, shape (n_draws,) and (n_prior_draws,)
        Replicates of these logarithms, from the posterior and from the prior.
    units : dict of str to float
        Units of the figures that may be negative: these are on the natural scale in place of the logarithm.
    rejected : dict of str to str
        Figures that are not used, each with the reason.
    diagnosis : Diagnosis
        Of the chains, which follow one another in the draws.
    modes : tuple of SplitDeaths
        Components whose deaths have several modes, then sums about which claims are far from one another and that have
        several, with the probability of each.
    assertions : AssertionWeights or None
        What each draw would weigh if assertions were admitted; None where they are, or none would be evidence.
    seconds : dict of str to float
        What the parts of the fit took.
    """

    prior: Mapping[str, Array] = field(default_factory=dict)
    others: Mapping[str, Array] = field(default_factory=dict)
    log_likelihood: Mapping[str, Array] = field(default_factory=dict)
    log_prior: Array = field(default_factory=lambda: np.zeros(0))
    observed: Mapping[str, float] = field(default_factory=dict)
    computed: Mapping[str, Array] = field(default_factory=dict)
    expected: Mapping[str, Array] = field(default_factory=dict)
    predicted: Mapping[str, Array] = field(default_factory=dict)
    predicted_before: Mapping[str, Array] = field(default_factory=dict)
    units: Mapping[str, float] = field(default_factory=dict)
    rejected: Mapping[str, str] = field(default_factory=dict)
    diagnosis: Diagnosis = field(default_factory=lambda: Diagnosis({}, {}, {}, {}, 0, (), 0.0))
    modes: tuple[SplitDeaths, ...] = ()
    assertions: AssertionWeights | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)

    def in_stored_precision(self) -> Posterior:
        """Return the fit as it is read back from its file, which holds some arrays in single precision."""

        def single(values: Array) -> Array:
            return values.astype(np.float32).astype(np.float64)

        def rounded(arrays: Mapping[str, Array]) -> dict[str, Array]:
            return {name: single(values) for name, values in arrays.items()}

        return replace(
            self,
            log_prior=single(self.log_prior),
            prior=rounded(self.prior),
            log_likelihood=rounded(self.log_likelihood),
            computed=rounded(self.computed),
            expected=rounded(self.expected),
            predicted=rounded(self.predicted),
            predicted_before=rounded(self.predicted_before),
            assertions=None
            if self.assertions is None
            else replace(self.assertions, log_weights=single(self.assertions.log_weights)),
        )

    def to_datatree(self) -> DataTree:
        """Return the fit as the tree that ArviZ reads: posterior, prior, log likelihood and predictions."""
        from mcmort.bayes.fit_files import tree_of

        return tree_of(self)

    def modes_near(self, middles: Sequence[float], values: Array) -> SplitDeaths | None:
        """Return the modes of a total by its draws, given near where they may be; None if there is but one."""
        return weighed((), middles, values, self.log_likelihood, self.manifest.chains)

    def of_kind(self, kind: str) -> dict[str, Array]:
        """Return the draws of one kind of column, such as ``all`` or ``tau``, by the name behind it, sorted."""
        drawn = {**self.columns, **self.others}
        head = f"{kind}:"
        return {name.removeprefix(head): drawn[name] for name in sorted(drawn) if name.startswith(head)}

    def stated(self, figure: str) -> Array | float:
        """Return what a figure states, as a logarithm or in its unit: draws of one that a formula stands for."""
        return self.computed[figure] if figure in self.computed else self.observed[figure]

    @property
    def conditioned(self) -> frozenset[str]:
        """Claims that the draws are conditioned on, by id."""
        return frozenset(name.partition(":")[2] for name in self.log_likelihood if name.startswith("claim:"))

    @property
    def basis_parameters(self) -> Mapping[str, Array]:
        """Heterogeneities ``tau:BASIS`` and biases ``bias:BASIS`` of the bases in the fit."""
        return {name: values for name, values in self.others.items() if name.startswith(("tau:", "bias:"))}

    @property
    def fitted_to(self) -> frozenset[str]:
        """Figures and balances that the draws are conditioned on."""
        balances = (name.partition(":")[2] for name in self.others if name.startswith("residual:"))
        return frozenset(self.log_likelihood) | {f"balance:{name}" for name in balances}
