"""``mcmort show``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.loading import load_case
from mcmort.cli.options import CaseName, Full
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
    families: Annotated[
        bool, typer.Option("--families", help="Show what each family would make of the component's figures.")
    ] = False,
    sources: Annotated[bool, typer.Option("--sources", help="Show every work, with what cites it.")] = False,
    full: Full = False,
) -> None:
    """Show what a case holds: facets, components, definitions; or one component with its evidence.

    Examples: `mcmort show ussr`, `mcmort show ussr famine-ukraine --families`, `mcmort show ussr --estimates`
    """
    from mcmort.present.texts.case_description import case_text, component_text, estimates_text, sources_text

    if sum((component is not None, estimates, sources)) > 1:
        raise typer.BadParameter("choose one of COMPONENT, --estimates and --sources")
    loaded = load_case(case)
    if families and component is None:
        raise typer.BadParameter("--families needs a COMPONENT (or quantity)")
    if families and component is not None:
        from mcmort.present.tables.families_table import families_tables
        from mcmort.present.tables.formats import render

        tables = families_tables(loaded, component)
        write_out("\n".join(render(table, "text") for table in tables) or f"{component} has no printed figures.\n")
    elif component is not None:
        write_out(component_text(loaded, component))
    elif estimates:
        write_out(estimates_text(loaded))
    elif sources:
        write_out(sources_text(loaded))
    else:
        write_out(case_text(loaded, full=full))
