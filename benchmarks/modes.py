"""Fit cases with planted modes with many seeds, and compare the probability of each mode with quadrature.

Run from a checkout: python benchmarks/modes.py [--seeds 20] [CASE ...]. It prints a row of a table for each case.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from mcmort.bayes import fit
from mcmort.errors import ConvergenceError
from tests.bayes.planted_modes import PLANTED, quadrature


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("cases", nargs="*", default=[*PLANTED], metavar="CASE")
    options = parser.parse_args()
    seeds = options.seeds
    print("| case | modes | answered | furthest off | root mean square | processor time of a fit, s |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for name in options.cases:
        case, cuts = PLANTED[name]
        exact = quadrature(case, cuts, nodes=41 if "learned" in name else 5, places=401)
        off, used = [], []
        for seed in range(1, seeds + 1):
            begun = time.process_time()
            try:
                columns = fit(case, rng=seed, store=False).columns
            except ConvergenceError:
                continue
            finally:
                used.append(time.process_time() - begun)
            modes = np.stack([np.searchsorted(cuts[key], columns[f"all:{key}"]) for key in cuts], axis=1)
            off.append([float((modes == key).all(axis=1).mean()) - share for key, share in exact.items()])
        shares = ", ".join(f"{100 * share:.1f} %" for share in exact.values())
        print(
            f"| {name} | {shares} | {len(off)} of {seeds} | {np.abs(off).max():.3f} | "
            f"{np.sqrt(np.mean(np.square(off))):.4f} | {np.median(used):.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
