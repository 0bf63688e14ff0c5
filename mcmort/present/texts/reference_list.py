"""The bibliography of a case, as text or BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from mcmort.catalogue.names import Name, names_in
from mcmort.catalogue.records import Source
from mcmort.present.print_format import EN_DASH

__all__ = ["as_bibtex", "as_text", "author_and_year", "bibtex_field", "names_of", "reference", "typeset", "whole_title"]

_MOST_AUTHORS: Final = 3
_INHERITED: Final = ("crossref", "xdata")
"""Fields that name other entries, from which a work has its fields already."""
_VERBATIM: Final = ("doi", "eprint", "file", "isbn", "url")


def reference(source: Source) -> str:
    """Return a work in one line: author, year, title, where it appeared."""
    fields = source.fields
    people = _listed([name.first_name_first for name in names_of(source)]) or _edited_by(source)
    parts = [part for part in (people, source.year, whole_title(fields, "title", source.title)) if part]
    journal = fields.get("journaltitle") or fields.get("journal", "")
    book = whole_title(fields, "booktitle")
    place = [journal, book, *(fields.get(key, "") for key in ("publisher", "institution", "school"))]
    number = fields.get("volume", "") + (f"({fields['number']})" if fields.get("number") else "")
    pages = fields.get("pages", "")
    parts += [part for part in (*place, number, pages, fields.get("doi", "")) if part]
    text = ". ".join(parts).replace(".. ", ". ")
    if source.is_assumption:
        return typeset(f"Assumption of this case. {source.title}. {fields.get('note', '')}".strip())
    return typeset(text if text.endswith(".") else f"{text}.")


def whole_title(fields: Mapping[str, str], key: str, title: str = "") -> str:
    """Return a title with the subtitle that biblatex keeps in a field of its own."""
    title = title or fields.get(key, "")
    subtitle = fields.get(key.replace("title", "subtitle"), "") if title and "title" in key else ""
    return f"{title}{' ' if title.endswith(('.', ':', '?', '!')) else ': '}{subtitle}" if subtitle else title


def _edited_by(source: Source) -> str:
    """Return the editors of a work without authors, as they stand in their place."""
    editors = source.names("editor")
    named = _listed([name.first_name_first for name in editors])
    return f"{named} ({'eds' if len(editors) > 1 else 'ed.'})" if editors else ""


def typeset(text: str) -> str:
    """Return a text with the dashes that BibTeX writes as hyphens."""
    return text.replace("---", "\N{EM DASH}").replace("--", EN_DASH)


def names_of(source: Source) -> tuple[Name, ...]:
    """Return the authors of a work, as they are known from its braces or from its text."""
    return source.people.get("author") or names_in(source.author)


def author_and_year(source: Source) -> str:
    """Return what a work is called in passing: last names of up to three authors and the year; else its key."""
    people = [name.family for name in names_of(source)]
    if not people or source.is_assumption:
        return source.key
    named = f"{people[0]} and others" if len(people) > _MOST_AUTHORS else _listed(people)
    return f"{named} {source.year}".strip()


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


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
        written = {
            key: bibtex_field(source, key, value) for key, value in source.fields.items() if key not in _INHERITED
        }
        fields = "".join(f"  {key} = {{{value}}},\n" for key, value in sorted(written.items()))
        entries.append(f"@{kind}{{{source.key},\n{fields}}}\n")
    return "\n".join(entries)


def bibtex_field(source: Source, key: str, value: str) -> str:
    """Return a field with the signs of LaTeX escaped, but for addresses and numbers."""
    if key in _VERBATIM:
        return value
    if key in ("author", "editor", "translator"):
        return " and ".join(_name(name) for name in source.names(key))
    text = _escaped(value)
    return f"{{{text}}}" if key in ("title", "booktitle") else text


def _name(name: Name) -> str:
    text = _escaped(name.last_name_first)
    return text if name.is_person or name.is_others else f"{{{text}}}"


def _escaped(text: str) -> str:
    return re.sub(r"(?<!\\)([&%$#_])", r"\\\1", text).replace("~", r"\textasciitilde{}")
