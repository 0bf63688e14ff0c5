"""The uncertain inputs of a case and what relates them: components, quantities, series, overlaps, dependence."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from mcmort.catalogue.records.fields import Count, Flag, Id, Name, Record, RecordError, Text, Values, Years
from mcmort.catalogue.records.figures import Estimate, Share
from mcmort.catalogue.vocabulary import Confidence, LinkMeasure, Measure, Pooling

__all__ = ["Component", "Correlation", "Dependence", "Even", "Overlap", "Profile", "Quantity"]


class Even(Record):
    """The statement of a source that the deaths of a component fall evenly on its years."""

    source: Text
    locator: Text
    via: str | None = None
    confidence: Confidence | None = None
    note: str | None = None


def _with_source(value: Any) -> Any:
    """Refuse ``even = true``: the key needs the source that says so."""
    if isinstance(value, bool):
        hint = 'write even = { source = "...", locator = "..." }; without a source, when they fell is unknown'
        raise RecordError("", "even years without a source", "the source that says so", hint)
    return value


class Component(Record):
    """The smallest thing with a distribution: a category within years, a place, a group."""

    id: Id
    label: Text
    years: Years
    territory: Text
    unit: Text = "deaths"
    counts: Text = Field(description="What is counted, in plain words.")
    facets: dict[str, Values]
    profile: str | None = Field(None, description="Id of the annual series that apportions the years.")
    even: Annotated[Even | None, BeforeValidator(_with_source)] = Field(
        None, description="Source that says that the deaths fall evenly on the years."
    )
    ordinary: Share | None = Field(None, description="Share that would have died anyway.")
    already_net: Flag = Field(False, description="The figures are excess deaths: nothing is taken off for net totals.")
    completeness: Share | None = Field(None, description="Share of the deaths that was registered.")
    unknown: dict[Measure, Text] = Field(
        default_factory=dict, description="For a measure without evidence, why there is none."
    )
    pool: Pooling = "linear"
    formula: str | None = Field(None, description="Arithmetic over quantities and components.")
    estimate: tuple[Estimate, ...] = ()
    note: str | None = None

    @model_validator(mode="after")
    def _profile_and_even_exclude_each_other(self) -> Self:
        if self.profile is not None and self.even is not None:
            raise RecordError("even", "even years and an annual series", "one of the two", "keep what the source says")
        return self


_SHARES: Final = frozenset({"share", "proportion", "fraction", "probability"})
"""Units of what lies between zero and one."""


class Quantity(Record):
    """An uncertain input that is no death count: a population, a rate, a share, a census."""

    id: Name
    label: Text
    unit: Text
    years: Years
    territory: Text
    signed: Flag = Field(False, description="A difference, such as net migration: it may be negative.")
    pool: Pooling = "linear"
    formula: str | None = None
    estimate: tuple[Estimate, ...] = ()
    note: str | None = None

    @property
    def is_share(self) -> bool:
        """Whether the quantity is a share of something, by its unit: ``share`` or ``share of ...``, or another word."""
        return self.unit.casefold().partition(" of ")[0] in _SHARES


class Profile(Record):
    """An annual series that apportions a component over its years."""

    id: Id
    label: Text
    unit: Text
    source: Text
    locator: Text
    via: str | None = None
    confidence: Confidence | None = None
    values: dict[Annotated[str, Field(pattern=r"^(0|-?[1-9]\d{0,3})$")], Count]
    note: str | None = None

    @property
    def by_year(self) -> dict[int, float]:
        """The series by year."""
        return {int(year): value for year, value in self.values.items()}


class Overlap(Share):
    """The share of one component's deaths that another component's figures count as well."""

    id: Id
    of: Id
    within: Id
    years: Years | None = None
    of_all_years: Flag = Field(
        False, description="The share is of all deaths of the first side, not only of those in the years of both."
    )


class Dependence(Record):
    """A group of inputs that err together: a one-factor Gaussian copula with one loading."""

    id: Id
    label: Text
    source: Text
    locator: Text
    members: Values
    loading: Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]
    measure: LinkMeasure = "all"
    note: str | None = None


class Correlation(Record):
    """A rank correlation between two inputs, as a source gives it."""

    id: Id
    label: Text
    source: Text
    locator: Text
    between: tuple[Text, Text] = Field(description="Ids of two components or quantities, in any order.")
    rank: Annotated[float, Field(strict=True, ge=-1, le=1, allow_inf_nan=False)] = Field(
        description="Rank correlation (Spearman's rho), from -1 to 1."
    )
    measure: LinkMeasure = "all"
    note: str | None = None
