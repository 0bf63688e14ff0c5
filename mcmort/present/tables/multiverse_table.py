"""The tables of a multiverse: what a total can be, what the disagreement is about, and every universe."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mcmort.analysis.multiverse.dials import GROUPS
from mcmort.analysis.multiverse.whole import Multiverse
from mcmort.present.multiverse_text import GROUP_WORDS, holds_texts, published_text
from mcmort.present.numbers import percent, rounding_of
from mcmort.present.tables.columns import Column, Table

__all__ = ["boxes_table", "choices_table", "universes_table"]

_MOST_REASONS: Final = 3


def boxes_table(multiverse: Multiverse) -> Table:
    """Return what the total of each definition can be, whatever else is chosen.

    Parameters
    ----------
    multiverse : Multiverse
        From `run_multiverse`.

    Returns
    -------
    Table
    """
    level = f"{100 * multiverse.interval:g} %"
    rows = [(name, *_box_cells(multiverse, indices)) for name, indices in multiverse.rows_by_definition.items()]
    if len(rows) > 1:
        rows.append(("any of them", *_box_cells(multiverse, np.arange(len(multiverse.universes)))))
    return Table(
        title=f"{multiverse.case.head.title}: the total whatever is chosen",
        columns=(
            Column("Definition"),
            Column("Universes", is_number=True),
            Column("Medians", is_number=True),
            Column(f"Inside some {level} interval", is_number=True),
            Column(f"Inside every {level} interval", is_number=True, is_optional=True),
        ),
        rows=tuple(rows),
        notes=(
            f"Inside some: from the smallest lower to the largest upper end of the {level} intervals. Between "
            "universes lies choice, not chance: none is weighed against another.",
        ),
    )


def _box_cells(multiverse: Multiverse, indices: NDArray[np.int64]) -> tuple[str, ...]:
    """Return how many universes there are, their medians, and the union and the intersection of their intervals."""
    medians, ends = multiverse.medians[indices], multiverse.ends[indices]
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    inner_low, inner_high = float(ends[:, 0].max()), float(ends[:, 1].min())
    least, most = float(medians.min()), float(medians.max())
    rounding = rounding_of((low, high, least, most))
    inner = rounding.span(inner_low, inner_high) if inner_low <= inner_high else "none"
    return f"{len(indices):,}", rounding.span(least, most), rounding.span(low, high), inner


def choices_table(multiverse: Multiverse) -> Table:
    """Return how much of the disagreement each choice makes.

    Parameters
    ----------
    multiverse : Multiverse
        From `run_multiverse`.

    Returns
    -------
    Table
    """
    medians, widths = multiverse.of_medians, multiverse.of_widths
    options = {dial.name: dial.options for dial in multiverse.dials}
    rows: list[tuple[str, ...]] = []
    for group, share in medians.groups.items():
        rows.append((GROUP_WORDS[group], "", percent(share), _share(widths.groups.get(group))))
        rows += [
            (f"  {name}", ", ".join(options[name]), _share(own), _share(widths.dials.get(name)))
            for name, own in medians.dials.items()
            if GROUPS[name] == group
        ]
    return Table(
        title=f"{multiverse.case.head.title}: what the universes disagree about",
        columns=(
            Column("Choice"),
            Column("Options", is_optional=True),
            Column("Of the medians", is_number=True),
            Column("Of the widths", is_number=True),
        ),
        rows=tuple(rows),
        notes=_notes(multiverse),
    )


def _share(share: float | None) -> str:
    return "" if share is None else percent(share)


def _notes(multiverse: Multiverse) -> tuple[str, ...]:
    """Say what was asked, what was left out and why, and how the universes were made."""
    notes = [*holds_texts(multiverse), published_text(multiverse)]
    shares = "Shares are Shapley values of the variance among the universes that were run"
    ratios = multiverse.of_ratios
    if ratios is not None and ratios.groups:
        on_ratios = ", ".join(f"{GROUP_WORDS[group]} {percent(share)}" for group, share in ratios.groups.items())
        shares += f"; by ratios of the medians, not persons, they are: {on_ratios}"
    notes.append(f"{shares}.")
    if multiverse.failed:
        notes.append(f"{len(multiverse.failed):,} universes have no total: {_reasons(multiverse)}.")
    manifest = multiverse.source.manifest
    case = multiverse.case
    count = len(multiverse.universes) + len(multiverse.failed)
    sampled = f"a balanced sample of {multiverse.allowed:,}" if count < multiverse.allowed else "all that there are"
    notes.append(
        f"{count:,} universes, {sampled}; {manifest.draws:,} draws each on common random numbers, seed "
        f"{manifest.seed}, mcmort {manifest.versions['mcmort']}, case {case.id}@{case.digest[:12]}."
    )
    return tuple(note for note in notes if note)


def _reasons(multiverse: Multiverse) -> str:
    """Return the most frequent reasons why universes failed, each with its number."""
    counts: dict[str, int] = {}
    for universe in multiverse.failed:
        counts[universe.reason] = counts.get(universe.reason, 0) + 1
    ordered = sorted(counts, key=lambda reason: -counts[reason])
    texts = [f"{counts[reason]:,} for {reason.rstrip('.')}" for reason in ordered[:_MOST_REASONS]]
    more = len(ordered) - len(texts)
    return "; ".join(texts) + (f"; and {more} more reasons" if more else "")


def universes_table(multiverse: Multiverse) -> Table:
    """Return every universe with what was chosen: those with a total by their medians, then those that have none.

    Parameters
    ----------
    multiverse : Multiverse
        From `run_multiverse`.

    Returns
    -------
    Table
        Its rows are those of the specification curve.
    """
    chosen = list(multiverse.universes)
    names = [dial.name for dial in multiverse.dials]
    rows, raw = [], []
    for index in multiverse.curve.tolist():
        low, high = multiverse.ends[index].tolist()
        median, half = float(multiverse.medians[index]), multiverse.halves[index].tolist()
        rounding = rounding_of((low, median, high))
        options = tuple(chosen[index][name] for name in names)
        rows.append((*options, rounding.number(median), rounding.span(low, high), ""))
        raw.append((median, *half, low, high))
    for universe in multiverse.failed:
        rows.append((*(universe.options[name] for name in names), "", "", universe.reason))
        raw.append(("",) * 5)
    columns = [Column(name) for name in names]
    columns += [
        Column("Median", is_number=True),
        Column(f"{100 * multiverse.interval:g} % interval", is_number=True),
        Column("Failed"),
    ]
    return Table(
        title=f"{multiverse.case.head.title}: universes by their medians",
        columns=tuple(columns),
        rows=tuple(rows),
        raw_columns=("median", "low_50", "high_50", "low", "high"),
        raw_rows=tuple(raw),
    )
