"""``mcmort cite``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mcmort.cli.options import CaseName
from mcmort.cli.standard_streams import write_out
from mcmort.errors import OptionError

__all__ = ["Style", "cite"]


class Style(StrEnum):
    """How the bibliography is printed."""

    text = "text"
    bibtex = "bibtex"
    csl_json = "csl-json"
    ris = "ris"


def cite(
    case: CaseName,
    style: Annotated[
        Style, typer.Option("--format", "-f", help="Plain text, or for other programs BibTeX, CSL-JSON or RIS.")
    ] = Style.text,
    csl: Annotated[
        str | None,
        typer.Option("--style", "-s", metavar="NAME", help="A style of CSL, such as apa, or the path of a .csl file."),
    ] = None,
    definition: Annotated[
        str | None, typer.Option("--definition", "-d", metavar="NAME", help="Only works behind this definition.")
    ] = None,
) -> None:
    """Print the bibliography of a case: every work that something in it cites, assumptions last.

    Example: `mcmort cite ussr --format bibtex > ussr.bib`, or
    `mcmort cite ussr --style chicago-author-date`
    """
    from mcmort.catalogue import load
    from mcmort.catalogue.citations import cited_sources
    from mcmort.present.texts.exported_references import as_csl_json, as_ris
    from mcmort.present.texts.reference_list import as_bibtex, as_text
    from mcmort.present.texts.styled_references import as_styled

    if csl is not None and style is not Style.text:
        raise OptionError("--style", f"found --format {style}; expected one of the two")
    writers = {Style.text: as_text, Style.bibtex: as_bibtex, Style.csl_json: as_csl_json, Style.ris: as_ris}
    works = cited_sources(load(case), definition)
    write_out(writers[style](works) if csl is None else as_styled(works, csl))
