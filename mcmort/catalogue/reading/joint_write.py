"""Writes several files of a case folder as one change: whatever ends the process, all of them are new or none is.

No file system renames two files at once. So the change is first kept whole in one file of the folder, whose appearance
is the moment at which it is made; then each file is written, and the kept change goes. Whoever reads the folder next
finishes what a killed process has left.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

__all__ = ["finish_writes", "write_jointly"]

_CHANGE: Final = ".mcmort-change.json"
_NAME: Final = re.compile(r"[^./\\\x00][^/\\\x00]*")
"""A file of the folder itself, not hidden: what is kept there may come from elsewhere."""


def write_jointly(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files of a folder, all of them or none.

    Parameters
    ----------
    folder : Path
        That of a case.
    texts : mapping of str to str
        What each file is to hold, by its name. A symbolic link stays one: the file that it leads to is written.

    Raises
    ------
    OSError
        If the change cannot be kept; every file is then as before. Or if it is kept and a file cannot be written.
    """
    _replace(folder / _CHANGE, json.dumps(dict(texts), ensure_ascii=False))
    finish_writes(folder)


def finish_writes(folder: Path) -> None:
    """Write the files of a change that a process has kept and not carried out; does nothing without one.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    change = folder / _CHANGE
    if not change.is_file():
        return
    try:
        texts = json.loads(change.read_text(encoding="utf-8"))
    except FileNotFoundError:  # another process has finished meanwhile
        return
    except ValueError:
        texts = {}
    for name, text in texts.items() if isinstance(texts, dict) else ():
        if _NAME.fullmatch(name) and isinstance(text, str):
            _replace((folder / name).resolve(), text)
    change.unlink(missing_ok=True)


def _replace(path: Path, text: str) -> None:
    """Write a file under another name, see that it lies on the disk, and move it into place."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        draft.chmod(0o666 & ~umask)  # a temporary file is private
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
