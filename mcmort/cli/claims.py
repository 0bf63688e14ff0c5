"""``mcmort claims``."""

from __future__ import annotations

from mcmort.cli.options import CaseName, DrawCount, Evidence, Form, Format, Output, Quiet, Seed, Threads, bases
from mcmort.cli.run import check_output, deliver, draw

__all__ = ["claims"]


def claims(
    case: CaseName,
    evidence: Evidence = None,
    draws: DrawCount = 100_000,
    seed: Seed = 1,
    threads: Threads = None,
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Compare each author's total with ours under that author's own definition.

    Example: `mcmort claims ussr`
    """
    from mcmort.present.verbs import claims as compute

    check_output(output)
    made = draw(case, draws, seed, evidence=bases(evidence), threads=threads, quiet=quiet)
    deliver(compute(made).render(form.value), output)
