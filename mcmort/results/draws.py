"""The results of an engine: a column for each uncertain input, of draws or of histograms, with a manifest.

No module above this layer needs to know which engine ran.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.case import Case
from mcmort.catalogue.vocabulary import LinkMeasure, Measure, Pooling, Weighting
from mcmort.errors import UsageError
from mcmort.results.draw_options import Dependence, Method, SamplerOfFit
from mcmort.results.draw_tables import dataframe_of, dataset_of, write_parquet
from mcmort.results.histogram_estimate import HistogramEstimate
from mcmort.results.question import Question, Split, Sums
from mcmort.results.unconditioned import Unconditioned
from mcmort.results.weighed_modes import SplitDeaths, joint_shares

if TYPE_CHECKING:
    import pandas as pd
    from xarray import Dataset, DataTree

__all__ = ["ComponentStatus", "Draws", "HistogramResults", "Manifest", "ReachedLink", "RegisterComparison"]

type Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RegisterComparison:
    """All deaths of a component, as their own evidence gives them, against the register of the same draw.

    Attributes
    ----------
    nothing_unregistered : float
        Probability that they do not exceed the register, which then stands for them.
    conflicts : dict of str to float
        For each lineage most of which lies below the register, the share of it that does.
    """

    nothing_unregistered: float
    conflicts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ReachedLink:
    """A declared link that draws of a component do not follow in full.

    Attributes
    ----------
    link : str
        Id of the group or correlation.
    measure : {"all", "registered", "completeness"}
        What of its members it is about.
    declared, reached : float
        Mean rank correlation with the other members.
    """

    link: str
    measure: LinkMeasure
    declared: float
    reached: float


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """What is known of one component.

    Attributes
    ----------
    unknown : dict of str to str
        For each measure without evidence, the reason.
    notes : tuple of str
        What a reader of the number should know, for example "registered only".
    sources : dict of str to tuple of str
        Keys of the sources behind each measure.
    is_registered_only : bool
        Whether nothing but a register speaks of all its deaths, so that they are a minimum.
    register : RegisterComparison or None
        Where both measures have evidence of their own, how all deaths compare with the register.
    links : tuple of ReachedLink
        Declared links that its draws do not follow in full.
    """

    unknown: Mapping[str, str]
    notes: tuple[str, ...]
    sources: Mapping[str, tuple[str, ...]]
    is_registered_only: bool = False
    register: RegisterComparison | None = None
    links: tuple[ReachedLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """How draws were made: with the case's digest, all that is needed to repeat them.

    Attributes
    ----------
    engine : str
        Which engine made them.
    seed, draws : int
        Seed of the run, and number of draws.
    evidence : tuple of str
        Bases of evidence that were admitted.
    versions : dict of str to str
        Versions of mcmort and of the libraries on which results may depend.
    method : Method
        How draws were made.
    dependence : Dependence
        How components depend on one another.
    pool : Pooling or None
        How all estimates were pooled, or None where each component says it.
    weights : Weighting
        By what lineages weighed in their pools.
    precision : float or None
        Relative error that was asked of the printed limits, or None.
    reached : float or None
        The largest relative error among them.
    without : tuple of str
        Sources and lineages that were left out.
    lean : float
        Error that all figures of one component were allowed to have in common; 0 for none.
    sampler : SamplerOfFit
        What drew from the posterior of a fit.
    chains : int
        Chains that follow one another in the draws; 1 if they are independent.
    """

    engine: str
    seed: int
    draws: int
    evidence: tuple[str, ...]
    versions: Mapping[str, str]
    method: Method = "plain"
    dependence: Dependence = "declared"
    pool: Pooling | None = None
    weights: Weighting = "equal"
    precision: float | None = None
    reached: float | None = None
    without: tuple[str, ...] = ()
    lean: float = 0.0
    sampler: SamplerOfFit = "compiled"
    chains: int = 1


def _no_splits(split: Split, _: int) -> Array:
    raise UsageError(f"these draws hold no timing ({split.name}); make them with an engine")


@dataclass(frozen=True)
class Draws(Unconditioned):
    """Joint draws of every uncertain input of a case.

    Attributes
    ----------
    case : Case
        The case.
    manifest : Manifest
        How they were made.
    columns : dict of str to ndarray, shape (n_draws,)
        By name: ``all:ID`` and ``registered:ID`` (deaths of a component), ``ordinary:ID``, ``overlap:ID``,
        ``share:KEY``, ``quantity:NAME`` (those on which components, balances or rates rest) and ``balance:ID`` (what
        its formula says).
    statuses : dict of str to ComponentStatus
        What is known of each component.
    splits : callable
        Returns draws of an uncertain split of a span of years, given the split and their number.
    """

    case: Case
    manifest: Manifest
    columns: Mapping[str, Array]
    statuses: Mapping[str, ComponentStatus] = field(default_factory=dict)
    splits: Callable[[Split, int], Array] = field(default=_no_splits, repr=False)

    def joint_modes(self, splits: Sequence[SplitDeaths]) -> Mapping[tuple[int, ...], float]:
        """Return the share of each combination of modes; none of fewer than two."""
        return joint_shares(splits, self.columns) if len(splits) > 1 else {}

    @property
    def is_kept(self) -> bool:
        """Whether all draws are kept: they are."""
        return True

    def years_split(self, split: Split) -> Array:
        """Return the draws of an uncertain split of a span of years, shape ``(n_draws,)``."""
        return self.splits(split, len(self))

    def evaluate(
        self, questions: Sequence[Question], *, probabilities: Sequence[float] = (), with_parts: bool = True
    ) -> tuple[Draws, list[Sums[Array]]]:
        """Answer questions on these draws; see `mcmort.results.DrawSource`.

        From kept draws everything can be computed later, so `probabilities` and `with_parts` have no effect.
        """
        return self, [question(self.columns, self.years_split) for question in questions]

    def __len__(self) -> int:
        """Return the number of draws."""
        return self.manifest.draws

    def deaths(self, component: str, measure: Measure = "all") -> Array | None:
        """Return the draws of a component, shape ``(n_draws,)``, or None where it is unknown under that measure."""
        return self.columns.get(f"{measure}:{component}")

    def to_dataframe(self) -> pd.DataFrame:
        """Return the draws as a pandas data frame: a row for each draw, a column for each input."""
        return dataframe_of(self)

    def to_xarray(self) -> Dataset:
        """Return the draws as an xarray dataset: a variable for each kind of input, by chain, draw and name."""
        return dataset_of(self.columns, self.manifest.chains)

    def to_datatree(self) -> DataTree:
        """Return the draws as the tree that ArviZ reads, in its group ``posterior``."""
        import xarray as xr

        return xr.DataTree.from_dict({"/posterior": self.to_xarray()})

    def to_parquet(self, path: str | Path) -> Path:
        """Write the draws as Parquet, which R, Julia, DuckDB and others read: a column for each input.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        return write_parquet(self, path)

    def __repr__(self) -> str:
        known = len(self.statuses)
        return f"<Draws of {self.case.id}: {len(self):,} x {known} components, {self.manifest.engine} engine>"


@dataclass(frozen=True)
class HistogramResults(Unconditioned):
    """Histograms of some columns and totals, whose draws were counted and not kept.

    Attributes
    ----------
    case, manifest, statuses
        As of `Draws`.
    columns : dict of str to HistogramEstimate
        By name.
    """

    case: Case
    manifest: Manifest
    columns: Mapping[str, HistogramEstimate]
    statuses: Mapping[str, ComponentStatus] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        """Whether all draws are kept: they are not."""
        return False

    def __len__(self) -> int:
        """Return the number of draws."""
        return self.manifest.draws
