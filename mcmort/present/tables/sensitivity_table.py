"""The tables of what carries the width of a total: its components, and its uncertain inputs."""

from __future__ import annotations

from typing import Final

from mcmort.analysis.sensitivity import (
    FARTHEST,
    MODEL_DRAWS,
    Estimate,
    InputSensitivity,
    PartSensitivity,
    TiedInputs,
    TotalSensitivity,
)
from mcmort.present.numbers import percent, percent_with_error
from mcmort.present.print_format import EN_DASH
from mcmort.present.sensitivity_text import SensitivityRows, input_label, part_label, tied_label
from mcmort.present.tables.columns import Column, Table

__all__ = ["sensitivity_table"]

_NARROWER: Final = Column("Narrower if known", is_number=True)
_SMALL: Final = 0.01
"""Rows of plain text have this share of the width or of the variance at least, and twice its Monte Carlo error."""
_RAW: Final = (
    "name", "kind", "narrower", "narrower_error", "covariance_share", "covariance_share_error", "shapley_share",
    "shapley_share_error", "sobol_first", "sobol_first_error", "sobol_total", "sobol_total_error",
)  # fmt: skip

type _Row = tuple[tuple[str, ...], tuple[object, ...], float]
"""Cells for people, raw values for machines, and the largest share in the row."""


def sensitivity_table(result: TotalSensitivity, rows: SensitivityRows = "components", *, whole: bool = True) -> Table:
    """Return a table of what carries the width of a total.

    Parameters
    ----------
    result : TotalSensitivity
        What was computed.
    rows : {"components", "inputs"}
        One row for each part of the total, or for each uncertain input.
    whole : bool
        Whether to print also what carries less than a hundredth.

    Returns
    -------
    Table
    """
    is_parts = rows == "components"
    lines = [_part_row(result, part) for part in result.parts] if is_parts else _input_rows(result)
    chosen = [line for line in lines if whole or line[2] >= _SMALL]
    if is_parts:
        columns: tuple[Column, ...] = (
            Column("Component"),
            _NARROWER,
            Column("Share of variance", is_number=True),
            Column("Shapley share", is_number=True),
        )
    else:
        columns = (Column("Input"), _NARROWER)
        if any(one.shapley_effect for one in result.inputs):
            columns += (Column("Shapley effect", is_number=True),)
            columns += (Column("Sobol: alone", is_number=True), Column("with others", is_number=True))
    hidden = len(lines) - len(chosen)
    return Table(
        f"{result.total.case.head.title}: what carries the width of the total under {result.total.definition.id}",
        columns,
        tuple(cells[: len(columns)] for cells, _, _ in chosen),
        _notes(result, rows, hidden),
        _RAW,
        tuple(raw for _, raw, _ in chosen),
    )


def _cell(estimate: Estimate | None) -> str:
    return EN_DASH if estimate is None else percent_with_error(*estimate)


def _values(*estimates: Estimate | None) -> tuple[object, ...]:
    return tuple(value for one in estimates for value in ((None, None) if one is None else one))


def _largest(*estimates: Estimate | None) -> float:
    """Return the largest share that is more than its Monte Carlo error may make."""
    return max(
        (abs(one.value) for one in estimates if one is not None and abs(one.value) > 2.0 * one.error), default=0.0
    )


def _part_row(result: TotalSensitivity, part: PartSensitivity) -> _Row:
    shares = part.narrower, part.covariance_share, part.shapley_share
    cells = part_label(result.total, part), *(_cell(share) for share in shares)
    return cells, (part.name, part.kind, *_values(*shares, None, None)), _largest(*shares)


def _input_rows(result: TotalSensitivity) -> list[_Row]:
    """Return the rows of the inputs, then those of inputs that have Sobol' indices only together."""
    return [_input_row(result, one) for one in result.inputs] + [_tied_row(result, group) for group in result.tied]


def _input_row(result: TotalSensitivity, one: InputSensitivity) -> _Row:
    sobol = (None, None) if one.sobol is None else (one.sobol.first, one.sobol.total)
    cells = input_label(result.total, one), *(_cell(share) for share in (one.narrower, one.shapley_effect, *sobol))
    raw = (one.name, one.kind, *_values(one.narrower, None, one.shapley_effect, *sobol))
    return cells, raw, _largest(one.narrower, one.shapley_effect)


def _tied_row(result: TotalSensitivity, group: TiedInputs) -> _Row:
    sobol = group.sobol.first, group.sobol.total
    cells = tied_label(result.total, group), EN_DASH, EN_DASH, *(_cell(share) for share in sobol)
    raw = ("+".join(group.names), "tied", *_values(None, None, None, *sobol))
    return cells, raw, _largest(*sobol)


def _notes(result: TotalSensitivity, rows: SensitivityRows, hidden: int) -> tuple[str, ...]:
    manifest = result.total.draws.manifest
    notes = []
    if hidden:
        notes.append(
            f"Not shown: {hidden} more that carry less than {percent(_SMALL)} each, or no more than by chance; they "
            "are in CSV and JSON."
        )
    width = f"the {100 * result.probability:g} % interval"
    notes.append(f"Narrower if known: by how much {width} would be narrower on average. Such shares do not add up.")
    if rows == "components":
        notes.append(
            "Share of variance: covariance with the total; with what overlaps take off, they add up to 100 %. Shapley "
            "share: the same where components depend on one another, shared fairly."
        )
    elif manifest.engine == "elicited":
        notes.append(
            "Shapley effects add up to 100 %, whatever depends on what. Sobol: what an input carries alone, and what "
            "with others; inputs that the case ties to one another have it together only."
        )
    else:
        notes.append(
            "Sobol indices and Shapley effects of inputs need draws of one input without the others, which only the "
            "elicited engine makes: use --engine elicited."
        )
    if result.is_variance_unsure:
        notes.append(
            f"Shares of variance are unsure: the farthest {100 * FARTHEST:g} % of the draws make "
            f"{percent(result.farthest_share)} of it. Go by the first column."
        )
    other = "inputs" if rows == "components" else "components"
    what = " of each figure, share and prior" if rows == "components" else ""
    notes.append(
        f"{manifest.draws:,} draws{f', {MODEL_DRAWS:,} for inputs' if manifest.engine == 'elicited' else ''}, seed "
        f"{manifest.seed}, {manifest.engine} engine. A Monte Carlo error not printed is below half a per cent. The "
        f"other table{what}: --table {other}."
    )
    return tuple(notes)
