"""Writes docs/plausibility.md: every component and definition of every case by both engines, with what is wide.

Run with ``make docs-plausibility``: it fits every case, which takes minutes. The page is not compared in tests, for the
same reason as that of ``make docs-synthesis``.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

import mcmort as mm
from mcmort.analysis import summarise
from mcmort.catalogue import Case, formula
from mcmort.catalogue.case import column_name
from mcmort.elicit import elicit
from mcmort.elicit.priors import Used
from mcmort.errors import ConvergenceError, DefinitionError
from mcmort.present.numbers import rounding_of, significant
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
half: how far the lineages of the pool are apart, by their medians, or how wide a range is (nine tenths of it), or what
a formula rests on; and then, from [plausibility-reasons.toml](plausibility-reasons.toml), what a reader should make of
it. A component that is unknown to an engine has a dash.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A component under a measure, or a definition, as each engine has it: low, median, high, or None."""

    kind: str
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
        return _differ(self.elicited, self.synthesis)


def page() -> tuple[str, list[str]]:
    """Return the page, and what is wrong with the lines in words: rows without one, and lines without a row."""
    lines, wrong = [_HEAD], list[str]()
    told = judgements()
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
        in_words, rowless = told.get(name, {}), set(told.get(name, {}))
        for row in rows:
            if row.is_wide or row.is_apart:
                key = row.kind, row.name
                rowless.discard(key)
                lines.append(f"- {row.label}: {row.reason} {in_words.get(key, '')}".rstrip())
                if key not in in_words:
                    wrong.append(f"{name}: no line on {row.kind} {row.name}")
        wrong += [f"{name}: a line on {kind} {one}, which is neither wide nor apart" for kind, one in sorted(rowless)]
        lines.append("")
    return "\n".join(lines), wrong


def judgements() -> dict[str, dict[tuple[str, str], str]]:
    """Return what is said of rows in words, by case, and by kind and id."""
    read = tomllib.loads((DOCS / "plausibility-reasons.toml").read_text(encoding="utf-8"))
    return {
        case: {
            **{("component", name): text for name, text in table.items() if isinstance(text, str)},
            **{("definition", name): text for name, text in table.get("definitions", {}).items()},
        }
        for case, table in read.items()
    }


def _components(case: Case, draws: Draws, post: Draws | None) -> Iterator[Row]:
    priors = elicit(case)
    for name, component in case.components.items():
        for measure in ("all", "registered"):
            ours, theirs = (
                _ends(one.columns.get(f"{measure}:{name}")) if one is not None else None for one in (draws, post)
            )
            whole = _ends(draws.columns.get(f"all:{name}"))
            if (ours is None and theirs is None) or (measure == "registered" and ours == whole):
                continue
            used = [each for each in priors.components[name].used if each.estimate.measure == measure]
            reason = _widest_input(draws, component.formula) if component.formula is not None else _schools(used)
            label = component.label + (", registered" if measure == "registered" else "")
            yield Row("component", name, label, ours, theirs, reason + ".")


def _schools(used: Sequence[Used]) -> str:
    """Say how far the lineages of a pool are apart, or how wide their own ranges are."""
    lines: dict[str, list[np.ndarray]] = {}
    for each in used:
        quantiles = each.factor * each.fit.distribution.ppf(np.array([0.05, 0.5, 0.95]))
        lines.setdefault(each.estimate.line, []).append(quantiles)
    if not lines:
        return "no figure of its own in the pool"
    figures = sorted((tuple(np.mean(values, axis=0)), line) for line, values in lines.items())
    lowest, highest = (pick(figures, key=lambda one: one[0][1]) for pick in (min, max))
    if len(figures) > 1 and highest[0][1] > APART * lowest[0][1]:
        apart = f"{_number(lowest[0][1])} ({lowest[1]}) to {_number(highest[0][1])} ({highest[1]})"
        return f"{len(figures)} lineages that are far apart, {apart}"
    widest = max(figures, key=lambda one: one[0][2] / max(one[0][0], 1.0))
    count = "one lineage" if len(figures) == 1 else f"{len(figures)} lineages near one another"
    return f"{count}, and the range of {widest[1]} alone is {_number(widest[0][0])} to {_number(widest[0][2])}"


def _widest_input(draws: Draws, text: str) -> str:
    """Name the input of a formula whose interval is the widest."""
    case, spans = draws.case, list[tuple[float, str, tuple[float, float, float]]]()
    components = {column_name(name): name for name in case.components}
    for name in formula.names(formula.parse(text)):
        key = f"all:{components[name]}" if name in components else f"quantity:{name}"
        ends = _ends(draws.columns.get(key))
        if ends is not None and ends[0] > 0.0:
            owner = case.components[components[name]] if name in components else case.quantities[name]
            spans.append((ends[2] / ends[0], owner.label, ends))
    if not spans:
        return f"computed, `{text}`"
    _, label, (low, _, high) = max(spans)
    is_rate = high < 100.0  # a share, or deaths per person
    between = (
        f"{significant(low, 2)} to {significant(high, 2)}"
        if is_rate
        else rounding_of([low, high]).span(low, high, to=" to ")
    )
    return f"computed, `{text}`, of which the widest input is “{label}” ({between})"


def _differ(ours: tuple[float, float, float] | None, theirs: tuple[float, float, float] | None) -> bool:
    """Whether the medians of both engines differ by more than a half."""
    if ours is None or theirs is None:
        return False
    low, high = sorted((ours[1], theirs[1]))
    return high > APART * max(low, 0.0)


def _definitions(draws: Draws, post: Draws | None) -> Iterator[Row]:
    for name in draws.case.definitions:
        ours, theirs = _total(draws, name), _total(post, name) if post is not None else None
        reason = ""
        if ours is not None:
            parts = mm.total(draws, name).total.parts
            by_spread = sorted(parts, key=lambda one: -float(np.std(np.asarray(parts[one]))))
            first = draws.case.components[by_spread[0]].label
            reason = f"most of the spread is that of “{first}”"
        yield Row("definition", name, f"**{name}**", ours, theirs, reason + ".")


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
    text, problems = page()
    (DOCS / "plausibility.md").write_text(text, encoding="utf-8")
    sys.exit("\n".join(problems) if problems else 0)
