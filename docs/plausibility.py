"""Writes docs/plausibility.md: every component and definition of every case by both engines, with what is wide.

Run with ``make docs-plausibility``: it fits every case, which takes minutes. The page is not compared in tests, for the
same reason as that of ``make docs-synthesis``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

import mcmort as mm
from mcmort.analysis import summarise
from mcmort.catalogue import Case
from mcmort.elicit import elicit
from mcmort.errors import ConvergenceError, DefinitionError
from mcmort.present.numbers import rounding_of
from mcmort.present.print_format import EN_DASH
from mcmort.results import Draws
from mcmort.results.draw_source import DrawSource

DOCS: Final = Path(__file__).resolve().parent
WIDE: Final = 5.0
"""The ratio of the ends of a 95 % interval from which on a row has a line on why."""
APART: Final = 1.5
"""The ratio of the medians of both engines from which on a row has one."""
_DRAWS: Final = 100_000
_HEAD: Final = f"""# Is every interval one that a reader of the literature would believe?

Made by `make docs-plausibility`, not by hand: 95 % intervals and medians of every component and every definition, by
the elicited engine ({_DRAWS:,} draws) and by the Bayesian one (a fit of each case), seed 1. A line follows wherever an
interval of the elicited engine is wider than a factor of {WIDE:g}, or the medians of the engines differ by more than a
half. *Figures* are the medians of the lineages in the pool. Components that are unknown to an engine have a dash.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A component under a measure, or a definition, as each engine has it: low, median, high, or None."""

    name: str
    label: str
    elicited: tuple[float, float, float] | None
    synthesis: tuple[float, float, float] | None
    reason: str

    @property
    def is_wide(self) -> bool:
        """Whether the elicited interval spans more than a factor of `WIDE`."""
        return self.elicited is not None and self.elicited[2] > WIDE * max(self.elicited[0], 0.0)

    @property
    def is_apart(self) -> bool:
        """Whether the medians differ by more than a half."""
        if self.elicited is None or self.synthesis is None:
            return False
        low, high = sorted((self.elicited[1], self.synthesis[1]))
        return high > APART * max(low, 0.0)


def page() -> str:
    """Return the page."""
    lines = [_HEAD]
    for name in sorted(mm.cases()):
        case = mm.load(name)
        draws = mm.simulate(case, n=_DRAWS, rng=1)
        refusal = ""
        try:
            post = mm.fit(case, rng=1)
        except ConvergenceError as error:
            post, refusal = None, f"The Bayesian engine refuses to fit this case: {str(error).splitlines()[0]}\n"
        rows = [*_components(case, draws, post), *_definitions(draws, post)]
        lines += [f"## {case.head.title}\n", refusal] if refusal else [f"## {case.head.title}\n"]
        lines += ["| | elicited, 95 % | median | Bayesian, 95 % | median |", "| --- | --- | --- | --- | --- |"]
        lines += [f"| {row.label} | {_cells(row.elicited)} | {_cells(row.synthesis)} |" for row in rows]
        lines.append("")
        lines += [f"- {row.label}: {row.reason}" for row in rows if row.is_wide or row.is_apart]
        lines.append("")
    return "\n".join(lines)


def _components(case: Case, draws: Draws, post: Draws | None) -> Iterator[Row]:
    priors = elicit(case)
    for name, component in case.components.items():
        for measure in ("all", "registered"):
            key = f"{measure}:{name}"
            ours, theirs = (_ends(one.columns.get(key)) if one is not None else None for one in (draws, post))
            if measure == "registered" and draws.columns.get(f"all:{name}") is draws.columns.get(key):
                continue
            if ours is None and theirs is None:
                continue
            own = priors.components[name]
            lines: dict[str, list[float]] = {}
            for used in own.used:
                if used.estimate.measure == measure:
                    median = used.factor * float(used.fit.distribution.ppf(np.array([0.5]))[0])
                    lines.setdefault(used.estimate.line, []).append(median)
            figures = sorted((float(np.median(values)), line) for line, values in lines.items())
            reason = _component_reason(component.formula, figures, ours, theirs)
            yield Row(name, component.label + (", registered" if measure == "registered" else ""), ours, theirs, reason)


def _component_reason(
    text: str | None,
    figures: list[tuple[float, str]],
    ours: tuple[float, float, float] | None,
    theirs: tuple[float, float, float] | None,
) -> str:
    if text is not None:
        reason = f"computed, `{text}`: the width is that of its rates and numbers"
    elif len(figures) > 1:
        (low, lowest), (high, highest) = figures[0], figures[-1]
        reason = (
            f"{len(figures)} lineages, {_number(low)} ({lowest}) to {_number(high)} ({highest}), "
            f"a factor of {high / max(low, 1.0):.2g}"
        )
    elif figures:
        reason = f"one lineage ({figures[0][1]}), whose own range or spread is this wide"
    else:
        reason = "no figure of its own in the pool"
    if ours is not None and theirs is not None and max(ours[1], theirs[1]) > APART * min(ours[1], theirs[1]):
        reason += "; the Bayesian engine also has sums by authors, bounds and balances, and counts outliers as such"
    return reason + "."


def _definitions(draws: Draws, post: Draws | None) -> Iterator[Row]:
    for name in draws.case.definitions:
        ours, theirs = _total(draws, name), _total(post, name) if post is not None else None
        reason = ""
        if ours is not None:
            parts = mm.total(draws, name).total.parts
            by_spread = sorted(parts, key=lambda one: -float(np.std(np.asarray(parts[one]))))
            first = draws.case.components[by_spread[0]].label
            reason = f"most of the spread is that of “{first}”"
        if ours is not None and theirs is not None and max(ours[1], theirs[1]) > APART * min(ours[1], theirs[1]):
            reason += "; the engines differ there, see its row"
        yield Row(name, f"**{name}**", ours, theirs, reason + ".")


def _total(draws: DrawSource, name: str) -> tuple[float, float, float] | None:
    try:
        return _ends(mm.total(draws, name).values)
    except DefinitionError:
        return None


def _ends(values: object) -> tuple[float, float, float] | None:
    if values is None:
        return None
    summary = summarise(np.asarray(values), (0.95,), shortest=False)
    interval = summary.interval(0.95)
    return interval.low, summary.median, interval.high


def _number(value: float) -> str:
    return rounding_of([value], value / 5.0).number(value)


def _cells(ends: tuple[float, float, float] | None) -> str:
    if ends is None:
        return f"{EN_DASH} | {EN_DASH}"
    low, median, high = ends
    rounding = rounding_of([low, median, high])
    return f"{rounding.span(low, high)} | {rounding.number(median)}"


if __name__ == "__main__":
    (DOCS / "plausibility.md").write_text(page(), encoding="utf-8")
