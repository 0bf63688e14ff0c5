"""``mcmort check``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.loading import load_case, said_to_go_on
from mcmort.cli.standard_streams import write_err, write_out

__all__ = ["check"]


def check(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A case folder, or the name of a shipped case.")],
    strict: Annotated[
        bool, typer.Option("--strict", help="Find as well what a finished case should not have.")
    ] = False,
) -> None:
    """Check a case: every problem at once, each with file, key, what was found, what was expected and a hint.

    With --strict also works that nothing cites, figures that look like copies, maxima entered as best estimates, gaps
    that nobody has owned up to.

    Example: `mcmort check priors/ussr --strict`
    """
    from mcmort.errors import CaseError

    case = load_case(path)
    if not strict:
        for remark in case.remarks:
            write_err(f"mcmort: notice: {remark}; nothing cites it\n")
    from mcmort.elicit.check_case import check_loaded  # loads SciPy, for a case that is sound so far

    with said_to_go_on(f"checking {path}"):
        problems = check_loaded(case, strict=strict)
    if problems:
        raise CaseError(path, list(problems))
    write_out(f"{path}: no problems found\n")
