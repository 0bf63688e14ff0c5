"""``mcmort claims``."""

from __future__ import annotations

from mcmort.cli.options import (
    CaseName,
    DependenceName,
    DependenceOption,
    DrawCount,
    EngineName,
    EngineOption,
    Evidence,
    Form,
    Format,
    MethodName,
    MethodOption,
    Output,
    PoolOption,
    Precision,
    Quiet,
    Seed,
    Threads,
    Without,
    bases,
    relative,
)
from mcmort.cli.run import check_output, deliver, drawing

__all__ = ["claims"]


def claims(
    case: CaseName,
    evidence: Evidence = None,
    engine: EngineOption = EngineName.elicited,
    without: Without = None,
    draws: DrawCount = None,
    precision: Precision = None,
    method: MethodOption = MethodName.plain,
    dependence: DependenceOption = DependenceName.declared,
    pool: PoolOption = None,
    seed: Seed = 1,
    threads: Threads = None,
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Compare each author's total with ours under that author's own definition.

    Example: `mcmort claims ussr`
    """
    from mcmort.api.verbs import claims as compute

    check_output(output)
    with drawing(
        case, draws, seed, evidence=bases(evidence), threads=threads, quiet=quiet, precision=relative(precision),
        method=method, dependence=dependence, pool=pool, engine=engine, without=without,
    ) as source:  # fmt: skip
        result = compute(source)
    deliver(result.render(form.value), output)
