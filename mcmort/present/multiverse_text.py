"""Sentences about a multiverse: what the disagreement of its universes is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mcmort.analysis.multiverse.whole import Multiverse
from mcmort.present.numbers import percent, rounding_of
from mcmort.present.wording import level_text

__all__ = ["GROUP_WORDS", "holds_texts", "multiverse_headline", "published_text", "shares_text", "without_total"]

GROUP_WORDS: Final[Mapping[str, str]] = {
    "definition": "what to count",
    "evidence": "which evidence to admit",
    "model": "how to model it",
}
"""What choices of each group are about."""


def multiverse_headline(multiverse: Multiverse) -> str:
    """Return the sentence that says what the universes disagree about."""
    medians, title = multiverse.medians, multiverse.case.head.title
    count = len(multiverse.universes)
    if count == 1:
        return f"{title}: one universe alone, so there is nothing to disagree about."
    low, high = float(medians.min()), float(medians.max())
    spread = f"Their medians go from {rounding_of((low, high)).span(low, high, to=' to ')}."
    shares = multiverse.of_medians.groups
    if not shares:
        return f"{title}: {count:,} universes agree on the median."
    return f"{title}: of the disagreement among {count:,} universes {shares_text(shares)}. {spread}"


def shares_text(shares: Mapping[str, float]) -> str:
    """Return the shares of groups in words, the largest first."""
    first, *others = (f"{percent(share)}@{GROUP_WORDS[group]}" for group, share in shares.items())
    return ", ".join([first.replace("@", " is about "), *(other.replace("@", " about ") for other in others)])


def published_text(multiverse: Multiverse) -> str:
    """Return the sentence that says what the published totals disagree about; "" if there are too few."""
    spread = multiverse.published
    if spread is None:
        return ""
    (low, high), (least, most) = spread.range, spread.range_of_scope
    also = f" {spread.beyond} of them also count what this case does not hold; that stands under evidence."
    beyond = also if spread.beyond else ""
    return (
        f"Of the spread of the {len(spread.figures)} published totals "
        f"({rounding_of((low, high)).span(low, high, to=' to ')}) {percent(spread.scope)} is scope and "
        f"{percent(spread.evidence)} evidence, on the logarithm: our medians under the authors' own definitions go "
        f"from {rounding_of((least, most)).span(least, most, to=' to ')}.{beyond}"
    )


def holds_texts(multiverse: Multiverse) -> tuple[str, ...]:
    """Return for each number that was asked about the share of universes whose interval holds it, in words."""
    level = level_text(multiverse.interval)
    return tuple(
        f"{_plain(number)} lies within the {level} of {percent(multiverse.share_that_holds(number))} of the universes."
        for number in multiverse.request.holds
    )


def _plain(number: float) -> str:
    return f"{number / 1e6:,.10g} million" if abs(number) >= 1e6 else f"{number:,.10g}"


def without_total(multiverse: Multiverse) -> str:
    """Say how many universes of those that were run have no total; nothing where each has one."""
    failed = len(multiverse.failed)
    run = failed + len(multiverse.universes)
    return f"{failed:,} of {run:,} universes have no total, and are not shown." if failed else ""
