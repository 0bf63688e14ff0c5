"""``mcmort total``."""

from __future__ import annotations

from mcmort.cli.options import (
    CaseName,
    DefinitionName,
    DrawCount,
    Evidence,
    Excluding,
    Form,
    Format,
    Including,
    Level,
    MeasureOption,
    Net,
    Output,
    Quiet,
    Seed,
    Threads,
    YearSpan,
    bases,
    selectors,
    span,
)
from mcmort.cli.run import check_output, deliver, draw

__all__ = ["total"]


def total(
    case: CaseName,
    definition: DefinitionName,
    years: YearSpan = None,
    measure: MeasureOption = None,
    net: Net = None,
    include: Including = None,
    exclude: Excluding = None,
    evidence: Evidence = None,
    interval: Level = 0.95,
    draws: DrawCount = 100_000,
    seed: Seed = 1,
    threads: Threads = None,
    form: Format = Form.text,
    output: Output = None,
    quiet: Quiet = False,
) -> None:
    """Compute the total under one definition, with its components, exclusions and unknowns.

    Example: `mcmort total ussr --definition broad --years 1928:1953`
    """
    from mcmort.present.verbs import total as compute

    check_output(output)
    rules = {"include": selectors(include, "--include"), "exclude": selectors(exclude, "--exclude")}
    restricted = span(years)
    made = draw(case, draws, seed, evidence=bases(evidence), threads=threads, quiet=quiet)
    result = compute(
        made,
        definition,
        years=restricted,
        measure=None if measure is None else measure.value,
        net=net,
        interval=interval,
        **rules,
    )
    deliver(result.render(form.value), output)
