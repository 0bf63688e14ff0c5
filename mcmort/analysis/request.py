"""What a result answers: one request for each kind of result, which its receipt keeps.

Here stand what requests share, and those without an analysis of their own; the others stand beside their analyses.
`mcmort.analysis.receipt` lists them all.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mcmort.definitions import DefinitionChanges

__all__ = [
    "CalibrationRequest",
    "ChangedRequest",
    "ClaimsRequest",
    "ComparisonRequest",
    "ConflictRequest",
    "FitRequest",
    "NamedRequest",
    "OneTotalRequest",
    "PriorsRequest",
    "Request",
    "SensitivityRequest",
    "TotalRequest",
    "TotalsRequest",
    "YearsRequest",
]


class Request(BaseModel):
    """What was asked; `result` says of which kind the answer is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: str

    @property
    def names(self) -> tuple[str, ...]:
        """The definitions or claims that it names."""
        return ()

    def is_answered_by(self, totals: Collection[str]) -> bool:
        """Return whether these are the totals that an answer computes; a receipt holds a digest of each."""
        del totals
        return True


class NamedRequest(Request):
    """What was asked of definitions."""

    definitions: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The definitions or claims that it names."""
        return self.definitions


class YearsRequest(NamedRequest):
    """What was asked of definitions, all restricted to the same years."""

    years: tuple[int, int] | None = None


class ChangedRequest(DefinitionChanges, NamedRequest):
    """What was asked of definitions, with the same changes to each of them."""

    @property
    def changes(self) -> DefinitionChanges:
        """The changes alone."""
        return DefinitionChanges.model_validate(self.model_dump(include=set(DefinitionChanges.model_fields)))


class TotalsRequest(ChangedRequest):
    """Totals of which nothing but the draws is recorded, not how they were printed."""

    result: Literal["totals"] = "totals"

    def is_answered_by(self, totals: Collection[str]) -> bool:
        """Return whether these are the totals of all its definitions."""
        return bool(totals) and set(totals) == set(self.definitions)


class OneTotalRequest(ChangedRequest):
    """What was asked of one definition."""

    definitions: tuple[str]

    @property
    def definition(self) -> str:
        """The one definition."""
        return self.definitions[0]

    def is_answered_by(self, totals: Collection[str]) -> bool:
        """Return whether this is the total of its definition."""
        return set(totals) == set(self.definitions)


class TotalRequest(OneTotalRequest):
    """One total, with what its interval can be under any dependence if `bounds` are asked for."""

    result: Literal["total"] = "total"
    bounds: bool = False


class ComparisonRequest(YearsRequest):
    """Definitions side by side."""

    result: Literal["comparison"] = "comparison"

    def is_answered_by(self, totals: Collection[str]) -> bool:
        """Return whether these are totals of its definitions, of which some may count nothing."""
        return bool(totals) and set(totals) <= set(self.definitions)


class ClaimsRequest(Request):
    """Each author's total beside ours."""

    result: Literal["claims"] = "claims"


class FitRequest(Request):
    """What the synthesis engine makes of the evidence."""

    result: Literal["fit"] = "fit"


class CalibrationRequest(Request):
    """Whether posteriors of simulated cases hold the true values as often as they claim.

    Attributes
    ----------
    simulations : int
        Cases to simulate.
    believed : str or None
        The wrong model by which they are fitted, if one is.
    """

    result: Literal["calibration"] = "calibration"
    simulations: Annotated[int, Field(ge=1)]
    believed: str | None = None


class ConflictRequest(Request):
    """What in the evidence pulls against what.

    Attributes
    ----------
    draws : int or None
        Draws of each chain, if their number was asked for.
    """

    result: Literal["conflict"] = "conflict"
    draws: int | None = None


class PriorsRequest(Request):
    """Totals under other priors.

    Attributes
    ----------
    definition : str or None
        The one that is shown, if it was asked for.
    draws : int or None
        Draws of each chain, if their number was asked for.
    """

    result: Literal["priors"] = "priors"
    definition: str | None = None
    draws: int | None = None


class SensitivityRequest(OneTotalRequest):
    """What carries the width of a total; it stands here since its analysis loads SciPy."""

    result: Literal["sensitivity"] = "sensitivity"
