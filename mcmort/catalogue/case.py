"""A checked, frozen case: everything that the layers above may ask about the evidence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, model_serializer, model_validator

from mcmort.catalogue.measured_errors.spreads import measured_digest, measured_spread
from mcmort.catalogue.records import (
    Balance,
    Claim,
    Component,
    Correlation,
    Definition,
    Dependence,
    Estimate,
    Flag,
    Lineage,
    Number,
    Overlap,
    Profile,
    Quantity,
    Record,
    RecordError,
    ShareRule,
    Source,
    Spread,
    Synthesis,
    Text,
    Years,
)
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.catalogue.vocabulary import CURRENT_FORMAT, Basis, Confidence, Support, not_admitted
from mcmort.errors import Problem

__all__ = ["Case", "CaseHead", "DefinitionsFile", "EvidenceFile", "Readings", "column_name", "place", "share_column"]


class Readings(Record):
    """What ranges mean whose meaning the source leaves open, as probabilities."""

    range: Number = Field(0.9, gt=0, lt=1)
    plausible: Number = Field(0.9, gt=0, lt=1)
    source: Text
    locator: Text
    note: str | None = None


class FacetValue(Record):
    """A value of a facet: its label, and whether what bears it may be negative, as differences may."""

    label: Text
    signed: Flag = False

    @model_serializer
    def _as_written(self) -> str | dict[str, Any]:
        return {"label": self.label, "signed": True} if self.signed else self.label


def _as_facet_value(value: Any) -> Any:
    """Let a label stand for a value of a facet that is not signed."""
    return {"label": value} if isinstance(value, str) else value


_FacetValue = Annotated[FacetValue, BeforeValidator(_as_facet_value, json_schema_input_type=Text | FacetValue)]


class Population(Record):
    """How many people the setting held at most: no figure of deaths is larger."""

    best: Annotated[Number, Field(gt=0)]
    source: Text
    locator: Text
    via: str | None = None
    confidence: Confidence | None = None
    note: str | None = None


class CaseHead(Record):
    """The table of ``case.toml``: what the case is, its facets and its defaults."""

    format: Annotated[int, Field(strict=True, ge=1)] = Field(
        1, description="Version of the case format by which the case was written."
    )
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Text
    summary: Text
    years: Years
    territory: Text
    evidence: tuple[Basis, ...] = Field(description="Bases that the pools admit by default.")
    facets: dict[str, dict[str, _FacetValue]] = Field(description="Facets with their values and labels.")
    readings: Readings
    spread: dict[Basis, Spread] = Field(
        default_factory=dict,
        description="Spread of a bare point, by basis; by default what such figures have proved to be worth.",
    )
    default_spread: Literal["measured"] | None = Field(
        None, description="Says what holds anyway: bases without a spread of their own have the measured one."
    )
    population: Population | None = Field(None, description="How many people the setting held at most.")
    synthesis: Synthesis | None = Field(None, description="Priors of the Bayesian engine.")

    @model_validator(mode="after")
    def _format_is_known(self) -> Self:
        if self.format > CURRENT_FORMAT:
            hint = "update mcmort: the case was written for a later version"
            raise RecordError("format", f"{self.format}", f"a version from 1 to {CURRENT_FORMAT}", hint)
        return self

    @model_validator(mode="after")
    def _facets_leave_selector_keys_alone(self) -> Self:
        for key in ("component", "years"):
            if key in self.facets:
                hint = f"selectors use {key!r} themselves: call the facet by another name"
                raise RecordError(f"facets > {key}", f"a facet {key!r}", "another name", hint)
        return self

    def log_sd_of(self, basis: Basis) -> float:
        """Return the spread of a basis: the case's own, else the measured one of late figures of any kind of it.

        Of registers it is how sure the count of an archival one is: what it lacks is its completeness.
        """
        declared = self.spread.get(basis)
        if declared is not None:
            return declared.log_sd
        return measured_spread(basis, "archival-register" if basis == "registered" else None).log_sd

    def support_of(self, owner: Component | Quantity) -> Support:
        """Return where the values of a component or quantity may lie.

        Parameters
        ----------
        owner : Component or Quantity
            A component is signed if a value of one of its facets is.

        Returns
        -------
        {"count", "share", "signed"}
        """
        if isinstance(owner, Quantity):
            return "signed" if owner.signed else "share" if owner.is_share else "count"
        signed = {(facet, name) for facet, values in self.facets.items() for name in values if values[name].signed}
        return (
            "signed"
            if any((facet, name) in signed for facet in owner.facets for name in owner.facets[facet])
            else "count"
        )


class EvidenceFile(Record):
    """Any other TOML file of a case: lists of components and what belongs to them."""

    component: tuple[Component, ...] = ()
    quantity: tuple[Quantity, ...] = ()
    profile: tuple[Profile, ...] = ()
    overlap: tuple[Overlap, ...] = ()
    dependence: tuple[Dependence, ...] = ()
    correlation: tuple[Correlation, ...] = ()
    balance: tuple[Balance, ...] = ()
    lineage: tuple[Lineage, ...] = ()
    claim: tuple[Claim, ...] = ()


class DefinitionsFile(BaseModel):
    """The tables of ``definitions.toml``: one definition for each name."""

    __pydantic_extra__: dict[str, Definition]
    model_config = {"extra": "allow", "frozen": True}


def share_column(rule: ShareRule) -> str:
    """Name the share of a rule by its content: the same rule in two definitions is one uncertain share."""
    # how it was read, and keys at their defaults (which may be new), leave the draws as they are
    content = rule.model_dump(mode="json", exclude_defaults=True, exclude={"note", "via", "from_memory"})
    content["where"] = content.get("where", {}) | {facet: sorted(values) for facet, values in rule.where.rules.items()}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def place(kind: str, name: str, *more: str) -> str:
    """Return the place of a record in its file, as problems print it."""
    return " > ".join([f'{kind} "{name}"' if kind != "definition" else f"[{name}]", *more])


def column_name(component: str) -> str:
    """Return the name of a component in formulas: its id with ``-`` written ``_``."""
    return component.replace("-", "_")


def _canonical(value: Any) -> Any:
    """Sort every list except those of numbers, whose order has a meaning."""
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_canonical(item) for item in value]
        if all(isinstance(item, int | float) for item in items):
            return items
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return value


@dataclass(frozen=True, repr=False)
class Case:
    """One historical setting with its evidence.

    All mappings are sorted by id except `definitions`, which keep the order of their file for display. No
    number depends on the order of files or entries.
    """

    head: CaseHead
    components: dict[str, Component]
    quantities: dict[str, Quantity]
    profiles: dict[str, Profile]
    overlaps: dict[str, Overlap]
    dependence: dict[str, Dependence]
    claims: dict[str, Claim]
    definitions: dict[str, Definition]
    sources: dict[str, Source]
    where: str
    files: dict[str, str] = field(default_factory=dict)
    """File in which each record stands, by ``kind id``, for messages."""
    correlations: dict[str, Correlation] = field(default_factory=dict)
    balances: dict[str, Balance] = field(default_factory=dict)
    lineages: dict[str, Lineage] = field(default_factory=dict)
    remarks: tuple[Problem, ...] = ()
    """Entries of the bibliography that cannot be read, and that nothing cites."""

    def __repr__(self) -> str:
        return (
            f"<Case {self.id}: {self.head.title}; {len(self.components)} components, {len(self.definitions)} "
            f"definitions, {len(self.claims)} claims>"
        )

    @property
    def id(self) -> str:
        """Name of the case."""
        return self.head.id

    @cached_property
    def records(self) -> dict[str, dict[str, Record]]:
        """All entries by kind and id, kinds by the names of their tables."""
        groups: dict[str, Mapping[str, Record]] = {
            "component": self.components,
            "quantity": self.quantities,
            "profile": self.profiles,
            "overlap": self.overlaps,
            "dependence": self.dependence,
            "correlation": self.correlations,
            "balance": self.balances,
            "lineage": self.lineages,
            "claim": self.claims,
            "definition": self.definitions,
        }
        return {kind: dict(entries) for kind, entries in groups.items()}

    @cached_property
    def by_column(self) -> dict[str, Component]:
        """Components by their names in formulas; see `column_name`."""
        return {column_name(name): component for name, component in self.components.items()}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, the same however files and entries are ordered or spelled.

        A key at its default is left out, and so is a kind of table that was added to the format later and is not used:
        old digests stay valid when the format grows.
        """
        text = json.dumps(self._content(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def _content(self) -> dict[str, Any]:
        groups = ("components", "quantities", "profiles", "overlaps", "dependence", "claims", "definitions", "sources")
        later = tuple(group for group in ("correlations", "balances", "lineages") if getattr(self, group))
        # the version is no evidence: a case that only states a later one keeps its digest
        head, records = self.head.model_dump(mode="json", exclude_defaults=True, exclude={"format"}), {}
        for group in (*groups, *later):
            members = getattr(self, group).values()
            records[group] = [record.model_dump(mode="json", exclude_defaults=True) for record in members]
        measured = {"measured_errors": measured_digest()} if self._rests_on_measured_errors else {}
        return {"head": _canonical(head), **_canonical(records), **measured}

    @property
    def _rests_on_measured_errors(self) -> bool:
        """Whether a figure is of a basis to which the case gives no spread, so that the measured one is used."""
        bases: set[Basis] = set()
        owners: list[Component | Quantity] = [*self.components.values(), *self.quantities.values()]
        for owner in owners:
            pooled = [one for one in owner.estimate if one.use == "pool" and one.formula is None]
            stated = [one for one in pooled if not one.is_one_sided]
            # what an author states stands as it is, unless it is alone: one source is not certainty
            is_alone = len({one.basis for one in stated}) == 1 or len({one.line for one in stated}) == 1
            of_deaths = isinstance(owner, Component)
            readings = ("point", "range") if of_deaths else ("point",)
            bases |= {
                one.basis for one in pooled if one.is_one_sided or one.reading in readings or (of_deaths and is_alone)
            }
        bases |= {claim.basis for claim in self.claims.values() if claim.use == "evidence"}  # data of the other engine
        return self.head.default_spread is not None or not bases <= self.head.spread.keys()

    def missing(self, name: str, what: str) -> str:
        """Return a message that the case has nothing of a name, with a hint.

        Parameters
        ----------
        name : str
            The name that was asked for.
        what : str
            Kinds of record that were searched, such as ``"component or quantity"``.

        Returns
        -------
        str
        """
        groups = (("component", self.components), ("quantity", self.quantities), ("definition", self.definitions))
        known = [key for kind, group in groups if kind in what for key in list(group)]
        hint = did_you_mean(name, known)
        if hint:
            return f"{self.id} has no {what} {name!r}. Hint: {hint}"
        listed = f"; it has {', '.join(known)}" if len(known) <= 12 else f". Hint: 'mcmort show {self.id}' lists them"
        return f"{self.id} has no {what} {name!r}{listed}"

    def retired(self) -> dict[str, str]:
        """Return the estimates and claims that a later one supersedes.

        Returns
        -------
        dict
            From the retired (``owner:estimate`` or the id of a claim) to what supersedes it.
        """
        return dict(self._retired)

    @cached_property
    def _retired(self) -> dict[str, str]:
        """What `retired` returns, found once: every component asks for it."""
        retired = {}
        owners: list[Component | Quantity] = [*self.components.values(), *self.quantities.values()]
        for owner in owners:
            own = {estimate.name for estimate in owner.estimate}
            for estimate in owner.estimate:
                for name in estimate.supersedes:
                    retired[f"{owner.id}:{name}" if name in own else name] = f"{owner.id}:{estimate.name}"
        for claim in self.claims.values():
            for name in claim.supersedes:
                retired[name] = claim.id
        return retired

    def admitted(
        self, owner: Component | Quantity, evidence: frozenset[str] | None = None
    ) -> tuple[list[Estimate], list[tuple[Estimate, str]]]:
        """Divide the estimates of a component or quantity into those that are admitted and those that are not.

        Parameters
        ----------
        owner : Component or Quantity
            Whose estimates.
        evidence : frozenset of str, optional
            Bases to admit instead of the default of the case.

        Returns
        -------
        tuple of list
            The estimates admitted, and the others each with the reason, both in canonical order.
        """
        bases = frozenset(self.head.evidence) if evidence is None else evidence
        retired = self._retired
        admitted, rejected = [], []
        for estimate in sorted(owner.estimate, key=lambda estimate: (estimate.name, estimate.measure)):
            retirer = retired.get(f"{owner.id}:{estimate.name}")
            if retirer is not None:
                rejected.append((estimate, f"superseded by {retirer.partition(':')[2] or retirer}"))
            elif estimate.use == "cross-check":
                rejected.append((estimate, "a cross-check only"))
            elif estimate.basis not in bases:
                rejected.append((estimate, not_admitted(estimate.basis)))
            else:
                admitted.append(estimate)
        return admitted, rejected
