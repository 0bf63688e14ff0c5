"""The sentences that say what the measured errors come to, and what they rest on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from mcmort.analysis.measured_errors import ClassErrors, FittedClass, FittedErrors
from mcmort.analysis.measured_errors.error_law import FEWEST_EVENTS
from mcmort.analysis.measured_errors.single_events import SingleEvents
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair
from mcmort.present.numbers import percent, signed, significant
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.errors_table import class_words

__all__ = ["errors_headline", "errors_notes", "errors_title"]

_FEWEST_EVENTS: Final = 8
"""Events below which a class is not named in the headline."""


def _well_known(rows: Sequence[ClassErrors]) -> list[FittedClass]:
    return [row.fitted for row in rows if row.fitted is not None and row.fitted.events >= _FEWEST_EVENTS]


def errors_title(rows: Sequence[ClassErrors]) -> str:
    """Say in one line which figures err most: the title of the figure."""
    known = _well_known(rows)
    if not known:
        return "Early figures beside later, better counts of the same"
    worst = max(known, key=lambda one: abs(one.bias.median))
    return (
        f"Of early figures those of the kind {class_words(worst.name)!r} err most: usually {_times(worst.bias.median)}"
    )


def errors_headline(rows: Sequence[ClassErrors]) -> str:
    """Say which figures err most, and which least."""
    known = _well_known(rows)
    if not known:
        return "No class of figures has been fitted: what was found stands in the table."
    worst = max(known, key=lambda one: abs(one.bias.median))
    narrowest = min(known, key=_width)
    sentence = (
        f"Figures of the kind {class_words(worst.name)!r} err most: usually {_times(worst.bias.median)}, corrected for "
        f"selection, and {_times(worst.bias_as_found.median)} among reported corrections."
    )
    low, high = (narrowest.true_over_figure[share] for share in ("0.05", "0.95"))
    return (
        f"{sentence} The surest is {class_words(narrowest.name)!r}: the true number lies between "
        f"{significant(low, 2)} and {significant(high, 2)} times the figure, nine times in ten."
    )


def _width(one: FittedClass) -> float:
    return math.log(one.true_over_figure["0.95"] / one.true_over_figure["0.05"])


def _times(bias: float) -> str:
    word = "high" if bias > 0 else "low"
    return f"{significant(math.exp(abs(bias)), 2)} times too {word}"


def errors_notes(library: ErrorLibrary, fitted: FittedErrors | None, *, is_current: bool) -> tuple[str, ...]:
    """Say what the numbers rest on: the sample, the selection, and the correction for it."""
    used = sum(pair.measures_error for pair in library.pairs)
    complete = [pair for pair in library.pairs if library.is_complete(pair)]
    events = len({pair.event for pair in library.pairs})
    notes = [
        "Bias: above zero where the early figure was too high; +0.69 is twice, \N{MINUS SIGN}0.69 half. Spread: scale "
        "of a Student t with 4 degrees of freedom. Both with 95 % intervals. Pairs: so many figures of so many events.",
        f"Of {len(library.pairs)} pairs from {events} events {used} measure errors; the others differ in scope, "
        "state a bound, or have a later figure that is in dispute or itself a floor.",
        f"Selection: {len(library.pairs) - len(complete)} pairs are known because a correction was reported, and "
        f"figures that were right are seldom reported; {len(complete)} come from complete frames.",
    ]
    if fitted is not None:
        bias, spread = fitted.selection_of_bias, fitted.selection_of_spread
        notes.append(
            f"Measured where both exist ({_classes_of_both(library)}): selection multiplies the bias by "
            f"{_factor(bias.low, bias.median, bias.high)} and the spread by "
            f"{_factor(spread.low, spread.median, spread.high)}. The other kinds are corrected by as much, untested."
        )
        late = fitted.late_bias, fitted.late_spread
        notes.append(
            "Numbers are of figures given in the year of the event. A year or more later the bias is "
            f"{_factor(late[0].low, late[0].median, late[0].high)} times as large, the spread "
            f"{_factor(late[1].low, late[1].median, late[1].high)} times."
        )
        if not is_current:
            notes.append(
                "The fitted numbers rest on the pairs that came with mcmort, not on all of these; --refit fits anew."
            )
        if fitted.single_events is not None:
            notes.append(_single_events(fitted, fitted.single_events))
    frames = [pair.error for pair in complete if pair.measures_error]
    if frames:
        mean = sum(frames) / len(frames)
        notes.append(f"The complete frames alone: mean error {signed(mean)}, {len(frames)} pairs: {_listed(complete)}.")
    return tuple(notes)


def _single_events(fitted: FittedErrors, found: SingleEvents) -> str:
    """Say how far any one event carries the numbers: those of classes with enough events for a bias, and of others."""
    many = {row.name for row in fitted.classes if row.events >= FEWEST_EVENTS}
    some = {row.name for row in fitted.classes} - many
    spreads, biases = [], []
    for names, words in ((many, f"of kinds with {FEWEST_EVENTS} events or more"), (some, "of thinner kinds")):
        chosen = [row for row in found.classes if row.name in names]
        if chosen:
            row = max(chosen, key=lambda one: abs(math.log(one.spread.without / one.spread.value)))
            ends = f"{significant(row.spread.value, 2)} to {significant(row.spread.without, 2)}"
            spreads.append(
                f"{words} by at most {percent(abs(row.spread.without / row.spread.value - 1.0))} "
                f"({class_words(row.name)!r}, {ends} without {row.spread.event})"
            )
            biases.append(significant(max(abs(one.bias.without - one.bias.value) for one in chosen), 2))
    shared = [found.common[f"shared_by_{name}"] for name in ("event", "lineage")]
    values = [significant(shift.value, 2) for shift in shared]
    moved = [significant(abs(shift.without - shift.value), 1) for shift in shared]
    return (
        f"Leaving out any one event moves the spread {', '.join(spreads)}; biases by at most {' and '.join(biases)}; "
        f"the parts of the variance that figures of one event ({values[0]}) and of one lineage ({values[1]}) have in "
        f"common by {' and '.join(moved)}."
    )


def _classes_of_both(library: ErrorLibrary) -> str:
    """Name the classes whose errors are known from reported corrections and from complete frames."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for pair in library.pairs:
        if pair.measures_error:
            found[library.is_complete(pair)].add(pair.cell)
    return "; ".join(class_words(name) for name in sorted(found[True] & found[False])) or "no class"


def _listed(pairs: Sequence[ErrorPair]) -> str:
    """Count the pairs of each class."""
    counted = Counter(pair.cell for pair in pairs if pair.measures_error)
    return "; ".join(f"{count} of {class_words(name)}" for name, count in sorted(counted.items()))


def _factor(low: float, middle: float, high: float) -> str:
    return f"{significant(middle, 2)} (95 % {significant(low, 2)}{EN_DASH}{significant(high, 2)})"
