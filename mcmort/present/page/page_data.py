"""What the page holds for its program: a case, its definitions with their stored figures, and draws, as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mcmort.analysis import ComparedDefinition, Comparison, Summary, summarise
from mcmort.analysis.explorer.accuracy import Accuracy
from mcmort.analysis.explorer.model import MEASURES, ExplorerModel, Frame
from mcmort.analysis.summary import PROBABILITIES
from mcmort.catalogue import Case
from mcmort.catalogue.records import Component
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.published_marks import published_marks
from mcmort.present.pieces_text import headline_with_pieces
from mcmort.present.print_format import years_text
from mcmort.present.wording import floor_condition

__all__ = ["Variant", "page_data"]

ENGINE_WORDS: Final = {"elicited": "pooled ranges", "synthesis": "one model of all the evidence"}
_FIGURES: Final = 5
"""Significant figures of the numbers beside the columns."""
_WHOLE: Final = ((1.0, ()),)
"""The weight of a component of which everything counts."""


@dataclass(frozen=True)
class Variant:
    """The results of one engine.

    Attributes
    ----------
    comparison : Comparison
        The named definitions by the full run.
    model : ExplorerModel
        The thinned draws, prepared.
    accuracy : Accuracy
        What thinning costs.
    """

    comparison: Comparison
    model: ExplorerModel
    accuracy: Accuracy


def page_data(variants: Sequence[Variant], default: str) -> dict[str, Any]:
    """Return the data of a page.

    Parameters
    ----------
    variants : sequence of Variant
        One for each engine.
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
        "components": [_component(case, one, first.model) for one in case.components.values()],
        "groups": _groups(case),
        "definitions": [_definition(row) for row in first.comparison.rows],
        "spans": [{"id": _key(span), "label": years_text(span), "years": span} for span in first.model.spans],
        "variants": [_variant(one) for one in variants],
    }
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


def _component(case: Case, one: Component, model: ExplorerModel) -> dict[str, Any]:
    facet = next(iter(case.head.facets), "")
    status = model.draws.statuses[one.id]
    return {
        "id": one.id,
        "label": one.label,
        "years": one.years,
        "years_text": years_text(one.years),
        "group": next(iter(one.facets.get(facet, ())), ""),
        "unit": one.unit,
        "counts": one.counts,
        "minimum": status.is_registered_only,
        "unknown": dict(status.unknown),
        "signed": case.head.support_of(one) == "signed",
    }


def _definition(row: ComparedDefinition) -> dict[str, Any]:
    one = row.total.definition
    keys = ("id", "label", "question", "adds", "leaves_out", "measure", "net")
    return {key: getattr(one, key) for key in keys} | {"years": one.years}


def _variant(variant: Variant) -> dict[str, Any]:
    model, rows = variant.model, variant.comparison.rows
    frames = list(dict.fromkeys(map(id, (scope.frame for scope in model.scopes.values()))))
    by_id = {id(scope.frame): scope.frame for scope in model.scopes.values()}
    tight: dict[str, int] = {}
    order = {name: index for index, name in enumerate(model.draws.case.components)}
    engine = model.draws.manifest.engine
    return {
        "id": engine,
        "label": ENGINE_WORDS.get(engine, engine),
        "note": engine_note(rows[0].total, *(row.summary for row in rows)),
        "accuracy": {key: _short(getattr(variant.accuracy, key)) for key in ("typical", "largest")}
        | {key: getattr(variant.accuracy, key) for key in ("selections", "draws")},
        "columns": [(one.scale, one.low, one.high, one.bits, one.text) for one in model.store.packed()],
        "deaths": {measure: _weights(model.deaths[measure]) for measure in MEASURES},
        "ordinary": _weights(model.ordinary),
        "signed": [name for name in model.draws.case.components if _is_signed(model, name)],
        "frames": [_frame(by_id[one], tight) for one in frames],
        "scopes": {
            f"{name} {_key(span)}": {
                "frame": frames.index(id(scope.frame)),
                "counted": [order[component] for component in scope.counted],
            }
            for (name, span), scope in model.scopes.items()
        },
        "tight": [json.loads(text) for text in tight],
        "named": {row.total.definition.id: _named(row) for row in rows},
    }


def _is_signed(model: ExplorerModel, name: str) -> bool:
    case = model.draws.case
    return case.head.support_of(case.components[name]) == "signed"


def _frame(frame: Frame, tight: dict[str, int]) -> dict[str, Any]:
    """Return a frame; hosts that may run out of room are listed once for all frames."""
    places = []
    for host, room, outer, inner in frame.tight:
        entry = (host, _weight(room), _sides(outer), _sides(inner))
        places.append(tight.setdefault(json.dumps(entry), len(tight)))
    return {
        "whole": [name for name, weight in frame.parts.items() if weight == _WHOLE],
        "parts": {name: _weight(weight) for name, weight in frame.parts.items() if weight != _WHOLE},
        "free": [(guest, host, _weight(weight)) for guest, host, weight in frame.free],
        "tight": places,
    }


def _sides(sides: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [(name, _weight(weight)) for name, weight in sides]


def _weight(weight: Iterable[tuple[float, tuple[int, ...]]]) -> list[list[float]]:
    return [[float(f"{number:.12g}"), *columns] for number, columns in weight]


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


def _named(row: ComparedDefinition) -> dict[str, Any]:
    """Return the stored figures of a named definition."""
    total = row.total
    parts = {
        name: _summary(summarise(values, PROBABILITIES, shortest=False, chains=total.chains))
        for name, values in total.parts.items()
    }
    marks = [
        {"low": mark.low, "best": mark.best, "high": mark.high, "reading": mark.reading, "same": mark.same,
         "label": mark.words}
        for mark in published_marks(row)
    ]  # fmt: skip
    return {
        "headlines": {
            f"{level:g}": headline_with_pieces(total, row.summary, level, row.pieces) for level in PROBABILITIES
        },
        "draws": row.summary.draws,
        "summary": _summary(row.summary),
        "parts": parts,
        "years": years_text(total.years),
        "condition": floor_condition(total),
        "published": marks,
    }
