"""What each family would make of a printed figure: side by side, and as the hint of a figure that cannot be fitted.

The comparison of families with the mass that each achieves is the practice of elicitation (SHELF: O'Hagan et al. 2006,
Uncertain Judgements; Oakley & O'Hagan, the SHELF package).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Figure
from mcmort.catalogue.vocabulary import Support
from mcmort.elicit.figure_fit import Fit, fit_figure
from mcmort.elicit.members import FAMILIES_OF, WITH_MODE
from mcmort.errors import FitError

__all__ = ["Alternative", "families_side_by_side", "hint_for"]

_MANY = 3


@dataclass(frozen=True, slots=True)
class Alternative:
    """What one family makes of a figure.

    Attributes
    ----------
    family : str
        As a case file names it.
    fit : Fit or None
        None where the family has no such member.
    reason : str
        Why it has none, or "".
    """

    family: str
    fit: Fit | None
    reason: str = ""


def families_side_by_side(case: Case, figure: Figure, support: Support) -> tuple[Alternative, ...]:
    """Fit every family of a support to one figure.

    Parameters
    ----------
    case : Case
        Sets what unstated ranges mean.
    figure : Figure
        With two ends, or with a standard error; a point has the one family of its spread.
    support : {"count", "share", "signed"}
        Where values may lie.

    Returns
    -------
    tuple of Alternative
        The usual family first.
    """
    return tuple(_alternative(case, figure, family, support) for family in FAMILIES_OF[support])


def _alternative(case: Case, figure: Figure, family: str, support: Support) -> Alternative:
    try:
        return Alternative(family, fit_figure(case, figure.model_copy(update={"family": family}), support))
    except FitError as error:
        return Alternative(family, None, str(error))


def hint_for(case: Case, figure: Figure, support: Support) -> str:
    """Say what would hold a figure that its family cannot follow; everything named has been fitted to these numbers.

    Parameters
    ----------
    case, figure, support
        As of `families_side_by_side`.

    Returns
    -------
    str
        What to write in its place: another family, another reading of the same numbers.
    """
    hints = [f"{said}family = {' or '.join(families)}" for said, families in _holding(case, figure, support)]
    return "these numbers are held by " + "; or ".join(hints) if hints else _last_resort(figure, support)


def _holding(case: Case, figure: Figure, support: Support) -> Iterator[tuple[str, list[str]]]:
    """Yield changes of a figure that can be fitted, each with the families that do, nearest to what it says first."""
    for said, change in _changes(figure):
        changed = figure.model_copy(update=change)
        sides = families_side_by_side(case, changed, support)
        families = [side.family for side in sides if side.fit is not None][:_MANY]
        if changed.best is not None and figure.best_is is None:  # what best means is part of the reading
            families = [f"'{name}' (best as its mode)" if name in WITH_MODE else f"'{name}'" for name in families]
        else:
            families = [f"'{name}'" for name in families]
        if families:
            yield said, families


def _changes(figure: Figure) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield other readings of the same numbers."""
    yield "", {}
    if figure.low is None or figure.high is None:
        return
    if figure.best_is == "mode" and figure.best is not None:
        yield "best as the median (no best_is) and ", {"best_is": None}
    if figure.reading != "extremes":
        yield "reads = 'extremes' and ", {"reads": "extremes", "best_is": None}
    if figure.best is not None:
        yield "no best and ", {"best": None, "best_is": None}


def _last_resort(figure: Figure, support: Support) -> str:
    if figure.standard_error is not None and support == "count":
        return (
            "give the range that the source prints; if the figure is a difference, such as excess deaths, its kind may "
            "be negative: signed = true at the value of its facet in case.toml"
        )
    return "compare with the page, and give the range that the source prints"
