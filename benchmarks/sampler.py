"""The full benchmark: what `mcmort bench` measures, kept in ``benchmarks/results.json`` with its figure beside it.

Run with ``make bench`` on a machine that does nothing else, peers installed (``pip install "mcmort[bench]"``);
``make docs`` then renders the documentation from the file. It takes about half an hour, and marks
what it leaves out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mcmort.bench.docs import RESULTS
from mcmort.bench.figure import cost_figure
from mcmort.bench.results import to_json
from mcmort.bench.suite import FULL, run_benchmarks
from mcmort.bench.tables import losing_cells, slope_lines, tables
from mcmort.present.tables.formats import to_markdown

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure, print and keep."""
    report = run_benchmarks(FULL, lambda line: print(line, file=sys.stderr))
    (ROOT / RESULTS).write_text(to_json(report), encoding="utf-8")
    (ROOT / RESULTS).with_suffix(".svg").write_bytes(cost_figure(report, "svg"))
    for table in tables(report):
        print(to_markdown(table))
    print(
        "\n".join([*slope_lines(report), "Where mcmort loses:", *(losing_cells(report) or ["in no cell of this run"])])
    )


if __name__ == "__main__":
    main()
