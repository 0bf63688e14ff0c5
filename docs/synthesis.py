"""Writes docs/synthesis-results.md: the case ussr by both engines.

Run with ``make docs-synthesis``. The page is not compared in tests: the draws of Markov chains are the same on one
machine, but another processor may round a sum otherwise, after which chains part.
"""

from __future__ import annotations

from pathlib import Path

import mcmort as mm
from mcmort.present.tables.columns import Table
from mcmort.present.tables.components_table import components_table
from mcmort.present.tables.engines_table import engines_table
from mcmort.present.tables.figures_table import figures_table
from mcmort.present.tables.formats import to_markdown
from mcmort.present.tables.prior_sensitivity_table import prior_sensitivity_table
from mcmort.present.tables.priors_table import all_priors, priors_table

ROOT = Path(__file__).resolve().parent.parent


def page() -> str:
    """Return the page."""
    case = mm.load("ussr")
    post = mm.fit(case, rng=1)
    comparison = mm.compare(post)
    elicited = mm.compare(mm.Sampler(case, rng=1))
    other_priors = mm.prior_sensitivity(case, "broad", rng=1)
    tables = [
        ("Both engines", engines_table(elicited.comparison, comparison.comparison)),
        ("Components", components_table(post)),
        ("What is presupposed", priors_table(post, all_priors(post))),
        ("The total broad under other priors", prior_sensitivity_table(other_priors.result)),
        ("Every figure against the model", figures_table(post)),
    ]
    head = (
        "# The case ussr by both engines\n\nMade by `make docs-synthesis`, not by hand. "
        "[synthesis.md](synthesis.md) says how the model works, [influence.md](influence.md) what single sources do.\n"
    )
    return head + "".join(f"\n## {title}\n\n{to_markdown(_for_people(table))}" for title, table in tables)


def _for_people(table: Table) -> Table:
    return Table(table.title, table.columns, table.rows, table.notes)


if __name__ == "__main__":
    (ROOT / "docs" / "synthesis-results.md").write_text(page(), encoding="utf-8")
