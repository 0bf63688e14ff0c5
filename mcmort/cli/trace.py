"""``mcmort trace``."""

from __future__ import annotations

from typing import Annotated

import typer

from mcmort.cli.loading import load_case
from mcmort.cli.options import CaseName, DrawCount, Full, Quiet, Seed, YearSpan, span
from mcmort.cli.standard_streams import write_out

__all__ = ["trace"]


def trace(
    case: CaseName,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A component, a quantity or a definition; else an overview."),
    ] = None,
    years: YearSpan = None,
    draws: DrawCount = None,
    seed: Seed = 1,
    quiet: Quiet = False,
    full: Full = False,
) -> None:
    """Go from a number down to each estimate, its source, its page and how it was read.

    A name that a definition and a component share means the definition; write `component:NAME` for the other.

    Examples: `mcmort trace ussr broad`, `mcmort trace ussr camps`
    """
    loaded = load_case(case)  # before the imports below: a case with defects needs no engine and no SciPy
    from mcmort.elicit import elicit
    from mcmort.errors import DefinitionError
    from mcmort.present.texts.trace_text import trace_overview, trace_owner, trace_total

    restricted = span(years)
    kind, colon, plain = (name or "").partition(":")
    is_component = bool(colon) and kind == "component"
    name = plain if is_component else name
    if name in loaded.definitions and not is_component:
        from mcmort.api.verbs import total
        from mcmort.cli.drawing import drawing
        from mcmort.results import DrawOptions

        options = DrawOptions(draws=draws, seed=seed)
        with drawing(loaded, options, threads=None, quiet=quiet) as source:
            result = total(source, name, years=restricted)
        write_out(trace_total(result.total, result.summary, elicit(loaded)))
        return
    if name is not None and name not in loaded.components and name not in loaded.quantities:
        raise DefinitionError(loaded.missing(name, "component, quantity or definition"))
    if restricted is not None:
        raise typer.BadParameter("years restrict a total: name a definition", param_hint="--years")
    priors = elicit(loaded)
    if name is None and not full:
        write_out(trace_overview(priors))
        return
    if name is None:
        write_out("\n".join(trace_owner(priors, component) for component in loaded.components))
        return
    write_out(trace_owner(priors, name))
