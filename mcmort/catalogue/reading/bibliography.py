"""Reads ``sources.bib`` (BibTeX as Zotero exports it) into `Source` records."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mcmort.catalogue.reading.latex import plain
from mcmort.catalogue.records import Source
from mcmort.errors import Problem

__all__ = ["Bibliography", "read_sources"]

_KEY: Final = re.compile(r"@\w+\s*\{\s*([^\s,{}]+)")


@dataclass(frozen=True)
class Bibliography:
    """What a bibliography holds.

    Attributes
    ----------
    sources : dict of str to Source
        Works by key.
    problems : list of Problem
        What is wrong with the file.
    broken : frozenset of str
        Keys of entries that cannot be read.
    is_read : bool
        Whether the file could be opened at all.
    """

    sources: dict[str, Source] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: frozenset[str] = frozenset()
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
        With one problem for each entry that cannot be read.
    """
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock

    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        hint = "every case carries its bibliography; export it from Zotero as BibTeX"
        return _unread(Problem(name, "", "no such file", "a BibTeX file", hint, "form"))
    except UnicodeDecodeError as error:
        found = f"bytes that are not UTF-8 ({error.reason})"
        return _unread(Problem(name, "", found, "UTF-8", "export it from Zotero with the character set UTF-8", "form"))
    except OSError as error:
        return _unread(Problem(name, "", str(error.strerror), "a file that can be read", "", "form"))
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    library = parse_string(text)
    problems = []
    for block in library.failed_blocks:
        found, hint = "an entry that BibTeX cannot read", "look for an unclosed brace or a missing comma"
        if isinstance(block, DuplicateBlockKeyBlock):
            found, hint = f"a second entry with the key {block.key!r}", "give each work a key of its own"
        elif isinstance(block, DuplicateFieldKeyBlock):
            found, hint = f"a field given twice ({', '.join(sorted(block.duplicate_keys))})", "keep one of the two"
        line = f"line {(block.start_line or 0) + 1}"
        problems.append(Problem(name, line, found, "one entry for each work", hint, "form"))
    sources = {}
    for entry in library.entries:
        fields = {field.key.lower(): plain(str(field.value)) for field in entry.fields}
        for key in ("author", "editor", "title"):
            if "\\" in fields.get(key, ""):
                hint = "export it from Zotero with the character set UTF-8"
                problems.append(
                    Problem(name, f"{entry.key} > {key}", fields[key], "letters, not commands of LaTeX", hint, "form")
                )
        keywords = {word.strip() for word in fields.get("keywords", "").replace(";", ",").split(",")}
        sources[entry.key] = Source(
            key=entry.key,
            kind="assumption" if "assumption" in keywords else entry.entry_type.lower(),
            author=fields.get("author", ""),
            title=fields.get("title", ""),
            year=fields.get("year", fields.get("date", ""))[:4],
            fields=fields,
        )
    broken = frozenset(_KEY.findall(text)) - sources.keys() if library.failed_blocks else frozenset()
    return Bibliography(sources, problems, broken)


def _unread(problem: Problem) -> Bibliography:
    return Bibliography(problems=[problem], is_read=False)
