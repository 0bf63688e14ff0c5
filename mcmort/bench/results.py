"""What a run of the benchmarks found: plain records that are written to JSON and read back, and nothing else."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mcmort.errors import OutputError

__all__ = ["Accuracy", "Cell", "Check", "Peak", "Report", "Timing", "read", "to_json"]


@dataclass(frozen=True)
class Timing:
    """Seconds of each counted run of one tool, or why there is none."""

    tool: str
    seconds: tuple[float, ...] = ()
    skipped: str = ""

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Cell:
    """All tools on one task with one number of draws, their runs interleaved."""

    components: int
    correlated: bool
    draws: int
    timings: tuple[Timing, ...]

    @property
    def task(self) -> str:
        """Words for a table."""
        return f"{self.components}, {'factor copula' if self.correlated else 'independent'}"

    def timing(self, tool: str) -> Timing:
        """Return the timing of a tool."""
        return next(timing for timing in self.timings if timing.tool == tool)

    def ratios(self, tool: str, base: str) -> tuple[float, ...]:
        """Return how many times the seconds of `base` a tool took, in each round that both ran."""
        pairs = zip(self.timing(tool).seconds, self.timing(base).seconds, strict=False)
        return tuple(above / below for above, below in pairs)


@dataclass(frozen=True)
class Check:
    """The answers of a tool against the exact ones; `worst` is the largest difference in standard errors."""

    task: str
    tool: str
    draws: int
    worst: float
    passed: bool


@dataclass(frozen=True)
class Accuracy:
    """What a method needs so that both limits of one total are within `target`, relative, 19 times in 20.

    `draws` is interpolated, or None if the target was not reached; `used` is with how many draws the time was taken. If
    `is_extrapolated`, the draws follow from errors with fewer, and the seconds from those of `used` in proportion.
    """

    task: str
    method: str
    target: float
    draws: float | None
    used: int
    timing: Timing
    is_extrapolated: bool = False


@dataclass(frozen=True)
class Peak:
    """Peak resident memory of a whole process, bytes, or why it is not known."""

    tool: str
    task: str
    draws: int
    bytes: int
    skipped: str = ""


@dataclass(frozen=True)
class Report:
    """Everything that a run found.

    Attributes
    ----------
    machine : dict of str to str
        Processor, cores, memory, system, Python.
    versions, missing : dict of str to str
        Versions of the tools used, and why others are missing.
    threads : tuple of int
        Numbers of threads that mcmort was given.
    limit : float
        Seconds beyond which a run was not started.
    checks, cells, bound, accuracy, peaks, startups : tuple
        The measurements.
    """

    machine: dict[str, str]
    versions: dict[str, str]
    missing: dict[str, str]
    threads: tuple[int, ...]
    limit: float
    checks: tuple[Check, ...]
    cells: tuple[Cell, ...]
    bound: tuple[Cell, ...]
    accuracy: tuple[Accuracy, ...]
    peaks: tuple[Peak, ...]
    startups: tuple[Timing, ...]


_ADAPTER = TypeAdapter(Report)


def to_json(report: Report) -> str:
    """Return a report as JSON text."""
    return _ADAPTER.dump_json(report, indent=1).decode() + "\n"


def read(path: Path) -> Report:
    """Read a report.

    Parameters
    ----------
    path : Path
        A file written by ``mcmort bench --json``.

    Returns
    -------
    Report

    Raises
    ------
    OutputError
        If the file is missing or holds something else.
    """
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise OutputError(f"{path}: no such file. Hint: write it with mcmort bench --json {path}") from error
    except ValidationError as error:
        raise OutputError(
            f"{path}: is no result of mcmort bench --json; {error.error_count()} keys are wrong"
        ) from error
