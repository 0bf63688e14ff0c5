"""The tables of the page on bases: what a spread means, and which were chosen and measured."""

from __future__ import annotations

import math
import re

import mcmort as mm
from mcmort.catalogue.vocabulary import BASES
from mcmort.present.print_format import EN_DASH

__all__ = ["bases"]

SHOWN = (0.03, 0.1, 0.15, 0.25, 0.5, 0.7)
"""Spreads of which the page says what they mean."""


def bases(text: str) -> str:
    """Return the page on bases with its tables."""
    tables = {"factors": _factors(), "spreads": _spreads()}

    def fill(mark: re.Match[str]) -> str:
        return mark[1] + "\n".join(tables[mark[2]]) + "\n" + mark[3]

    return re.sub(r"(<!-- generated: (factors|spreads) -->\n).*?(<!-- end -->)", fill, text, flags=re.DOTALL)


def _factors() -> list[str]:
    factors = " | ".join(f"{math.exp(1.96 * log_sd):.2f}" for log_sd in SHOWN)
    head = " | ".join(f"{log_sd:g}" for log_sd in SHOWN)
    return [f"| `log_sd` | {head} |", "| --- |" + " ---: |" * len(SHOWN), f"| factor | {factors} |"]


def _spreads() -> list[str]:
    """Return a row for each basis: the spreads of the shipped cases, and those of the library of measured errors."""
    heads = [mm.load(name).head for name in sorted(mm.cases())]
    fitted = mm.measured_errors().fitted
    classes = fitted.classes if fitted else ()
    rows = [
        "| basis | shipped cases | they chose | pairs | measured elsewhere |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for basis in BASES:
        chosen = [head.spread[basis].log_sd for head in heads if basis in head.spread]
        kinds = [kind for kind in classes if kind.basis == basis]
        measured = _span([round(kind.spread.median, 2) for kind in kinds])
        pairs = sum(kind.pairs for kind in kinds)
        rows.append(f"| `{basis}` | {len(chosen)} | {_span(chosen)} | {pairs} | {measured} |")
    return rows


def _span(values: list[float]) -> str:
    """Return the smallest and the largest of some numbers, or a dash if there are none."""
    low, high = (min(values), max(values)) if values else (None, None)
    if low is None:
        return EN_DASH
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
