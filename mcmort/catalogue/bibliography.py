"""Reads ``sources.bib`` (BibTeX as Zotero exports it) into `Source` records."""

from __future__ import annotations

import logging
from pathlib import Path

from mcmort.catalogue.records import Source
from mcmort.errors import Problem

__all__ = ["read_sources"]


def _plain(text: str) -> str:
    """Drop the braces that BibTeX uses to protect capitals."""
    return " ".join(text.replace("{", "").replace("}", "").split())


def read_sources(path: Path, name: str) -> tuple[dict[str, Source], list[Problem]]:
    """Read a bibliography.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        How to call it in problems.

    Returns
    -------
    tuple of dict and list
        Sources by key, and what is wrong with the file.
    """
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        hint = "every case carries its bibliography; export it from Zotero as BibTeX"
        return {}, [Problem(name, "", "no such file", "a BibTeX file", hint, "form")]
    except (OSError, UnicodeDecodeError) as error:
        return {}, [Problem(name, "", f"a file that cannot be read ({error})", "BibTeX in UTF-8", "", "form")]
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    library = parse_string(text)
    problems = []
    for block in library.failed_blocks:
        line = f"line {(block.start_line or 0) + 1}"
        if isinstance(block, DuplicateBlockKeyBlock):
            found, hint = f"a second entry with the key {block.key!r}", "give each work a key of its own"
        else:
            found, hint = "an entry that BibTeX cannot read", "look for an unclosed brace or a missing comma"
        problems.append(Problem(name, line, found, "one entry for each work", hint, "form"))
    sources = {}
    for entry in library.entries:
        fields = {field.key.lower(): _plain(str(field.value)) for field in entry.fields}
        keywords = {word.strip() for word in fields.get("keywords", "").replace(";", ",").split(",")}
        sources[entry.key] = Source(
            key=entry.key,
            kind="assumption" if "assumption" in keywords else entry.entry_type.lower(),
            author=fields.get("author", ""),
            title=fields.get("title", ""),
            year=fields.get("year", fields.get("date", ""))[:4],
            fields=fields,
        )
    return sources, problems
