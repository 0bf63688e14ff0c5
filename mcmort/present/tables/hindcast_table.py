"""Tables of hindcasts: coverage and scores, each event, the probability integral transform, and the Soviet archives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mcmort.analysis.measured_errors.before_archives import OPENED, EarlyClaim
from mcmort.analysis.measured_errors.hindcast import METHODS, Hindcast, Method
from mcmort.analysis.measured_errors.hindcast_cases import FEWEST_FIGURES, EventCase
from mcmort.analysis.measured_errors.hindcast_fits import Refused
from mcmort.analysis.measured_errors.hindcast_scores import Coverage, HindcastScore
from mcmort.analysis.measured_errors.scored_prediction import Prediction
from mcmort.present.numbers import percent, significant, significant_span
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table

__all__ = [
    "METHOD_WORDS",
    "archives_table",
    "cases_table",
    "coverage_table",
    "coverage_text",
    "events_table",
    "pit_table",
]

METHOD_WORDS: Final[dict[Method, str]] = {
    "cases": "in the cases",
    "corrected": "corrected",
    "as-found": "as found",
}
_GROUPS_NOTE: Final = (
    "Reported: events known because a correction was reported; of these, those with figures better than assertions, "
    "and those with none. Complete frames were fixed before their errors were known. An event with several counts can "
    "stand in two groups."
)
_METHODS_NOTE: Final = (
    "In the cases: the spreads that the shipped cases gave each basis before errors were measured, no bias. "
    "As found: measured bias (from ten events or more) and spread of the figure's kind in all other events, among "
    "corrections that were reported. Corrected: the same, corrected for that selection."
)


def coverage_table(scores: Sequence[HindcastScore], refused: Sequence[Refused] = ()) -> Table:
    """Return how often intervals held, how wide they are, and the scores; `refused` fits are named."""
    levels = [one.level for one in scores[0].coverage]
    return Table(
        title="How often intervals predicted from early figures held the later count",
        columns=(
            Column("Events"),
            Column("Figures read"),
            *(Column(percent(level), is_number=True, is_optional=level == 0.8) for level in levels),
            Column("Width, times", is_number=True),
            Column("CRPS", is_number=True),
            Column("WIS", is_number=True, is_optional=True),
        ),
        rows=tuple(
            (
                f"{one.group}, {one.events}",
                METHOD_WORDS[one.method],
                *(percent(found.held) for found in one.coverage),
                significant(one.width, 2),
                f"{one.crps:.2f}±{one.crps_error:.2f}",
                f"{one.interval_score:.2f}±{one.interval_score_error:.2f}",
            )
            for one in scores
        ),
        notes=(
            _METHODS_NOTE,
            _GROUPS_NOTE,
            "Width: the upper end of the 90 % interval over the lower, median. CRPS, WIS: scores of the logarithm that "
            "a needlessly wide interval makes worse as well as one that misses; smaller is better; ± standard errors.",
            *_refused(refused),
        ),
        raw_columns=(
            *("group", "method", "events", "counts"),
            *(f"{name}_{100 * level:.0f}" for level in levels for name in ("held", "low", "high")),
            *("width", "crps", "crps_error", "wis", "wis_error"),
        ),
        raw_rows=tuple(
            (
                *(one.group, one.method, one.events, one.counts),
                *(value for found in one.coverage for value in (found.held, found.low, found.high)),
                *(one.width, one.crps, one.crps_error, one.interval_score, one.interval_score_error),
            )
            for one in scores
        ),
    )


def _refused(refused: Sequence[Refused]) -> list[str]:
    """Name the fits that were refused: they predict nothing, and are not in the table."""
    if not refused:
        return []
    named = "; ".join(f"{one.event} ({METHOD_WORDS[one.method]})" for one in refused)
    return [f"Fits that were refused, and are not counted: {named}."]


def coverage_text(found: Coverage) -> str:
    """Return a share that held, with its 95 % interval."""
    return f"{percent(found.held)} ({percent(found.low)}{EN_DASH}{percent(found.high)})"


def _place(prediction: Prediction) -> str:
    """Return the narrowest interval that holds."""
    return next((f"in {percent(level)}" for level in prediction.intervals if prediction.holds(level)), "missed")


def events_table(rows: Sequence[Hindcast]) -> Table:
    """Return each later count beside its prediction: misses as they are.

    Parameters
    ----------
    rows : sequence of Hindcast
        Of all methods. Predictions are printed as measured for events like these: as found of reported corrections, as
        corrected of complete frames.
    """
    chosen = [row for row in rows if row.method == ("corrected" if row.is_complete else "as-found")]
    by_cases = {(row.event, row.prediction.later): row.prediction for row in rows if row.method == "cases"}
    cells, raw = [], []
    for row in chosen:
        found = row.prediction
        cells.append(
            (
                row.event,
                row.counts,
                significant_span(*found.intervals[0.95]),
                significant(found.median, 2),
                significant(found.later),
                _place(found),
                _place(by_cases[row.event, found.later]),
            )
        )
    for row in rows:
        found = row.prediction
        ends = [end for interval in found.intervals.values() for end in interval]
        raw.append((row.frame, row.method, " ".join(row.pairs), *ends, found.pit, found.crps, found.interval_score))
    levels = [f"{100 * level:.0f}" for level in chosen[0].prediction.intervals]
    by_method = {(row.event, row.prediction.later, row.method): one for row, one in zip(rows, raw, strict=True)}
    return Table(
        title="Each later count beside what early figures predicted",
        columns=(
            Column("Event"),
            Column("Counted", is_optional=True),
            Column("Predicted, 95 %", is_number=True),
            Column("Median", is_number=True, is_optional=True),
            Column("Later", is_number=True),
            Column("Held, measured"),
            Column("Held, cases"),
        ),
        rows=tuple(cells),
        notes=(_METHODS_NOTE,),
        raw_columns=tuple(
            f"{name}_{method}"
            for method in METHODS
            for name in (
                *("frame", "method", "pairs", *(f"{end}_{level}" for level in levels for end in ("low", "high"))),
                *("pit", "crps", "wis"),
            )
        ),
        raw_rows=tuple(
            tuple(value for method in METHODS for value in by_method[row.event, row.prediction.later, method])
            for row in chosen
        ),
    )


def pit_table(scores: Sequence[HindcastScore]) -> Table:
    """Return the histogram of the probability integral transform, of events in per cent."""
    bins = len(scores[0].pit)
    return Table(
        title="Where later counts lie in their predictions: share of events by tenths of the predicted probability",
        columns=(
            Column("Events"),
            Column("Figures read"),
            *(Column(f"{(index + 1) / bins:g}", is_number=True) for index in range(bins)),
        ),
        rows=tuple(
            (f"{one.group}, {one.events}", METHOD_WORDS[one.method], *(f"{100 * share:.0f}" for share in one.pit))
            for one in scores
        ),
        notes=(
            _METHODS_NOTE,
            "Calibrated predictions have a tenth in each column; many at both ends: too narrow; many at the left: "
            "early figures were too high.",
        ),
        raw_columns=("group", "method", *(f"share_{index + 1}" for index in range(bins))),
        raw_rows=tuple((one.group, one.method, *one.pit) for one in scores),
    )


def cases_table(rows: Sequence[EventCase]) -> Table:
    """Return events with several early figures beside what a case of each predicts, hits and misses alike."""
    levels = tuple(rows[0].prediction.intervals)
    parts = [("all", rows)]
    parts += [
        (words, [row for row in rows if row.only_assertions is only])
        for words, only in (("with better figures than assertions", False), ("assertions alone", True))
    ]
    shares = []
    for words, found in parts:
        held = [f"{percent(level)} intervals {sum(row.prediction.holds(level) for row in found)}" for level in levels]
        shares.append(f"{words}: of {len(found)} {', '.join(held)}")
    contradictions = [row.event for row in rows if row.is_contradiction]
    set_aside = f" Bounds contradicted every figure, and were set aside: {'; '.join(contradictions)}."
    return Table(
        title=f"Cases of {FEWEST_FIGURES} early figures or more, read by default, beside the later count",
        columns=(
            Column("Event"),
            Column("Figures", is_number=True),
            Column("Bases", is_optional=True),
            Column("50 %", is_number=True),
            Column("95 %", is_number=True),
            Column("Median", is_number=True, is_optional=True),
            Column("Later", is_number=True),
            Column("Held"),
        ),
        rows=tuple(
            (
                row.event,
                str(row.figures),
                ", ".join(row.bases),
                significant_span(*row.prediction.intervals[0.5]),
                significant_span(*row.prediction.intervals[0.95]),
                significant(row.prediction.median, 2),
                significant(row.prediction.later),
                _place(row.prediction),
            )
            for row in rows
        ),
        notes=(
            f"Held the later count, {'; '.join(shares)}.",
            "Each event is one component of a case without any spread of its own, elicited as any case, by what all "
            "other events teach; assertions are let in only where nothing else was said."
            + (set_aside if contradictions else ""),
        ),
        raw_columns=(
            "event",
            "later",
            *(f"{end}_{100 * level:.0f}" for level in levels for end in ("low", "high")),
            "pit",
        ),
        raw_rows=tuple(
            (
                row.event,
                row.prediction.later,
                *(end for interval in row.prediction.intervals.values() for end in interval),
                row.prediction.pit,
            )
            for row in rows
        ),
    )


def archives_table(rows: Sequence[EarlyClaim]) -> Table:
    """Return claims that are older than the archives beside what these show."""
    found = [row for row in rows if row.method == "as-found"]
    by_cases = {row.claim: row for row in rows if row.method == "cases"}
    corrected = {row.claim: row for row in rows if row.method == "corrected"}
    return Table(
        title=f"Claims about the Soviet Union from before {OPENED}, and what the archives show",
        columns=(
            Column("Claim"),
            Column("Said", is_number=True),
            Column("Figure", is_number=True),
            Column("Predicted, 95 %", is_number=True),
            Column("Archives, 95 %", is_number=True),
            Column("Held, measured"),
            Column("Held, corrected", is_optional=True),
            Column("Held, cases"),
        ),
        rows=tuple(
            (
                row.claim,
                str(row.said),
                significant(row.figure),
                significant_span(*row.prediction.intervals[0.95]),
                significant_span(row.shown_interval.low, row.shown_interval.high),
                *(_place(one.prediction) for one in (row, corrected[row.claim], by_cases[row.claim])),
            )
            for row in found
        ),
        notes=(
            "Each claim alone becomes a prediction, by what late figures of its basis are worth elsewhere, and is "
            "held against the case's total under the claim's own definition. Claims overlap: they are no sample.",
        ),
        raw_columns=("claim", "said", "basis", "method", "figure", "median", "low_95", "high_95", "pit", "shown"),
        raw_rows=tuple(
            (
                *(row.claim, row.said, row.basis, row.method, row.figure, row.prediction.median),
                *(*row.prediction.intervals[0.95], row.prediction.pit, row.prediction.later),
            )
            for row in found
        ),
    )
