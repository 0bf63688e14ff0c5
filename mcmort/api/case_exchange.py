"""Cases as workbooks, and back."""

from __future__ import annotations

import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from mcmort.catalogue import load
from mcmort.catalogue.reading.bibtex_names import read_names
from mcmort.catalogue.reading.case_sheets import CASE, DEFINITIONS, ESTIMATES, SHEETS, documents_of, sheets_of
from mcmort.catalogue.reading.load import cases
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import Row, SheetContent
from mcmort.catalogue.reading.toml_text import to_toml
from mcmort.catalogue.reading.workbook import read_sheets
from mcmort.catalogue.records import Source
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import CaseError, OutputError, Problem
from mcmort.present.case_workbook import case_workbook
from mcmort.present.texts.reference_list import as_bibtex, bibtex_field

__all__ = ["export_workbook", "import_workbook", "is_case_workbook"]

_KEY = re.compile(r"[^\s,{}()%#\"'\\~=]+")
_BRACES = str.maketrans("{}", "()")
"""Braces would end a field of the bibliography; those around a name are read as BibTeX has them."""
_KIND = re.compile(r"[A-Za-z]+")
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
    problems += [*_odd_sheets(path.name, contents), *_odd_works(path.name, contents[_SOURCES])]
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
        fields |= {name: text.translate(_BRACES) for name, text in fields.items() if name not in _NAMES}
        people = {role: read_names(fields[role]) for role in _NAMES if role in fields}
        sources.append(Source(key=key, kind=kind, fields=fields, people=people))
    files["sources.bib"] = as_bibtex(sources)
    _write(folder, files, force=force)


def _odd_sheets(file: str, contents: Mapping[str, SheetContent]) -> Iterator[Problem]:
    """Yield sheets that are none of a case, or lack, and cells that are shown as one: what they hold would be lost."""
    needed = (CASE, DEFINITIONS, SHEETS["component"], ESTIMATES, _SOURCES)
    known = {*needed, *SHEETS.values()}
    for name in needed:
        if name not in contents:
            yield Problem(file, name, "no such sheet", f"a sheet {name!r}", "name it as mcmort export does", "form")
    for name, content in contents.items():
        if name not in known and content.rows:
            hint = did_you_mean(name.lower(), sorted(known), "delete the sheet, or keep it elsewhere")
            yield Problem(file, name, f"the sheet {name!r}", "the sheets of a case", hint, "form")
        for merged in content.merged if name in known else ():
            found, hint = f"the cells {merged.place} shown as one", "take the cells apart"
            yield Problem(file, name, found, "a value in a cell of its own", hint, "form")


def _odd_works(file: str, content: SheetContent) -> Iterator[Problem]:
    """Yield works whose key or type no bibliography can hold, or whose key another has."""
    header, *rows = content.rows or [Row(1, {})]
    places = {cell.text: place for place, cell in header.cells.items()}
    seen = set()
    for row in rows:
        for column, pattern in (("key", _KEY), ("type", _KIND)):
            text = row.cells[places[column]].text if places.get(column) in row.cells else ""
            if text and not pattern.fullmatch(text):
                where, expected = f"{_SOURCES} > row {row.number} > {column}", "letters, digits and - without blanks"
                yield Problem(file, where, show(text), expected, "as smith-1990 and book", "form")
            if column == "key" and (not text or text in seen):
                found = f"the key {text!r} again" if text else "nothing"
                yield Problem(file, f"{_SOURCES} > row {row.number} > key", found, "a key for each work", "", "form")
            seen |= {text} if column == "key" else set()


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
