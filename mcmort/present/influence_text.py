"""Sentences about what single parts of the evidence do to a total."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from mcmort.analysis.influence import Influence, Without
from mcmort.analysis.left_out import LeftOut
from mcmort.analysis.summary import summarise
from mcmort.catalogue.case import Case
from mcmort.present.numbers import Rounding, share_moved
from mcmort.present.texts.reference_list import author_and_year
from mcmort.present.wording import headline
from mcmort.results.print_unit import TOLERANCE

__all__ = ["finding", "finest", "floor_text", "in_millions", "listed", "lost_text", "named", "plural"]

_MILLION: Final = 1e6
_LONGEST: Final = 40
"""Characters of a name in passing; a longer one gives way to the key."""


def plural(influence: Influence, count: int) -> str:
    """Return a number of parts of the evidence in words."""
    several = {"source": "sources", "lineage": "lineages", "school": "schools", "basis": "bases"}[influence.by]
    return f"{count} {influence.by if count == 1 else several}"


def in_millions(influence: Influence) -> bool:
    """Whether shifts are printed in millions, as the total is."""
    return max(abs(value) for value in influence.whole.quantiles) >= _MILLION


def finest(influence: Influence) -> int:
    """Return the power of ten to which shifts are printed: a thousandth of the width of the interval is no news."""
    low, _, high = influence.whole.quantiles
    return max(_figure((high - low) / 1000.0), 0)


def named(case: Case, left_out: LeftOut) -> str:
    """Return what was left out as a sentence calls it: a source by author and year if these tell it from all others."""
    if left_out.kind == "basis":
        return f"figures of the basis {left_out.name}"
    if left_out.kind == "school":
        owner, _, lines = left_out.name.partition(": ")
        return f"the school of {lines} ({owner})"
    if left_out.kind == "lineage" or left_out.name not in case.sources:
        return f"the lineage {left_out.name}"
    source = case.sources[left_out.name]
    label = author_and_year(source)
    alike = Counter(author_and_year(other) for other in case.sources.values())
    return label if source.year and alike[label] == 1 and len(label) <= _LONGEST else f"the source {left_out.name}"


def lost_text(row: Without) -> str:
    """Say which components lose their last evidence, or all of it but a register."""
    parts = [f"{', '.join(row.unknown)} unknown"] if row.unknown else []
    parts += [f"{', '.join(row.registered_only)} by a register alone"] if row.registered_only else []
    return "; ".join(parts)


def floor_text(influence: Influence) -> str:
    """Say what the total is where a component is lost: a floor, unless what is lost may be negative."""
    case = influence.total.case
    lost = {name for row in influence.of_status("floor") for name in row.unknown}
    is_signed = any(case.head.support_of(case.components[name]) == "signed" for name in lost)
    return "" if is_signed else ", and the total a floor"


def finding(influence: Influence) -> list[str]:
    """Return the sentences that say what was found, the farthest shift first, then the total from all the evidence."""
    total = influence.total
    sentences = [_farthest(influence)]
    if floors := influence.of_status("floor"):
        each = "is the last evidence" if len(floors) == 1 else "are each the last evidence"
        sentences.append(
            f"{plural(influence, len(floors))} {each} on a component, which would then be unknown, or known by its "
            f"register alone{floor_text(influence)}: these are not ranked."
        )
    if failed := influence.of_status("failed"):
        sentences.append(f"Without {_any_of(influence, failed)} there would be no total.")
    summary = summarise(total.values, (influence.probability,), chains=total.chains)
    sentences.append(f"From all the evidence the total is {headline(total, summary, influence.probability)}.")
    return sentences


def _any_of(influence: Influence, rows: Sequence[Without]) -> str:
    """Name one part of the evidence, or say of how many any one is meant."""
    if len(rows) == 1:
        return named(influence.total.case, rows[0].left_out)
    return f"any one of {plural(influence, len(rows))}"


def _farthest(influence: Influence) -> str:
    """Say which part of the evidence moves the median farthest, and how far the others do at most."""
    ranked = influence.of_status("ranked")
    if not influence.rows:
        return f"There is no {influence.by} to leave out of the evidence behind this total."
    if not ranked:
        unsure = max(influence.of_status("unsure"), key=lambda row: row.size, default=None)
        at_most = f" (at most {_share(influence, unsure)})" if unsure is not None else ""
        return f"No single {influence.by} moves the median of the total by more than its Monte Carlo error{at_most}."
    first, *others = ranked
    assert first.median is not None
    rounding = Rounding(max(finest(influence), _figure(first.median.error)), in_millions(influence))
    way = "lower" if first.median.value < 0 else "higher"
    text = (
        f"Without {named(influence.total.case, first.left_out)} the median of the total would be "
        f"{rounding.number(first.size)} ({_share(influence, first)}) {way}"
    )
    if others:
        return f"{text}; no other single {influence.by} moves it by more than {_share(influence, others[0])}."
    return f"{text}; no other single {influence.by} moves it surely." if influence.of_status("unsure") else f"{text}."


def _share(influence: Influence, row: Without) -> str:
    """Return the shift of a median as a share of it; of one near zero, as a share of the interval's width."""
    assert row.median is not None
    low, median, high = influence.whole.quantiles
    if not high > low and not median:
        return "from nothing"
    is_near_zero = abs(median) <= TOLERANCE * (high - low)
    size = high - low if is_near_zero else abs(median)
    text = share_moved(row.size / size, row.median.error / size)
    return f"{text} of the width of its interval" if is_near_zero else text


def _figure(error: float) -> int:
    """Return the power of ten of the first figure of an error."""
    return math.floor(math.log10(error)) if error > 0.0 else 0


def listed(names: Sequence[str], most: int) -> str:
    """Name the first of many."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
