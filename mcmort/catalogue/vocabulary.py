"""The controlled vocabulary of a case file: the names of bases, measures, readings of figures and families."""

from __future__ import annotations

from typing import Final, Literal, get_args

__all__ = [
    "BASES",
    "CURRENT_FORMAT",
    "KINDS_OF",
    "POOLINGS",
    "WEIGHTINGS",
    "Basis",
    "BestIs",
    "Confidence",
    "Family",
    "Interest",
    "Kind",
    "LinkMeasure",
    "Measure",
    "Pooling",
    "Reads",
    "Side",
    "Support",
    "Weighting",
    "not_admitted",
]

CURRENT_FORMAT: Final = 2
"""Version of the case format by which cases are read; what earlier ones meant: `mcmort.catalogue.meaning_versions`."""

Basis = Literal[
    "registered",
    "registered-adjusted",
    "demographic",
    "survey",
    "multiple-systems",
    "exhumation",
    "testimony",
    "synthesis",
    "assertion",
]
"""How a source got its figure, from counts kept by those responsible to bare assertion."""

BASES: Final[tuple[Basis, ...]] = get_args(Basis)

Kind = Literal[
    "archival-register",
    "closed-register",
    "name-list",
    "missing-list",
    "case-coded",
    "running-count",
    "excess-mortality",
    "complete",
    "partial",
    "scaled-up",
]
"""The kind of a register or reconstruction, or what of a grave was dug: figures of one basis err in different ways."""

KINDS_OF: Final[dict[Basis, tuple[Kind, ...]]] = {
    "registered": ("archival-register", "closed-register", "name-list", "missing-list", "case-coded", "running-count"),
    "demographic": ("excess-mortality",),
    "exhumation": ("complete", "partial", "scaled-up"),
}
"""The kinds that each basis has; other bases have none."""

Interest = Literal["high", "low", "neither", "unclear"]
"""By which figure the speaker gains: a high one, a low one, neither; or nobody can say."""

Measure = Literal["registered", "all"]
"""Deaths registered by those responsible, or all deaths."""

LinkMeasure = Literal["registered", "all", "completeness"]
"""What of a component a group or correlation is about: its deaths, those registered, or the share registered."""

Reads = Literal[
    "point",
    "range",
    "plausible",
    "extremes",
    "50%",
    "80%",
    "90%",
    "95%",
    "standard-error",
    "at-least",
    "at-most",
    "up-to",
]
"""What a printed figure means. ``range`` is a range whose meaning the source leaves open.

``at-most`` is a bound that its author stands by; ``up-to`` the most that a speaker holds possible ("as many as").
"""

Side = Literal["at-least", "at-most"]
"""What a one-sided figure bounds from: below, or above."""

BestIs = Literal["median", "mode"]
"""What the best figure beside a range is: its middle, or what is likeliest."""

Support = Literal["count", "share", "signed"]
"""Where values may lie: at zero or above, between zero and one, or, of differences such as excess deaths, anywhere."""

Family = Literal[
    "lognormal",
    "normal",
    "gamma",
    "truncated-normal",
    "pert",
    "triangular",
    "uniform",
    "beta",
    "metalog",
]
"""Families of distributions that a figure can be turned into."""

Pooling = Literal["linear", "log", "envelope"]
"""How the lineages of one component are combined; see `mcmort.elicit.pool`."""

POOLINGS: Final[tuple[Pooling, ...]] = get_args(Pooling)

Weighting = Literal["equal", "confidence", "cited"]
"""By what the lineages of one component weigh; see `mcmort.elicit.weights`."""

WEIGHTINGS: Final[tuple[Weighting, ...]] = get_args(Weighting)

Confidence = Literal["high", "medium", "low"]
"""How close the text that was read is to the study: the study or its abstract, a scholarly quotation, hearsay."""


def not_admitted(basis: Basis) -> str:
    """Return the reason for which a figure of a basis that is not admitted is not used."""
    return f"basis {basis} is not admitted"
