"""What the page holds for its program: a case, its definitions with their stored figures, and draws, as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mcmort.analysis import ComparedDefinition, Comparison, Summary, summarise
from mcmort.analysis.explorer.accuracy import Accuracy
from mcmort.analysis.explorer.model import MEASURES, ExplorerModel
from mcmort.analysis.explorer.standards import ADMITTED, EvidenceStandard
from mcmort.analysis.summary import PROBABILITIES
from mcmort.catalogue import Case
from mcmort.catalogue.records import Component
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.published_marks import published_marks
from mcmort.present.page.shared_parts import Places, SharedFrames
from mcmort.present.pieces_text import headline_with_pieces
from mcmort.present.print_format import years_text
from mcmort.present.wording import floor_condition

__all__ = ["Variant", "page_data"]

ENGINE_WORDS: Final = {"elicited": "pooled ranges", "synthesis": "one model of all the evidence"}
_FIGURES: Final = 5
"""Significant figures of the numbers beside the columns."""


@dataclass(frozen=True)
class Variant:
    """The results of one engine under one standard of evidence.

    Attributes
    ----------
    comparison : Comparison
        The named definitions by the full run.
    model : ExplorerModel
        The thinned draws, prepared.
    accuracy : Accuracy
        What thinning costs.
    standard : EvidenceStandard
        Which evidence is admitted.
    """

    comparison: Comparison
    model: ExplorerModel
    accuracy: Accuracy
    standard: EvidenceStandard = ADMITTED


def page_data(variants: Sequence[Variant], default: str) -> dict[str, Any]:
    """Return the data of a page.

    Parameters
    ----------
    variants : sequence of Variant
        Of each engine, under each standard of evidence.
    default : str
        The definition that a page shows first.

    Returns
    -------
    dict
        Ready for JSON, with a digest of the rest under ``digest``.
    """
    first = variants[0]
    case = first.model.draws.case
    data: dict[str, Any] = {
        "case": {"id": case.id, "title": case.head.title, "digest": case.digest},
        "draws": len(first.model.draws),
        "levels": list(PROBABILITIES),
        "default": default,
        "components": [_component(case, one) for one in case.components.values()],
        "groups": _groups(case),
        "definitions": [_definition(row) for row in first.comparison.rows],
        "spans": [{"id": _key(span), "label": years_text(span), "years": span} for span in first.model.spans],
    }
    order = {name: index for index, name in enumerate(case.components)}
    stores: dict[int, SharedFrames] = {}
    for one in variants:
        stores.setdefault(id(one.model.store), SharedFrames(one.model.store, order))
    summaries, kept = Places(), list(stores)
    data["variants"] = [
        _variant(one, first.model.spans, stores[id(one.model.store)], summaries)
        | {"store": kept.index(id(one.model.store))}
        for one in variants
    ]
    data |= {"summaries": summaries.values, "stores": [one.document() for one in stores.values()]}
    return data | {"digest": _digest(data)}


def _digest(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _key(span: tuple[int, int]) -> str:
    return f"{span[0]}:{span[1]}"


def _groups(case: Case) -> list[dict[str, str]]:
    """Return the values of the first facet of a case, by which components are listed."""
    facet = next(iter(case.head.facets), None)
    values = case.head.facets[facet] if facet is not None else {}
    return [{"id": name, "label": value.label} for name, value in values.items()] + [{"id": "", "label": "Other"}]


def _component(case: Case, one: Component) -> dict[str, Any]:
    facet = next(iter(case.head.facets), "")
    return {
        "id": one.id,
        "label": one.label,
        "years": one.years,
        "years_text": years_text(one.years),
        "group": next(iter(one.facets.get(facet, ())), ""),
        "unit": one.unit,
        "counts": one.counts,
        "signed": case.head.support_of(one) == "signed",
    }


def _definition(row: ComparedDefinition) -> dict[str, Any]:
    one = row.total.definition
    keys = ("id", "label", "question", "adds", "leaves_out", "measure", "net")
    return {key: getattr(one, key) for key in keys} | {"years": one.years}


def _variant(
    variant: Variant, spans: Sequence[tuple[int, int]], frames: SharedFrames, summaries: Places
) -> dict[str, Any]:
    model, rows, standard = variant.model, variant.comparison.rows, variant.standard
    draws = model.draws
    names = list(draws.case.components)
    engine = draws.manifest.engine
    statuses = {name: draws.statuses[name] for name in names}
    return {
        "id": f"{engine}-{standard.id}" if standard.id else engine,
        "engine": engine,
        "standard": standard.name,
        "label": ENGINE_WORDS.get(engine, engine),
        "evidence": standard.label,
        "said": _said(standard),
        "note": engine_note(rows[0].total, *(row.summary for row in rows)),
        "accuracy": {key: _short(getattr(variant.accuracy, key)) for key in ("typical", "largest")}
        | {key: getattr(variant.accuracy, key) for key in ("selections", "draws")},
        "deaths": {measure: _weights(model.deaths[measure]) for measure in MEASURES},
        "ordinary": _weights(model.ordinary),
        "minimum": [name for name, status in statuses.items() if status.is_registered_only],
        "unknown": {name: dict(status.unknown) for name, status in statuses.items() if status.unknown},
        "signed": [name for name in names if draws.case.head.support_of(draws.case.components[name]) == "signed"],
        "scopes": {
            name: [_scope(model, name, span, spans[0], frames) for span in spans]
            for name, whole in model.scopes
            if whole == spans[0]
        },
        "named": {row.total.definition.id: _named(row, standard, names, summaries) for row in rows},
    }


def _said(standard: EvidenceStandard) -> str:
    """Return the sentence that follows a headline; nothing for the evidence that the case admits."""
    return "" if standard == ADMITTED else f"Evidence: {standard.label}."


def _scope(
    model: ExplorerModel, name: str, span: tuple[int, int], whole: tuple[int, int], frames: SharedFrames
) -> list[Any] | None:
    """Return the place of the frame, and the components counted where these are not those that a page expects.

    It expects those that count in the whole case and have a part in the frame, or are unknown and lie in the years.
    """
    found = model.scopes.get((name, span))
    if found is None:
        return None
    case = model.draws.case
    names = list(case.components)
    expected = [
        component
        for component in model.scopes[name, whole].counted
        if component in found.frame.parts or (not _is_known(model, component) and _meets(case, component, span))
    ]
    place = frames.place(found.frame)
    if span != whole and set(expected) == set(found.counted):
        return [place]
    return [place, [names.index(component) for component in found.counted]]


def _is_known(model: ExplorerModel, component: str) -> bool:
    return any(component in model.deaths[measure] for measure in MEASURES)


def _meets(case: Case, component: str, span: tuple[int, int]) -> bool:
    first, last = case.components[component].years
    return first <= span[1] and span[0] <= last


def _weights(factors: Mapping[str, tuple[float, tuple[int, ...]]]) -> dict[str, list[float]]:
    return {name: [number, *columns] for name, (number, columns) in factors.items()}


def _short(number: float) -> float:
    return float(f"{number:.{_FIGURES}g}")


def _summary(summary: Summary) -> list[float]:
    """Return the median, then for each level both ends and the larger of their errors."""
    found = [_short(summary.median)]
    for level in PROBABILITIES:
        one = summary.interval(level)
        found += [_short(one.low), _short(one.high), float(f"{max(one.low_error, one.high_error):.1g}")]
    return [int(number) if number >= 1.0 else number for number in found]


def _named(
    row: ComparedDefinition, standard: EvidenceStandard, names: Sequence[str], summaries: Places
) -> dict[str, Any]:
    """Return the stored figures of a named definition."""
    total = row.total
    parts: list[int] = []
    for name, values in (
        total.parts.items() if standard == ADMITTED else ()
    ):  # else the page reckons them from its draws
        summary = summarise(values, PROBABILITIES, shortest=False, chains=total.chains)
        parts += [names.index(name), summaries.of(_summary(summary))]
    marks = [
        {"low": mark.low, "best": mark.best, "high": mark.high, "reading": mark.reading, "same": mark.same,
         "label": mark.words}
        for mark in published_marks(row)
    ]  # fmt: skip
    return {
        "headlines": {
            f"{level:g}": " ".join(
                filter(None, [headline_with_pieces(total, row.summary, level, row.pieces), _said(standard)])
            )
            for level in PROBABILITIES
        },
        "draws": row.summary.draws,
        "summary": _summary(row.summary),
        "parts": parts,
        "years": years_text(total.years),
        "condition": floor_condition(total),
        "published": marks,
        "published_more": sum(not published.is_superseded for published in row.published) - len(marks),
    }
