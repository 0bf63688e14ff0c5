"""``mcmort export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output
from mcmort.cli.options import CaseName
from mcmort.cli.standard_streams import write_out
from mcmort.errors import OutputError, UsageError

__all__ = ["export"]


def export(
    case: CaseName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The workbook to write, .xlsx.")],
    force: Annotated[bool, typer.Option("--force", help="Write over the file if it exists.")] = False,
) -> None:
    """Write a case as a workbook, with lists of what may be chosen; mcmort import makes the same case of it again.

    Example: `mcmort export ussr ussr.xlsx`
    """
    from mcmort.api.case_exchange import export_workbook
    from mcmort.present.write import write_whole

    if file.suffix.lower() != ".xlsx":
        raise UsageError(f"{file}: expected the ending .xlsx")
    check_output(file)
    if file.exists() and not force:
        raise OutputError(f"{file}: exists already. Hint: choose another name, or add --force")
    write_whole(file, export_workbook(case))
    write_out(f"{file}\n")
