"""The table of what the next source of each basis would print for a total."""

from __future__ import annotations

import math

from mcmort.analysis.prediction import PredictedFigure, TotalPredictions
from mcmort.present.engine_note import digits_note, engine_note
from mcmort.present.numbers import Rounding, rounding_for, rounding_of, significant
from mcmort.present.print_format import EN_DASH, years_text
from mcmort.present.tables.columns import Column, Table
from mcmort.present.wording import floor_note, interval_text, measure_text, or_more

__all__ = ["figure_rounding", "prediction_headline", "prediction_table"]


def figure_rounding(figure: PredictedFigure) -> Rounding:
    """Choose how to print a predictive interval and its median."""
    error = max(figure.low_error, figure.high_error)
    return rounding_of((figure.low, figure.median, figure.high), error=0.0 if math.isnan(error) else error)


def prediction_headline(result: TotalPredictions, interval: float) -> str:
    """Return the sentence that says what the next source would print: of the basis whose figures spread most."""
    figure, total = max(result.figures, key=lambda figure: figure.spread), result.total
    rounding = figure_rounding(figure)
    span = or_more(total, rounding.span(figure.low, figure.high, to=" to "))
    of_several = "" if len(result.figures) == 1 else ", which spreads most,"
    return (
        f"{total.case.head.title}: the next figure of the basis {figure.basis}{of_several} would be {span} with a "
        f"probability of {100 * interval:g} % (median {rounding.number(figure.median)}), while the total lies in "
        f"{interval_text(total, result.summary, interval)}, under the definition \N{LEFT DOUBLE QUOTATION MARK}"
        f"{total.definition.label}\N{RIGHT DOUBLE QUOTATION MARK}, {years_text(total.years)}, {measure_text(total)}."
    )


def prediction_table(result: TotalPredictions, interval: float = 0.95) -> Table:
    """Return the table of predictions: one row for each basis, then the total itself.

    Parameters
    ----------
    result : TotalPredictions
        From `mcmort.predict`.
    interval : float
        Probability of the intervals.

    Returns
    -------
    Table
    """
    total, summary = result.total, result.summary
    is_fitted = any(figure.bias is not None for figure in result.figures)
    columns = (
        Column("Next figure of basis"),
        Column(f"{100 * interval:g} % predictive interval", is_number=True),
        Column("Median", is_number=True),
        Column("Factor of spread", is_number=True),
        *((Column("Factor of bias", is_number=True),) if is_fitted else ()),
    )
    rows, printed = [], []
    for figure in result.figures:
        rounding = figure_rounding(figure)
        printed.append((figure.basis, rounding))
        cells = (
            figure.basis,
            or_more(total, rounding.span(figure.low, figure.high)),
            rounding.number(figure.median),
            significant(math.exp(figure.spread)),
        )
        bias = () if not is_fitted else (EN_DASH if figure.bias is None else significant(math.exp(figure.bias)),)
        rows.append((*cells, *bias))
    ends, own = summary.interval(interval), rounding_for(summary, interval)
    last = ("the total itself", interval_text(total, summary, interval), own.number(summary.median), "")
    rows.append((*last, "") if is_fitted else last)
    return Table(
        title=f"{total.case.head.title}: {total.definition.id}",
        columns=columns,
        rows=tuple(rows),
        notes=(
            "A predictive interval is not one for the truth: it says where one more figure would fall, printed without "
            "a range of its own, and it stays as wide as figures of the basis scatter however sure the total is.",
            _spread_note(result),
            *floor_note([total]),
            *digits_note([*printed, ("the total", own)]),
            engine_note(total, summary),
        ),
        raw_columns=("basis", "low", "median", "high", "log_spread", "log_bias"),
        raw_rows=(
            *((one.basis, one.low, one.median, one.high, one.spread, one.bias) for one in result.figures),
            ("total", ends.low, summary.median, ends.high, None, None),
        ),
    )


def _spread_note(result: TotalPredictions) -> str:
    """Say where spread and bias come from."""
    if result.total.draws.manifest.engine != "synthesis":
        return (
            "Spread: what the case says of a bare figure of the basis; figures are taken to be off by no common bias."
        )
    prior = [figure.basis for figure in result.figures if not figure.is_informed]
    rest = f" Not in the fit, so that the prior stands: {', '.join(prior)}." if prior else ""
    return f"Spread and bias as the fit has learnt them, one on every draw; the table has their medians.{rest}"
