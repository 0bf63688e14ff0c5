"""Works that a spreadsheet names by author, year and title, as entries of ``sources.bib``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Final

from mcmort.catalogue.records import Source

__all__ = ["Works", "slug"]

_COLUMNS: Final = ("author", "year", "title", "publication")
_FIELD: Final = {"publication": "howpublished"}
_MOST: Final = 60


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
            fields["author"] = " and ".join(name.strip() for name in fields["author"].split(";"))
        for key, source in self.known.items():
            if (source.title, source.year) == (fields.get("title", ""), fields.get("year", "")) and (
                source.author == fields.get("author", "")
            ):
                return key
        same = next((key for key, other in self.added.items() if _same(other, fields)), None)
        if same is not None:
            return same
        last = fields.get("author", "").partition(",")[0].partition(" and ")[0] or fields.get("title", "")
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


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(one.get(name, "") == other.get(name, "") for name in ("author", "year", "title"))


def _written(name: str, value: str) -> str:
    text = re.sub(r"([&%$#_])", r"\\\1", value.replace("\\", "").replace("{", "(").replace("}", ")"))
    if name == "author":
        return " and ".join(one if "," in one else f"{{{one}}}" for one in text.split(" and "))
    return f"{{{text}}}" if name == "title" else text
