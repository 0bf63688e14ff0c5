"""Imports a spreadsheet beside the files of a case; works that it names go to the bibliography there."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mcmort.catalogue.reading.bibliography import read_sources
from mcmort.catalogue.reading.column_names import ColumnChoices
from mcmort.catalogue.reading.joint_write import finish_writes
from mcmort.catalogue.reading.sheet_works import Works
from mcmort.catalogue.reading.spreadsheet import import_sheet
from mcmort.errors import UsageError

__all__ = ["import_beside"]

_BIBLIOGRAPHY = "sources.bib"


def import_beside(
    file: Path, output: Path | None, choices: ColumnChoices, remark: Callable[[str], object]
) -> tuple[str, str | None]:
    """Turn a spreadsheet into an evidence file, and its works into entries of a bibliography.

    Parameters
    ----------
    file : Path
        The spreadsheet.
    output : Path or None
        Where the evidence file is to stand. The bibliography beside it is read, and so are the names of definitions.
    choices : ColumnChoices
        What the user says of the names of the columns.
    remark : callable
        Called with each sentence on what was read and what was not.

    Returns
    -------
    evidence : str
        Text of the evidence file.
    bibliography : str or None
        Text of the bibliography beside it with the works that it lacks; None where it lacks none.

    Raises
    ------
    UsageError
        If the sheet names works by author and title and there is no output beside which they can go.
    """
    folder = None if output is None else output.resolve().parent
    bibliography = None if folder is None else folder / _BIBLIOGRAPHY
    if folder is not None and folder.is_dir():
        with suppress(OSError):  # the output is refused there, with what is in the way
            finish_writes(folder)
    is_there = bibliography is not None and bibliography.is_file()
    works = Works(read_sources(bibliography, _BIBLIOGRAPHY).sources if bibliography is not None and is_there else {})
    evidence = import_sheet(file, remark, choices, works, _definitions(folder))
    if not works.added:
        return evidence, None
    if bibliography is None:
        hint = "add --output my-case/evidence.toml: its works go to the sources.bib beside it"
        raise UsageError(f"{file}: works are named by author and title, and need a bibliography. Hint: {hint}")
    remark(f"{_BIBLIOGRAPHY}: {len(works.added)} works added: {', '.join(works.added)}; complete them there")
    before = bibliography.read_text(encoding="utf-8-sig") if is_there else ""
    return evidence, before + works.bibtex


def _definitions(folder: Path | None) -> tuple[str, ...]:
    """Return the names of the definitions that stand in a folder, as far as they can be read."""
    try:
        text = (folder / "definitions.toml").read_text(encoding="utf-8-sig") if folder is not None else ""
        return tuple(tomllib.loads(text))
    except (OSError, ValueError, RecursionError):
        return ()
