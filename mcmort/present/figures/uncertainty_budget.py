"""The uncertainty budget: which component carries how much of the width of a total."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcmort.analysis.sensitivity import PartSensitivity, TotalSensitivity
from mcmort.analysis.summary import summarise
from mcmort.present.engine_note import engine_note
from mcmort.present.figures.evidence_kinds import LOOKS, EvidenceKind, kind_of
from mcmort.present.figures.rows import Panel, Row, RowChart, Sign
from mcmort.present.figures.scale import Scale
from mcmort.present.figures.sheet import Width, drawn
from mcmort.present.figures.style import CONTESTED, GREY, INK
from mcmort.present.numbers import percent, percent_with_error
from mcmort.present.print_format import EN_DASH
from mcmort.present.sensitivity_text import part_label, sensitivity_headline

__all__ = ["budget_chart", "uncertainty_budget"]

_LEAST: Final = 0.005
"""Share of the variance from which on a part has a row."""
_HATCHED: Final[dict[str, Any]] = {"facecolor": CONTESTED, "edgecolor": "white", "hatch": "////", "linewidth": 0.0}


def uncertainty_budget(result: TotalSensitivity, *, width: Width = "page", ax: Axes | None = None) -> Figure:
    """Draw the share of each component in the variance of a total.

    Parameters
    ----------
    result : TotalSensitivity
        From `mcmort.sensitivity`.
    width : {"column", "page"}
        3.4 or 6.9 inches.
    ax : Axes, optional
        Where to draw instead of on a sheet of its own.

    Returns
    -------
    matplotlib.figure.Figure
        A share is the covariance of a component with the total over the variance of the total. All add up to 100 %;
        one may be negative.
    """
    return drawn(budget_chart(result), width, ax)


def budget_chart(result: TotalSensitivity) -> RowChart:
    """Return the chart of `uncertainty_budget`, which may take several sheets."""
    parts = sorted(result.parts, key=lambda part: (-part.covariance_share.value, part.name))
    shown = [part for part in parts if abs(part.covariance_share.value) >= _LEAST] or parts[:1]
    values = [100.0 * part.covariance_share.value for part in shown]
    low, high = min(0.0, *values), max(*values, 1.0)
    scale = Scale(
        low=1.08 * low, high=min(1.08 * high, max(100.0, high)), label="per cent of the variance of the total"
    )
    rows = tuple(
        Row(
            label=part_label(result.total, part),
            draw=partial(_draw, value=value, style=_style(result, part)),
            cells=(
                percent_with_error(*part.covariance_share),
                EN_DASH if part.narrower is None else percent_with_error(*part.narrower),
            ),
        )
        for part, value in zip(shown, values, strict=True)
    )
    summary = summarise(result.total.values, (0.5, result.probability), chains=result.total.chains)
    rest = [part for part in parts if part not in shown]
    title = result.total.case.head.title
    finding = sensitivity_headline(result).removeprefix(f"{title}: ")
    first = shown[0]
    caption = [
        f"{finding[:1].upper()}{finding[1:]} Share: covariance with the total over the variance of the total; all add "
        "up to 100 %."
    ]
    if rest:
        together = percent(sum(part.covariance_share.value for part in rest))
        one = len(rest) == 1
        caption.append(
            f"One more part carries {together}." if one else f"{len(rest)} more parts carry {together} together."
        )
    if any(part.kind == "overlap" for part in shown):
        caption.append("Less: what two figures both hold and is taken off.")
    caption.append("Shares change with the definition.")
    return RowChart(
        title=f"{title}: {part_label(result.total, first)} carries {percent(first.covariance_share.value)} of the "
        f"variance of the total under \N{LEFT DOUBLE QUOTATION MARK}{result.total.definition.label}"
        "\N{RIGHT DOUBLE QUOTATION MARK}",
        caption=(*caption, engine_note(result.total, summary)),
        panels=(Panel(rows=rows, scale=scale),),
        heads=("Share", "Narrower if known"),
        key=_key(result, shown),
        keeps_second=True,
    )


def _style(result: TotalSensitivity, part: PartSensitivity) -> dict[str, Any]:
    if part.kind != "component":
        return {"facecolor": "white", "edgecolor": GREY, "linewidth": 0.8}
    return _style_of(kind_of(result.total, part.name))


def _style_of(kind: EvidenceKind) -> dict[str, Any]:
    return _HATCHED if kind == "told" else {"facecolor": LOOKS[kind].colour, "edgecolor": INK, "linewidth": 0.0}


def _draw(axes: Axes, y: float, *, value: float, style: dict[str, Any]) -> None:
    least = 0.003 * (axes.get_xlim()[1] - axes.get_xlim()[0])
    axes.barh(y, value if abs(value) > least else least, 0.1, **style)


def _key(result: TotalSensitivity, shown: list[PartSensitivity]) -> tuple[Sign, ...]:
    kinds = [kind_of(result.total, part.name) for part in shown if part.kind == "component"]
    words: dict[EvidenceKind, str] = {
        "records": "from registers and records", "data": "from demography and surveys",
        "told": "from syntheses and testimony", "formula": "by a formula",
    }  # fmt: skip
    return tuple(Sign(words=text, style=_style_of(kind)) for kind, text in words.items() if kind in kinds)
