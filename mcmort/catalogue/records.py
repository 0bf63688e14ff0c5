"""What a case is made of: frozen records, one for each kind of TOML table.

Each record checks its own form. What only makes sense across records (sources that resolve, facets that
are declared, formulas whose names exist) is checked in `mcmort.catalogue.checks.meaning`; reading the files is the
work of `mcmort.catalogue.reading.load`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from mcmort.catalogue.vocabulary import Basis, Confidence, Family, LinkMeasure, Measure, Pooling, Reads

__all__ = [
    "Claim",
    "Component",
    "Correlation",
    "Definition",
    "Dependence",
    "Estimate",
    "Even",
    "Figure",
    "Overlap",
    "Profile",
    "Quantity",
    "Record",
    "RecordError",
    "Scope",
    "Selector",
    "Share",
    "ShareRule",
    "Source",
    "Spread",
    "Years",
]


class RecordError(ValueError):
    """What is wrong with a record as a whole, in the terms of a `mcmort.errors.Problem`."""

    def __init__(self, key: str, found: str, expected: str, hint: str = "") -> None:
        self.key, self.found, self.expected, self.hint = key, found, expected, hint
        super().__init__(f"found {found}; expected {expected}" + (f". Hint: {hint}" if hint else ""))


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
Years = Annotated[tuple[Year, Year], BeforeValidator(_as_years, json_schema_input_type=Year | tuple[Year, Year])]
Flag = Annotated[bool, Field(strict=True)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Words = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple, json_schema_input_type=Text | tuple[Text, ...])]
_Some = Annotated[tuple[Text, ...], Field(min_length=1)]
Values = Annotated[_Some, BeforeValidator(_as_tuple, json_schema_input_type=Text | _Some)]


def _check_years(years: tuple[int, int] | None) -> None:
    if years is not None and years[0] > years[1]:
        raise RecordError("years", f"{years[0]} to {years[1]}", "the first year first", "swap the two years")


class Record(BaseModel):
    """Base of all records: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _years_run_forward(self) -> Self:
        _check_years(getattr(self, "years", None))
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
        keys = ("low", "best", "high", "standard_error", "reads")
        if getattr(self, "formula", None) is not None:
            if any(getattr(self, key) is not None for key in keys):
                hint = "make the printed numbers an estimate of their own"
                raise RecordError("formula", "a formula and printed numbers", "one of the two", hint)
            return self
        given = {key: value for key in keys[:3] if (value := getattr(self, key)) is not None}
        if not given:
            raise RecordError(
                "", "no figure", "low, best or high", "a figure that nobody printed is left out, not zero"
            )
        for (lower, small), (upper, large) in pairwise(given.items()):
            if small > large:
                found = f"{lower} = {small:,.10g} above {upper} = {large:,.10g}"
                raise RecordError(lower, found, "low <= best <= high", "compare with the page")
        self._check_reading(tuple(given))
        return self

    def _check_reading(self, given: tuple[str, ...]) -> None:
        """Check that the keys given are those that the reading needs."""
        alone = {"point": "best", "standard-error": "best", "at-least": "low", "at-most": "high"}
        reads, keys = self.reading, " and ".join(given)
        stated = f"reads = {reads!r} with {keys}" if self.reads else f"{keys} without reads"
        if self.standard_error is not None and reads != "standard-error":
            raise RecordError("standard_error", f"a standard error and {stated}", "reads = 'standard-error'", "add it")
        if reads in alone and given != (alone[reads],):
            hint = "a figure with two ends is a range" if len(given) > 1 else f"write the figure as {alone[reads]}"
            raise RecordError("reads", stated, f"{alone[reads]} alone", hint)
        if reads == "standard-error":
            if self.standard_error is None:
                raise RecordError("standard_error", "nothing", "the standard error of best", "this key must be given")
            if self.best == 0:
                raise RecordError("best", "zero", "a figure above zero with a standard error", "compare with the page")
        elif reads not in alone and ("low" not in given or "high" not in given):
            hint = "a lone low end reads 'at-least', a lone high end 'at-most', a lone best 'point'"
            raise RecordError("reads", stated, "low and high", hint)
        elif reads not in alone and self.low == self.high:
            raise RecordError("low", f"low and high both {self.low:,.10g}", "low below high", "a single figure is best")

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


class Share(Figure):
    """A cited share between 0 and 1. A point is a fixed share."""

    basis: Basis | None = None

    @model_validator(mode="after")
    def _within_unit_interval(self) -> Self:
        for name in ("low", "best", "high"):
            value = getattr(self, name)
            if value is not None and value > 1:
                raise RecordError(name, f"{value:,.10g}", "a share between 0 and 1", "write 15 per cent as 0.15")
        if self.is_one_sided or self.reading == "standard-error":
            raise RecordError(
                "reads", f"{self.reading!r}", "a share with two ends, or a fixed one", "give low and high"
            )
        if self.family in ("lognormal", "gamma", "truncated-normal"):
            expected = "beta, metalog, pert, triangular or uniform"
            raise RecordError(
                "family", f"{self.family!r}", expected, "this family reaches beyond one, a share does not"
            )
        return self


class Estimate(Figure):
    """One cited claim about one component (or one quantity)."""

    id: Id | None = Field(None, description="Needed only if a source has several estimates of one component.")
    basis: Basis
    measure: Measure = "all"
    lineage: Id | None = Field(None, description="Estimates that rest on the same data share a lineage.")
    supersedes: Words = Field((), description="Ids of estimates or claims of the same author that this one retires.")
    use: Literal["pool", "cross-check"] = "pool"
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


class Even(Record):
    """The statement of a source that the deaths of a component fall evenly on its years."""

    source: Text
    locator: Text
    via: str | None = None
    confidence: Confidence | None = None
    note: str | None = None


def _with_source(value: Any) -> Any:
    """Refuse to call years even without the source that says so."""
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
    def _years_are_told_once(self) -> Self:
        if self.profile is not None and self.even is not None:
            raise RecordError("even", "even years and an annual series", "one of the two", "keep what the source says")
        return self


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


class Selector(BaseModel):
    """A rule over facets: keys joined by *and*, listed values by *or*, years by intersection.

    The key ``component`` selects by id; every other key but ``years`` is a facet of the case.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Values]

    years: Years | None = None

    @model_validator(mode="after")
    def _years_run_forward(self) -> Self:
        _check_years(self.years)
        return self

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
    net: Flag | None = None
    share: tuple[ShareRule, ...] = ()


class Definition(Scope):
    """A named inclusion rule, with the question that it answers."""

    id: Id
    label: Text
    question: Text
    adds: Text
    leaves_out: Text
    include: Annotated[tuple[Selector, ...], Field(min_length=1)]
    measure: Measure
    net: Flag = False


class Claim(Scope, Figure):
    """What an author says about a total, and what that author counts."""

    id: Id
    author: Text
    basis: Basis
    unit: Text = "deaths"
    counts: Text
    definition: str | None = Field(None, description="Definition of this case that the claim starts from.")
    beyond: str | None = Field(None, description="What the author also counts, or may count, beyond this case.")
    lineage: Id | None = None
    supersedes: Words = ()
    use: Literal["evidence", "cross-check"] = Field(
        "evidence", description="A cross-check is compared with, and no data for the Bayesian engine."
    )

    @model_validator(mode="after")
    def _has_scope(self) -> Self:
        if self.definition is None and not self.include:
            raise RecordError("", "no scope", "a definition to start from, or include", "say what the author counts")
        return self


class Spread(Record):
    """The spread given to a point of one basis: the log standard deviation, cited or an assumption."""

    log_sd: Annotated[float, Field(strict=True, gt=0, le=3, allow_inf_nan=False)]
    source: Text
    locator: Text
    note: str | None = None
