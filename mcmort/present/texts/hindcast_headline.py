"""The sentences that say how hindcasts did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mcmort.analysis.measured_errors.before_archives import EarlyClaim
from mcmort.analysis.measured_errors.hindcast import Method
from mcmort.analysis.measured_errors.hindcast_scores import HindcastScore
from mcmort.present.numbers import percent
from mcmort.present.tables.hindcast_table import coverage_text

__all__ = ["archives_headline", "hindcast_headline", "hindcast_title"]

_GROUPS: Final[tuple[tuple[str, str, Method], ...]] = (
    ("reported", "events whose figures were known to have been wrong", "as-found"),
    ("complete frames", "events of complete frames", "corrected"),
)
"""Groups of events, in words, with the reading that is the fair test of each."""


def hindcast_title(scores: Sequence[HindcastScore]) -> str:
    """Say in one line how often 95 % intervals held: the title of the figure."""
    chosen = {(one.group, one.method): one for one in scores}
    parts = [
        f"{percent(most.held)} of {chosen[group, method].events} {words}"
        for group, words, method in _GROUPS
        if (group, method) in chosen
        for most in [chosen[group, method].coverage[-1]]
    ]
    return f"95 % intervals, each predicted from other events, held the later count in {' and '.join(parts)}"


def hindcast_headline(scores: Sequence[HindcastScore]) -> str:
    """Say how often intervals held, and which way of reading early figures scores better."""
    sentences = []
    for group, words, method in _GROUPS:
        chosen = {one.method: one for one in scores if one.group == group}
        if method not in chosen:
            continue
        ours, cases = chosen[method], chosen["cases"]
        (half, *_, most), (half_of_cases, *_, most_of_cases) = ours.coverage, cases.coverage
        sentences.append(
            f"Of {ours.events} {words}, each predicted from all others, 95 % intervals held the later count in "
            f"{coverage_text(most)} and 50 % intervals in {coverage_text(half)}; with the spreads that the shipped "
            f"cases chose in {coverage_text(most_of_cases)} and {coverage_text(half_of_cases)}. Score (smaller is "
            f"better): {ours.crps:.2f} against {cases.crps:.2f}."
        )
    return " ".join(sentences)


def archives_headline(rows: Sequence[EarlyClaim]) -> str:
    """Say how many claims that are older than the archives hold what these show."""
    parts = []
    methods: tuple[tuple[Method, str], ...] = (("as-found", "as measured"), ("cases", "as the shipped cases chose"))
    for method, words in methods:
        chosen = [row for row in rows if row.method == method]
        held = sum(row.prediction.holds(0.95) for row in chosen)
        parts.append(f"{held} of {len(chosen)} {words}")
    return f"95 % intervals of claims from before the archives opened hold what these show: {', '.join(parts)}."
