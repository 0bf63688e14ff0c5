"""``mcmort show``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mcmort.cli.options import CaseName

__all__ = ["show"]


def show(
    case: CaseName,
    component: Annotated[
        str | None, typer.Argument(metavar="[COMPONENT]", help="Show one component (or quantity) with its evidence.")
    ] = None,
) -> None:
    """Show what a case holds: facets, components, definitions; or one component with its evidence.

    Examples: `mcmort show ussr`, `mcmort show ussr camps-and-colonies`
    """
    from mcmort.catalogue import load
    from mcmort.present.catalogue import case_text, component_text

    loaded = load(case)
    sys.stdout.write(case_text(loaded) if component is None else component_text(loaded, component))
