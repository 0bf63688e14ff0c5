"""``mcmort claims``."""

from __future__ import annotations

from mcmort.cli.drawing import check_output, deliver_report, drawing
from mcmort.cli.groups import command
from mcmort.cli.options import CaseName, DrawWords, EngineName, EngineOption, Form, Format, Full, Output, Quiet

__all__ = ["claims"]


@command
def claims(
    case: CaseName,
    *,
    engine: EngineOption = EngineName.elicited,
    drawn: DrawWords,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Compare each author's total with ours under that author's own definition.

    Example: `mcmort claims ussr`
    """
    from mcmort.api.verbs import claims as compute

    check_output(output)
    with drawing(case, drawn.options(engine.value), threads=drawn.threads, quiet=quiet) as source:
        result = compute(source)
    deliver_report(result, form, output, full=full)
