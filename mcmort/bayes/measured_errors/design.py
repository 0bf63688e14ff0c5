"""The pairs as arrays: which class, event and lineage each error belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair
from mcmort.catalogue.vocabulary import BASES, Basis

__all__ = ["Design", "design_of", "independent"]


@dataclass(frozen=True)
class Design:
    """Errors with what they are grouped by.

    Attributes
    ----------
    cells : tuple of str
        Classes of figures, in order.
    bases : tuple of str
        All bases, those without a pair too: their numbers are what the other bases teach.
    basis_of_cell, cell, event, lineage, event_of_lineage : NDArray
        Indices: the basis of each class, and the class, event and lineage of each pair. Lineages lie inside events.
    author : NDArray
        Index of the lineage of each pair, the same in all events that one work is about.
    is_selected : NDArray
        Whether a pair was found because its correction was reported.
    is_late : NDArray
        Whether a figure was given a year or more after the event ended.
    error : NDArray
        The logarithm of early over later.
    """

    cells: tuple[str, ...]
    bases: tuple[Basis, ...]
    basis_of_cell: NDArray[np.int64]
    cell: NDArray[np.int64]
    event: NDArray[np.int64]
    lineage: NDArray[np.int64]
    event_of_lineage: NDArray[np.int64]
    author: NDArray[np.int64]
    is_selected: NDArray[np.float64]
    is_late: NDArray[np.float64]
    error: NDArray[np.float64]


def design_of(library: ErrorLibrary, *, with_doubtful: bool = False) -> Design:
    """Return the pairs of a library that measure errors as arrays.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    with_doubtful : bool
        Whether later figures that are in dispute or only floors count as well.

    Returns
    -------
    Design
    """
    pairs = [pair for pair in library.pairs if pair.measures_error or (with_doubtful and _is_doubtful_error(pair))]
    cells = tuple(sorted({pair.cell for pair in pairs}))
    lineages = sorted({(pair.event, pair.lineage) for pair in pairs})
    events = sorted({pair.event for pair in pairs})
    return Design(
        cells=cells,
        bases=BASES,
        basis_of_cell=_indices([cell.partition(",")[0] for cell in cells], BASES),
        cell=_indices([pair.cell for pair in pairs], cells),
        event=_indices([pair.event for pair in pairs], events),
        lineage=_indices([(pair.event, pair.lineage) for pair in pairs], lineages),
        event_of_lineage=_indices([event for event, _ in lineages], events),
        author=_indices([pair.lineage for pair in pairs], sorted({pair.lineage for pair in pairs})),
        is_selected=np.array([0.0 if library.is_complete(pair) else 1.0 for pair in pairs]),
        is_late=np.array([float(pair.lag > 0) for pair in pairs]),
        error=np.array([pair.error for pair in pairs]),
    )


def independent(design: Design, cell: str, out: Sequence[int] = ()) -> int:
    """Count how many independent errors of a class a design has, beside some events.

    Parameters
    ----------
    design : Design
        The pairs.
    cell : str
        The class.
    out : sequence of int
        Indices of events that are left out.

    Returns
    -------
    int
        The events, or the lineages where these are fewer: one work on sixty countries shows its own bias, not that of
        its kind.
    """
    if cell not in design.cells:
        return 0
    members = (design.cell == design.cells.index(cell)) & ~np.isin(design.event, out)
    return min(len(np.unique(design.event[members])), len(np.unique(design.author[members])))


def _is_doubtful_error(pair: ErrorPair) -> bool:
    return pair.model_copy(update={"later_is": "count"}).measures_error


def _indices[Value](values: Sequence[Value], order: Sequence[Value]) -> NDArray[np.int64]:
    place = {value: index for index, value in enumerate(order)}
    return np.array([place[value] for value in values], dtype=np.int64)
