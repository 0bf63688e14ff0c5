"""Sentences about a fit: what in it pulls apart, as far as one fit shows, and which commands say more."""

from __future__ import annotations

from typing import Final

from mcmort.analysis import ComparedDefinition, compare
from mcmort.analysis.fitted import Predicted, leaning_alike, registers_apart, surprising
from mcmort.bayes import Posterior
from mcmort.catalogue import Case
from mcmort.present.numbers import percent, rounding_of, significant
from mcmort.present.wording import interval_text

__all__ = ["figure_label", "lean_notes", "measured_priors_note", "next_commands", "unexpected_notes"]

_MOST: Final = 3


def unexpected_notes(posterior: Posterior) -> list[str]:
    """Say which registers and estimates pull apart, and which figures the others lead one not to expect."""
    case, notes = posterior.case, []
    for one in registers_apart(posterior):
        low, high = (percent(share) for share in one.cited)
        notes.append(
            f"Register and estimates pull apart: {case.components[one.component].label}. Together they say that "
            f"{percent(one.share)} were registered, where {low} to {high} is cited."
        )
    if found := surprising(posterior):
        named = "; ".join(_unexpected(case, one) for one in found[:_MOST])
        more = f"; {len(found) - _MOST} more in 'mcmort fit {case.id} --figures'" if len(found) > _MOST else ""
        notes.append(
            f"Least expected: {named}{more}. Beside what a source of that basis would print, given all the evidence, "
            f"these figures among it; 'mcmort conflict {case.id}' compares each part with the others alone."
        )
    return notes


def measured_priors_note(posterior: Posterior) -> list[str]:
    """Say where the case leaves to measured errors what is presupposed of its figures."""
    case = posterior.case
    groups = [name.partition(":")[2] for name in posterior.others if name.startswith("tau:")]
    measured = [name for name in groups if name.partition(",")[0] not in case.head.spread]
    what = "" if case.head.synthesis is not None else f"{case.id} has no [synthesis]. "
    if measured:
        named = "; ".join(measured[:_MOST]) + (f"; {len(measured) - _MOST} more" if len(measured) > _MOST else "")
        what += f"How far figures are off is taken as measured of {named}. "
    if not what:
        return []
    return [
        f"{what}'mcmort fit {case.id} --priors' shows what is presupposed, and 'mcmort errors' where it comes from."
    ]


def lean_notes(posterior: Posterior) -> list[str]:
    """Say what each total would be if all figures leaned the same way by what the fit allows."""
    lean = posterior.manifest.lean
    if not lean:
        return []
    sides = [compare(leaning_alike(posterior, is_high=is_high)).rows for is_high in (True, False)]
    totals = [
        f"{high.total.definition.id} {_total(high)} or {_total(low)}"
        for high, low in zip(*sides, strict=True)
        if high.total.definition.measure == "all"
    ]
    share = percent(lean)
    return [
        f"The figures of each component may lean together by {share}, which no evidence shows. If all lean alike by "
        f"{share}, the total is, where they are too high or too low: {'; '.join(totals)}."
    ]


def _total(row: ComparedDefinition) -> str:
    return interval_text(row.total, row.summary, 0.95)


def _unexpected(case: Case, one: Predicted) -> str:
    expected = rounding_of((one.low, one.middle, one.high))
    bound = {"at-least": "at least ", "at-most": "at most "}.get(one.side, "")
    return (
        f"{figure_label(case, one.name)}, {bound}{significant(one.printed)} "
        f"(expected {expected.span(one.low, one.high)})"
    )


def figure_label(case: Case, name: str) -> str:
    """Name a figure for people: the label of its component with its own name, or the author of a claim."""
    owner, _, rest = name.partition(":")
    return case.claims[rest].author if owner == "claim" else f"{case.components[owner].label}: {rest}"


def next_commands(posterior: Posterior, definition: str, width: int) -> list[str]:
    """Return lines that name the commands which say more, and what they say where a line has room for it."""
    case = posterior.case.where
    lines = (
        (f"mcmort total {case} -d {definition} --engine synthesis", "one total, part by part"),
        (f"mcmort conflict {case}", "what pulls against what"),
        (f"mcmort influence {case} -d {definition} --engine synthesis", "which sources move it"),
        (f"mcmort fit {case} --figures", "each figure, used or not"),
    )
    column = max(len(command) for command, _ in lines)
    has_room = column + 4 + max(len(says) for _, says in lines) <= width
    return ["Next:", *(f"  {command:<{column}}  {says}" if has_room else f"  {command}" for command, says in lines)]
