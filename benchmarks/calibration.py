"""Whether the Bayesian engine is calibrated: writes ``docs/calibration.md`` and its figure ``docs/calibration.svg``.

Run with ``python benchmarks/calibration.py``; it takes about half an hour on two cores. Ranks are left in
``out/calibration``, from which the page is made again at once; delete them to simulate again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

import mcmort as mm
from mcmort.bayes.calibrate import Calibration, calibrate
from mcmort.bayes.evidence import Evidence, collect

ROOT: Final = Path(__file__).resolve().parent.parent
KEPT: Final = ROOT / "out" / "calibration"
SEED: Final = 1


@dataclass(frozen=True)
class Study:
    """One calibration: a case, how often it is simulated, and what is believed of it wrongly.

    Attributes
    ----------
    name : str
        Of the file that keeps its ranks.
    label : str
        In tables.
    case : str or Path
        As `mcmort.load` takes it.
    simulations : int
        How many.
    believed : callable or None
        See `mcmort.bayes.calibrate.calibrate`.
    """

    name: str
    label: str
    case: str | Path
    simulations: int
    believed: Callable[[Evidence], Evidence] | None = None


def halved_heterogeneity(evidence: Evidence) -> Evidence:
    """Take the heterogeneities to be twice as well known as they are."""
    log_sd = evidence.synthesis.heterogeneity / 2.0
    return replace(evidence, synthesis=evidence.synthesis.model_copy(update={"heterogeneity": log_sd}))


def halved_bias(evidence: Evidence) -> Evidence:
    """Take the biases to be half as large as they may be."""
    bias = {name: one.model_copy(update={"sd": one.sd / 2.0}) for name, one in evidence.synthesis.bias.items()}
    return replace(evidence, synthesis=evidence.synthesis.model_copy(update={"bias": bias}))


def copies_in_full(evidence: Evidence) -> Evidence:
    """Count every copy as a figure of its own."""
    return replace(evidence, data=tuple(replace(one, weight=1.0) for one in evidence.data))


def bounds_as_points(evidence: Evidence) -> Evidence:
    """Read "at least" and "at most" as the figure itself."""
    return replace(evidence, data=tuple(replace(one, side="point") for one in evidence.data))


SYNTHETIC: Final = ROOT / "benchmarks" / "synthetic"
STUDIES: Final = (
    Study("synthetic", "synthetic", SYNTHETIC, 500),
    Study("ussr", "ussr", "ussr", 100),
    Study("heterogeneity", "heterogeneities twice as sure", SYNTHETIC, 200, halved_heterogeneity),
    Study("bias", "biases half as large", SYNTHETIC, 200, halved_bias),
    Study("copies", "every copy a figure of its own", SYNTHETIC, 200, copies_in_full),
    Study("bounds", "bounds read as points", SYNTHETIC, 200, bounds_as_points),
)


def ranks_of(study: Study) -> Calibration:
    """Return the ranks of a study, simulated unless they are kept."""
    path = KEPT / f"{study.name}-{study.simulations}.npz"
    if not path.exists():
        evidence = collect(mm.load(study.case))

        def report(done: int, asked: int) -> None:
            print(f"{study.name}: {done} of {asked}", file=sys.stderr)

        found = calibrate(evidence, study.simulations, seed=SEED, believed=study.believed, progress=report)
        KEPT.mkdir(parents=True, exist_ok=True)
        np.savez(path, names=found.quantities, ranks=found.ranks, ess=found.ess, divergent=found.divergent)
    with np.load(path) as kept:
        return Calibration(tuple(map(str, kept["names"])), kept["ranks"], kept["ess"], kept["divergent"])


def main() -> None:
    """Simulate, and write the page and its figure."""
    for study in STUDIES:
        ranks_of(study)


if __name__ == "__main__":
    main()
