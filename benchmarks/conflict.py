"""How often conflicts are found that are there, and that are not: writes its section of ``docs/calibration.md``.

Run as ``python benchmarks/conflict.py``; ``--part 1/4`` carries out every fourth case, here or elsewhere, and what is
done is kept under ``build/conflict``, so that a run that was interrupted goes on. Clean cases are drawn from the model
itself, parameters from their priors; a conflict is planted in such a case by moving all the evidence of one part by a
number of standard deviations of the difference between that part and the rest, as it is when nothing is moved.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Self

import numpy as np

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from mcmort.analysis.conflict import LEVEL, ConflictNode, corrected, nodes_of  # noqa: E402
from mcmort.analysis.node_fit import Compared, compared  # noqa: E402
from mcmort.bayes.calibration.simulated_cases import simulate_one  # noqa: E402
from mcmort.bayes.evidence import Evidence  # noqa: E402
from mcmort.bayes.evidence.collect import collect  # noqa: E402
from mcmort.cache.atomic_write import write_atomically  # noqa: E402
from mcmort.catalogue import Case  # noqa: E402
from mcmort.errors import ConvergenceError  # noqa: E402
from mcmort.tasks.keyed_task import versions  # noqa: E402
from tests.bayes.small_cases import claim, figures  # noqa: E402
from tests.cases import component, point, ranged, share  # noqa: E402

SEED: Final = 1
PLANTED: Final = (3.0, 4.2)
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
class Planted:
    """A conflict of one size: whether its part was called one, with and without correction, and whether any was."""

    size: float
    is_found: bool
    is_found_alone: bool
    is_any_found: bool


@dataclass(frozen=True)
class Trial:
    """What one case gave.

    Attributes
    ----------
    is_false_alarm : bool
        Whether anything in the clean case was called a conflict.
    below : int
        Comparisons of the clean case with an uncorrected probability below the level.
    compared, refused : int
        Comparisons of the clean case, and those among them whose fit was refused.
    planted : tuple of Planted
        By size.
    """

    is_false_alarm: bool
    below: int
    compared: int
    refused: int
    planted: tuple[Planted, ...]

    @classmethod
    def of_json(cls, text: str) -> Self:
        """Return what was kept of a trial."""
        values = json.loads(text)
        return cls(**values | {"planted": tuple(Planted(**one) for one in values["planted"])})


def trial(number: int) -> Trial:
    """Simulate one case, look for conflicts in it, then plant one of each size in a part of it."""
    evidence = collect(small_case())
    simulated = simulate_one(evidence, number, SEED)[1]
    nodes, _ = nodes_of(simulated)
    clean = [_safely(simulated, node) for node in nodes]
    rng = np.random.default_rng([SEED, number])
    index, sign = int(rng.integers(len(nodes))), float(rng.choice([-1.0, 1.0]))
    planted = []
    for size in PLANTED if not clean[index].failure else ():
        moved = _moved(simulated, nodes[index], sign * size * clean[index].spread)
        found = [_safely(moved, node) for node in nodes]
        called = _called(moved, found)
        planted.append(Planted(size, called[index], found[index].probability < LEVEL, any(called)))
    below = sum(one.probability < LEVEL for one in clean)
    refused = sum(bool(one.failure) for one in clean)
    return Trial(any(_called(simulated, clean)), below, len(nodes), refused, tuple(planted))


def _called(evidence: Evidence, found: list[Compared]) -> list[bool]:
    """Return which comparisons are called a conflict once corrected."""
    return [probability < LEVEL for probability in corrected(evidence, found)]


def _safely(evidence: Evidence, node: ConflictNode) -> Compared:
    try:
        return compared(evidence, node.kind, node.name, list(node.figures), SEED)
    except ConvergenceError as error:
        return Compared(failure=str(error))


def _moved(evidence: Evidence, node: ConflictNode, shift: float) -> Evidence:
    """Move some figures, all by the same on the logarithm; with all figures of a component its weak prior moves too."""
    data = tuple(
        replace(datum, log_value=datum.log_value + shift) if datum.name in node.figures else datum
        for datum in evidence.data
    )
    moved = evidence.with_figures(data, evidence.offsets)
    if node.kind != "component":
        return moved
    weak = evidence.latents[node.name]
    latents = {**evidence.latents, node.name: replace(weak, log_median=weak.log_median + shift)}
    other = replace(moved, latents=latents)
    return other.with_figures(data, evidence.offsets)


def kept_trial(number: int, folder: Path) -> Trial:
    """Return a trial that was carried out before by the same code, or carry it out and keep it."""
    path = folder / f"{number}.json"
    if path.exists():
        return Trial.of_json(path.read_text(encoding="utf-8"))
    found = trial(number)
    text = json.dumps(asdict(found)).encode()
    write_atomically(path, lambda file: file.write(text))
    return found


def trials(numbers: range, workers: int, folder: Path) -> list[Trial]:
    """Carry out trials, on so many processes, or take those that are done."""
    folder.mkdir(parents=True, exist_ok=True)
    if workers == 1:
        return [kept_trial(number, folder) for number in numbers]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(partial(kept_trial, folder=folder), numbers))


def section(results: list[Trial]) -> str:
    """Return the section of the page."""
    count, alarms = len(results), sum(one.is_false_alarm for one in results)
    comparisons, below = (sum(getattr(one, name) for one in results) for name in ("compared", "below"))
    lines = [
        START,
        "## Conflicts that are there, and that are not",
        "",
        f"Made by `python benchmarks/conflict.py -n {count}`, seed {SEED}. Cases are simulated from the model: three",
        f"components, eight figures of them and of their sums, {results[0].compared} comparisons by `mcmort conflict`.",
        "In a clean case anything called a conflict after correction is a false alarm. Then the evidence of one part,",
        "drawn at random, is moved as a whole, up or down, by a number of standard deviations of the difference",
        "between it and the rest, all scatter included, as measured in the clean case.",
        "",
        "| | cases | called a conflict, corrected | called one, or another part is | uncorrected p below 5 % |",
        "| --- | ---: | ---: | ---: | ---: |",
        f"| clean | {count} | | {_percent(alarms, count)} | {_percent(below, comparisons)} of comparisons |",
    ]
    for size in PLANTED:
        found = [one for result in results for one in result.planted if one.size == size]
        shares = (
            _percent(sum(getattr(one, name) for one in found), len(found))
            for name in ("is_found", "is_any_found", "is_found_alone")
        )
        lines.append(f"| moved by {size:g} standard deviations | {len(found)} | {' | '.join(shares)} |")
    refused, error = sum(one.refused for one in results), 100 * 1.96 * (0.16 / count) ** 0.5
    lines += [
        "",
        f"Of {comparisons} fits of clean cases {refused} were refused, and count as no conflict. A share of {count}",
        f"cases near 80 % is known to {error:.0f} points either way.",
        END,
    ]
    return "\n".join(lines) + "\n"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"


def main() -> None:
    """Simulate, and write the section once all cases are done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=200, help="cases")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--part", default="1/1", metavar="I/N", help="carry out one part of the cases, and write nothing"
    )
    given = parser.parse_args()
    part, parts = (int(word) for word in given.part.split("/"))
    source = versions()["mcmort"].rpartition(" ")[2].rstrip(")")
    results = trials(range(part - 1, given.n, parts), given.workers, ROOT / "build" / "conflict" / source)
    if parts > 1:
        return
    page = ROOT / "docs" / "calibration.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2].lstrip("\n")
    page.write_text(f"{before.rstrip()}\n\n{section(results)}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
