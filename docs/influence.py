"""Writes docs/influence.md from results that are kept beside it, since refits take minutes.

``make docs`` writes the page; ``make docs-influence`` computes the results again, which takes about ten minutes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from mcmort.present.numbers import with_error
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.formats import to_markdown

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "influence"
_MOST = 10
_ENGINES = {"elicited": "Pooled ranges", "synthesis": "The model of all the evidence"}
_UNIT = 4
"""Power of ten to which shifts are printed: 0.01 million."""


def influence_page() -> str:
    """Return the page."""
    parts = [
        "# What single sources do to a total\n\nMade by `make docs` from the results in `docs/influence/`, which "
        "`make docs-influence` computes again. [method.md](method.md) says how the pools are made without a source, "
        "[synthesis.md](synthesis.md) how the model is fitted without it. Each table has the ten farthest shifts of "
        "the median, in millions, with their Monte Carlo errors.\n"
    ]
    for engine, title in _ENGINES.items():
        parts.append(f"\n## {title}\n")
        parts += [_section(engine, by) for by in ("source", "lineage") if _path(engine, by).exists()]
    return "".join(parts)


def command(engine: str, by: str) -> list[str]:
    """Return the words of the command that computes a result, without where it goes."""
    chosen = [] if engine == "elicited" else ["--engine", engine]
    return ["influence", "ussr", "-d", "broad", "--by", by, *chosen]


def _path(engine: str, by: str) -> Path:
    return RESULTS / f"ussr-broad-{engine}-{by}.json"


def _section(engine: str, by: str) -> str:
    """Return what the leaving out of sources, or lineages, by one engine found."""
    document: dict[str, Any] = json.loads(_path(engine, by).read_text(encoding="utf-8"))
    rows = document["left_out"]
    columns = (
        Column("Left out"),
        *(Column(name, is_number=True) for name in ("Median", "Low end", "High end", "Width")),
    )
    ranked = [row for row in rows if row["status"] == "ranked"]
    cells = [(row["name"], *(_cell(row[key]) for key in ("median", "low", "high", "width"))) for row in ranked[:_MOST]]
    count = {status: sum(row["status"] == status for row in rows) for status in ("floor", "unsure", "none", "failed")}
    shorter = " of the whole, a quarter of that in each refit" if engine == "synthesis" else ""
    note = (
        f"{len(rows)} refits: {len(ranked)} ranked, {count['unsure']} within 1.96 errors, {count['none']} without any "
        f"effect, {count['floor']} that leave a component unknown or known by its register alone, {count['failed']} "
        f"without a total. {document['draws']:,} draws{shorter}, seed {document['seed']}, case "
        f"{document['case']['id']}@{document['case']['digest'][:12]}, mcmort {document['versions']['mcmort']}."
    )
    table = Table(f"Without each {by}: mcmort {' '.join(command(engine, by))}", columns, tuple(cells), (note,))
    return f"\n{' '.join(document['text'])}\n\n{to_markdown(table)}"


def _cell(shift: dict[str, float]) -> str:
    return with_error(shift["value"], shift["error"], _UNIT, millions=True)


def main() -> int:
    """Compute the results again."""
    from mcmort.cli.app import main as mcmort

    RESULTS.mkdir(exist_ok=True)
    for engine in _ENGINES:
        for by in ("source", "lineage"):
            path = _path(engine, by)
            if code := mcmort([*command(engine, by), "--format", "json", "--output", str(path)]):
                return code
            path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
