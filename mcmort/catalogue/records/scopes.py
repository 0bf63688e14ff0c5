"""Which deaths count: selectors, and the definitions and authors' claims that are made of them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mcmort.catalogue.records.fields import Flag, Id, Name, Record, RecordError, Text, Texts, Values, Years, check_years
from mcmort.catalogue.records.figures import Figure, Share
from mcmort.catalogue.vocabulary import Basis, Measure

__all__ = ["Claim", "Definition", "Scope", "Selector", "ShareRule"]


class Selector(BaseModel):
    """A rule over facets: keys joined by *and*, listed values by *or*, years by intersection.

    The key ``component`` selects by id; every other key but ``years`` is a facet of the case.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Values]

    years: Years | None = None

    @model_validator(mode="after")
    def _years_run_forward(self) -> Self:
        check_years(self.years)
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
    population: Name | None = Field(None, description="Id of the quantity that is the population at risk.")


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
    supersedes: Texts = ()
    use: Literal["evidence", "cross-check"] = Field(
        "evidence", description="A cross-check is compared with, and no data for the Bayesian engine."
    )

    @model_validator(mode="after")
    def _has_scope(self) -> Self:
        if self.definition is None and not self.include:
            raise RecordError("", "no scope", "a definition to start from, or include", "say what the author counts")
        return self
