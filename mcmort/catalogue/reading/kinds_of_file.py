"""What a file is that its ending does not say: an older workbook, one with a password, a page of the web."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple
from zipfile import BadZipFile, ZipFile

from mcmort.catalogue.reading.sheet_cells import unread

__all__ = ["Kind", "other_kind", "refuse_too_large"]


class Kind(NamedTuple):
    """What a file is, what to do to have it read, and the ending that such files have."""

    name: str
    hint: str
    ending: str = ""


_SAVE: Final = "open it in a spreadsheet program, and save it as .xlsx"
_IN_UTF8: Final = "save the sheet as CSV in UTF-8, or as .xlsx"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IN_PACKAGES: Final = {
    "xl/workbook.xml": Kind("a workbook of Excel", "give it the ending .xlsx", ".xlsx"),
    "xl/workbook.bin": Kind("a binary workbook of Excel (.xlsb)", _SAVE),
    "word/document.xml": Kind("a text of Word", "copy its table into a spreadsheet, and save that as .xlsx"),
    "Index/Document.iwa": Kind("a file of Numbers", "export it as .xlsx"),
}
_STRICT: Final = Kind(
    "a workbook in the form Strict Open XML", "save it as Excel Workbook (.xlsx), which is not strict"
)
_OF_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_PACKED: Final = Kind("a packed file", "unpack it, or save the sheet again")
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument."
_MANIFEST: Final = "META-INF/manifest.xml"
_OF_A_PACKAGE: Final = (BadZipFile, EOFError, KeyError, OSError, RuntimeError, ValueError, zlib.error)
_ENOUGH: Final = 100_000
_LARGEST: Final = 100_000_000
"""Bytes of XML beyond which a file is refused: it may be made to fill the memory."""
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")


def other_kind(content: bytes, ending: str) -> Kind | None:
    """Return what a file is, from its bytes, if that is a well-known kind that its ending does not say.

    Parameters
    ----------
    content : bytes
        All of the file.
    ending : str
        The ending of its name.

    Returns
    -------
    Kind or None

    Examples
    --------
    >>> other_kind(b"<html><table>", ".csv").name
    'a page of HTML or XML'
    """
    if content.startswith(_COMPOUND):
        hint = f"{_SAVE}, without a password"
        return Kind("an older workbook (.xls), or one with a password", hint)
    if content.startswith(b"PK\x03\x04"):
        kind = _in_package(content)
        return kind if kind.ending != ending and (kind is not _PACKED or ending == ".csv") else None
    if content.startswith(_WIDE):
        return Kind("text in UTF-16", _IN_UTF8)
    if b"\0" in content:
        return Kind("bytes of zero, as in UTF-16 or in a damaged file", _IN_UTF8)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return Kind("a page of HTML or XML", _SAVE)
    return None


def _in_package(content: bytes) -> Kind:
    """Return what a packed file is, by the parts that it holds."""
    with suppress(*_OF_A_PACKAGE), ZipFile(io.BytesIO(content)) as package:
        names = package.namelist()
        for name, known in _IN_PACKAGES.items():
            if name in names:
                return _STRICT if name.endswith(".xml") and _OF_STRICT in _beginning(package, name) else known
        kind = _beginning(package, "mimetype") if "mimetype" in names else b""
        if kind.startswith(_OPEN_DOCUMENT):
            if _MANIFEST in names and b"encryption" in _beginning(package, _MANIFEST):
                return Kind("a file with a password", "save it without one")
            if not kind.startswith(_OPEN_DOCUMENT + b"spreadsheet"):
                return Kind("an OpenDocument file that is no spreadsheet", _SAVE)
            return Kind("an OpenDocument spreadsheet", "give it the ending .ods", ".ods")
    return _PACKED


def refuse_too_large(path: Path, package: ZipFile) -> None:
    """Refuse a packed file of which a part would fill the memory, though it is small as it lies on the disk."""
    if any(part.file_size > _LARGEST for part in package.infolist() if part.filename.endswith(".xml")):
        raise unread(path, "", "a file of more than 100 MB", "a spreadsheet of figures", "split it")


def _beginning(package: ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        return part.read(_ENOUGH)
