"""Cited figures: a printed number or range with its source, what it means and what it is about."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from mcmort.catalogue.names import Name, names_in
from mcmort.catalogue.records.fields import Flag, Id, Number, Record, RecordError, Text, Texts, Years, check_kind
from mcmort.catalogue.suggestions import PERCENT_AS_SHARE
from mcmort.catalogue.vocabulary import Basis, BestIs, Confidence, Family, Interest, Kind, Measure, Reads, Side

__all__ = ["Estimate", "Figure", "Lineage", "Share", "Source", "Spread", "Weight"]


_SIDES: Final[dict[Reads, Side]] = {"at-least": "at-least", "at-most": "at-most", "up-to": "at-most"}


class Source(Record):
    """A work in ``sources.bib``, or an assumption: a choice of those who made the case, with its reason."""

    key: str
    kind: str
    author: str = ""
    title: str = ""
    year: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    people: dict[str, tuple[Name, ...]] = Field(default_factory=dict, exclude=True)
    """Names by role, such as author, where they have been read with their braces; the fields have their text."""

    def names(self, role: str = "author") -> tuple[Name, ...]:
        """Return the names of a role."""
        return self.people[role] if role in self.people else names_in(self.fields.get(role, ""))

    @property
    def is_assumption(self) -> bool:
        """Whether the source is a choice made in this case rather than a published work."""
        return self.kind == "assumption"

    @property
    def is_retelling(self) -> bool:
        """Whether the work retells others, as an encyclopaedia does: the keyword ``retelling``."""
        return "retelling" in {word.strip() for word in self.fields.get("keywords", "").replace(";", ",").split(",")}


class Figure(Record):
    """A printed number or range with its source: the part that all cited numbers share."""

    source: Text = Field(description="Key of a work in sources.bib.")
    locator: Text = Field(description="Page, table or section in which the figure stands.")
    via: str | None = Field(None, description="Through whom it was read, where that is not the original.")
    from_memory: Flag = Field(False, description="The number was not seen in any text: it is given from memory.")
    confidence: Confidence | None = Field(None, description="How close the text that was read is to the study.")
    low: Number | None = None
    best: Number | None = None
    high: Number | None = None
    standard_error: Annotated[Number, Field(gt=0)] | None = None
    reads: Reads | None = Field(None, description="What the printed figure means.")
    best_is: BestIs | None = Field(None, description="Whether best is the median of the range, or its mode.")
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
        alone = {"point": "best", "standard-error": "best", "at-least": "low", "at-most": "high", "up-to": "high"}
        reads, keys = self.reading, " and ".join(given)
        stated = f"reads = {reads!r} with {keys}" if self.reads else f"{keys} without reads"
        if self.standard_error is not None and reads != "standard-error":
            raise RecordError("standard_error", f"a standard error and {stated}", "reads = 'standard-error'", "add it")
        if reads in alone and given != (alone[reads],):
            hint = "a figure with two ends is a range" if len(given) > 1 else f"write the figure as {alone[reads]}"
            raise RecordError("reads", stated, f"{alone[reads]} alone", hint)
        if self.best_is is not None and (reads in alone or self.best is None):
            raise RecordError("best_is", stated, "best between low and high", "take best_is out")
        if reads == "standard-error":
            if self.standard_error is None:
                raise RecordError("standard_error", "nothing", "the standard error of best", "this key must be given")
        elif reads not in alone and ("low" not in given or "high" not in given):
            hint = "a lone low end reads 'at-least', a lone high end 'at-most' or 'up-to', a lone best 'point'"
            raise RecordError("reads", stated, "low and high", hint)
        elif reads not in alone and self.low == self.high:
            hint = "a single figure is a point: write it as best alone, without reads or with reads = 'point'"
            raise RecordError("low", f"low and high both {self.low:,.10g}", "low below high", hint)

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
        """Whether the figure is only a bound: "at least", "at most" or "up to"."""
        return self.side is not None

    @property
    def side(self) -> Side | None:
        """From where a one-sided figure bounds; None of any other."""
        return _SIDES.get(self.reading)


class Share(Figure):
    """A cited share between 0 and 1. A point is a fixed share."""

    basis: Basis | None = None

    @model_validator(mode="after")
    def _within_unit_interval(self) -> Self:
        for name in ("low", "best", "high"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise RecordError(name, f"{value:,.10g}", "a share between 0 and 1", PERCENT_AS_SHARE)
        if self.is_one_sided or self.reading == "standard-error":
            raise RecordError(
                "reads", f"{self.reading!r}", "a share with two ends, or a fixed one", "give low and high"
            )
        if self.family in ("lognormal", "normal", "gamma", "truncated-normal"):
            expected = "beta, metalog, pert, triangular or uniform"
            raise RecordError(
                "family", f"{self.family!r}", expected, "this family reaches beyond one, a share does not"
            )
        return self


class Weight(Record):
    """What an estimate or a lineage weighs in its pool, where ``--weights cited`` asks for it; usually 1."""

    value: Annotated[Number, Field(ge=0)]
    source: Text
    locator: Text
    via: str | None = None
    confidence: Confidence | None = None
    note: str | None = None


class Lineage(Record):
    """The weight of estimates that rest on the same data, whichever they are."""

    id: Id
    weight: Weight
    note: str | None = None


class Estimate(Figure):
    """One cited claim about one component (or one quantity)."""

    id: Id | None = Field(None, description="Needed only if a source has several estimates of one component.")
    basis: Basis
    kind: Kind | None = Field(None, description="Kind of the register or reconstruction, or what of a grave was dug.")
    interest: Interest | None = Field(None, description="By which figure the speaker gains.")
    measure: Measure = "all"
    lineage: Id | None = Field(None, description="Estimates that rest on the same data share a lineage.")
    weight: Weight | None = Field(None, description="What it weighs in its pool under `--weights cited`; usually 1.")
    supersedes: Texts = Field((), description="Ids of estimates or claims of the same author that this one retires.")
    use: Literal["pool", "cross-check"] = "pool"
    years: Years | None = Field(None, description="Years that the figure covers, where not those of the component.")
    territory: str | None = None
    counts: str | None = Field(None, description="What the figure counts, in plain words.")
    formula: str | None = Field(None, description="Arithmetic over quantities, instead of printed numbers.")

    @model_validator(mode="after")
    def _kind_fits_basis(self) -> Self:
        check_kind(self.basis, self.kind)
        return self

    @property
    def name(self) -> str:
        """Id of the estimate within its component: its own, else the key of its source."""
        return self.id or self.source

    @property
    def line(self) -> str:
        """Lineage of the estimate: the one declared, else a lineage of its own source."""
        return self.lineage or self.source


class Spread(Record):
    """The spread given to a point of one basis: the log standard deviation, cited or an assumption."""

    log_sd: Annotated[float, Field(strict=True, gt=0, le=3, allow_inf_nan=False)]
    source: Text
    locator: Text
    from_figures: Flag = Field(False, description="Derived from figures that the case cites; the note names them.")
    note: str | None = None
