"""Sentences about a fit: what in it pulls apart, as far as one fit shows, and which commands say more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from mcmort.analysis import ComparedDefinition, compare
from mcmort.analysis.fitted import Predicted, disagreeing, leaning_alike, predictions, registers_apart
from mcmort.analysis.parts_apart import PartApart, parts_apart
from mcmort.bayes import Posterior
from mcmort.catalogue import Case
from mcmort.present.conflict_text import ratio_words
from mcmort.present.numbers import percent, rounding_of, significant, telling_apart
from mcmort.present.texts.reference_list import author_and_year
from mcmort.present.wording import interval_text

__all__ = [
    "figure_label", "lean_notes", "measured_priors_note", "next_commands", "printed_text", "unexpected_notes",
]  # fmt: skip

_MOST: Final = 3
_BULK: Final = 0.1
"""Probability of the tails of a prediction outside which a figure is named."""


def unexpected_notes(posterior: Posterior) -> list[str]:
    """Say which registers and estimates pull apart, and which figures the others lead one not to expect."""
    case, notes = posterior.case, []
    for one in registers_apart(posterior):
        low, high = (percent(share) for share in one.cited)
        notes.append(
            f"Register and estimates pull apart: {case.components[one.component].label}. Together they say that "
            f"{percent(one.share)} were registered, where {low} to {high} is cited."
        )
    if apart := disagreeing(posterior):
        listed = [
            f"{case.components[one.component].label} ({significant(one.ratio, 2)} times)" for one in apart[:_MOST]
        ]
        more = f"; {len(apart) - _MOST} more" if len(apart) > _MOST else ""
        notes.append(f"Figures differ by more than their errors lead one to expect: {'; '.join(listed)}{more}.")
    expected = {one.name: one for one in predictions(posterior)}
    parts = parts_apart(posterior)
    strong = [_part(case, one, expected) for one in parts if one.is_strong]
    # what lies within the bulk of its prediction would not be read as far from it
    others = [
        _part(case, one, expected)
        for one in parts
        if not one.is_strong and (one.name not in expected or expected[one.name].tail < _BULK)
    ]
    others += [_unexpected(case, one) for one in expected.values() if one.side != "point" and one.is_surprising]
    if strong:
        notes.append(f"In conflict with the rest: {_first(strong, case)}.")
    if others:
        notes.append(f"{'Then' if strong else 'Farthest from the rest'}: {_first(others, case)}.")
    if strong or others:
        notes.append(
            "So far as one fit shows, which lies between both sides; expected is what a source of that basis would "
            f"print, given all the evidence. 'mcmort conflict {case.id}' compares each part with the others alone."
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
        what += f"How far figures are off is taken from the measured errors of their kinds: {named}. "
    if not what:
        return []
    return [
        f"{what}'mcmort fit {case.id} --priors' shows what is presupposed, and 'mcmort errors' where it comes from."
    ]


def _first(named: Sequence[str], case: Case) -> str:
    """Name the first of them, and how many more there are."""
    more = f"; {len(named) - _MOST} more in 'mcmort fit {case.id} --figures'" if len(named) > _MOST else ""
    return f"{'; '.join(named[:_MOST])}{more}"


def _part(case: Case, one: PartApart, expected: Mapping[str, Predicted]) -> str:
    """Name a part of the evidence, and say what it says and what was expected."""
    figure = expected.get(one.name)
    if figure is not None and figure.low <= figure.printed <= figure.high:
        # the fit has yielded to it, so that what is expected would not read as far from it
        return f"{figure_label(case, one.name)}, {printed_text(figure)}, {'above' if one.ratio > 1.0 else 'below'} it"
    if figure is not None:
        return _unexpected(case, figure)
    label, ratio = case.components[one.name].label, ratio_words(one.ratio)
    return f"{label}: all its figures together, beside all else about {ratio}"


def lean_notes(posterior: Posterior) -> list[str]:
    """Say what each total would be if all figures leaned the same way by what the fit allows."""
    lean = posterior.manifest.lean
    if not lean:
        return []
    sides = [compare(leaning_alike(posterior, is_high=is_high)).rows for is_high in (True, False)]
    totals = [
        f"{high.total.definition.id} {_total(high)} or {_total(low)}"
        for high, low in zip(*sides, strict=True)
        if high.total.definition.measure == "all" and high.summary.mean != low.summary.mean
    ]
    share = percent(lean)
    if not totals:
        return [
            f"A lean of {share} changes no total here: it is about figures of all deaths of one component, and not "
            "about registers, claims about sums, balances, formulas or what may be negative."
        ]
    return [
        f"The figures of each component may lean together by {share}, which no evidence shows. If all lean alike by "
        f"{share}, the total is, where they are too high or too low: {'; '.join(totals)}."
    ]


def _total(row: ComparedDefinition) -> str:
    return interval_text(row.total, row.summary, 0.95)


def _unexpected(case: Case, one: Predicted) -> str:
    expected = telling_apart(
        rounding_of((one.low, one.middle, one.high)), ((one.printed, one.low), (one.printed, one.high))
    )
    bound = {"at-least": "at least ", "at-most": "at most "}.get(one.side, "")
    return f"{figure_label(case, one.name)}, {bound}{printed_text(one)} (expected {expected.span(one.low, one.high)})"


def printed_text(one: Predicted) -> str:
    """Return a figure as it was printed, or the interval that its formula gives."""
    if not one.computed:
        return significant(one.printed)
    low, high = one.computed
    return rounding_of((low, one.printed, high)).span(low, high)


def figure_label(case: Case, name: str) -> str:
    """Name a figure for people: the label of its component with its author, or the author of a claim.

    Where a component has several figures of one work, the name of the figure stands behind.
    """
    owner, _, rest = name.partition(":")
    if owner == "claim":
        return case.claims[rest].author
    works = {one.name: one.source for one in case.components[owner].estimate}
    alike = sum(work == works[rest] for work in works.values())
    return f"{case.components[owner].label}: {author_and_year(case.sources[works[rest]])}" + (
        f" ({rest})" if alike > 1 else ""
    )


def next_commands(posterior: Posterior, definition: str, width: int) -> list[str]:
    """Return lines that name the commands which say more, and what they say where a line has room for it."""
    case = posterior.case.where
    lines = (
        (f"mcmort total {case} -d {definition} --engine synthesis", "one total, part by part"),
        (f"mcmort conflict {case}", "what pulls against what"),
        (f"mcmort influence {case} -d {definition} --engine synthesis", "which sources move it"),
        (f"mcmort priors {case} -d {definition}", "how much the priors matter"),
        (f"mcmort fit {case} --figures", "each figure, used or not"),
    )
    column = max(len(command) for command, _ in lines)
    has_room = column + 4 + max(len(says) for _, says in lines) <= width
    return ["Next:", *(f"  {command:<{column}}  {says}" if has_room else f"  {command}" for command, says in lines)]
