"""``mcmort show``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.loading import load_case
from mcmort.cli.options import CaseName
from mcmort.cli.standard_streams import write_out

__all__ = ["show"]


def show(
    case: CaseName,
    component: Annotated[
        str | None, typer.Argument(metavar="[COMPONENT]", help="Show one component (or quantity) with its evidence.")
    ] = None,
    estimates: Annotated[
        bool, typer.Option("--estimates", help="Show every cited figure, with its basis, locator and use.")
    ] = False,
    sources: Annotated[bool, typer.Option("--sources", help="Show every work, with what cites it.")] = False,
) -> None:
    """Show what a case holds: facets, components, definitions; or one component with its evidence.

    Examples: `mcmort show ussr`, `mcmort show ussr camps-and-colonies`, `mcmort show ussr --estimates`
    """
    from mcmort.present.texts.case_description import case_text, component_text, estimates_text, sources_text

    if sum((component is not None, estimates, sources)) > 1:
        raise typer.BadParameter("choose one of COMPONENT, --estimates and --sources")
    loaded = load_case(case)
    if component is not None:
        write_out(component_text(loaded, component))
    elif estimates:
        write_out(estimates_text(loaded))
    elif sources:
        write_out(sources_text(loaded))
    else:
        write_out(case_text(loaded))
