"""The generated parts of the page on measured errors."""

from __future__ import annotations

import csv
import re
from collections import Counter

import mcmort as mm
from mcmort.analysis.measured_errors import agreement, observed
from mcmort.catalogue.measured_errors import ErrorPair
from mcmort.catalogue.measured_errors.load import errors_folder
from mcmort.present.numbers import signed
from mcmort.present.tables.errors_table import class_words
from mcmort.present.tables.formats import to_markdown

__all__ = ["measured_errors"]


def measured_errors(text: str) -> str:
    """Return the page with its tables."""
    report = mm.measured_errors()
    parts = {
        f"errors {name}": to_markdown(report.table(name))
        for name in ("classes", "readings", "years", "registers", "events")
    }
    parts["errors headline"] = report.headline + "\n"
    parts["errors sample"] = _sample(report.library.pairs)
    parts["errors agreement"] = _agreement()
    parts["errors interest"] = _interest(report.library.pairs)
    parts["errors doubtful"] = _doubtful(report.library.pairs)
    pattern = r"(<!-- generated: (errors \w+) -->\n).*?(<!-- end -->)"
    return re.sub(pattern, lambda match: match[1] + parts[match[2]] + match[3], text, flags=re.DOTALL)


def _sample(pairs: tuple[ErrorPair, ...]) -> str:
    """Say what the pairs are."""
    events, countries = ({getattr(pair, name) for pair in pairs} for name in ("event", "country"))
    lines = [f"{len(pairs)} pairs, {len(events)} events, {len(countries)} countries or areas.", ""]
    for name, what in (
        ("frame", "frame"),
        ("scope", "what the early figure counts beside the later"),
        ("later_is", "the later figure is"),
        ("seen", "how the sources were read"),
        ("checked", "read"),
    ):
        counted = Counter(str(getattr(pair, name)) for pair in pairs)
        lines.append(f"- {what}: " + ", ".join(f"{word} {count}" for word, count in counted.most_common()))
    return "\n".join(lines) + "\n"


def _agreement() -> str:
    """Return the agreement of the two readings."""
    rows = [
        f"| {one.code} | {one.pairs} | {one.same} | {one.kappa:.2f} |"
        for one in agreement(errors_folder() / "second-reading.csv")
    ]
    return "\n".join(["| code | pairs | coded alike | Cohen's kappa |", "| --- | ---: | ---: | ---: |", *rows]) + "\n"


def _interest(pairs: tuple[ErrorPair, ...]) -> str:
    """Return the errors of assertions under either reading of the speaker's interest."""
    with (errors_folder() / "second-reading.csv").open(encoding="utf-8", newline="") as file:
        first = {row["id"]: row["interest_1"] for row in csv.DictReader(file)}
    used = [pair for pair in pairs if pair.measures_error and pair.basis == "assertion" and pair.id in first]
    lines = [
        "| speaker gains by | pairs, first | mean, first | pairs, blind | mean, blind |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for interest in ("high", "low", "neither", "unclear"):
        by_first = observed([pair for pair in used if first[pair.id] == interest])
        blind = observed([pair for pair in used if pair.interest == interest])
        lines.append(
            f"| {interest} | {by_first.pairs} | {signed(by_first.mean)} | {blind.pairs} | {signed(blind.mean)} |"
        )
    return "\n".join(lines) + "\n"


def _doubtful(pairs: tuple[ErrorPair, ...]) -> str:
    """Return mean errors with and without later figures that are disputed or only floors."""
    everything = [pair for pair in pairs if pair.model_copy(update={"later_is": "count"}).measures_error]
    lines = [
        "| kind of figure | pairs | mean | pairs, doubtful ones too | mean |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for cell in sorted({pair.cell for pair in everything}):
        both = observed([pair for pair in everything if pair.cell == cell])
        settled = observed([pair for pair in everything if pair.cell == cell and pair.measures_error])
        if both.pairs == settled.pairs:
            continue
        mean = signed(settled.mean) if settled.pairs else "\N{EN DASH}"
        lines.append(f"| {class_words(cell)} | {settled.pairs} | {mean} | {both.pairs} | {signed(both.mean)} |")
    return "\n".join(lines) + "\n"
