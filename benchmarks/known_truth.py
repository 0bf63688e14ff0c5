"""Coverage of totals of synthetic cases whose truth is known, by either engine.

    python benchmarks/known_truth.py --cases 40
    python benchmarks/known_truth.py --cases 40 --engine synthesis

Each case has six components of 2,000 to 200,000 deaths and three studies of each, which print 95 % intervals. What
they do not say differs by scenario: their errors are as stated, twice, or three times as large; two of three copy the
first without saying so; or all are too low by 30 per cent. Studies are of three bases, or of one; or there is one study
of each component only. They are read as printed, or as such figures have proved to be worth.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

import mcmort as mm
from mcmort.analysis.measured_errors.observed import held_share
from mcmort.catalogue import Case
from mcmort.results import Draws
from mcmort.totals import total

STATED = 0.15
LEVELS = (0.5, 0.9, 0.95)
SCENARIOS = {
    "honest": (1.0, False, 0.0),
    "errors twice the stated": (2.0, False, 0.0),
    "errors three times the stated": (3.0, False, 0.0),
    "unmarked copies": (1.0, True, 0.0),
    "all sources lean by 30 %": (1.0, False, math.log(0.7)),
}
BASES = ("demographic", "survey", "synthesis")
HEAD = """
format = 2
id = "known-truth"
title = "A case of known truth"
summary = "Simulated."
years = [1900, 1909]
territory = "Nowhere"
evidence = ["demographic", "survey", "synthesis"]
{default}
[facets.kind]
deaths = "Deaths"
[readings]
source = "choice"
locator = "none"
"""
DEFINITIONS = """
[all]
label = "All deaths"
question = "How many died?"
adds = "All."
leaves_out = "None."
measure = "all"
include = [{ kind = "deaths" }]
"""
SOURCES = "".join(
    f"@book{{study-{basis}, author = {{A}}, title = {{T}}, year = {{1950}}, publisher = {{P}}}}\n" for basis in BASES
) + ("@misc{choice, title = {C}, keywords = {assumption}}\n")


def figures(rng: np.random.Generator, truth: float, scenario: str) -> list[float]:
    """Return the middles of the three studies of a component."""
    size, copies, lean = SCENARIOS[scenario]
    errors = rng.normal(lean, size * STATED, 3)
    if copies:
        errors[1:] = errors[0]
    return [truth * math.exp(error) for error in errors]


def component(index: int, middles: list[float], bases: tuple[str, ...]) -> str:
    """Return the table of a component."""
    half = 1.959964 * STATED
    lines = [
        "[[component]]",
        f'id = "c{index}"\nlabel = "C{index}"\nyears = [1900, 1909]\nterritory = "Nowhere"\ncounts = "deaths"',
        'facets = { kind = "deaths" }',
    ]
    for study, middle, basis in zip(BASES, middles, bases, strict=False):
        lines += [
            "[[component.estimate]]",
            f'source = "study-{study}"\nlocator = "p. 1"\nbasis = "{basis}"\nreads = "95%"',
            f"low = {middle * math.exp(-half):.1f}\nhigh = {middle * math.exp(half):.1f}",
        ]
    return "\n".join(lines) + "\n"


def held(
    scenario: str, cases: int, bases: tuple[str, ...], default: str, draw: Callable[[Case], Draws]
) -> Iterator[tuple[bool, ...]]:
    """Yield for each simulated case whether the intervals of its total hold the truth."""
    rng = np.random.default_rng(20)
    for _ in range(cases):
        truths = np.exp(rng.uniform(math.log(2e3), math.log(2e5), 6))
        middles = [figures(rng, truth, scenario)[: len(bases)] for truth in truths]
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work) / "known-truth"
            folder.mkdir()
            (folder / "case.toml").write_text(HEAD.format(default=default))
            (folder / "definitions.toml").write_text(DEFINITIONS)
            (folder / "sources.bib").write_text(SOURCES)
            (folder / "deaths.toml").write_text(
                "".join(component(index, one, bases) for index, one in enumerate(middles))
            )
            values = total(draw(mm.load(folder)), "all").values
        ends = [np.quantile(values, [(1 - level) / 2, (1 + level) / 2]) for level in LEVELS]
        yield tuple(bool(low <= truths.sum() <= high) for low, high in ends)


def elicited(case: Case) -> Draws:
    """Draw by the elicited engine."""
    return mm.simulate(case, n=4_000, rng=1)


def fitted(case: Case, lean: float = 0.0) -> Draws:
    """Fit all the evidence."""
    return mm.fit(case, rng=1, lean=lean, store=False)


PRINTED = "".join(f'[spread.{basis}]\nlog_sd = {STATED}\nsource = "choice"\nlocator = "as stated"\n' for basis in BASES)
MEASURED = ""
ROWS = {
    "elicited": (
        (BASES, PRINTED, "three bases, as printed", elicited),
        (BASES[:1] * 3, MEASURED, "one basis, as measured", elicited),
        (BASES[:1], PRINTED, "one study, as printed", elicited),
        (BASES[:1], MEASURED, "one study, as measured", elicited),
    ),
    "synthesis": (
        (BASES, MEASURED, "three bases, as measured", fitted),
        (BASES, MEASURED, "three bases, as measured, --lean 0.3", partial(fitted, lean=0.3)),
        (BASES, PRINTED, "three bases, spreads of the case", fitted),
        (BASES, PRINTED, "three bases, spreads of the case, --lean 0.3", partial(fitted, lean=0.3)),
        (BASES[:1] * 3, MEASURED, "one basis, as measured", fitted),
        (BASES[:1], MEASURED, "one study, as measured", fitted),
    ),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--engine", choices=list(ROWS), default="elicited")
    asked = parser.parse_args()
    print("| sources | read | 50 % | 90 % | 95 % |\n| --- | --- | ---: | ---: | ---: |")
    for bases, default, words, draw in ROWS[asked.engine]:
        for scenario in SCENARIOS:
            if len(bases) == 1 and scenario == "unmarked copies":
                continue
            found = list(held(scenario, asked.cases, bases, default, draw))
            cells = []
            for level in range(len(LEVELS)):
                hits = sum(one[level] for one in found)
                low, high = held_share(hits, asked.cases)
                cells.append(f"{100 * hits / asked.cases:.0f} ({100 * low:.0f}-{100 * high:.0f})")
            print(f"| {scenario} | {words} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
