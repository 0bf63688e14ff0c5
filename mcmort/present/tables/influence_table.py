"""The table of what drives a total: the figures whose absence would move it farthest."""

from __future__ import annotations

from collections.abc import Sequence

from mcmort.analysis import summarise
from mcmort.bayes.power_scaling import Influence, Sensitivity
from mcmort.present.numbers import MINUS, is_near_zero, rounding_for, rounding_of
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table
from mcmort.totals import Total

__all__ = ["influence_table"]


def influence_table(total: Total, influences: Sequence[Influence], power: Sensitivity, most: int = 15) -> Table:
    """Return the table of what drives a total: the figures whose absence would move it farthest."""
    summary = summarise(total.values, (0.95,), shortest=False, chains=total.chains)
    rounding, whole = rounding_for(summary), summary.interval(0.95)
    rows = [("all figures", rounding.span(whole.low, whole.high), rounding.number(summary.median), EN_DASH, "")]
    for influence in influences[:most]:
        low, middle, high = influence.quantiles
        own, change = rounding_of((low, middle, high)), EN_DASH
        if not is_near_zero(summary.median, whole):
            change = f"{100 * (middle / summary.median - 1):+.1f} %".replace("-", MINUS)
        reliability = "" if influence.is_sure else "unsure: fit again --without its source"
        rows.append((f"without {influence.name}", own.span(low, high), own.number(middle), change, reliability))
    raw = [(influence.name, *influence.quantiles, influence.pareto_k) for influence in influences[:most]]
    columns = (
        Column("Evidence"),
        Column("95 % interval", is_number=True),
        Column("Median", is_number=True),
        Column("Median moves by", is_number=True),
        Column(""),
    )
    notes = (
        f"Power-scaling sensitivity of the total: prior {power.prior:.2f}, likelihood {power.likelihood:.2f} (above "
        "0.05 it depends noticeably on how strong they are taken to be).",
        "Leaving out by Pareto-smoothed importance sampling.",
    )
    title = f"{total.case.head.title}: what drives the total under {total.definition.id}"
    raw_columns = ("name", "low", "median", "high", "pareto_k")
    return Table(title, columns, tuple(rows), notes, raw_columns, ((None,) * 5, *raw))
