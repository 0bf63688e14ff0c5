"""Whether a total can only be read as a minimum."""

from __future__ import annotations

from mcmort.totals.total import Total

__all__ = ["is_floor", "rests_on_registers"]


def is_floor(total: Total) -> bool:
    """Whether a total can only be read as a minimum: anything that it counts is registered only, or unknown.

    Where a part that is unknown may be negative, what is known is no minimum.
    """
    components, support = total.case.components, total.case.head.support_of
    if any(support(components[name]) == "signed" for name in total.unknown):
        return False
    return rests_on_registers(total) or bool(total.unknown)


def rests_on_registers(total: Total) -> bool:
    """Whether anything that a total counts is known from registers alone."""
    statuses = total.draws.statuses
    return total.definition.measure == "registered" or any(statuses[name].is_registered_only for name in total.terms)
