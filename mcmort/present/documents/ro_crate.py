"""The description of a report as an RO-Crate, so that archives and search engines read what its files are."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from mcmort.catalogue import Case

__all__ = ["ro_crate"]

_TYPES: Final = {
    ".md": "text/markdown", ".bib": "application/x-bibtex", ".ris": "application/x-research-info-systems",
    ".nc": "application/netcdf", ".parquet": "application/vnd.apache.parquet", ".qmd": "text/markdown",
    ".tex": "application/x-tex",
}  # fmt: skip


def ro_crate(case: Case, files: Mapping[str, bytes], version: str, day: date) -> str:
    """Return ``ro-crate-metadata.json``, version 1.1.

    Parameters
    ----------
    case : Case
        The case.
    files : mapping of str to bytes
        The files of the report by their paths.
    version : str
        Of mcmort.
    day : date
        On which the report was made.

    Returns
    -------
    str
    """
    program = {"@id": "#mcmort", "@type": "SoftwareApplication", "name": "mcmort", "version": version}
    graph: list[dict[str, Any]] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"{case.head.title}: totals under {len(case.definitions)} definitions",
            "description": case.head.summary,
            "datePublished": day.isoformat(),
            "license": "For the author: choose a license for what you publish.",
            "temporalCoverage": "/".join(f"{year:04d}" for year in case.head.years),
            "spatialCoverage": case.head.territory,
            "identifier": f"{case.id}@{case.digest}",
            "hasPart": [{"@id": name} for name in files],
            "mentions": {"@id": "#run"},
        },
        program,
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"mcmort report {case.id}",
            "instrument": {"@id": "#mcmort"},
            "object": {"@id": f"#case-{case.id}"},
            "result": {"@id": "./"},
        },
        {"@id": f"#case-{case.id}", "@type": "Dataset", "name": case.head.title, "identifier": case.digest},
        *(_file(name, content) for name, content in files.items()),
    ]
    content = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _file(name: str, content: bytes) -> dict[str, Any]:
    ending = f".{name.rpartition('.')[2]}"
    kind = _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return {"@id": name, "@type": "File", "name": name, "encodingFormat": kind, "contentSize": str(len(content))}
