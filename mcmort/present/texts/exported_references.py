"""The bibliography of a case for other programs: CSL-JSON for reference managers and Pandoc, and RIS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from mcmort.catalogue.names import Name
from mcmort.catalogue.records import Source
from mcmort.present.texts.reference_list import names_of, typeset, whole_title

__all__ = ["as_csl_json", "as_ris", "csl_items"]

_TYPES: Final = {
    "article": ("article-journal", "JOUR"),
    "book": ("book", "BOOK"),
    "collection": ("book", "EDBOOK"),
    "conference": ("paper-conference", "CPAPER"),
    "dataset": ("dataset", "DATA"),
    "inbook": ("chapter", "CHAP"),
    "incollection": ("chapter", "CHAP"),
    "inproceedings": ("paper-conference", "CPAPER"),
    "mastersthesis": ("thesis", "THES"),
    "mvbook": ("book", "BOOK"),
    "newspaper": ("article-newspaper", "NEWS"),
    "online": ("webpage", "ELEC"),
    "phdthesis": ("thesis", "THES"),
    "proceedings": ("book", "CONF"),
    "report": ("report", "RPRT"),
    "techreport": ("report", "RPRT"),
    "thesis": ("thesis", "THES"),
    "unpublished": ("manuscript", "UNPB"),
    "www": ("webpage", "ELEC"),
}
"""Types of a work in CSL and in RIS, by its type in BibTeX."""
_OTHER: Final = ("document", "GEN")
_CSL: Final = {
    "title": ("title",),
    "container-title": ("journaltitle", "journal", "booktitle"),
    "publisher": ("publisher", "institution", "school", "organization", "howpublished"),
    "publisher-place": ("location", "address"),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "edition": ("edition",),
    "collection-title": ("series",),
    "page": ("pages",),
    "DOI": ("doi",),
    "URL": ("url",),
    "ISBN": ("isbn",),
    "ISSN": ("issn",),
    "language": ("langid", "language"),
    "note": ("note",),
    "abstract": ("abstract",),
}
"""Variables of CSL, each with the fields of BibTeX that hold it."""
_RIS: Final = {
    "title": "TI",
    "container-title": "T2",
    "publisher": "PB",
    "publisher-place": "CY",
    "volume": "VL",
    "issue": "IS",
    "edition": "ET",
    "collection-title": "T3",
    "DOI": "DO",
    "URL": "UR",
    "ISBN": "SN",
    "ISSN": "SN",
    "language": "LA",
    "note": "N1",
    "abstract": "AB",
}
"""Tags of RIS for variables of CSL."""


def csl_items(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """Return works as items of CSL-JSON.

    Parameters
    ----------
    sources : iterable of Source
        Works of a case; an assumption is a document with its reason as the note.

    Returns
    -------
    list of dict
        Sorted by key, with what the case holds of each work.
    """
    return [_item(source) for source in sorted(sources, key=lambda source: source.key)]


def as_csl_json(sources: Iterable[Source]) -> str:
    """Return works as CSL-JSON, which Zotero, Pandoc and citeproc read; see `csl_items`."""
    return json.dumps(csl_items(sources), ensure_ascii=False, indent=2) + "\n"


def _item(source: Source) -> dict[str, Any]:
    item: dict[str, Any] = {"id": source.key, "type": _TYPES.get(source.kind, _OTHER)[0]}
    roles = {"author": names_of(source), "editor": source.names("editor"), "translator": source.names("translator")}
    item |= {role: [_csl_name(name) for name in names] for role, names in roles.items() if names}
    for variable, keys in _CSL.items():
        value = next((whole_title(source.fields, key) for key in keys if source.fields.get(key)), "")
        if value:
            item[variable] = value.replace("--", "-") if variable == "page" else typeset(value)
    if source.year:
        is_year = re.fullmatch(r"\d{4}", source.year) is not None
        item["issued"] = {"date-parts": [_date_parts(source)]} if is_year else {"literal": source.year}
    return item


def _date_parts(source: Source) -> list[int]:
    """Return the year of a work, with month and day where its date has them."""
    match = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", source.fields.get("date", ""))
    if match is None or match[1] != source.year:
        return [int(source.year)]
    return [int(part) for part in match.groups() if part is not None]


def _csl_name(name: Name) -> dict[str, str]:
    if not name.is_person:
        return {"literal": "et al." if name.is_others else name.family}
    particle = name.particle
    parts = {
        "family": name.family.removeprefix(particle).strip(),
        "given": name.given,
        "non-dropping-particle": particle,
        "suffix": name.suffix,
    }
    return {key: value for key, value in parts.items() if value}


def as_ris(sources: Iterable[Source]) -> str:
    """Return works in the format RIS, which EndNote, Mendeley and Zotero read.

    Parameters
    ----------
    sources : iterable of Source
        Works of a case.

    Returns
    -------
    str
        One record for each work, sorted by key; lines end as the format asks, with carriage return and line feed.
    """
    records = []
    for source in sorted(sources, key=lambda source: source.key):
        item = _item(source)
        lines = [("TY", _TYPES.get(source.kind, _OTHER)[1]), ("ID", source.key)]
        for role, tag in (("author", "AU"), ("editor", "ED"), ("translator", "A4")):
            names = names_of(source) if role == "author" else source.names(role)
            lines += [(tag, _ris_name(name)) for name in names if not name.is_others]
        lines += [("PY", source.year)]
        lines += [(tag, str(item[variable])) for variable, tag in _RIS.items() if variable in item]
        first, _, last = str(item.get("page", "")).partition("-")
        lines += [("SP", first), ("EP", last)]
        body = "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in lines if value)
        records.append(f"{body}ER  - \r\n")
    return "\r\n".join(records)


def _ris_name(name: Name) -> str:
    """Return a name as RIS has it: last, first, suffix."""
    return ", ".join(part for part in (name.family, name.given, name.suffix) if part)
