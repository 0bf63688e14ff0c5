"""The bibliography of a case, as text or BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from mcmort.catalogue.records import Source
from mcmort.present.print_format import EN_DASH

__all__ = ["as_bibtex", "as_text", "author_and_year", "reference"]

_MOST_AUTHORS: Final = 3
_VERBATIM: Final = ("doi", "eprint", "file", "isbn", "url")


def reference(source: Source) -> str:
    """Return a work in one line: author, year, title, where it appeared."""
    fields = source.fields
    people = " and ".join(_turned(name) for name in source.author.split(" and ")) if source.author else ""
    parts = [part for part in (people, source.year, source.title) if part]
    place = [
        fields.get(key, "") for key in ("journal", "journaltitle", "booktitle", "publisher", "institution", "school")
    ]
    number = fields.get("volume", "") + (f"({fields['number']})" if fields.get("number") else "")
    pages = fields.get("pages", "").replace("--", EN_DASH)
    parts += [part for part in (*place, number, pages, fields.get("doi", "")) if part]
    text = ". ".join(parts)
    if source.is_assumption:
        return f"Assumption of this case. {source.title}. {fields.get('note', '')}".strip()
    return text if text.endswith(".") else f"{text}."


def author_and_year(source: Source) -> str:
    """Return what a work is called in passing: last names of up to three authors and the year; else its key."""
    people = [name.partition(",")[0].strip() if _is_person(name) else name.strip() for name in _people(source)]
    if not people or source.is_assumption:
        return source.key
    if len(people) > _MOST_AUTHORS:
        named = f"{people[0]} and others"
    else:
        named = " and ".join(part for part in (", ".join(people[:-1]), people[-1]) if part)
    return f"{named} {source.year}".strip()


def _people(source: Source) -> list[str]:
    return [name for name in source.author.split(" and ") if name.strip()]


def _is_person(name: str) -> bool:
    """Whether a name is "Last, First"; "Institution, its department" and a name without a comma are none."""
    _, comma, first = name.partition(",")
    return bool(comma) and not first.strip()[:1].islower()


def _turned(name: str) -> str:
    """Return "Last, First" as "First Last"."""
    last, _, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if _is_person(name) else name.strip()


def as_text(sources: Iterable[Source]) -> str:
    """Return works as a list, published ones first, then assumptions; each with its note, which may mark it as weak."""
    ordered = sorted(
        sources, key=lambda source: (source.is_assumption, source.author.lower() or source.title.lower(), source.year)
    )
    lines = []
    for source in ordered:
        note = "" if source.is_assumption else source.fields.get("note", "")
        lines.append(f"[{source.key}] {reference(source)}{f' Note: {note}' if note else ''}\n")
    return "".join(lines)


def as_bibtex(sources: Iterable[Source]) -> str:
    """Return works as BibTeX, with the fields that the case holds.

    Names without a comma are institutions, and stand in braces with their "and"; so do titles, whose capitals matter.
    """
    entries = []
    for source in sorted(sources, key=lambda source: source.key):
        kind = "misc" if source.is_assumption else source.kind
        fields = "".join(f"  {key} = {{{_field(key, value)}}},\n" for key, value in sorted(source.fields.items()))
        entries.append(f"@{kind}{{{source.key},\n{fields}}}\n")
    return "\n".join(entries)


def _field(key: str, value: str) -> str:
    """Return a field with the signs of LaTeX escaped, but for addresses and numbers."""
    if key in _VERBATIM:
        return value
    text = re.sub(r"(?<!\\)([&%$#_])", r"\\\1", value)
    if key in ("author", "editor"):
        names = text.split(" and ") if "," in text else [text]
        return " and ".join(name if _is_person(name) or name == "others" else f"{{{name}}}" for name in names)
    return f"{{{text}}}" if key in ("title", "booktitle") else text
