"""Strict checks, which a case in progress may fail and a finished one should not: ``mcmort check --strict``.

They find what is usually a mistake: works that nothing cites, figures that look like copies, maxima entered as best
estimates. Where the evidence really is so, a note in the case says it. Gaps without an explanation are found in
`mcmort.elicit.check_case`, which knows what the figures of a component lead to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from mcmort.catalogue.case import Case
from mcmort.catalogue.case import place as place_of
from mcmort.catalogue.checks.population import check_population
from mcmort.catalogue.citations import citations
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.records import Component, Estimate, Quantity
from mcmort.catalogue.selection import selected_years
from mcmort.catalogue.vocabulary import CURRENT_FORMAT
from mcmort.errors import Problem

__all__ = ["check_strict"]

TEMPLATE_MARK: Final = "TEMPLATE"
"""How the texts of ``mcmort new --minimal`` begin that are to be replaced."""
_MAXIMUM: Final = re.compile(r"\b(maxim(um|a|al)|at most|upper (bound|limit|end)|no more than|not more than)\b", re.I)
_MOST_POSSIBLE: Final = re.compile(r"\b(up to|as many as|as high as)\b", re.I)
_MINIMUM: Final = re.compile(
    r"\b(minim(um|a|al)|at least|no (less|fewer) than|(?<!no )(?<!not )more than|lower bound)\b", re.I
)
_DATED: Final = (
    "article",
    "book",
    "inbook",
    "incollection",
    "inproceedings",
    "phdthesis",
    "report",
    "techreport",
    "thesis",
)
"""Types of BibTeX entry that must have a year."""
_ADDRESS: Final = re.compile(
    r"https?://|www\.|\b[a-z0-9-]+\.(cc|cn|com|de|edu|fr|gov|info|io|net|org|ru|ua|uk)\b", re.I
)
"""A web address, or the bare name of a host."""

type Owner = Component | Quantity


def check_strict(case: Case) -> list[Problem]:
    """Return the problems that a finished case should not have.

    Parameters
    ----------
    case : Case
        A case that loads.

    Returns
    -------
    list of Problem
        Sorted.
    """
    checks = (
        _format, _template, _sources, _assumptions, _figures, _addresses, _estimates, _copies, _overlaps,
        _shares, check_population,
    )  # fmt: skip
    return sorted(problem for check in checks for problem in check(case))


def _owners(case: Case) -> Iterator[tuple[str, str, Owner]]:
    for kind, owners in (("component", case.components), ("quantity", case.quantities)):
        for name, owner in owners.items():
            yield case.files.get(f"{kind} {name}", ""), f'{kind} "{name}"', owner


def _estimates_of(case: Case) -> Iterator[tuple[str, str, Owner, Estimate]]:
    for file, place, owner in _owners(case):
        for estimate in owner.estimate:
            yield file, f'{place} > estimate "{estimate.name}"', owner, estimate


def _format(case: Case) -> Iterator[Problem]:
    """Find cases of an earlier version of the format."""
    if case.head.format < CURRENT_FORMAT:
        hint = f"look at its totals, and write format = {CURRENT_FORMAT}"
        found = f"version {case.head.format} of the case format"
        yield Problem("case.toml", "format", found, f"version {CURRENT_FORMAT}, by which cases are read", hint)


def _template(case: Case) -> Iterator[Problem]:
    """Find texts that ``mcmort new`` wrote to be replaced."""
    hint = "write your own text, or take the entry out"
    works = [
        ("sources.bib", key, source.model_dump(include={"title", "fields"})) for key, source in case.sources.items()
    ]
    for file, place, table in (*_tables(case), *works):
        for key, text in _texts(place, table):
            if text.startswith(TEMPLATE_MARK) and not key.endswith("fields > title"):
                yield Problem(file, key.replace("fields > ", ""), show(text), "a text of this case", hint)


def _sources(case: Case) -> Iterator[Problem]:
    cited = {citation.source for citation in citations(case)}
    yield from case.remarks
    for key in sorted(set(case.sources) - cited):
        hint = "take it out, or cite it"
        yield Problem("sources.bib", key, "a work that nothing in the case cites", "works that are cited", hint)
    for key, source in case.sources.items():
        if not source.title and not source.author:
            yield Problem("sources.bib", key, "neither author nor title", "a work that a reader can find", "add them")
        if source.kind in _DATED and not source.year and not source.fields.get("note"):
            hint = "give the year, or say in note why there is none"
            yield Problem("sources.bib", f"{key} > year", "nothing", "the year of the work", hint)


def _assumptions(case: Case) -> Iterator[Problem]:
    for key, source in case.sources.items():
        if source.is_assumption and len(source.fields.get("note", "").split()) < 3:
            hint = "say what it rests on, and what speaks for another choice"
            yield Problem(
                "sources.bib", f"{key} > note", "an assumption without its reason", "the reason, in note", hint
            )


def _figures(case: Case) -> Iterator[Problem]:
    """Find figures that were read second-hand without saying how reliable that reading is."""
    expected = "how close the text that was read is to the study: high, medium or low"
    hint = "a figure quoted by the author of the study is high, one in the press or on a forum low"
    for citation in citations(case):
        lacks_confidence = getattr(citation.record, "confidence", "no such field") is None
        if citation.via is not None and lacks_confidence and not case.sources[citation.source].is_assumption:
            found = "nothing, though it was read second-hand"
            yield Problem(citation.file, f"{citation.place} > confidence", found, expected, hint)


def _addresses(case: Case) -> Iterator[Problem]:
    """Find web addresses in the text of any record: they break, and are useless in print."""
    for file, place, table in _tables(case):
        for key, text in _texts(place, table):
            if _ADDRESS.search(text):
                hint = "name the page or book; addresses belong in sources.bib"
                yield Problem(file, key, "an address of the web", "words", hint)


def _tables(case: Case) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield file, place and content of the head of a case and of its records."""
    yield "case.toml", "", case.head.model_dump()
    for kind, entries in case.records.items():
        for name, record in entries.items():
            yield case.files.get(f"{kind} {name}", ""), place_of(kind, name), record.model_dump()


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield every text of a table with its place; items of a list by their name."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(f"{place} > {key}" if place else key, item)
    elif isinstance(value, list | tuple):
        for item in value:
            name = (item.get("id") or item.get("source")) if isinstance(item, dict) else None
            yield from _texts(f'{place} "{name}"' if name else place, item)


def _estimates(case: Case) -> Iterator[Problem]:
    """Find maxima, minima and counts that were going on that were entered as best estimates."""
    for file, place, _, estimate in _estimates_of(case):
        if estimate.use == "cross-check" and not estimate.note:
            hint = "a part, another scope, an older figure: say which"
            yield Problem(file, f"{place} > note", "a cross-check without a reason", "why it is not pooled", hint)
        if estimate.use != "pool" or estimate.reading != "point":
            continue
        if estimate.kind == "running-count" and not estimate.note:
            hint = "write low and reads = 'at-least', or say in note that its author meant the whole toll"
            found = "a running count as a best estimate"
            yield Problem(file, f"{place} > best", found, "a floor, while the dead are still being found", hint)
        counted = estimate.counts or ""
        for pattern, reading in ((_MAXIMUM, "at-most"), (_MOST_POSSIBLE, "up-to"), (_MINIMUM, "at-least")):
            match = pattern.search(counted)
            if match is not None:
                hint = f"use reads = '{reading}', or use = 'cross-check' with the reason"
                expected = "a best estimate"
                yield Problem(file, f"{place} > best", f"a figure that counts {match.group()!r}", expected, hint)


def _copies(case: Case) -> Iterator[Problem]:
    """Find equal figures under two lineages of one component, of which one usually copies the other."""
    for file, place, owner in _owners(case):
        seen: dict[tuple[object, ...], Estimate] = {}
        admitted, _ = case.admitted(owner)
        for estimate in admitted:
            if estimate.formula is not None:
                continue
            key = (estimate.measure, estimate.low, estimate.best, estimate.high)
            first = seen.setdefault(key, estimate)
            if first is not estimate and first.line != estimate.line:
                found = f"the figure of {first.name!r} under another lineage ({first.line!r}, {estimate.line!r})"
                hint = "give both one lineage, or say in a note how each was reached on its own"
                if not (estimate.note or first.note):
                    where = f'{place} > estimate "{estimate.name}" > lineage'
                    yield Problem(file, where, found, "figures that are independent", hint)


def _overlaps(case: Case) -> Iterator[Problem]:
    """Find overlaps between components of different units that no note explains."""
    for name, overlap in case.overlaps.items():
        file = case.files.get(f"overlap {name}", "")
        of, within = case.components[overlap.of], case.components[overlap.within]
        if of.unit != within.unit:
            found = f"{of.unit} within {within.unit}"
            hint = "say in a note how the one is counted in the other"
            if not overlap.note:
                yield Problem(file, f'overlap "{name}"', found, "one unit on both sides", hint)


def _shares(case: Case) -> Iterator[Problem]:
    """Find components without a statement of ordinary mortality that a net definition counts."""
    net = [definition for definition in case.definitions.values() if definition.net]
    for name, component in case.components.items():
        if component.already_net or component.ordinary is not None:
            continue
        wanted = [definition.id for definition in net if selected_years(definition, component)]
        if wanted:
            file = case.files.get(f"component {name}", "")
            found = f"no ordinary mortality, though {', '.join(wanted)} is net of it"
            expected, hint = "a share, or already_net = true", "violent deaths and excess deaths are net already"
            yield Problem(file, f'component "{name}" > ordinary', found, expected, hint)
