"""What of a total stands in registers: the same definition once with all deaths, once with registered ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from mcmort.analysis.summary import PROBABILITIES
from mcmort.errors import DefinitionError
from mcmort.totals import DefinitionChanges, DrawSource, Total, definition_of, totals_with_evidence

__all__ = ["Documented", "documented"]


@dataclass(frozen=True)
class Documented:
    """A total of all deaths and that of the registered ones among them, on the same draws.

    Attributes
    ----------
    all : Total
        Of all deaths.
    registered : Total or None
        Of registered deaths; None if no register holds any.
    """

    all: Total
    registered: Total | None


def documented(
    source: DrawSource,
    definition: str,
    changes: DefinitionChanges | None = None,
    *,
    probabilities: Sequence[float] = PROBABILITIES,
) -> Documented:
    """Compute a total of all deaths, and how much of it is registered.

    Parameters
    ----------
    source : Draws or Sampler
        From either engine.
    definition : str
        Name of a definition of the case; its own measure does not matter, and ordinary mortality is not taken off.
    changes : DefinitionChanges, optional
        What else to change in it.
    probabilities : sequence of float
        Of intervals.

    Returns
    -------
    Documented

    Raises
    ------
    DefinitionError
        If nothing that is counted is known.
    """
    changed = changes or DefinitionChanges()
    asked = {
        measure: partial(
            definition_of, source.case, definition, changed.model_copy(update={"measure": measure, "net": False})
        )
        for measure in ("all", "registered")
    }
    definition_of(source.case, definition, changed)  # one that the case does not have is an error
    totals, reasons = totals_with_evidence(source, asked, probabilities=probabilities)
    if "all" not in totals:
        raise DefinitionError(reasons["all"])
    return Documented(totals["all"], totals.get("registered"))
