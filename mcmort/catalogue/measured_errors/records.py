"""What the library of measured errors is made of: pairs of figures, and the frames that their events came from."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mcmort.catalogue.records.fields import Flag, Id, Number, Record, RecordError, Text, check_kind
from mcmort.catalogue.vocabulary import Basis, Interest, Kind

__all__ = ["ErrorPair", "Frame", "PairReads", "Scope"]

PairReads = Literal["point", "range", "95%", "at-least", "up-to", "as-few-as"]
"""What an early figure says. ``up-to`` and ``as-few-as`` name the end of what a speaker holds possible."""

Scope = Literal["equal", "cases", "narrower", "wider"]
"""What the early figure counts beside the later: the same; recognised cases of the same; fewer things; or more."""

_Year = Annotated[int, Field(strict=True, ge=-5000, le=3000)]
_Figure = Annotated[Number, Field(gt=0)]


class Frame(Record):
    """How events came to be in the library."""

    title: Text
    complete: Flag = Field(description="Whether its events were fixed before their errors were known.")
    chosen: Text = Field(description="How its events were chosen.")


class ErrorPair(Record):
    """An early figure and a later, better count of the same deaths."""

    id: Id
    event: Text
    country: str = ""
    first_year: _Year
    last_year: _Year
    counts: Text = Field(description="What both figures count.")
    speaker: Text = Field(description="Who gave the early figure.")
    said: _Year = Field(description="The year in which it was given.")
    basis: Basis
    kind: Kind | None = None
    interest: Interest = "unclear"
    reads: PairReads = "point"
    low: _Figure | None = None
    best: _Figure | None = None
    high: _Figure | None = None
    source: Id
    locator: Text
    later_by: Text
    later_said: _Year
    later_basis: Basis
    later_is: Literal["count", "floor", "contested"] = "count"
    later_low: _Figure | None = None
    later_best: _Figure | None = None
    later_high: _Figure | None = None
    later_source: Id
    later_locator: Text
    later_counts: str | None = Field(None, description="What the later figure counts, where that is not the same.")
    later_first_year: _Year | None = None
    later_last_year: _Year | None = None
    scope: Scope
    lineage: Id
    frame: Id = "own"
    seen: Literal["read", "second-hand", "memory"] = "read"
    checked: Literal["once", "twice"] = "once"
    note: str = ""

    @model_validator(mode="after")
    def _pair_makes_sense(self) -> Self:
        for prefix in ("", "later_"):
            _check_order(prefix, *(getattr(self, prefix + name) for name in ("low", "best", "high")))
        if self.last_year < self.first_year:
            raise RecordError("last_year", f"{self.last_year} before {self.first_year}", "the last year of the event")
        if self.said < self.first_year:
            found = f"{self.said}, before the event of {self.first_year}"
            raise RecordError("said", found, "the year in which the early figure was given")
        if self.later_said < self.said:
            found = f"{self.later_said}, before the early figure of {self.said}"
            raise RecordError("later_said", found, "a later year", "the better figure must be the later one")
        self._check_reading()
        self._check_scope()
        check_kind(self.basis, self.kind)
        return self

    def _check_reading(self) -> None:
        """Check that the figures given are those that the reading needs."""
        alone = {"point": "best", "at-least": "low", "as-few-as": "low", "up-to": "high"}
        given = tuple(name for name in ("low", "best", "high") if getattr(self, name) is not None)
        if self.reads in alone and given != (alone[self.reads],):
            found = f"reads {self.reads!r} with {' and '.join(given)}"
            raise RecordError("reads", found, f"{alone[self.reads]} alone", "a figure with two ends is a range")
        if self.reads not in alone and not {"low", "high"} <= set(given):
            raise RecordError("reads", f"reads {self.reads!r} with {' and '.join(given)}", "low and high")

    def _check_scope(self) -> None:
        """Refuse figures that are said to count the same while what stands beside them says that they do not."""
        years = (
            self.first_year if self.later_first_year is None else self.later_first_year,
            self.last_year if self.later_last_year is None else self.later_last_year,
        )
        differs = years != (self.first_year, self.last_year) or self.later_counts not in (None, self.counts)
        if self.scope == "equal" and differs:
            found = "'equal', though the later figure counts other years or other deaths"
            raise RecordError("scope", found, "narrower, wider or cases", "say how the early figure differs")

    @property
    def early(self) -> float:
        """The early figure: its best, else the geometric middle of the range, else its one end."""
        return _middle(self.low, self.best, self.high)

    @property
    def later(self) -> float:
        """The later figure, likewise."""
        return _middle(self.later_low, self.later_best, self.later_high)

    @property
    def error(self) -> float:
        """The natural logarithm of the early figure over the later: above zero where the early one was too high."""
        return math.log(self.early / self.later)

    @property
    def lag(self) -> int:
        """Years from the end of the event to the early figure; zero while it lasted."""
        return max(self.said - self.last_year, 0)

    @property
    def cell(self) -> str:
        """The class of figures it belongs to: its basis, with its kind, or of an assertion the speaker's interest."""
        if self.basis == "assertion":
            return f"assertion, {self.interest}"
        return self.basis if self.kind is None else f"{self.basis}, {self.kind}"

    @property
    def measures_error(self) -> bool:
        """Whether its ratio is an error: a figure meant as its author's best, of the same deaths, later counted.

        Where the later figure is only a floor, the ratio is the most that the error can be.
        """
        is_whole = self.scope in ("equal", "cases") and self.later_is == "count"
        return is_whole and self.reads in ("point", "range", "95%")

    @property
    def is_settled(self) -> bool:
        """Whether the later figure is not itself in dispute."""
        return self.later_is != "contested"


def _check_order(prefix: str, low: float | None, best: float | None, high: float | None) -> None:
    given = [value for value in (low, best, high) if value is not None]
    if not given:
        hint = "a pair without a later figure measures nothing: leave it out" if prefix else ""
        raise RecordError(f"{prefix}best", "no figure", f"{prefix}low, {prefix}best or {prefix}high", hint)
    if given != sorted(given):
        numbers = ", ".join(f"{value:,.10g}" for value in given)
        raise RecordError(f"{prefix}low", numbers, "low <= best <= high", "compare with the page")


def _middle(low: float | None, best: float | None, high: float | None) -> float:
    if best is not None:
        return best
    ends = [value for value in (low, high) if value is not None]
    return math.exp(sum(map(math.log, ends)) / len(ends))
