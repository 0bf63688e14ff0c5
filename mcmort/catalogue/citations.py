"""Iterate over everything in a case that cites a source, and list the works that a case or a definition rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

from mcmort.catalogue import formula
from mcmort.catalogue.case import Case, CaseHead, column_name, place
from mcmort.catalogue.records import Component, Estimate, Quantity, Record, Source
from mcmort.catalogue.selection import select
from mcmort.errors import DefinitionError

__all__ = ["Citation", "Cites", "citations", "citations_in", "cited_sources", "owners_behind"]

_HEAD = "case"
"""Kind of the citations in the head of a case."""


class Cites(Protocol):
    """A record that cites a source."""

    @property
    def source(self) -> str:
        """Key of a work in ``sources.bib``."""
        ...

    @property
    def locator(self) -> str:
        """Page, table or section."""
        ...


@dataclass(frozen=True, slots=True)
class Citation:
    """One place in a case at which a source is cited.

    Attributes
    ----------
    file, place : str
        Where it stands, as a `mcmort.errors.Problem` names it.
    kind, name : str
        Kind and id of the entry that it belongs to: ``component``, ``claim``, ``definition``, ...; in the head of the
        case the kind is ``case``, and the name that of the case.
    what : str
        Key under which the cited record stands in its entry: ``estimate``, ``ordinary``, ``completeness``, ``share``,
        ``spread``, ``bias``, ...; where the entry itself cites, its kind.
    record : Cites
        The record.
    """

    file: str
    place: str
    kind: str
    name: str
    what: str
    record: Cites

    @property
    def source(self) -> str:
        """Key of the work."""
        return self.record.source

    @property
    def locator(self) -> str:
        """Page, table or section."""
        return self.record.locator

    @property
    def via(self) -> str | None:
        """Through whom it was read, where that is not the original."""
        via: str | None = getattr(self.record, "via", None)
        return via


def citations(case: Case) -> Iterator[Citation]:
    """Yield everything in a case that cites a source.

    Parameters
    ----------
    case : Case
        The case.

    Yields
    ------
    Citation
        The head of the case first, then its entries by kind and id.
    """
    return citations_in(case.head, case.records, case.files)


def citations_in(
    head: CaseHead | None, records: Mapping[str, Mapping[str, Record]], files: Mapping[str, str]
) -> Iterator[Citation]:
    """Yield everything that cites a source among records that may not form a valid case yet.

    The walk goes by the fields of the records, so that a record with a source is found wherever it stands.

    Parameters
    ----------
    head : CaseHead or None
        Head of the case, if there is one.
    records : mapping
        Entries by kind and id.
    files : mapping of str to str
        File of each entry, by ``kind id``.

    Yields
    ------
    Citation
    """
    if head is not None:
        for where, what, record in _cited_within(head, "", _HEAD):
            yield Citation("case.toml", where, _HEAD, head.id, what, record)
    for kind, entries in records.items():
        for name, entry in entries.items():
            file = files.get(f"{kind} {name}", "")
            for where, what, record in _cited_within(entry, place(kind, name), kind):
                yield Citation(file, where, kind, name, what, record)


def _cited_within(record: BaseModel, where: str, what: str) -> Iterator[tuple[str, str, Any]]:
    """Yield place, key and record of a record that cites, and of those in its fields."""
    fields = type(record).model_fields
    if "source" in fields:
        yield where, what, record
    for key in fields:
        value = getattr(record, key)
        inner = f"{where} > {key}" if where else key
        if isinstance(value, BaseModel):
            yield from _cited_within(value, inner, key)
        elif isinstance(value, dict):
            for name, item in value.items():
                if isinstance(item, BaseModel):
                    yield from _cited_within(item, f"{inner} > {name}", key)
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Estimate):
                    yield from _cited_within(item, f'{inner} "{item.name}"', key)
                elif isinstance(item, BaseModel):
                    yield from _cited_within(item, f"{inner}[{index}]", key)


def cited_sources(case: Case, definition: str | None = None) -> list[Source]:
    """Return the works that something in a case cites.

    Parameters
    ----------
    case : Case
        The case.
    definition : str, optional
        Only works cited by the components that it counts, by what these depend on, and by the head of the case.

    Returns
    -------
    list of Source
        Sorted by key.

    Raises
    ------
    DefinitionError
        If there is no such definition.
    """
    entries = None if definition is None else _entries_behind(case, definition)
    keys = {cited.source for cited in citations(case) if entries is None or (cited.kind, cited.name) in entries}
    return [case.sources[key] for key in sorted(keys)]


def _entries_behind(case: Case, definition: str) -> set[tuple[str, str]]:
    """Return kind and id of the entries on which a definition rests, the head of the case among them."""
    if definition not in case.definitions:
        raise DefinitionError(case.missing(definition, "definition"))
    chosen = set(select(case, case.definitions[definition]))
    entries = {(_HEAD, case.id), ("definition", definition)}
    for name in chosen:
        for owner in owners_behind(case, case.components[name]):
            entries.add(("component" if isinstance(owner, Component) else "quantity", owner.id))
            if isinstance(owner, Component) and owner.profile is not None:
                entries.add(("profile", owner.profile))
    entries |= {("overlap", key) for key, overlap in case.overlaps.items() if {overlap.of, overlap.within} <= chosen}
    entries |= {("dependence", key) for key, group in case.dependence.items() if chosen & set(group.members)}
    entries |= {("correlation", key) for key, pair in case.correlations.items() if chosen & set(pair.between)}
    return entries


def owners_behind(case: Case, owner: Component | Quantity) -> list[Component | Quantity]:
    """Return a component or quantity with all that its formulas depend on, directly or indirectly; each once.

    Parameters
    ----------
    case : Case
        The case.
    owner : Component or Quantity
        Where to start.

    Returns
    -------
    list of Component and Quantity
        The owner first.
    """
    owners, seen = [owner], {column_name(owner.id)}
    for current in owners:  # grows as dependencies are found
        texts = [current.formula, *(estimate.formula for estimate in current.estimate)]
        names = {name for text in texts if text is not None for name in formula.names(formula.parse(text))}
        found = sorted(names - seen)
        owners += [case.by_column[name] if name in case.by_column else case.quantities[name] for name in found]
        seen |= names
    return owners
