"""The bibliography of a case for reference managers: CSL-JSON and RIS."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from mcmort.catalogue.records import Source

__all__ = ["as_csl_json", "as_ris"]

_CSL: Final = {
    "article": "article-journal", "book": "book", "collection": "book", "incollection": "chapter", "inbook": "chapter",
    "inproceedings": "paper-conference", "report": "report", "techreport": "report", "phdthesis": "thesis",
    "thesis": "thesis", "online": "webpage", "dataset": "dataset",
}  # fmt: skip
_RIS: Final = {
    "article-journal": "JOUR", "book": "BOOK", "chapter": "CHAP", "paper-conference": "CPAPER", "report": "RPRT",
    "thesis": "THES", "webpage": "ELEC", "dataset": "DATA", "document": "GEN",
}  # fmt: skip


def as_csl_json(sources: Iterable[Source]) -> str:
    """Return works as CSL-JSON, which Zotero, Pandoc and Quarto read."""
    works = [_csl(source) for source in sorted(sources, key=lambda source: source.key)]
    return json.dumps(works, indent=2, ensure_ascii=False) + "\n"


def as_ris(sources: Iterable[Source]) -> str:
    """Return works as RIS, which EndNote and Mendeley read."""
    return "\n".join(_ris(source) for source in sorted(sources, key=lambda source: source.key))


def _csl(source: Source) -> dict[str, Any]:
    fields = source.fields
    work: dict[str, Any] = {"id": source.key, "type": _CSL.get(source.kind, "document"), "title": source.title}
    if source.author:
        work["author"] = [_csl_name(name) for name in source.author.split(" and ")]
    if year := re.search(r"\d{4}", source.year):
        work["issued"] = {"date-parts": [[int(year[0])]]}
    named = {
        "container-title": ("journal", "journaltitle", "booktitle"),
        "publisher": ("publisher", "institution", "school"),
        "volume": ("volume",), "issue": ("number",), "page": ("pages",), "DOI": ("doi",), "URL": ("url",),
        "ISBN": ("isbn",), "note": ("note",),
    }  # fmt: skip
    for key, names in named.items():
        if value := next((fields[name] for name in names if fields.get(name)), ""):
            work[key] = value.replace("--", "-") if key == "page" else value
    return work


def _csl_name(name: str) -> dict[str, str]:
    last, comma, first = name.partition(",")
    return {"family": last.strip(), "given": first.strip()} if comma else {"literal": name.strip()}


def _ris(source: Source) -> str:
    work = _csl(source)
    lines = [("TY", _RIS[work["type"]]), ("ID", source.key), ("TI", source.title)]
    lines += [("AU", name) for name in source.author.split(" and ") if source.author]
    if "issued" in work:
        lines.append(("PY", str(work["issued"]["date-parts"][0][0])))
    keys = {
        "container-title": "T2",
        "publisher": "PB",
        "volume": "VL",
        "issue": "IS",
        "DOI": "DO",
        "URL": "UR",
        "ISBN": "SN",
    }
    lines += [(tag, work[key]) for key, tag in keys.items() if key in work]
    first, _, last = str(work.get("page", "")).partition("-")
    lines += [(tag, page) for tag, page in (("SP", first), ("EP", last)) if page]
    if "note" in work:
        lines.append(("N1", work["note"]))
    return "".join(f"{tag}  - {' '.join(value.split())}\n" for tag, value in (*lines, ("ER", "")))
