"""Sentences about the pieces of a distribution: where they lie, what school is behind each, where the median lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mcmort.analysis import Origin, Pieces, Summary, TotalPieces
from mcmort.analysis.pieces import PROBABILITY
from mcmort.catalogue.case import Case
from mcmort.present.modes_text import total_modes_text
from mcmort.present.numbers import Rounding, percent, rounding_for, telling_apart
from mcmort.present.wording import is_floor, titled_headline
from mcmort.totals import Total

__all__ = ["headline_with_pieces", "pieces_label", "pieces_text", "schools_text"]

_REGION: Final = f"{100 * PROBABILITY:g} % highest-density region"
_MOST_NAMED: Final = 3
"""Lineages of a school that a sentence names; JSON has them all."""


def _rounding(pieces: Pieces, summary: Summary) -> Rounding:
    """Return the unit of the distribution, or a finer one if else both ends of a piece would be the same.

    The Monte Carlo error of a median between pieces is that of no piece, and does not coarsen them.
    """
    rounding = rounding_for(summary if pieces.median_between is None else replace(summary, median_error=0.0))
    return telling_apart(rounding, [(each.low, each.high) for each in pieces.pieces], most=rounding.exponent)


def pieces_label(pieces: Pieces, summary: Summary, floor: bool = False) -> str:
    """Return the pieces with their probabilities, as short as a figure needs: one unit word for all."""
    rounding = _rounding(pieces, summary)
    *first, last = pieces.pieces
    spans = [
        f"{rounding.span(each.low, each.high).removesuffix(rounding.word)} ({percent(each.probability)})"
        for each in first
    ]
    spans.append(f"{rounding.span(last.low, last.high)} ({percent(last.probability)})")
    return ("at least: " if floor else "") + _joined(spans)


def headline_with_pieces(
    total: Total, summary: Summary, probability: float = 0.95, pieces: TotalPieces | None = None
) -> str:
    """Return the headline of a total, and the modes that it has, or else the pieces that it falls into.

    Parameters
    ----------
    total : Total
        The total.
    summary : Summary
        Of its values.
    probability : float
        Of the interval to print.
    pieces : TotalPieces, optional
        Its pieces, if they have been worked out.

    Returns
    -------
    str
    """
    sentence, pieces = titled_headline(total, summary, probability), pieces or TotalPieces(total)
    if modes := total_modes_text(pieces):
        return f"{sentence} {modes}"
    whole = pieces.whole
    if whole is None:
        return sentence
    rounding, least = _rounding(whole, summary), "at least " if is_floor(total) else ""
    spans = _joined([least + rounding.span(each.low, each.high, to=" to ") for each in whole.pieces])
    median = "" if whole.median_between is None else " The median lies between the pieces and is no likely value."
    if median and _is_in_a_piece(whole, summary):
        median = " The median is not settled by the draws."
    return f"{sentence} In pieces: either {spans}.{median}"


def schools_text(pieces: Pieces, case: Case) -> str:
    """Say in a few words what school is behind each piece, for rows whose pieces are printed beside them."""
    if pieces.origin is None:
        return "no single pool of figures keeps them apart"
    schools = [_named(school) if school else "no lineage" for school in pieces.origin.schools]
    return f"{', or '.join(schools)}{_gap_text('', pieces.origin, case)}"


def pieces_text(name: str, pieces: Pieces, summary: Summary, case: Case, floor: bool = False) -> str:
    """Say what pieces a distribution falls into, with the probability of each and the school behind it.

    Parameters
    ----------
    name : str
        What the distribution is called.
    pieces : Pieces
        From `mcmort.analysis.TotalPieces`.
    summary : Summary
        Of the distribution, by which its digits are chosen.
    case : Case
        That has the pool behind the pieces.
    floor : bool
        Whether the distribution is one of minima.

    Returns
    -------
    str
    """
    rounding, least, origin = _rounding(pieces, summary), "at least " if floor else "", pieces.origin
    if pieces.median_between is not None:
        ends = [end for each in pieces.pieces for end in (each.low, each.high)]
        rounding = telling_apart(rounding, [(end, summary.median) for end in ends])
    schools = origin.schools if origin is not None else ((),) * len(pieces.pieces)
    parts = []
    for piece, school in zip(pieces.pieces, schools, strict=True):
        behind = f": {_named(school)}" if school else ""
        parts.append(
            f"{least}{rounding.span(piece.low, piece.high)} (probability {percent(piece.probability)}{behind})"
        )
    gap = _gap_text(name, origin, case) if origin is not None else "; no single pool of figures keeps them apart"
    sentences = [f"{name}: {_REGION} in pieces, either {_joined(parts)}{gap}."]
    if pieces.median_between is not None:
        median, seeds = rounding.number(summary.median), rounding.span(*pieces.median_between, to=" to ")
        sentences.append(
            f"The median, {median}, is not settled by the draws: by one seed or another it is anywhere from {seeds}."
            if _is_in_a_piece(pieces, summary)
            else f"The median, {median}, lies between the pieces, by one seed or another anywhere from {seeds}: it is "
            "no likely value."
        )
    return " ".join(sentences)


def _is_in_a_piece(pieces: Pieces, summary: Summary) -> bool:
    return any(each.low <= summary.median <= each.high for each in pieces.pieces)


def _gap_text(name: str, origin: Origin, case: Case) -> str:
    """Say what lies between the pieces, and whose evidence keeps them apart."""
    owner = case.components[origin.id] if origin.kind == "component" else case.quantities[origin.id]
    label = owner.label or owner.id
    of = "" if label == name else f" of \N{LEFT DOUBLE QUOTATION MARK}{label}\N{RIGHT DOUBLE QUOTATION MARK}"
    if origin.between:
        return f"; between the pieces{of} lie {_named(origin.between)}"
    return f"; between them lies what no source says{of}"


def _named(lineages: Sequence[str]) -> str:
    if len(lineages) <= _MOST_NAMED + 1:
        return ", ".join(lineages)
    return f"{', '.join(lineages[:_MOST_NAMED])} and {len(lineages) - _MOST_NAMED} more"


def _joined(alternatives: Sequence[str]) -> str:
    *first, last = alternatives
    return f"{', '.join(first)} or {last}"
