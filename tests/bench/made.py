"""A small report made by hand, with one cell that mcmort loses and one tool that was not run."""

from __future__ import annotations

from mcmort.bench.results import Accuracy, Cell, Check, Peak, Report, Timing

__all__ = ["made_report"]


def _cell(draws: int, *, correlated: bool) -> Cell:
    scale = draws / 1e6
    timings = (
        Timing("mcmort, 1 thread", (0.04 * scale, 0.05 * scale, 0.06 * scale)),
        Timing("mcmort, 2 threads", (0.02 * scale, 0.025 * scale, 0.05 * scale)),
        Timing("NumPy", (0.6 * scale, 0.5 * scale, 0.5 * scale) if draws > 10**5 else (0.001, 0.001, 0.001)),
        Timing("monaco", skipped="longer than 60 s, judging by 10,000 draws"),
    )
    return Cell(12, correlated, draws, timings)


def made_report() -> Report:
    """Return the report."""
    return Report(
        machine={"processor": "made up", "cores": "2"},
        versions={"mcmort": "0", "NumPy": "2"},
        missing={"chaospy": "not installed; pip install chaospy"},
        threads=(1, 2),
        limit=60.0,
        checks=tuple(
            Check("12 components, independent", tool, 65536, 1.5, passed=True)
            for tool in ("mcmort, 1 thread", "mcmort, 2 threads", "NumPy", "monaco")
        ),
        cells=tuple(
            _cell(draws, correlated=correlated) for correlated in (False, True) for draws in (10**5, 2**20, 10**7)
        ),
        bound=(Cell(12, False, 100, (Timing("hash, gather, add; 1", (1.2e-6,)), Timing("mcmort; 1", (2.4e-6,)))),),
        accuracy=(
            Accuracy("12 components", "mcmort, quasi", 0.001, 3000.0, 5120, Timing("mcmort, quasi", (0.001,))),
            Accuracy("12 components", "NumPy, plain", 0.001, 2e6, 2_000_000, Timing("NumPy, plain", (0.3,))),
            Accuracy("12 components", "SciPy Sobol", 0.001, None, 0, Timing("SciPy Sobol", skipped="not reached")),
        ),
        peaks=(
            Peak("mcmort", "12 components", 10**7, 200 * 2**20),
            Peak("mcmort", "12 components", 10**9, 210 * 2**20),
            Peak("NumPy", "12 components", 10**6, 0, "failed with code -9: it said nothing"),
        ),
        startups=(Timing('python -c "import numba"', (0.5, 0.5)), Timing("mcmort total", (1.0, 1.1))),
    )
