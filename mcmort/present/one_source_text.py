"""What parts of a total rest on one source, and what it is if sources lean alike, in words."""

from __future__ import annotations

from itertools import pairwise

from mcmort.analysis.one_source import lean, one_source
from mcmort.analysis.summary import Summary
from mcmort.present.numbers import percent, rounding_for, significant, telling_apart
from mcmort.totals import Total

__all__ = ["one_source_notes"]

_MOST_NAMED = 3


def one_source_notes(total: Total, summary: Summary) -> list[str]:
    """Say which components rest on one lineage or one basis, and what a common error of sources would change.

    Parameters
    ----------
    total : Total
        A total with its parts.
    summary : Summary
        Of its values.

    Returns
    -------
    list of str
        Up to two sentences.
    """
    found, notes = one_source(total), []
    if found is not None:
        parts = [
            f"{words}: {_named(total, names)} ({percent(share)} of the components' means)"
            for words, names, share in (
                ("From one lineage of sources alone", found.lineage, found.lineage_share),
                ("from several of one basis", found.basis, found.basis_share),
            )
            if names
        ]
        if parts:
            text = "; ".join(parts)
            notes.append(
                f"{text[0].upper()}{text[1:]}. Where no other kind of source could disagree, a narrow interval is no "
                "certainty."
            )
    leaning = lean(total)
    if leaning is not None:
        means = (leaning.low, leaning.mean, leaning.high)
        rounding = telling_apart(rounding_for(summary), pairwise(means))
        label = total.case.components[leaning.component].label
        notes.append(
            f"If all sources of {label} leaned alike by as much as figures of one event have proved to (a factor of "
            f"{significant(leaning.factor, 2)}), the mean would be {rounding.number(leaning.low)} or "
            f"{rounding.number(leaning.high)} in place of {rounding.number(leaning.mean)}."
        )
    return notes


def _named(total: Total, names: tuple[str, ...]) -> str:
    labels = [total.case.components[name].label for name in names]
    if len(labels) <= _MOST_NAMED + 1:
        return ", ".join(labels)
    return f"{', '.join(labels[:_MOST_NAMED])} and {len(labels) - _MOST_NAMED} others"
