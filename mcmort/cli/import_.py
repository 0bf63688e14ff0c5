"""``mcmort import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver
from mcmort.cli.options import Output
from mcmort.cli.standard_streams import write_err, write_out
from mcmort.errors import OptionError, OutputError, UsageError

__all__ = ["import_"]


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A spreadsheet of estimates, .csv, .xlsx or .ods.")],
    output: Output = None,
    renamed: Annotated[
        list[str] | None, typer.Option("--map", metavar="NAME=COLUMN", help="Read the column NAME as COLUMN.")
    ] = None,
    ignored: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="NAME", help="Leave the column NAME out.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over the output file if it exists.")] = False,
) -> None:
    """Turn a spreadsheet of estimates into an evidence file, refusing what cannot be placed.

    One row is one estimate; docs/import.md describes the columns. Sources are keys of the case's sources.bib, or
    author, year and title, of which entries are made there. A workbook that mcmort export wrote becomes a case folder.

    Example: `mcmort import estimates.csv --map central=best --output my-case/imported.toml`
    """
    from mcmort.api.case_exchange import import_workbook, is_case_workbook
    from mcmort.catalogue.reading.column_names import ColumnChoices
    from mcmort.catalogue.reading.import_to_case import import_beside
    from mcmort.present.write import write_together

    if is_case_workbook(file):
        if output is None or output == Path("-"):
            raise UsageError(f"{file}: holds a whole case. Hint: name the folder to make with --output")
        if renamed or ignored:
            raise OptionError("--map" if renamed else "--ignore", f"{file} holds a whole case, with names of its own")
        import_workbook(file, output, force=force)
        write_out(f"{output}\n")
        return
    check_output(output)
    if output is not None and output.is_file() and not force:
        hint = "choose another name, or add --force to lose what the file holds"
        raise OutputError(f"{output}: exists already. Hint: {hint}")
    target = None if output == Path("-") else output
    choices = ColumnChoices.of(renamed or (), ignored or ())
    notes: list[str] = []
    evidence, bibliography = import_beside(file, target, choices, notes.append)
    if bibliography is not None and target is not None:
        write_together(target.parent, {"sources.bib": bibliography, target.name: evidence})
        write_out(f"{target}\n")
    else:
        deliver(evidence, output)
    for note in notes:
        write_err(f"mcmort: notice: {note}\n")
