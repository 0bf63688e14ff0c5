"""The bibliography of a case, as text or BibTeX."""

from __future__ import annotations

from collections.abc import Iterable

from mcmort.catalogue.records import Source

__all__ = ["as_bibtex", "as_text", "reference"]


def reference(source: Source) -> str:
    """Return a work in one line: author, year, title, where it appeared."""
    fields = source.fields
    people = " and ".join(_turned(name) for name in source.author.split(" and ")) if source.author else ""
    parts = [part for part in (people, source.year, source.title) if part]
    place = [
        fields.get(key, "") for key in ("journal", "journaltitle", "booktitle", "publisher", "institution", "school")
    ]
    number = fields.get("volume", "") + (f"({fields['number']})" if fields.get("number") else "")
    parts += [part for part in (*place, number, fields.get("pages", ""), fields.get("doi", "")) if part]
    text = ". ".join(parts)
    if source.is_assumption:
        return f"Assumption of this case. {source.title}. {fields.get('note', '')}".strip()
    return text if text.endswith(".") else f"{text}."


def _turned(name: str) -> str:
    """Return "Last, First" as "First Last"."""
    last, comma, first = name.partition(",")
    if first.strip()[:1].islower():  # an institution and its department, not a person
        return name.strip()
    return f"{first.strip()} {last.strip()}" if comma else name.strip()


def as_text(sources: Iterable[Source]) -> str:
    """Return works as a list, published ones first, then assumptions."""
    ordered = sorted(sources, key=lambda one: (one.is_assumption, one.author.lower() or one.title.lower(), one.year))
    return "".join(f"[{source.key}] {reference(source)}\n" for source in ordered)


def as_bibtex(sources: Iterable[Source]) -> str:
    """Return works as BibTeX, with the fields that the case holds."""
    entries = []
    for source in sorted(sources, key=lambda one: one.key):
        kind = "misc" if source.is_assumption else source.kind
        fields = "".join(f"  {key} = {{{value}}},\n" for key, value in sorted(source.fields.items()))
        entries.append(f"@{kind}{{{source.key},\n{fields}}}\n")
    return "\n".join(entries)
