"""``mcmort cite``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mcmort.cli.options import CaseName
from mcmort.cli.standard_streams import write_out

__all__ = ["Style", "cite"]


class Style(StrEnum):
    """How the bibliography is printed."""

    text = "text"
    bibtex = "bibtex"


def cite(
    case: CaseName,
    style: Annotated[Style, typer.Option("--format", "-f", help="Plain text, or BibTeX.")] = Style.text,
    definition: Annotated[
        str | None, typer.Option("--definition", "-d", metavar="NAME", help="Only works behind this definition.")
    ] = None,
) -> None:
    """Print the bibliography of a case: every work that something in it cites, assumptions last.

    Example: `mcmort cite ussr --format bibtex > ussr.bib`
    """
    from mcmort.catalogue import load
    from mcmort.catalogue.citations import cited_sources
    from mcmort.present.texts.reference_list import as_bibtex, as_text

    sources = cited_sources(load(case), definition)
    write_out(as_bibtex(sources) if style is Style.bibtex else as_text(sources))
