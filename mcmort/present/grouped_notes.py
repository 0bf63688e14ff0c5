"""The notes on the components of a total, those of one kind in one sentence that names the first components."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

__all__ = ["WHERE_IN_FULL", "grouped_notes", "notes_on"]

WHERE_IN_FULL: Final = "Every note in full: in JSON, and under its component in `mcmort trace`."

_MOST_NAMED: Final = 4
"""Components that a sentence names; of more it names one less, and says how many others there are."""

_KINDS: Final = (
    (r"computed as .*", "computed by a formula"),
    (
        r"[^:]+: covers .*; carried over by the annual series .*",
        "figures of other years, carried over by annual series",
    ),
    (r"[^:]+: covers .*; taken as printed, .*", "figures of other years, taken as printed"),
    (r"conflict: (?P<detail>.*) below the register", "conflict: evidence that lies below the register"),
    (r"probability that nothing went unregistered: (?P<detail>.*)", "probability that nothing went unregistered"),
    (
        r"when its deaths fell is not known: the part in the years that count is uncertain, (?P<detail>.*)",
        "when the deaths fell is not known: the part in the years that count is uncertain",
    ),
    (
        r"when its deaths fell is taken from what holds it, in the years of both: (?P<detail>.*) count",
        "when the deaths fell is taken from what holds them, in the years of both; the part that counts",
    ),
    (
        r"when its deaths fell is not known, so neither is how many fell into its overlap in (?P<detail>.*)",
        "when the deaths fell is not known, so neither is how many fell into an overlap",
    ),
)
"""What notes that differ in their details have in common, and how to say it of several components.

A note that none of these describes is of one kind with the notes of the same text.
"""


def notes_on(component: str, notes: Sequence[str]) -> list[str]:
    """Return the notes of a total that are on one component, without its name."""
    return [note.removeprefix(f"{component}: ") for note in notes if note.startswith(f"{component}: ")]


def grouped_notes(notes: Sequence[str]) -> list[str]:
    """Return the notes of a total as sentences, one for each kind.

    Parameters
    ----------
    notes : sequence of str
        Each on one component, after its name and a colon; see `mcmort.totals.Total`.

    Returns
    -------
    list of str
        A note that is alone of its kind is repeated word for word. Of several notes the sentence says how many
        components they are on, and names the first, those of the highest percentages before the others. Where several
        notes became one sentence, the last sentence says where each can be read.
    """
    kinds: dict[str, list[tuple[str, str, str]]] = {}
    for note in notes:
        component, _, text = note.partition(": ")
        for statement in _statements(text):
            kind, detail = _kind_and_detail(statement)
            kinds.setdefault(kind, []).append((component, statement, detail))
    sentences = []
    for kind, members in kinds.items():
        if len(members) == 1:
            component, statement, _ = members[0]
            sentences.append(f"Note: {component}: {statement}.")
        else:
            sentences.append(_sentence(kind, [(component, detail) for component, _, detail in members]))
    is_shortened = any(len(members) > 1 for members in kinds.values())
    return [*sentences, WHERE_IN_FULL] if is_shortened else sentences


def _statements(text: str) -> Iterator[str]:
    """Split what a note says of a register, which may be of two kinds."""
    conflict, separator, probability = text.partition("; probability that ")
    yield conflict
    if separator:
        yield f"probability that {probability}"


def _kind_and_detail(statement: str) -> tuple[str, str]:
    for pattern, kind in _KINDS:
        match = re.fullmatch(pattern, statement)
        if match is not None:
            return kind, match.groupdict().get("detail", "")
    return statement, ""


def _sentence(kind: str, members: Sequence[tuple[str, str]]) -> str:
    """Say a kind of note of its components, each given with the detail of one note."""
    details: dict[str, list[str]] = {}
    for component, detail in members:
        details.setdefault(component, []).append(detail)
    named = [_named(component, texts) for component, texts in sorted(details.items(), key=_by_percentage)]
    shown = named if len(named) <= _MOST_NAMED else named[: _MOST_NAMED - 1]
    more = f" and {len(named) - len(shown)} more" if len(shown) < len(named) else ""
    count = f"{len(named)} components" if len(named) > 1 else "1 component"
    return f"Note on {count}: {kind} ({', '.join(shown)}{more})."


def _named(component: str, texts: list[str]) -> str:
    """Name a component with the details of its notes, or with how many figures they are about."""
    detail = ", ".join(filter(None, texts)) or (f"{len(texts)} figures" if len(texts) > 1 else "")
    return f"{component}: {detail}" if detail else component


def _by_percentage(entry: tuple[str, list[str]]) -> float:
    """Return a key by which components with high percentages come first, the others as they are."""
    percentages = [float(number) for text in entry[1] for number in re.findall(r"(\d+) %", text)]
    return -max(percentages, default=0.0)
