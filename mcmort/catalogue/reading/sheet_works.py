"""Works that a spreadsheet names by author, year and title, as entries of ``sources.bib``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Final

from mcmort.catalogue.reading.bibtex_names import are_run_together, is_institution
from mcmort.catalogue.reading.schema_errors import show
from mcmort.catalogue.reading.sheet_cells import Refusal
from mcmort.catalogue.records import Source

__all__ = ["Works", "first_author", "slug", "unread_parts"]

_COLUMNS: Final = ("author", "year", "title", "publication")
_FIELD: Final = {"publication": "howpublished"}
_MOST: Final = 60
_BETWEEN: Final = "; "
"""Between the authors of a work until it is written: the name of an institution may hold an "and"."""


def slug(text: str, between: str = "-") -> str:
    """Return an id made of a text: small letters without accents, digits, hyphens.

    Examples
    --------
    >>> slug("Excess deaths, Khmer Rouge years")
    'excess-deaths-khmer-rouge-years'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", between, plain).strip(between)[:_MOST].strip(between)


@dataclass
class Works:
    """The works of a case, to which those of a sheet are added.

    Attributes
    ----------
    known : mapping of str to Source
        Works that the bibliography holds already.
    added : dict of str to dict of str to str
        Fields of the works to add, by key.
    """

    known: Mapping[str, Source] = field(default_factory=dict)
    added: dict[str, dict[str, str]] = field(default_factory=dict)

    def key_of(self, values: dict[str, str]) -> str | None:
        """Return the key of the work that a row describes, and take its columns out of the row; None without any."""
        given = {name: values.pop(name) for name in _COLUMNS if name in values}
        if not given.get("author") and not given.get("title"):
            return None
        fields = {_FIELD.get(name, name): value for name, value in given.items()}
        if "author" in fields:
            fields["author"] = _BETWEEN.join(_authors(fields["author"]))
        for key, source in self.known.items():
            if (source.title, source.year) == (fields.get("title", ""), fields.get("year", "")) and (
                source.author == fields.get("author", "").replace(_BETWEEN, " and ")
            ):
                return key
        same = next((key for key, other in self.added.items() if _same(other, fields)), None)
        if same is not None:
            return same
        last = first_author(fields) or fields.get("title", "")
        stem = "-".join(part for part in (slug(last)[:30].strip("-"), slug(fields.get("year", ""))) if part) or "work"
        endings = chain(("", *"bcdefghijklmnopqrstuvwxyz"), (f"-{number}" for number in count(27)))
        new: str = next(name for end in endings if (name := stem + end) not in self.known and name not in self.added)
        self.added[new] = fields
        return new

    @property
    def bibtex(self) -> str:
        """The works to add, as BibTeX."""
        return "".join(
            f"\n@misc{{{key},\n"
            + "".join(f"  {name} = {{{_written(name, value)}}},\n" for name, value in fields.items())
            + "}\n"
            for key, fields in self.added.items()
        )


def first_author(work: Mapping[str, str]) -> str:
    """Return the last name of the first author of a work, or the institution; nothing where no author is named."""
    return work.get("author", "").partition(_BETWEEN)[0].partition(",")[0]


def unread_parts(values: Mapping[str, str]) -> Iterator[tuple[str, Refusal]]:
    """Yield the cells of a work that can be read in two ways, each with the name of its column.

    Examples
    --------
    >>> [name for name, _ in unread_parts({"author": "Smith, J., Doe, J.", "year": "1990.0"})]
    ['author', 'year']
    """
    author = values.get("author", "")
    hint = "write a semicolon between authors, last name first, as Smith, Anna; Doe, John"
    if any(are_run_together(one) for one in _authors(author)):
        yield "author", Refusal(f"{show(author)}, with commas between authors", "a semicolon between authors", hint)
    elif any(map(_may_be_two, _authors(author))):
        found = f"{show(author)}, which may be two persons or an institution"
        more = "for an institution put the work into sources.bib, and its key into a column source"
        yield "author", Refusal(found, "last names first", f"{hint}; {more}")
    year = values.get("year", "")
    if re.fullmatch(r"[0-9]{4}\.0+|['\N{RIGHT SINGLE QUOTATION MARK}]?[0-9]{2}", year):
        hint = f"write {year[:4]}" if "." in year else "in four digits"
        yield "year", Refusal(show(year), "the year of a work", hint)


def _may_be_two(author: str) -> bool:
    """Whether a name without a comma holds an "and", and no word that tells an institution."""
    words = re.sub(r" (?:and|&) ", " ", author)
    return words != author and "," not in author and not is_institution(words)


def _authors(text: str) -> list[str]:
    """Return the authors in a cell: between semicolons, or between "and" where each has a comma."""
    parts = [part.strip() for part in re.split(r"\s*;\s*(?:and |& )?", text)]
    if len(parts) == 1:
        both = re.split(r",?\s+(?:and|&)\s+", text)
        parts = both if len(both) > 1 and all("," in part for part in both) else parts
    return [part for part in parts if part]


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(one.get(name, "") == other.get(name, "") for name in ("author", "year", "title"))


def _written(name: str, value: str) -> str:
    text = re.sub(r"([&%$#_])", r"\\\1", value.replace("\\", "").replace("{", "(").replace("}", ")"))
    if name == "author":
        return " and ".join(one if "," in one else f"{{{one}}}" for one in text.split(_BETWEEN))
    return f"{{{text}}}" if name == "title" else text
