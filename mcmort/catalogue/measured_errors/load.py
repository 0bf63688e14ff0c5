"""Reads the library of measured errors and reports every problem at once."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mcmort.catalogue.measured_errors.records import ErrorPair, Frame
from mcmort.catalogue.reading.bibliography import read_sources
from mcmort.catalogue.reading.hostile_text import escaped, forbidden_in
from mcmort.catalogue.reading.number_spelling import UNAMBIGUOUS, is_ambiguous, spelling_hint
from mcmort.catalogue.reading.schema_errors import record_of
from mcmort.catalogue.records import Source
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import CaseError, Problem

__all__ = ["ErrorLibrary", "errors_folder", "load_errors"]

_WHOLE: Final = ("first_year", "last_year", "said", "later_said", "later_first_year", "later_last_year")
_NUMBERS: Final = ("low", "best", "high", "later_low", "later_best", "later_high")


@dataclass(frozen=True)
class ErrorLibrary:
    """Pairs of figures with their sources, checked.

    Attributes
    ----------
    pairs : tuple of ErrorPair
        In the order of the files.
    frames : dict of str to Frame
        How events came to be in it.
    sources : dict of str to Source
        Works by key.
    digest : str
        Of the pairs: what the numbers fitted to them rest on.
    fitted : dict or None
        The numbers fitted to the pairs of the folder, as they ship; None if there are none.
    left_out : dict or None
        The numbers fitted with each event left out, likewise.
    folders : tuple of str
        Where the pairs were read; the first is empty for those that come with mcmort.
    """

    pairs: tuple[ErrorPair, ...]
    frames: dict[str, Frame]
    sources: dict[str, Source]
    digest: str
    fitted: dict[str, Any] | None
    left_out: dict[str, Any] | None
    folders: tuple[str, ...] = ()

    @property
    def is_fitted(self) -> bool:
        """Whether the fitted numbers rest on exactly these pairs."""
        return self.fitted is not None and self.fitted["pairs"] == self.digest

    def is_complete(self, pair: ErrorPair) -> bool:
        """Whether a pair comes from a frame that was fixed before the errors were known."""
        return self.frames[pair.frame].complete


def errors_folder() -> Path:
    """Return the folder of the pairs that come with mcmort."""
    package = Path(__file__).resolve().parents[2]
    for root in (package / "priors", package.parent / "priors"):
        if (root / "errors").is_dir():
            return root / "errors"
    return package / "priors" / "errors"


def load_errors(path: str | Path | None = None, extra: Sequence[str | Path] = ()) -> ErrorLibrary:
    """Load a library of measured errors.

    Parameters
    ----------
    path : str or Path, optional
        A folder with ``pairs.csv`` and ``sources.bib``, and ``frames.toml`` if events were chosen by a rule; by
        default the folder that comes with mcmort.
    extra : sequence of str or Path
        Folders of the same form whose pairs are added.

    Returns
    -------
    ErrorLibrary

    Raises
    ------
    CaseError
        If anything is wrong with the files; all problems are listed.
    """
    folder = errors_folder() if path is None else Path(path)
    frames: dict[str, Frame] = {"own": Frame(title="Pairs of one's own", complete=False, chosen="Given by the user.")}
    sources: dict[str, Source] = {}
    pairs: list[ErrorPair] = []
    problems: list[Problem] = []
    for index, place in enumerate((folder, *map(Path, extra))):
        label = f"{place.name}/" if index else ""
        found_frames, frame_problems = _frames(place, label)
        frames |= found_frames
        bibliography = read_sources(place / "sources.bib", f"{label}sources.bib")
        sources |= bibliography.sources
        problems += [*frame_problems, *bibliography.problems]
        found, row_problems = _rows(place, label)
        if not found and not row_problems:
            row_problems = [Problem(f"{label}pairs.csv", "", "no pair", "at least one row below the header")]
        problems += row_problems
        is_read = bibliography.is_read
        for where, pair in found:
            problems += _across(pair, f"{label}pairs.csv", where, frames, sources if is_read else None, pairs)
            pairs.append(pair)
    if problems:
        raise CaseError(str(folder.name if path is None else path), problems)
    folders = ("" if path is None else str(path), *map(str, extra))
    return ErrorLibrary(tuple(pairs), frames, sources, digest_of(pairs), *_generated(folder), folders=folders)


def digest_of(pairs: Sequence[ErrorPair]) -> str:
    """Return the digest of pairs, whatever their order."""
    lines = sorted(pair.model_dump_json() for pair in pairs)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _frames(folder: Path, label: str) -> tuple[dict[str, Frame], list[Problem]]:
    try:
        document = tomllib.loads((folder / "frames.toml").read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}, []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [Problem(f"{label}frames.toml", "", str(error), "TOML in UTF-8", "", "form")]
    frames, problems = {}, []
    for name, table in document.items():
        frame, defects = record_of(Frame, table, f"{label}frames.toml", name)
        problems += defects
        if frame is not None:
            frames[name] = frame
    return frames, problems


def _rows(folder: Path, label: str) -> tuple[list[tuple[str, ErrorPair]], list[Problem]]:
    """Read the pairs of a folder, each with its place in the file."""
    file = f"{label}pairs.csv"
    try:
        text = (folder / "pairs.csv").read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return [], [Problem(file, "", "bytes that are not UTF-8", "UTF-8", "save it as CSV UTF-8", "form")]
    except OSError:
        hint = "give a folder with pairs.csv and sources.bib"
        return [], [Problem(file, "", f"no such file in {str(folder)!r}", "a table of pairs", hint, "form")]
    reader = csv.DictReader(io.StringIO(text, newline=""))
    pairs: list[tuple[str, ErrorPair]] = []
    try:
        names, rows = reader.fieldnames or (), [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        hint = "look for a quotation mark that is not closed"
        return [], [Problem(file, f"line {reader.line_num}", f"text that is not CSV ({error})", "CSV", hint, "form")]
    twice = sorted({name for name in names if name and [*names].count(name) > 1})
    problems = [Problem(file, "line 1", f"a second column {name!r}", "each column once", "", "form") for name in twice]
    for number, row in rows:
        where = f"line {number} ({escaped(row.get('id') or 'no id')})"
        if None in row:
            problems.append(Problem(file, where, "more cells than columns", "as many", "quote commas in text", "form"))
            continue
        pair, defects = record_of(ErrorPair, _table(row), file, where)
        defects = [*map(_in_a_cell, defects), *_odd_cells(row, file, where)]
        problems += defects
        if pair is not None and not defects:
            pairs.append((where, pair))
    return pairs, problems


def _odd_cells(row: Mapping[str, str | None], file: str, where: str) -> Iterator[Problem]:
    """Yield cells with a number that can be read in two ways, or with a character that no text may hold."""
    for name, cell in row.items():
        text = (cell or "").strip()
        if name in _NUMBERS and "." in text and is_ambiguous(text):  # one with a comma is no number here
            yield Problem(file, f"{where} > {name}", repr(text), UNAMBIGUOUS, spelling_hint(text), "form")
        elif sign := forbidden_in(text):
            found, expected = f"the character {sign}", "text without control characters"
            yield Problem(file, f"{where} > {name}", found, expected, "delete the character", "form")


def _in_a_cell(defect: Problem) -> Problem:
    """Return a problem with a number as it is mended in a table, where there are no quotes."""
    column = defect.key.rpartition(" > ")[2]
    if column in (*_WHOLE, *_NUMBERS) and "without quotes" in defect.hint:
        return replace(defect, hint="write digits alone, as 1053829 or 1937, with a point for decimals")
    return defect


def _table(row: dict[str, str | None]) -> dict[str, object]:
    """Return the cells of a row that are not empty, numbers as numbers; a text in their place stays text."""
    table: dict[str, object] = {name: cell.strip() for name, cell in row.items() if cell and cell.strip()}
    for names, read in ((_WHOLE, int), (_NUMBERS, float)):
        for name in names:
            try:
                table[name] = read(str(table[name]))
            except (KeyError, ValueError):
                continue
    return table


def _across(
    pair: ErrorPair,
    file: str,
    where: str,
    frames: dict[str, Frame],
    sources: dict[str, Source] | None,
    before: Sequence[ErrorPair],
) -> list[Problem]:
    """Check a pair against what else there is."""
    problems = []
    if any(other.id == pair.id for other in before):
        problems.append(Problem(file, f"{where} > id", f"a second {pair.id!r}", "an id of its own"))
    if pair.frame not in frames:
        hint = did_you_mean(pair.frame, frames)
        problems.append(Problem(file, f"{where} > frame", repr(pair.frame), "a frame of frames.toml", hint))
    for name in ("source", "later_source"):
        key = getattr(pair, name)
        if sources is not None and key not in sources:
            hint = did_you_mean(key, sources)
            problems.append(Problem(file, f"{where} > {name}", repr(key), "a work in sources.bib", hint))
    return problems


def _generated(folder: Path) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return what was fitted to the pairs of a folder: to all of them, and with each event left out."""
    return _numbers(folder, "fitted.json", "errors"), _numbers(folder, "left-out.json", "hindcast")


def _numbers(folder: Path, name: str, command: str) -> dict[str, Any] | None:
    try:
        numbers: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (json.JSONDecodeError, OSError) as error:
        hint = f"make it again: mcmort {command} --refit --save"
        raise CaseError(str(folder), [Problem(name, "", str(error), "JSON", hint, "form")]) from error
    return numbers
