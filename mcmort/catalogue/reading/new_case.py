"""Starts a case: a copy of the worked example, commented, which runs at once."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

from mcmort.catalogue.reading.bounded_toml import LONGEST_NAME
from mcmort.catalogue.reading.schema_errors import show
from mcmort.errors import OutputError, UsageError

__all__ = ["MINIMAL", "TEMPLATE", "new_case"]

TEMPLATE: Final = Path(__file__).resolve().parent / "template"
"""The worked example of ``priors/README.md``."""

MINIMAL: Final = Path(__file__).resolve().parent / "minimal"
"""The least that a case needs, with advice at each choice."""


def new_case(folder: Path, template: Path = TEMPLATE) -> Path:
    """Make a folder with a commented case.

    Parameters
    ----------
    folder : Path
        Where the case is to stand; its name becomes the id of the case.
    template : Path
        What is copied: the worked example, or `MINIMAL`.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        If the name of the folder is no id.
    OutputError
        If the folder exists, or cannot be made.
    """
    name = folder.resolve().name
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise UsageError(f"{folder}: {name!r} is no id of a case; use the characters a-z, 0-9 and -, as in 'my-case'")
    parent = folder.resolve().parent
    try:
        if folder.exists() or folder.is_symlink():
            raise OutputError(f"{folder}: exists already. Hint: choose another name; nothing is written over")
        if len(name) > LONGEST_NAME:
            raise UsageError(f"{folder}: {show(name)} is no id of a case; expected at most {LONGEST_NAME} characters")
        if not parent.is_dir():
            raise OutputError(f"{folder}: no folder {parent}. Hint: make it first")
        with tempfile.TemporaryDirectory(dir=parent, prefix=f".{name}.") as work:
            draft = Path(work) / name
            draft.mkdir()
            for path in sorted(template.iterdir()):
                if path.suffix in (".toml", ".bib"):
                    shutil.copyfile(path, draft / path.name)
            head = draft / "case.toml"
            text = head.read_text(encoding="utf-8")
            head.write_text(re.sub(r'^id = ".*"', f'id = "{name}"', text, count=1, flags=re.M), encoding="utf-8")
            draft.rename(folder)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror})") from error
    return folder
