"""What a case is made of: frozen records, one for each kind of TOML table.

Each record checks its own form. What only makes sense across records (sources that resolve, facets that
are declared, formulas whose names exist) is checked in `mcmort.catalogue.check`; reading the files is the
work of `mcmort.catalogue.load`.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from mcmort.catalogue.words import Basis, Confidence, Family, Measure, Pooling, Reads

__all__ = [
    "Claim",
    "Component",
    "Definition",
    "Dependence",
    "Estimate",
    "Figure",
    "Overlap",
    "Profile",
    "Quantity",
    "Record",
    "Scope",
    "Selector",
    "Share",
    "ShareRule",
    "Source",
    "Spread",
    "Years",
]


def _as_tuple(value: Any) -> Any:
    """Let a single word stand for a list of one, and a list for a tuple."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _as_years(value: Any) -> Any:
    """Let ``1937`` stand for ``[1937, 1937]``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, value)
    return tuple(value) if isinstance(value, list) else value


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Count = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0)]
Year = Annotated[int, Field(strict=True, ge=-5000, le=3000)]
Years = Annotated[tuple[Year, Year], BeforeValidator(_as_years)]
Words = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]


class Record(BaseModel):
    """Base of all records: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _years_run_forward(self) -> Self:
        years = getattr(self, "years", None)
        if years is not None and years[0] > years[1]:
            raise ValueError(f"years run backwards: {years[0]} to {years[1]}")
        return self


class Source(Record):
    """A work in ``sources.bib``. A source of kind ``assumption`` is a choice of ours, with its reason."""

    key: str
    kind: str
    author: str = ""
    title: str = ""
    year: str = ""
    fields: dict[str, str] = Field(default_factory=dict)

    @property
    def is_assumption(self) -> bool:
        """Whether the source is a choice made in this case rather than a published work."""
        return self.kind == "assumption"


class Figure(Record):
    """A printed number or range with its source: the part that all cited numbers share."""

    source: Text = Field(description="Key of a work in sources.bib.")
    locator: Text = Field(description="Page, table or section in which the figure stands.")
    via: str | None = Field(None, description="Through whom it was read, where that is not the original.")
    confidence: Confidence | None = Field(None, description="How close the text that was read is to the study.")
    low: Count | None = None
    best: Count | None = None
    high: Count | None = None
    standard_error: Annotated[Count, Field(gt=0)] | None = None
    reads: Reads | None = Field(None, description="What the printed figure means.")
    family: Family | None = Field(None, description="Family of the distribution, where not the default.")
    note: str | None = None

    @model_validator(mode="after")
    def _figure_makes_sense(self) -> Self:
        if getattr(self, "formula", None) is not None:
            if any(value is not None for value in (self.low, self.best, self.high, self.standard_error, self.reads)):
                raise ValueError("a figure has either a formula or printed numbers, not both")
            return self
        low, best, high = self.low, self.best, self.high
        if low is None and best is None and high is None:
            raise ValueError("no figure: give low, best or high")
        given = [value for value in (low, best, high) if value is not None]
        if given != sorted(given):
            raise ValueError(f"figures out of order: {' <= '.join(f'{value:,.10g}' for value in given)} is not true")
        needs = {
            "point": best is not None and low is None and high is None,
            "standard-error": best is not None and self.standard_error is not None and low is None and high is None,
            "at-least": low is not None and best is None and high is None,
            "at-most": high is not None and best is None and low is None,
        }
        reads = self.reading
        if not needs.get(reads, low is not None and high is not None and low < high):
            raise ValueError(f"reads = {reads!r} does not fit the keys given: {_reading_needs(reads)}")
        if self.standard_error is not None and reads != "standard-error":
            raise ValueError("standard_error needs reads = 'standard-error'")
        return self

    @property
    def reading(self) -> Reads:
        """What the printed figure means: as stated, else a point for a lone best and a range for two ends."""
        if self.reads is not None:
            return self.reads
        if self.best is not None and self.low is None and self.high is None:
            return "point"
        return "range"

    @property
    def is_one_sided(self) -> bool:
        """Whether the figure is only a bound: "at least" or "at most"."""
        return self.reading in ("at-least", "at-most")


def _reading_needs(reads: str) -> str:
    """Say in words which keys a reading needs."""
    words = {
        "point": "it needs best alone",
        "standard-error": "it needs best and standard_error",
        "at-least": "it needs low alone",
        "at-most": "it needs high alone",
    }
    return words.get(reads, "it needs low < high, and may have best between them")


class Share(Figure):
    """A cited share between 0 and 1. A point is a fixed share."""

    basis: Basis | None = None

    @model_validator(mode="after")
    def _within_unit_interval(self) -> Self:
        for name in ("low", "best", "high"):
            value = getattr(self, name)
            if value is not None and value > 1:
                raise ValueError(f"{name} = {value:g} is no share: shares lie between 0 and 1")
        return self


class Estimate(Figure):
    """One cited claim about one component (or one quantity)."""

    id: Id | None = Field(None, description="Needed only if a source has several estimates of one component.")
    basis: Basis
    measure: Measure = "all"
    lineage: Id | None = Field(None, description="Estimates that rest on the same data share a lineage.")
    supersedes: Words = Field((), description="Ids of estimates or claims of the same author that this one retires.")
    use: Annotated[str, Field(pattern="^(pool|cross-check)$")] = "pool"
    years: Years | None = Field(None, description="Years that the figure covers, where not those of the component.")
    territory: str | None = None
    counts: str | None = Field(None, description="What the figure counts, in plain words.")
    formula: str | None = Field(None, description="Arithmetic over quantities, instead of printed numbers.")

    @property
    def name(self) -> str:
        """Id of the estimate within its component: its own, else the key of its source."""
        return self.id or self.source

    @property
    def line(self) -> str:
        """Lineage of the estimate: the one declared, else a lineage of its own source."""
        return self.lineage or self.source


class Component(Record):
    """The smallest thing with a distribution: a category within years, a place, a group."""

    id: Id
    label: Text
    years: Years
    territory: Text
    unit: Text = "deaths"
    counts: Text = Field(description="What is counted, in plain words.")
    facets: dict[str, Words]
    profile: str | None = Field(None, description="Id of the annual series that apportions the years.")
    ordinary: Share | None = Field(None, description="Share that would have died anyway.")
    already_net: bool = Field(False, description="The figures are excess deaths: nothing is taken off for net totals.")
    completeness: Share | None = Field(None, description="Share of the deaths that was registered.")
    pool: Pooling = "linear"
    formula: str | None = Field(None, description="Arithmetic over quantities and components.")
    estimate: tuple[Estimate, ...] = ()
    note: str | None = None


class Quantity(Record):
    """An uncertain input that is no death count: a population, a rate, a share, a census."""

    id: Name
    label: Text
    unit: Text
    years: Years
    territory: Text
    pool: Pooling = "linear"
    formula: str | None = None
    estimate: tuple[Estimate, ...] = ()
    note: str | None = None


class Profile(Record):
    """An annual series that apportions a component over its years."""

    id: Id
    label: Text
    unit: Text
    source: Text
    locator: Text
    via: str | None = None
    confidence: Confidence | None = None
    values: dict[Annotated[str, Field(pattern=r"^-?\d{1,4}$")], Count]
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


class Dependence(Record):
    """A group of inputs that err together: a one-factor Gaussian copula with one loading."""

    id: Id
    label: Text
    source: Text
    locator: Text
    members: Words
    loading: Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]
    measure: Measure = "all"
    note: str | None = None


class Selector(BaseModel):
    """A rule over facets: keys joined by *and*, listed values by *or*, years by intersection.

    The key ``component`` selects by id; every other key but ``years`` is a facet of the case.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Words]

    years: Years | None = None

    @property
    def rules(self) -> dict[str, tuple[str, ...]]:
        """Allowed values by facet."""
        return dict(self.__pydantic_extra__ or {})


class ShareRule(Share):
    """A share of responsibility for the components that a selector picks."""

    where: Selector = Selector()


class Scope(Record):
    """Which deaths count: the part that definitions and authors' claims share."""

    include: tuple[Selector, ...] = ()
    exclude: tuple[Selector, ...] = ()
    years: Years | None = None
    measure: Measure | None = None
    net: bool | None = None
    share: tuple[ShareRule, ...] = ()


class Definition(Scope):
    """A named inclusion rule, with the question that it answers."""

    id: Id
    label: Text
    question: Text
    adds: Text
    leaves_out: Text
    include: tuple[Selector, ...]
    measure: Measure
    net: bool = False


class Claim(Scope, Figure):
    """What an author says about a total, and what that author counts."""

    id: Id
    author: Text
    basis: Basis
    unit: Text = "deaths"
    counts: Text
    definition: str | None = Field(None, description="Definition of this case that the claim starts from.")
    lineage: Id | None = None
    supersedes: Words = ()


class Spread(Record):
    """The spread given to a point of one basis: the log standard deviation, cited or an assumption."""

    log_sd: Annotated[float, Field(strict=True, gt=0, le=3, allow_inf_nan=False)]
    source: Text
    locator: Text
    note: str | None = None
