"""How often conflicts are found that are there, and that are not: writes its section of ``docs/calibration.md``.

Run as ``python benchmarks/conflict.py``. Clean cases are drawn from the model itself, parameters from their priors; a
conflict is planted in such a case by moving all the evidence of one part by a number of standard deviations of the
difference between that part and the rest, as it is when nothing is moved.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from mcmort.analysis.conflict import LEVEL, holm, nodes_of  # noqa: E402
from mcmort.analysis.node_fit import Compared, compared  # noqa: E402
from mcmort.bayes.calibration.simulated_cases import simulate_one  # noqa: E402
from mcmort.bayes.evidence import Evidence  # noqa: E402
from mcmort.bayes.evidence.collect import collect  # noqa: E402
from mcmort.catalogue import Case  # noqa: E402
from mcmort.errors import ConvergenceError  # noqa: E402
from tests.bayes.small_cases import claim, figures  # noqa: E402
from tests.cases import component, point, ranged, share  # noqa: E402

SEED: Final = 1
PLANTED: Final = (3.0, 4.2, 5.0)
START, END = "<!-- conflict -->", "<!-- end of conflict -->"


def small_case() -> Case:
    """Return a case with a register beside studies, components that claims about sums reach, and two such claims."""
    camps = component(
        "camps",
        point(20e3, basis="registered", measure="registered", source="study-b"),
        ranged(25e3, 40e3, source="study-a"),
        ranged(28e3, 50e3, source="study-c", basis="survey"),
        completeness=share(0.4, 0.95),
    )
    famine = component(
        "famine", ranged(40e3, 90e3, source="study-d"), ranged(50e3, 80e3, source="study-e"), facets={"category": "b"}
    )
    war = component("war", ranged(30e3, 60e3, source="study-f", basis="synthesis"), facets={"category": "c"})
    return figures(
        camps,
        famine,
        war,
        claim=[
            claim("all", low=120e3, high=180e3, source="study-g", basis="synthesis"),
            claim("some", low=80e3, high=140e3, source="study-h", include=[{"category": ["b", "c"]}]),
        ],
    )


@dataclass(frozen=True)
class Trial:
    """What one case gave: whether anything was called a conflict, and the planted ones that were found, by size."""

    is_false_alarm: bool
    found: dict[float, bool]
    refused: int


def trial(number: int) -> Trial:
    """Simulate one case, look for conflicts in it, then plant one of each size in a part of it."""
    evidence = collect(small_case())
    simulated = simulate_one(evidence, number, SEED)[1]
    nodes, _ = nodes_of(simulated)
    clean = [_safely(simulated, index) for index in range(len(nodes))]
    alarms = holm([one.probability for one in clean])
    rng = np.random.default_rng([SEED, number])
    index, sign = int(rng.integers(len(nodes))), float(rng.choice([-1.0, 1.0]))
    found = {}
    if not clean[index].failure:
        low, middle, high = clean[index].difference
        # what would be moved away from: the far side of the difference, which is wider where a sum leaves room for zero
        deviation = (middle - low if sign > 0.0 else high - middle) / 1.96
        for size in PLANTED:
            moved = _moved(simulated, nodes[index].figures, sign * size * deviation)
            one = _safely(moved, index)
            # the planted one is the least probable as a rule, for which Holm's correction is Bonferroni's
            found[size] = not one.failure and one.probability * len(nodes) < LEVEL
    return Trial(any(alarm < LEVEL for alarm in alarms), found, sum(bool(one.failure) for one in clean))


def _safely(evidence: Evidence, index: int) -> Compared:
    node = nodes_of(evidence)[0][index]
    try:
        return compared(evidence, node.kind, node.name, list(node.figures), SEED)
    except ConvergenceError as error:
        return Compared(failure=str(error))


def _moved(evidence: Evidence, names: tuple[str, ...], shift: float) -> Evidence:
    """Move some figures, all by the same on the logarithm."""
    data = tuple(
        replace(datum, log_value=datum.log_value + shift) if datum.name in names else datum for datum in evidence.data
    )
    return evidence.with_figures(data, evidence.offsets)


def trials(count: int, workers: int) -> list[Trial]:
    """Carry out trials, on so many processes."""
    if workers == 1:
        return [trial(number) for number in range(count)]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(trial, range(count)))


def section(results: list[Trial]) -> str:
    """Return the section of the page."""
    count, alarms = len(results), sum(one.is_false_alarm for one in results)
    comparisons = len(nodes_of(collect(small_case()))[0])
    lines = [
        START,
        "## Conflicts that are there, and that are not",
        "",
        f"Made by `python benchmarks/conflict.py -n {count}`, seed {SEED}. Cases are simulated from the model: three",
        f"components, eight figures of them and of their sums, {comparisons} comparisons by `mcmort conflict`. In a",
        "clean case anything called a conflict after Holm's correction is a false alarm. Then the evidence of one",
        "part, drawn at random, is moved as a whole, up or down, by a number of standard deviations of the difference",
        "between it and the rest, measured in the clean case on the side that it is moved over (from the median to the",
        "end of the 95 % interval, divided by 1.96).",
        "",
        "| | cases | called a conflict |",
        "| --- | ---: | ---: |",
        f"| clean | {count} | {100 * alarms / count:.1f} % |",
    ]
    for size in PLANTED:
        known = [one.found[size] for one in results if size in one.found]
        lines.append(
            f"| moved by {size:g} standard deviations | {len(known)} | {100 * sum(known) / len(known):.1f} % |"
        )
    refused = sum(one.refused for one in results)
    lines += [
        "",
        f"Of {count * comparisons} fits of clean cases {refused} were refused, and count as no conflict.",
        END,
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Simulate, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=200, help="cases")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    text = section(trials(given.n, given.workers))
    page = ROOT / "docs" / "calibration.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2].lstrip("\n")
    page.write_text(f"{before.rstrip()}\n\n{text}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
