"""The tables of a report, for the terminal and for Markdown alike."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence

from mcmort.bench.results import Accuracy, Cell, Peak, Report, Timing
from mcmort.bench.suite import BOUND, TOLERANCE, base_tool
from mcmort.bench.task import make_task
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table

__all__ = ["headline", "losing_cells", "slope", "tables"]


def seconds_text(seconds: float) -> str:
    """Return seconds with three digits and a unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1.0 or unit == "µs":
            return f"{float(f'{seconds * scale:.3g}'):,g} {unit}"
    raise AssertionError


def ratio_text(ratios: Sequence[float]) -> str:
    """Return the median of ratios and their range."""
    if len(ratios) < 2:
        return f"{ratios[0]:.3g} (one run)"
    return f"{statistics.median(ratios):.3g} ({min(ratios):.3g}{EN_DASH}{max(ratios):.3g})"


def _peers(report: Report) -> list[str]:
    return [name for name in dict.fromkeys(one.tool for one in report.checks) if not name.startswith("mcmort")]


def _short(tool: str) -> str:
    """Return the name of a tool for the head of a narrow column."""
    return tool.removesuffix("s").replace(", ", " ").replace(" thread", "")


def _wide(report: Report, title: str, cell_text: Callable[[Cell, str], str], notes: tuple[str, ...] = ()) -> Table:
    """Return a table with a column for each tool."""
    names = [base_tool(count) for count in sorted(report.threads)] + _peers(report)
    rows = [(cell.task, f"{cell.draws:,}", *(cell_text(cell, name) for name in names)) for cell in report.cells]
    tools = (Column(_short(name) if name.startswith("mcmort") else name, True) for name in names)
    return Table(title, (Column("Components"), Column("Draws", True), *tools), tuple(rows), notes)


def times(report: Report) -> Table:
    """Return the seconds of every tool in every cell, and why some are missing."""

    def text(cell: Cell, tool: str) -> str:
        timing = cell.timing(tool)
        return EN_DASH if timing.skipped else seconds_text(timing.median)

    skipped = dict.fromkeys(
        f"Not run: {timing.tool}; {cell.task}: {timing.skipped}"
        for cell in report.cells
        for timing in cell.timings
        if timing.skipped
    )
    return _wide(report, "Time for ten totals with 95 % intervals (mcmort on so many threads)", text, tuple(skipped))


def ratios(report: Report) -> Table:
    """Return how many times the seconds of mcmort on the most threads every tool takes."""
    base = base_tool(max(report.threads))

    def text(cell: Cell, tool: str) -> str:
        if cell.timing(tool).skipped or cell.timing(base).skipped:
            return EN_DASH
        return f"{statistics.median(cell.ratios(tool, base)):.3g}"

    return _wide(report, f"How many times the time of {base} the same takes", text)


def headline(report: Report) -> Table:
    """Return the ratios on twelve components and 2 to the 20 draws, or the nearest there is, with their spread."""
    base = base_tool(max(report.threads))
    rows = []
    for correlated in (True, False):
        like = [cell for cell in report.cells if cell.correlated == correlated]
        if like:
            cell = min(like, key=lambda one: (abs(one.components - 12), abs(math.log2(one.draws / 2**20))))
            for name in (base_tool(1), *_peers(report)):
                if name != base and any(one.tool == name for one in cell.timings):
                    timing = cell.timing(name)
                    shown = (timing.skipped, EN_DASH) if timing.skipped else (seconds_text(timing.median), "")
                    ratio = shown[1] or ratio_text(cell.ratios(name, base))
                    rows.append((cell.task, f"{cell.draws:,}", name, shown[0], ratio))
            rows.append((cell.task, f"{cell.draws:,}", base, seconds_text(cell.timing(base).median), "1"))
    columns = (
        Column("Components"),
        Column("Draws", True),
        Column("Tool"),
        Column("Time", True),
        Column("Times mcmort", True),
    )
    return Table("Ten totals with 95 % intervals", columns, tuple(rows))


def _accuracy_row(one: Accuracy, base: Accuracy | None) -> tuple[str, ...]:
    if one.draws is None:
        return (one.task, one.method, EN_DASH, one.timing.skipped, EN_DASH)
    needed = f"{float(f'{one.draws:.3g}'):,.0f}"
    ratio = EN_DASH if base is None or base.timing.skipped else f"{base.timing.median / one.timing.median:.3g}"
    method = f"{one.method} (extrapolated)" if one.is_extrapolated else one.method
    return (one.task, method, needed, seconds_text(one.timing.median), ratio)


def to_accuracy(report: Report) -> Table:
    """Return draws and time until both limits of one total are sure."""
    rows = []
    for one in report.accuracy:
        base = [other for other in report.accuracy if other.task == one.task and other.method == "NumPy, plain"]
        rows.append(_accuracy_row(one, base[0] if base else None))
    columns = (
        Column("Task"),
        Column("Method"),
        Column("Draws needed", True),
        Column("Time", True),
        Column("Times faster than NumPy", True),
    )
    target = report.accuracy[0].target if report.accuracy else 0.0
    note = "The error is 1.96 times the root mean square over 40 seeds against the exact limits, the worse of the two."
    notes = [note]
    if any(one.is_extrapolated for one in report.accuracy):
        notes.append(
            "Extrapolated: draws from errors with fewer draws, by the root of their number; NumPy's time in proportion."
        )
    return Table(
        f"One total: both 95 % limits within {target:.2g} of their value, 19 times in 20",
        columns,
        tuple(rows),
        tuple(notes),
    )


def bound(report: Report) -> Table:
    """Return mcmort against a kernel that only hashes, gathers and adds as many values."""
    rows = []
    for cell in report.bound:
        first = cell.timings[0].tool
        values = cell.components * cell.draws
        for timing in cell.timings:
            name, _, threads = timing.tool.partition("; ")
            each = f"{1e9 * timing.median / values:.3g}"
            rows.append((name, threads, each, ratio_text(cell.ratios(timing.tool, first))))
    columns = (
        Column("What"),
        Column("Threads", True),
        Column("Nanoseconds a value", True),
        Column("Times the bound", True),
    )
    title = f"The bound: a kernel that does no more than {BOUND}, on as many values"
    note = "A factor copula draws a normal score for each component and one for the factor, and looks up both ways."
    return Table(title, columns, tuple(rows), (note,))


def memory(report: Report) -> Table:
    """Return peak memory of whole processes."""

    def row(peak: Peak) -> tuple[str, ...]:
        return (peak.tool, f"{peak.draws:,}", peak.skipped or f"{peak.bytes / 2**20:,.0f}")

    own = [peak for peak in report.peaks if peak.tool == "mcmort" and not peak.skipped]
    notes: tuple[str, ...] = ()
    if len(own) > 1:
        growth = own[-1].bytes / own[0].bytes - 1.0
        notes = (f"mcmort: from {own[0].draws:,} to {own[-1].draws:,} draws, peak memory grows by {growth:.1%}.",)
    columns = (Column("Tool"), Column("Draws", True), Column("Peak memory, MiB", True))
    task = report.peaks[0].task if report.peaks else make_task(12, correlated=True).name
    return Table(f"Peak memory: {task}", columns, tuple(row(peak) for peak in report.peaks), notes)


def startup(report: Report) -> Table:
    """Return times of whole processes."""
    base = report.startups[0]

    def row(timing: Timing) -> tuple[str, ...]:
        if timing.skipped or base.skipped:
            return (timing.tool, timing.skipped or seconds_text(timing.median), EN_DASH)
        ratios = [above / below for above, below in zip(timing.seconds, base.seconds, strict=False)]
        return (timing.tool, seconds_text(timing.median), ratio_text(ratios))

    columns = (Column("Process"), Column("Time", True), Column(f"Times {base.tool}", True))
    return Table("Start-up: whole processes, kernels cached", columns, tuple(row(one) for one in report.startups))


def slope(report: Report, *, correlated: bool) -> tuple[float, float] | None:
    """Fit time against draws times components on one thread, on logarithmic axes.

    Parameters
    ----------
    report : Report
        What was measured.
    correlated : bool
        Which of the tasks.

    Returns
    -------
    tuple of float or None
        The slope by least squares, and the median nanoseconds a value, of cells of a million values or more; None if
        these are fewer than two.
    """
    name = base_tool(min(report.threads))
    points = [
        (cell.draws * cell.components, cell.timing(name).median)
        for cell in report.cells
        if cell.correlated == correlated and cell.draws * cell.components >= 10**6 and not cell.timing(name).skipped
    ]
    if len({values for values, _ in points}) < 2:
        return None
    fitted = statistics.linear_regression([math.log(values) for values, _ in points], [math.log(t) for _, t in points])
    return fitted.slope, statistics.median(1e9 * seconds / values for values, seconds in points)


def slope_lines(report: Report) -> list[str]:
    """Return how the cost of mcmort grows, in words."""
    lines = []
    for correlated in (False, True):
        fitted = slope(report, correlated=correlated)
        if fitted is not None:
            kind = "factor copula" if correlated else "independent"
            lines.append(
                f"{base_tool(min(report.threads))}, {kind}: time grows as (draws x components) to the power "
                f"{fitted[0]:.2f}; {fitted[1]:.2g} ns a value, from a million values up."
            )
    return lines


def losing_cells(report: Report) -> list[str]:
    """Return every cell in which a peer took less time than mcmort did with any number of threads, in words."""
    lines = []
    for cell in report.cells:
        own = [cell.timing(base_tool(count)) for count in report.threads]
        best = min((one for one in own if one.seconds), key=lambda one: one.median, default=None)
        for name in _peers(report):
            timing = cell.timing(name)
            if best is not None and timing.seconds and timing.median < best.median:
                lines.append(
                    f"{cell.task}, {cell.draws:,} draws: {name} takes {seconds_text(timing.median)}, "
                    f"{best.tool} {seconds_text(best.median)}"
                )
    for task in dict.fromkeys(one.task for one in report.accuracy):
        of_task = [one for one in report.accuracy if one.task == task and one.timing.seconds]
        own_best = min((one.timing.median for one in of_task if one.method.startswith("mcmort")), default=math.inf)
        lines += [
            f"{task}, time to accuracy: {one.method} takes {seconds_text(one.timing.median)}, "
            f"mcmort {seconds_text(own_best)}"
            for one in of_task
            if not one.method.startswith("mcmort") and one.timing.median < own_best < math.inf
        ]
    return lines


def check_lines(report: Report) -> list[str]:
    """Return how the answers compared with the exact ones, in words."""
    lines = []
    for tool in dict.fromkeys(one.tool for one in report.checks):
        mine = [one for one in report.checks if one.tool == tool]
        worst = max(one.worst for one in mine)
        refused = "" if all(one.passed for one in mine) else "; REFUSED where it exceeds that"
        lines.append(
            f"{tool}: within {worst:.1f} of {TOLERANCE:g} standard errors allowed, {mine[0].draws:,} draws{refused}"
        )
    return lines


def tables(report: Report) -> list[Table]:
    """Return every table of a report that has rows, in the order in which they are printed."""
    made = [times(report), ratios(report), headline(report), to_accuracy(report), bound(report), memory(report)]
    if report.startups:
        made.append(startup(report))
    return [table for table in made if table.rows]
