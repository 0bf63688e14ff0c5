"""What compiling a case gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mcmort.draws import Standing
from mcmort.sampler.plan import Plan

__all__ = ["Compiled"]


@dataclass(frozen=True)
class Compiled:
    """A plan with what is known of each component."""

    plan: Plan
    standing: Mapping[str, Standing]
