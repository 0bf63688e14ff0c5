"""What compiling a case gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mcmort.results import ComponentStatus
from mcmort.sampler.program.plan import Plan

__all__ = ["Compiled"]


@dataclass(frozen=True)
class Compiled:
    """A plan with what is known of each component."""

    plan: Plan
    statuses: Mapping[str, ComponentStatus]
