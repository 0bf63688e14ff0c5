"""Reads ``sources.bib`` (BibTeX as Zotero, JabRef, Mendeley and biblatex write it) into `Source` records."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mcmort.catalogue.names import Name
from mcmort.catalogue.reading.bibtex_names import read_names, run_together
from mcmort.catalogue.reading.bibtex_values import inherited, is_run_on, joined, without_entities, year_in
from mcmort.catalogue.reading.bounded_toml import unfit_file
from mcmort.catalogue.reading.hostile_text import allowed, damage_in, escaped, forbidden_in
from mcmort.catalogue.reading.latex import address, plain
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.records import Source
from mcmort.errors import Problem

if TYPE_CHECKING:
    from bibtexparser.library import Library
    from bibtexparser.model import Block, Entry

__all__ = ["Bibliography", "read_sources"]

_KEY: Final = re.compile(r"@\w+\s*[{(]\s*([^\s,{}()]+)")
_ADDRESSES: Final = ("doi", "eprint", "file", "isbn", "url")
_NAMES: Final = ("author", "editor", "translator")
_OF_MANAGERS: Final = (
    "date-added",
    "date-modified",
    "bdsk-",
    "file",
    "timestamp",
    "owner",
    "mendeley-",
    "__markedentry",
)
_LOST_FIELD: Final = re.compile(r"\s*,?\s*[A-Za-z-]+\s*=\s*[\"{0-9]")
_UNPRINTED: Final = frozenset({"abstract", "annotation", "annote", "file", "keywords", "review"})
"""Fields that no reference shows: what steers a terminal is left out of them, not refused."""
_PRINTED: Final = frozenset({"author", "editor", "title", "booktitle", "journal", "journaltitle", "publisher"})
"""Fields that nearly every reference shows."""
_OTHER_FORMATS: Final = (
    (re.compile(r"TY  - "), "RIS"),
    (re.compile(r"%0 |%[AT] "), "EndNote"),
    (re.compile(r"[\[{]\s*[\[{\"]"), "JSON"),
    (re.compile(r"<"), "XML or HTML"),
    (re.compile(r"PMID- "), "PubMed"),
)
"""What files of other programs begin with."""
_NAME_OF_FIELD: Final = re.compile(r"[^\W\d][\w:.+/-]*")
_LATEX_HINT: Final = "export with Unicode: in Better BibTeX switch off LaTeX, in JabRef clean up with LaTeX to Unicode"


@dataclass(frozen=True)
class Bibliography:
    """What a bibliography holds.

    Attributes
    ----------
    sources : dict of str to Source
        Works by key.
    problems : list of Problem
        What is wrong with the file as a whole.
    broken : dict of str to tuple of Problem
        What is wrong with single entries, by key, or by line where the key cannot be read. Such an entry does not
        stand in the way of a case that does not cite it.
    is_read : bool
        Whether the file could be opened at all.
    """

    sources: dict[str, Source] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    is_read: bool = True


def read_sources(path: Path, name: str) -> Bibliography:
    """Read a bibliography.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        How to call it in problems.

    Returns
    -------
    Bibliography
        With the problems of each entry that cannot be read.
    """
    from bibtexparser.splitter import Splitter

    try:
        if defect := unfit_file(path):
            return _unread(Problem(name, "", *defect, "form"))
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        hint = "every case carries its bibliography; export it from Zotero as BibTeX"
        return _unread(Problem(name, "", "no such file", "a BibTeX file", hint, "form"))
    except UnicodeDecodeError as error:
        found = f"bytes that are not UTF-8 ({error.reason})"
        return _unread(Problem(name, "", found, "UTF-8", "export it from Zotero with the character set UTF-8", "form"))
    except OSError as error:
        return _unread(Problem(name, "", str(error.strerror), "a file that can be read", "", "form"))
    for beginning, format_name in _OTHER_FORMATS:
        if "@" not in text and beginning.match(text.lstrip()):
            hint = "export it as BibTeX, from Zotero or what made it"
            return _unread(Problem(name, "", f"works in the format {format_name}", "BibTeX", hint, "form"))
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    library = Splitter(text).split()
    broken: dict[str, tuple[Problem, ...]] = {}
    written = {entry.key: _content(entry) for entry in library.entries}
    for block in library.failed_blocks:
        if not _repeats(block, written):
            key, problem = _failed(block, name)
            broken[key] = (*broken.get(key, ()), problem)
    for key, problem in (*_cut_short(library, name), *_run_on(library, name)):
        broken[key] = (*broken.get(key, ()), problem)
    strings: dict[str, str] = {}
    for string in library.strings:
        strings[string.key.lower()] = joined(str(string.value), strings)
    entries = {
        entry.key: (
            entry.entry_type.lower(),
            {_field_name(one.key): joined(str(one.value), strings) for one in entry.fields},
        )
        for entry in library.entries
    }
    sources = {}
    for key, (kind, _) in entries.items():
        raw, missing = inherited(key, entries)
        source, problems = _source(key, kind, raw, name)
        hint = "put the work that it refers to into the file, or write its fields into the entry"
        problems += [
            Problem(name, f"{key} > crossref", f"{parent!r}", "the key of an entry", hint) for parent in missing
        ]
        sources[key] = source
        if problems:
            broken[key] = (*broken.get(key, ()), *problems)
    return Bibliography(sources, [], broken)


def _field_name(written: str) -> str:
    """Return the name of a field, without a comment in front of it, which other programs skip."""
    return written.rpartition("\n")[2].strip().lower() if written.lstrip().startswith("%") else written.lower()


def _content(entry: Entry) -> dict[str, str]:
    """Return what an entry says of its work, without what reference managers note of themselves."""
    fields = {one.key.lower(): " ".join(str(one.value).split()) for one in entry.fields}
    return {key: value for key, value in fields.items() if not key.startswith(_OF_MANAGERS)}


def _repeats(block: Block, written: Mapping[str, dict[str, str]]) -> bool:
    """Whether a block is an entry that stands in the file before, word for word: BibTeX takes the first."""
    from bibtexparser.model import DuplicateBlockKeyBlock, Entry

    again = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else None
    return isinstance(again, Entry) and written.get(again.key) == _content(again)


def _cut_short(library: Library, name: str) -> Iterator[tuple[str, Problem]]:
    """Yield entries behind which fields stand that a brace too many has cut off."""
    from bibtexparser.model import Entry, ImplicitComment

    for entry, rest in pairwise(library.blocks):
        if isinstance(entry, Entry) and isinstance(rest, ImplicitComment) and _LOST_FIELD.match(rest.comment):
            found, hint = (
                f"{show(rest.comment.split('=')[0].strip(', '))} behind the end of the entry",
                "look for a brace too many",
            )
            yield entry.key, Problem(name, escaped(entry.key), found, "all fields within the entry", hint, "form")


def _run_on(library: Library, name: str) -> Iterator[tuple[str, Problem]]:
    """Yield entries without a key, and those in which a field holds the next one, for want of a comma."""
    for entry in library.entries:
        if not entry.key:
            hint = "give the work a key"
            place = f"line {(entry.start_line or 0) + 1}"
            yield entry.key, Problem(name, place, "an entry without a key", "a key for each work", hint, "form")
        for one in entry.fields:
            if not _NAME_OF_FIELD.fullmatch(_field_name(one.key)):
                place, found = escaped(f"{entry.key}"), f"a field with the name {show(_field_name(one.key))}"
                hint = "put remarks between entries, or on lines of their own after %"
                yield entry.key, Problem(name, place, found, "a name of letters and digits", hint, "form")
            if is_run_on(str(one.value)):
                place, found = escaped(f"{entry.key} > {one.key}"), "a field that holds the next one"
                yield entry.key, Problem(name, place, found, "a comma behind each field", "write the comma", "form")


def _failed(block: Block, name: str) -> tuple[str, Problem]:
    """Return key and problem of an entry that the parser gives up."""
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock

    found, hint = "an entry that BibTeX cannot read", "look for an unclosed brace or a missing comma"
    if isinstance(block, DuplicateBlockKeyBlock):
        found, hint = f"a second entry with the key {block.key!r}", "give each work a key of its own"
    elif isinstance(block, DuplicateFieldKeyBlock):
        found, hint = f"a field given twice ({', '.join(sorted(block.duplicate_keys))})", "keep one of the two"
    line = f"line {(block.start_line or 0) + 1}"
    match = _KEY.search(block.raw or "")
    place = f"{line} > {match[1]}" if match and not isinstance(block, DuplicateBlockKeyBlock) else line
    return match[1] if match else line, Problem(
        name, escaped(place), escaped(found), "one entry for each work", hint, "form"
    )


def _source(key: str, kind: str, raw: dict[str, str], name: str) -> tuple[Source, list[Problem]]:
    """Make a work of the fields of an entry, and say what of it cannot be printed."""
    people: dict[str, tuple[Name, ...]] = {role: read_names(raw[role]) for role in _NAMES if role in raw}
    fields = {field: _printed(field, value) for field, value in raw.items()}
    fields |= {field: allowed(fields[field]) for field in _UNPRINTED & fields.keys()}
    fields |= {role: " and ".join(one.last_name_first for one in names) for role, names in people.items()}
    problems = [
        Problem(name, f"{key} > {field}", fields[field], "letters, not commands of LaTeX", _LATEX_HINT, "form")
        for field in ("author", "editor", "title", "booktitle")
        if "\\" in fields.get(field, "")
    ]
    for role in people:
        if several := run_together(raw[role]):
            hint = "write and between persons, and braces around the name of an institution"
            found, expected = f"{show(plain(several))}, with commas between names", "and between names"
            problems.append(Problem(name, escaped(f"{key} > {role}"), found, expected, hint, "form"))
    for name_of_field in _PRINTED & fields.keys():
        if damage := damage_in(fields[name_of_field]):
            found, hint = damage
            expected = "text as the work has it"
            problems.append(Problem(name, escaped(f"{key} > {name_of_field}"), found, expected, hint, "form"))
    for name_of_field, text in (("", key), *fields.items()):
        sign = forbidden_in(text)
        if sign is not None:
            place = escaped(f"{key} > {name_of_field}" if name_of_field else key)
            found, expected = f"the character {sign}", "text without control characters"
            problems.append(Problem(name, place, found, expected, "delete the character", "form"))
    keywords = {word.strip() for word in fields.get("keywords", "").replace(";", ",").split(",")}
    is_choice = "assumption" in keywords and kind == "misc" and not people
    source = Source(
        key=key,
        kind="assumption" if is_choice else kind,
        author=fields.get("author", ""),
        title=fields.get("title", ""),
        year=year_in(fields.get("year", "") or fields.get("date", "")),
        fields=fields,
        people=people,
    )
    return source, problems


def _printed(field: str, value: str) -> str:
    return address(value) if field in _ADDRESSES else without_entities(plain(value))


def _unread(problem: Problem) -> Bibliography:
    return Bibliography(problems=[problem], is_read=False)
