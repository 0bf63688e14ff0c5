"""Notes of one kind are one sentence that says how many components they are on; none is lost."""

from __future__ import annotations

import re

import pytest

import mcmort as mm
from mcmort.catalogue import Case
from mcmort.present.grouped_notes import WHERE_IN_FULL, grouped_notes, notes_on
from mcmort.present.tables.plain_text import to_text
from mcmort.present.tables.total_table import total_table
from tests.cases import case_of, component, overlap, ranged, share
from tests.present.made import DRAWS, ussr_draws, ussr_total

ALONE = "no estimate of all deaths, so the registered count stands for them"


def _names(count: int) -> list[str]:
    return [f"component-{number:02}" for number in range(count)]


def test_no_notes_give_no_sentence() -> None:
    """Where there is nothing to say, nothing is said, not even where it could be read."""
    assert grouped_notes(()) == []


def test_note_on_one_component_is_repeated_word_for_word() -> None:
    """A note that is alone of its kind loses nothing, and nothing need be looked up."""
    notes = (
        f"one: registered only: {ALONE}",
        "two: computed as first * second",
        "two: gross: no mortality: [of 1] 5 %",
    )
    assert grouped_notes(notes) == [f"Note: {note}." for note in notes]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 30])
def test_notes_of_one_text_become_one_sentence_with_their_count(count: int) -> None:
    """Up to four components are named; of more the first three, and the number of the others."""
    names = _names(count)
    sentence, where = grouped_notes([f"{name}: registered only: {ALONE}" for name in names])
    assert where == WHERE_IN_FULL
    listed = ", ".join(names) if count <= 4 else f"{', '.join(names[:3])} and {count - 3} more"
    assert sentence == f"Note on {count} components: registered only: {ALONE} ({listed})."


def test_highest_percentages_are_named_first() -> None:
    """What a reader should know first is not among those that are only counted."""
    shares = ("2 %", "38 %", "over 99 %", "7 %", "63 %")
    notes = [
        f"{name}: probability that nothing went unregistered: {share}"
        for name, share in zip(_names(5), shares, strict=True)
    ]
    assert grouped_notes(notes)[0] == (
        "Note on 5 components: probability that nothing went unregistered "
        "(component-02: over 99 %, component-04: 63 %, component-01: 38 % and 2 more)."
    )


def test_note_of_two_kinds_is_counted_in_both() -> None:
    """A conflict with a register and a probability in one note join the notes of either kind."""
    notes = (
        "one: conflict: 63 % of a below the register; probability that nothing went unregistered: 60 %",
        "two: probability that nothing went unregistered: 20 %",
    )
    assert grouped_notes(notes) == [
        "Note: one: conflict: 63 % of a below the register.",
        "Note on 2 components: probability that nothing went unregistered (one: 60 %, two: 20 %).",
        WHERE_IN_FULL,
    ]


def test_several_figures_of_one_component_are_counted() -> None:
    """Figures of other years are counted for each component, and the component is named once."""
    notes = [f"one: figure-{key}: covers 1930-1931; taken as printed, since reason {key}" for key in "abc"]
    assert grouped_notes(notes)[0] == "Note on 1 component: figures of other years, taken as printed (one: 3 figures)."


@pytest.mark.parametrize("name", sorted(mm.load("ussr").definitions))
def test_sentences_of_a_shipped_total_count_every_component(name: str) -> None:
    """Over all definitions of the Soviet case: the kinds together are on as many components as the notes say."""
    notes = ussr_total(name).total.notes
    sentences = [sentence for sentence in grouped_notes(notes) if sentence != WHERE_IN_FULL]
    counts = [int((re.match(r"Note on (\d+) component", sentence) or [0, 1])[1]) for sentence in sentences]
    figures = r": [^:]+: covers [^;]*; (carried|taken).*"
    statements = {
        re.sub(figures, r": \1", statement)
        for note in notes
        for statement in note.replace("; probability", f"\n{note.split(':')[0]}: probability").split("\n")
    }
    assert sum(counts) == len(statements)
    assert len(sentences) <= 10


def test_shipped_total_at_80_columns_has_few_lines_of_notes() -> None:
    """Old failure: 22 notes on the Soviet famine and repression took 38 lines of 80 columns."""
    result = ussr_total("excess")
    text = to_text(total_table(result.total, result.summary), 80)
    lines = text[text.index("Note") : text.index("For want of draws")].splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert list(result.document().notes) == list(result.total.notes)


def _untimed() -> Case:
    """Return a case of two pairs, each of a component within another; when the deaths of any fell is unknown."""
    return case_of(
        *(
            component(name, ranged(low, 2 * low), years=years)
            for end in "ab"
            for name, low, years in ((f"host-{end}", 900, [1925, 1939]), (f"guest-{end}", 100, [1930, 1939]))
        ),
        overlap=[overlap(f"overlap-{end}", f"guest-{end}", f"host-{end}", **share(0.2, 0.6)) for end in "ab"],
    )


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        (
            (1925, 1939),
            "Note on 2 components: when the deaths fell is not known, so neither is how many fell into an overlap "
            "(host-a: 1930-1939, host-b: 1930-1939).",
        ),
        (
            (1930, 1932),
            "Note on 2 components: when the deaths fell is not known: the part in the years that count is uncertain "
            "(host-a: 20 % on average, host-b: 20 % on average).",
        ),
        (
            (1930, 1932),
            "Note on 2 components: when the deaths fell is taken from what holds them, in the years of both; "
            "the part that counts (guest-a: 30 % on average, guest-b: 30 % on average).",
        ),
    ],
)
def test_notes_on_unknown_timing_are_of_one_kind_whatever_their_details(years: tuple[int, int], expected: str) -> None:
    """The sentences that totals write about timing are recognised, with the part or the years of each component."""
    total = mm.total(mm.simulate(_untimed(), DRAWS, rng=1), "whole", years=years).total
    assert expected in grouped_notes(total.notes)


def test_notes_on_one_component_are_those_that_begin_with_its_name() -> None:
    """A component whose name begins like another's has its own notes only."""
    assert notes_on("camp", ("camp: a: b", "camp-and-colony: c", "camp: d")) == ["a: b", "d"]


def test_trace_repeats_every_note_of_a_total() -> None:
    """What the sentences shorten stands in full in the trace, beneath its component."""
    from mcmort.elicit import elicit
    from mcmort.present.texts.trace_text import trace_total

    result = ussr_total("excess")
    text = " ".join(trace_total(result.total, result.summary, elicit(ussr_draws().case)).split())
    for note in result.total.notes:
        _, _, said = note.partition(": ")
        assert said in text or said.partition(": ")[2] in text
