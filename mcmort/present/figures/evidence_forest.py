"""The evidence forest of one component: each source's distribution, their pool, the register, and what counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcmort.analysis import Interval, Summary, summarise
from mcmort.catalogue.records import Estimate
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.elicit import elicit
from mcmort.elicit.families import Distribution
from mcmort.elicit.pool import Pool
from mcmort.elicit.priors import Elicited, Used
from mcmort.errors import DefinitionError
from mcmort.present.bridge_text import quoted
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.evidence_kinds import LOOKS, EvidenceKind, kind_of_basis, signs
from mcmort.present.figures.interval_marks import Look, draw_interval, interval_cells
from mcmort.present.figures.rows import Panel, Row, RowChart
from mcmort.present.figures.scale import scale_of
from mcmort.present.figures.sheet import Width, drawn
from mcmort.present.figures.style import GREY, INK, OTHER
from mcmort.present.numbers import percent, rounding_of
from mcmort.present.print_format import as_printed
from mcmort.present.texts.reference_list import author_and_year
from mcmort.totals import Total

__all__ = ["evidence_chart", "evidence_forest"]

_SPREAD: Final = 30.0
_ENOUGH: Final = 1_000_000
"""Draws of which a known distribution is worth at least, in the terms of a summary."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A row before the axis is known."""

    label: str
    detail: str
    summary: Summary | None
    look: Look
    cells: tuple[str, str]
    is_bold: bool = False
    bound: Estimate | None = None
    name: str = ""
    """Of the estimate, for rows that would read alike."""


def evidence_forest(
    total: Total, component: str, probability: float = 0.95, *, width: Width = "page", ax: Axes | None = None
) -> Figure:  # fmt: skip
    """Draw what each source says of one component, and what becomes of it.

    Parameters
    ----------
    total : Total
        Of a definition that counts the component.
    component : str
        Its id.
    probability : float
        Of the thin lines.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DefinitionError
        If the total does not count the component, or no figure speaks of it.
    """
    return drawn(evidence_chart(total, component, probability), width, ax)


def evidence_chart(total: Total, component: str, probability: float = 0.95) -> RowChart:
    """Return the chart of `evidence_forest`, which may take several sheets."""
    case, manifest = total.case, total.draws.manifest
    if component not in total.parts:
        hint = did_you_mean(component, list(total.parts)) or f"it counts {', '.join(sorted(total.parts))}"
        raise DefinitionError(f"{total.definition.id} counts no component {component!r}. Hint: {hint}")
    is_elicited = manifest.engine == "elicited"
    elicited = elicit(case, frozenset(manifest.evidence), manifest.pool, manifest.weights).components[component]
    if not elicited.used:
        formula = case.components[component].formula
        why = f"it is computed as {formula}" if formula else "no estimate is admitted"
        raise DefinitionError(f"no figure speaks of {component!r}: {why}. Hint: choose a component with estimates")
    lines = [_used_line(total, used, probability, with_weight=is_elicited) for used in _ordered(elicited)]
    lines += [_bound_line(total, bound) for bound in elicited.bounds]
    lines += _pool_lines(elicited, probability) if is_elicited else []
    own = summarise(total.parts[component], sorted({0.5, probability}), shortest=False, chains=total.chains)
    lines.append(
        _Line(
            f"As {total.definition.id} counts it", "", own, Look(INK, "o"), interval_cells(own, probability),
            is_bold=True,
        )
    )  # fmt: skip
    return _chart(total, component, elicited, lines, own, probability)


def _chart(
    total: Total, component: str, elicited: Elicited, lines: Sequence[_Line], own: Summary, probability: float
) -> RowChart:  # fmt: skip
    wides = [line.summary.interval(probability) for line in lines if line.summary is not None]
    bounds = [value for line in lines if line.bound is not None for value in [_bound_value(line)]]
    low, high = min(wide.low for wide in wides), max([*(wide.high for wide in wides), *bounds])
    medians = [line.summary.median for line in lines if line.summary is not None]
    unit = total.case.components[component].unit
    if low > 0.0 and max(medians) > _SPREAD * min(medians):
        scale = scale_of(0.8 * min([low, *bounds]), 1.15 * high, unit, is_log=True)
    else:
        scale = scale_of(min(0.0, 1.05 * low), 1.05 * high or 1.0, unit)
    alike = Counter((line.label, line.detail) for line in lines)
    rows = tuple(
        Row(
            label=line.label,
            detail=f"{line.detail}, {line.name}" if alike[line.label, line.detail] > 1 else line.detail,
            draw=partial(_draw, line=line, probability=probability),
            cells=line.cells,
            is_bold=line.is_bold,
        )
        for line in lines
    )
    shown: list[EvidenceKind] = [kind_of_basis(used.estimate.basis) for used in elicited.used]
    measures = {used.estimate.measure for used in elicited.used}
    asked = total.definition.measure if total.definition.measure in measures else next(iter(measures))
    spoken = [used for used in elicited.used if used.estimate.measure == asked]  # a register is a floor, no rival
    count = len({used.estimate.line for used in spoken})
    label = quoted(total.case.components[component].label)
    cited = [_median(used) for used in spoken]
    ours, _ = interval_cells(own, probability)
    said = f"one lineage speaks of {label}"
    if count > 1:
        least, most = min(cited), max(cited)
        span = rounding_of((least, most)).span(least, most, to=" to ")
        said = f"{count} lineages put {label} at {span} (medians)"
    caption = [
        f"Line: {100 * probability:g} % interval of the distribution that a figure was given; thick: 50 %; marker: "
        "median. Figures of other years are carried over to those of the component."
    ]
    is_pooled = total.draws.manifest.engine == "elicited"
    if is_pooled:
        caption.append("Each lineage, below its source, counts once.")
    if elicited.registered is not None and elicited.all is not None:
        caption.append("Of each draw all deaths are no fewer than those registered.")
    if elicited.left:
        left = "; ".join(f"{_author(total, estimate)} ({reason})" for estimate, reason in elicited.left)
        caption.append(f"Not used: {left}.")
    return RowChart(
        title=f"{total.case.head.title}: {said}; counted are {ours}",
        caption=(*caption, engine_note(total, own)),
        panels=(Panel(rows=rows, scale=scale),),
        heads=(f"{100 * probability:g} % interval", "Median (weight)" if is_pooled else "Median"),
        key=signs(shown),
        keeps_second=True,
    )


def _ordered(elicited: Elicited) -> list[Used]:
    return sorted(elicited.used, key=lambda used: (used.estimate.measure, _median(used), used.estimate.name))


def _median(used: Used) -> float:
    return float(used.fit.distribution.scaled(used.factor).ppf(np.array([0.5]))[0])


def _author(total: Total, estimate: Estimate) -> str:
    return author_and_year(total.case.sources[estimate.source])


def _used_line(total: Total, used: Used, probability: float, *, with_weight: bool) -> _Line:
    estimate = used.estimate
    summary = _summary(used.fit.distribution.scaled(used.factor), probability)
    span, median = interval_cells(summary, probability)
    details: list[str] = [estimate.basis]
    details += [f"lineage {estimate.line}"] if estimate.line != estimate.source else []
    details += ["registered deaths"] if estimate.measure == "registered" else []
    weight = f" ({percent(used.weight)})" if with_weight else ""
    return _Line(
        _author(total, estimate), ", ".join(details), summary, LOOKS[kind_of_basis(estimate.basis)],
        (span, f"{median}{weight}"), name=estimate.name,
    )  # fmt: skip


def _bound_line(total: Total, estimate: Estimate) -> _Line:
    printed = as_printed(estimate.low, estimate.best, estimate.high, estimate.reading)
    return _Line(
        _author(total, estimate), estimate.basis, None, Look(GREY), (printed, ""), bound=estimate, name=estimate.name
    )


def _pool_lines(elicited: Elicited, probability: float) -> list[_Line]:
    """Return the pools of either measure."""
    lines = []
    for pool, label in (
        (elicited.registered, "Pool: registered deaths, the floor"),
        (elicited.all, "Pool: all deaths"),
    ):
        if pool is not None:
            summary = _summary(pool, probability)
            lines.append(_Line(label, "", summary, Look(OTHER), interval_cells(summary, probability), is_bold=True))
    return lines


def _summary(distribution: Distribution | Pool, probability: float) -> Summary:
    """Return the summary of a distribution that is known, and so without Monte Carlo errors."""
    tails = [0.5 * (1.0 - probability), 0.25, 0.5, 0.75, 0.5 * (1.0 + probability)]
    low, lower, median, upper, high = distribution.ppf(np.array(tails)).tolist()
    intervals = (
        Interval(0.5, "equal-tailed", lower, upper, 0.0, 0.0),
        Interval(probability, "equal-tailed", low, high, 0.0, 0.0),
    )
    return Summary(_ENOUGH, median, 0.0, median, 0.0, 0.25 * (high - low), intervals)


def _bound_value(line: _Line) -> float:
    assert line.bound is not None
    value = line.bound.low if line.bound.low is not None else line.bound.high
    assert value is not None
    return value


def _draw(axes: Axes, y: float, *, line: _Line, probability: float) -> None:
    if line.summary is not None:
        draw_interval(axes, y, line.summary, probability, line.look)
        return
    assert line.bound is not None
    style: dict[str, Any] = {"color": GREY, "linewidth": 0.9}
    value, ends = _bound_value(line), axes.get_xlim()
    is_least = line.bound.reading == "at-least"
    axes.plot([value, ends[1] if is_least else ends[0]], [y, y], linestyle=":", **style)
    axes.plot([value], [y], marker=">" if is_least else "<", markersize=4.5, color="white", markeredgecolor=GREY)
