"""Cases as workbooks, and back."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from pathlib import Path

from mcmort.catalogue import load
from mcmort.catalogue.reading.bibtex_names import read_names
from mcmort.catalogue.reading.case_sheets import CASE, documents_of, sheets_of
from mcmort.catalogue.reading.load import cases
from mcmort.catalogue.reading.toml_text import to_toml
from mcmort.catalogue.reading.workbook import read_sheets
from mcmort.catalogue.records import Source
from mcmort.errors import CaseError, OutputError
from mcmort.present.case_workbook import case_workbook
from mcmort.present.texts.reference_list import as_bibtex, bibtex_field

__all__ = ["export_workbook", "import_workbook", "is_case_workbook"]

_SOURCES = "sources"
_NAMES = ("author", "editor", "translator")


def export_workbook(name: str) -> bytes:
    """Return a case as a workbook, which `import_workbook` turns into the same case again.

    Parameters
    ----------
    name : str
        A shipped case, or the path of a case folder. Comments in its files are not kept.

    Returns
    -------
    bytes
        An ``.xlsx`` file.
    """
    case = load(name)
    folder = cases().get(name, Path(name))
    documents = {
        path.name: tomllib.loads(path.read_text(encoding="utf-8-sig")) for path in sorted(folder.glob("[!.]*.toml"))
    }
    works = []
    for key, source in case.sources.items():
        written = {
            field: bibtex_field(source, field, value) for field, value in source.fields.items() if field in _NAMES
        }
        works.append({"key": key, "type": source.kind, **source.fields, **written})
    return case_workbook(case, {**sheets_of(documents), _SOURCES: works})


def is_case_workbook(path: Path) -> bool:
    """Whether a file is a workbook with the sheets of a case."""
    if path.suffix.lower() != ".xlsx" or not path.is_file():
        return False
    try:
        return {CASE, _SOURCES} <= read_sheets(path).keys()
    except CaseError:
        return False


def import_workbook(path: Path, folder: Path, *, force: bool = False) -> None:
    """Write the case folder that a workbook holds.

    Parameters
    ----------
    path : Path
        A workbook that `export_workbook` made, perhaps edited.
    folder : Path
        Where the case is to stand.
    force : bool
        Whether to take the place of a folder that exists.

    Raises
    ------
    CaseError
        If a cell cannot be read.
    OutputError
        If the folder exists, or cannot be written.
    """
    contents = read_sheets(path)
    problems = [problem for content in contents.values() for problem in content.problems]
    if problems:
        raise CaseError(str(path), problems)
    documents = documents_of({name: content.rows for name, content in contents.items() if name != _SOURCES}, path.name)
    files = {name: to_toml(document) for name, document in documents.items()}
    header, *rows = contents[_SOURCES].rows
    names = {place: cell.text for place, cell in header.cells.items()}
    sources = []
    for row in rows:
        fields = {names[place]: cell.text for place, cell in row.cells.items() if place in names}
        key, kind = fields.pop("key", ""), fields.pop("type", "misc")
        people = {role: read_names(fields[role]) for role in _NAMES if role in fields}
        sources.append(Source(key=key, kind=kind, fields=fields, people=people))
    files["sources.bib"] = as_bibtex(sources)
    _write(folder, files, force=force)


def _write(folder: Path, files: dict[str, str], *, force: bool) -> None:
    """Write a folder whole or not at all."""
    target = folder.resolve()
    if target.exists() and not (force and (target / "case.toml").is_file()):
        hint = "choose another name, or add --force to lose the case that stands there"
        raise OutputError(f"{folder}: exists already. Hint: {hint}")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as work:
            draft, old = Path(work) / "new", Path(work) / "old"
            draft.mkdir()
            for name, text in files.items():
                (draft / name).write_text(text, encoding="utf-8")
            if target.exists():
                _copy_other_files(target, draft)
                target.rename(old)
            draft.rename(target)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror})") from error


def _copy_other_files(folder: Path, draft: Path) -> None:
    """Copy what is no part of a case, such as notes, from its folder to the one that takes its place."""
    for path in folder.iterdir():
        if path.suffix not in (".toml", ".bib"):
            (shutil.copytree if path.is_dir() else shutil.copy2)(path, draft / path.name)
