"""The table of totals under other priors, and the sentence that says what they come to."""

from __future__ import annotations

from mcmort.analysis.prior_sensitivity import PriorRow, PriorSensitivity
from mcmort.present.numbers import Rounding, percent, rounding_of, significant, with_error
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table
from mcmort.results.print_unit import TOLERANCE

__all__ = ["prior_headline", "prior_sensitivity_table"]

_UNSURE = 1.96
"""Monte Carlo errors within which a shift is said to be unsure."""


def prior_headline(result: PriorSensitivity) -> str:
    """Return the sentence that says how far the total depends on priors, and on which most."""
    fitted = [row for row in result.rows if result.definition in row.totals]
    title, name = result.case.head.title, result.definition
    own, rounding = result.whole.totals[name], _rounding(result, result.whole)
    if not fitted:
        return f"{title}, {name!r}: no fit with another prior could be made."
    medians = [row.totals[name][1] for row in (result.whole, *fitted)]
    first = fitted[0]
    shift, error = result.shift(first)
    sure = "" if abs(shift) > _UNSURE * error else ", within its Monte Carlo error"
    near_zero = abs(own[1]) <= TOLERANCE * (own[2] - own[0])  # then a share of it means nothing
    by = significant(abs(shift), 1) if near_zero else percent(abs(shift / own[1]))
    share = f"{'higher' if shift > 0.0 else 'lower'} by {by}{sure}"
    return (
        f"{title}, {name!r}: whichever of these priors is changed, the median stays within "
        f"{rounding.span(min(medians), max(medians))} ({rounding.number(own[1])} as they are). It moves most "
        f"where {first.words}: {share}."
    )


def prior_sensitivity_table(result: PriorSensitivity) -> Table:
    """Return the table of totals under other priors, the farthest shift of the median first."""
    rows = (result.whole, *(row for row in result.rows if result.definition in row.totals))
    columns = (
        Column("Priors"),
        Column("95 % interval", is_number=True),
        Column("Median", is_number=True),
        Column("Moves by", is_number=True),
    )
    manifest = result.draws.manifest
    notes = [
        "Each row is a whole fit with one thing changed; the shift of the median stands with its Monte Carlo error. "
        "The posterior of what is presupposed: 'mcmort fit "
        f"{result.case.where} --priors'. Other definitions are in JSON.",
    ]
    notes += [f"Refused where {row.words}: {row.failure}" for row in result.rows if row.failure]
    notes.append(
        f"Seed {manifest.seed}, {manifest.draws:,} draws or more a fit. Evidence: {', '.join(manifest.evidence)}. "
        f"mcmort {manifest.versions['mcmort']}, case {result.case.id}@{result.case.digest[:12]}."
    )
    return Table(
        f"{result.case.head.title}: total under {result.definition!r} with other priors", columns,
        tuple(_cells(result, row) for row in rows), tuple(notes),
        ("change", "low", "median", "high", "shift", "shift_error"),
        tuple(_raw(result, row) for row in rows),
    )  # fmt: skip


def _rounding(result: PriorSensitivity, row: PriorRow) -> Rounding:
    return rounding_of(row.totals[result.definition][:3])


def _cells(result: PriorSensitivity, row: PriorRow) -> tuple[str, ...]:
    low, median, high = row.totals[result.definition][:3]
    rounding, whole = _rounding(result, row), _rounding(result, result.whole)
    moved = EN_DASH
    if row is not result.whole:
        moved = with_error(*result.shift(row), whole.exponent - 1, millions=whole.millions) + whole.word
    words = row.words[0].upper() + row.words[1:]
    return (words, rounding.span(low, high), rounding.number(median), moved)


def _raw(result: PriorSensitivity, row: PriorRow) -> tuple[object, ...]:
    shift = (0.0, 0.0) if row is result.whole else result.shift(row)
    return (row.change, *row.totals[result.definition][:3], *shift)
