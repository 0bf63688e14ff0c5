"""What the Bayesian engine needs of a case beside its evidence: priors, errors in common, and balances."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mcmort.catalogue.records.fields import Flag, Id, Number, Record, RecordError, Text, Texts
from mcmort.catalogue.records.figures import Share
from mcmort.catalogue.records.scopes import Scope, Selector
from mcmort.catalogue.vocabulary import Basis

__all__ = ["Balance", "Baseline", "Bias", "ComponentPrior", "Heterogeneity", "Synthesis"]

_Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


_Part = Annotated[float, Field(strict=True, ge=0, lt=1, allow_inf_nan=False)]


class Bias(Record):
    """The bias of one basis on the logarithm: by what factor its figures are too high or too low together."""

    mean: Number = 0.0
    sd: Annotated[float, Field(strict=True, gt=0, le=3, allow_inf_nan=False)]
    source: Text
    locator: Text
    note: str | None = None


class Heterogeneity(Record):
    """Prior of how far the figures of one component lie apart beyond their own errors."""

    family: Literal["half-normal", "half-cauchy"]
    scale: _Positive = Field(
        description="Of the distribution: on the logarithm for a count, in its own unit for what may be negative."
    )


class ComponentPrior(Record):
    """Priors of one component, in place of the weak ones that follow from its figures."""

    median: _Positive | None = Field(None, description="Median of a count, whose prior is lognormal.")
    log_sd: _Positive | None = Field(None, description="Log standard deviation of a count.")
    mean: Number | None = Field(None, description="Mean of what may be negative, whose prior is normal.")
    sd: _Positive | None = Field(None, description="Standard deviation of what may be negative.")
    heterogeneity: Heterogeneity | None = Field(
        None, description="Of its figures, in place of those of their bases; family and scale."
    )
    source: Text
    locator: Text
    note: str | None = None

    @model_validator(mode="after")
    def _says_something_whole(self) -> Self:
        for one, other in (("median", "log_sd"), ("mean", "sd")):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise RecordError(
                    one, f"one of {one} and {other}", "both of them, or neither", "a prior has two numbers"
                )
        if self.median is not None and self.mean is not None:
            hint = "median and log_sd of a count, mean and sd of what may be negative"
            raise RecordError("mean", "both a median and a mean", "one of the two", hint)
        if self.median is None and self.mean is None and self.heterogeneity is None:
            raise RecordError("", "no prior", "median and log_sd, mean and sd, or heterogeneity", "take the table out")
        return self


class Baseline(Record):
    """Figures with an error in common beside their lineage, such as one assumed level of ordinary mortality."""

    figures: Annotated[Texts, Field(min_length=2)] = Field(
        description="Names of estimates (COMPONENT:ESTIMATE) and of claims (claim:ID)."
    )
    correlation: Annotated[float, Field(strict=True, gt=0, lt=1, allow_inf_nan=False)] = Field(
        description="Between the errors of any two of them: the share of each error's variance that is in common."
    )
    source: Text
    locator: Text
    note: str | None = None


class Synthesis(Record):
    """Priors of the Bayesian engine, cited or marked as assumptions.

    The heterogeneity of a basis has the case's spread of that basis as its median. What is left out is as measured
    (`mcmort errors`).
    """

    tails: Literal["heavy", "normal"] = Field(
        "heavy", description="Errors of Student's t with four degrees of freedom, or normal ones."
    )
    lineage: _Part | None = Field(
        None, description="Share of the heterogeneity's variance that figures of one lineage have in common."
    )
    common: _Part | None = Field(
        None, description="Share of the heterogeneity's variance that all figures of one component have in common."
    )
    heterogeneity: Annotated[float, Field(strict=True, gt=0, le=2, allow_inf_nan=False)] | None = Field(
        None, description="Log standard deviation of a heterogeneity about the spread of its basis."
    )
    scatter: Annotated[float, Field(strict=True, ge=0, le=2, allow_inf_nan=False)] | None = Field(
        None, description="How far components scatter more or less than others: a log standard deviation; 0 for alike."
    )
    completeness: Share | None = Field(
        None, description="Share of the deaths that was registered, where a component does not say it."
    )
    bias: dict[Basis, Bias] = Field(default_factory=dict, description="Bias of figures, by basis; none for the others.")
    prior: dict[Id, ComponentPrior] = Field(
        default_factory=dict, description="Priors of single components, by id, in place of those from their figures."
    )
    baseline: dict[Id, Baseline] = Field(
        default_factory=dict, description="Figures that have an error in common beside their lineage, by a name."
    )
    source: Text
    locator: Text
    note: str | None = None


class Balance(Scope):
    """A demographic balance: what a formula over censuses gives is the sum of what a scope counts, but for an error."""

    id: Id
    label: Text
    formula: Text = Field(description="Arithmetic over quantities, such as expected - counted.")
    include: Annotated[tuple[Selector, ...], Field(min_length=1)]
    net: Flag = Field(True, description="Whether ordinary mortality is no part of it.")
    error: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] = Field(
        description="Standard error of the balance in persons: of the counts, and of what is in none of its parts."
    )
    lineage: Id | None = Field(
        None, description="Estimates of this lineage rest on the same data, and are left out beside it."
    )
    source: Text
    locator: Text
    note: str | None = None

    @model_validator(mode="after")
    def _counts_all_deaths(self) -> Self:
        if self.measure == "registered":
            hint = "leave the key out: a population lacks all who died, registered or not"
            raise RecordError("measure", "'registered'", "no measure, or 'all'", hint)
        return self
