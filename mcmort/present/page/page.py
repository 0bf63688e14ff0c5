"""Puts the page together: one file that needs nothing else, opens from a disk, and asks no server for anything."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any, Final

from markupsafe import Markup

from mcmort.analysis import ComparedDefinition, Comparison, summarise
from mcmort.analysis.summary import PROBABILITIES
from mcmort.errors import UsageError
from mcmort.present.engine_note import engine_note
from mcmort.present.numbers import rounding_for
from mcmort.present.page.page_data import Variant, page_data
from mcmort.present.page.page_files import EXPLORER_SCRIPTS, joined, template
from mcmort.present.pieces_text import headline_with_pieces
from mcmort.present.print_format import years_text
from mcmort.present.texts.limits_text import limits
from mcmort.present.wording import counts_text, interval_text, not_added_text, unknown_text

__all__ = ["default_definition", "page_html"]

_LEVEL: Final = 0.95


def default_definition(rows: Sequence[ComparedDefinition], name: str | None = None) -> str:
    """Return the definition that a page shows first: the one asked for, else the middle one, neither narrow nor broad.

    Raises
    ------
    UsageError
        If the one asked for is none of those that count anything.
    """
    names = [row.total.definition.id for row in rows]
    if name is None:
        return names[len(names) // 2]
    if name not in names:
        raise UsageError(f"no definition {name!r} that counts anything; expected one of {', '.join(names)}")
    return name


def page_html(variants: Sequence[Variant], default: str, figures: Sequence[tuple[str, str]] = ()) -> str:
    """Return the page.

    Parameters
    ----------
    variants : sequence of Variant
        One for each engine; the first is shown first.
    default : str
        The definition that is shown first, and without a program the only one.
    figures : sequence of (str, str)
        Captions of figures that lie beside the page, with their paths.

    Returns
    -------
    str
        HTML.
    """
    data = page_data(variants, default)
    comparison = variants[0].comparison
    case = variants[0].model.draws.case
    row = next(row for row in comparison.rows if row.total.definition.id == default)
    return str(
        template("page.html.j2").render(
            title=case.head.title,
            summary=case.head.summary.replace("`", ""),
            version=version("mcmort"),
            css=Markup(joined(["explorer.css", "page.css"])),
            scripts=Markup(joined([*EXPLORER_SCRIPTS, "page.js"])),
            data=Markup(_as_script_data(data)),
            digest=data["digest"],
            figure=Markup(_figure(comparison, row)),
            page=True,
            definitions=_definitions(comparison),
            figures=[{"caption": caption, "path": path} for caption, path in figures],
            limits=limits(case),
            shown=_shown(row, len(variants[0].model.draws)),
        )
    )


def _as_script_data(data: Any) -> str:
    """Return JSON that cannot end the element that holds it, nor a line of a program."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in ("<", "\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _shown(row: ComparedDefinition, thinned: int) -> dict[str, Any]:
    """Return what the page shows of one definition before, or without, a program."""
    total, rounding = row.total, rounding_for(row.summary, _LEVEL)
    unknown = unknown_text(total)
    return {
        "headline": headline_with_pieces(total, row.summary, _LEVEL, row.pieces),
        "question": total.definition.question,
        "basis": f"A named definition: figures of the full run of {row.summary.draws:,} draws.",
        "table_title": f"{total.case.head.title}: {total.definition.label}",
        "rows": _rows(row),
        "median": rounding.number(row.summary.median),
        "interval": interval_text(total, row.summary, _LEVEL),
        "left_out": not_added_text(total) or "All that the case holds is in this total.",
        "unknown": f"Asked for, but unknown, which is not zero: {unknown}." if unknown else "",
        "note": engine_note(total, row.summary),
        "thinned": thinned,
    }


def _rows(row: ComparedDefinition) -> list[dict[str, Any]]:
    """Return a line for each component, those that count first, the largest at the top."""
    total = row.total
    counted = []
    for name, values in total.parts.items():
        part = summarise(values, PROBABILITIES, shortest=False, chains=total.chains)
        rounding, interval = rounding_for(part, _LEVEL), part.interval(_LEVEL)
        line = {
            "label": total.case.components[name].label,
            "counted": True,
            "median": rounding.number(part.median),
            "interval": rounding.span(interval.low, interval.high),
            "share": "",
        }
        counted.append((part.median, line))
    lines = [line for _, line in sorted(counted, key=lambda one: -one[0])]
    for reasons, why in ((total.unknown, "unknown, not zero"), (total.excluded, "not counted")):
        lines += [
            {"label": total.case.components[name].label, "counted": False, "why": why, "median": "\N{EN DASH}",
             "interval": "\N{EN DASH}", "share": ""}
            for name in sorted(reasons)
        ]  # fmt: skip
    return lines


def _figure(comparison: Comparison, row: ComparedDefinition) -> str:
    """Return the figure of one definition as SVG to stand in a page, its text as text."""
    from mcmort.present.figures.definition_ladder import definition_ladder
    from mcmort.present.figures.style import figure_bytes

    svg = figure_bytes(definition_ladder(replace(comparison, rows=(row,)), _LEVEL), "svg").decode()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    for spare in (
        r' transform="rotate\(-0 [^"]*"',
        r'(?<=<g) id="[^"]*"',
        r"font-family: [^;]*; ",
        r"(?<=>)\s+(?=<)",
    ):
        svg = re.sub(spare, "", svg)
    return re.sub(r"<[^>]*>", _shortened, svg)


def _shortened(tag: re.Match[str]) -> str:
    """Return a tag with coordinates to a tenth of a point, which will do, and on one line."""
    return re.sub(r"(\d\.\d)\d+", r"\1", " ".join(tag[0].split()))


def _definitions(comparison: Comparison) -> list[dict[str, str]]:
    """Return a line for each named definition."""
    return [
        {
            "label": row.total.definition.label,
            "interval": interval_text(row.total, row.summary, _LEVEL),
            "median": rounding_for(row.summary, _LEVEL).number(row.summary.median),
            "counts": counts_text(row.total),
            "years": years_text(row.total.years),
        }
        for row in comparison.rows
    ]
