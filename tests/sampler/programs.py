"""Programs for tests: random ones, and a fixed one of dyadic numbers, whose bits depend on no mathematical library."""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from hypothesis import strategies as st

from mcmort.elicit.table import OCTAVES, QuantileTable, ScoreTable
from mcmort.sampler.kernel.run import draw_histograms, run_plan
from mcmort.sampler.program.plan import Builder, Op, Plan

__all__ = ["ARITHMETIC", "SCORES", "fixed_digests", "fixed_plan", "programs"]

ARITHMETIC: Final = (Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.MINIMUM, Op.MAXIMUM)
_KNOTS: Final = np.arange(OCTAVES + 1, dtype=np.float64)
_VALUES: Final = QuantileTable(512.0 + 8.0 * _KNOTS, 832.0 + (40.0 - _KNOTS) ** 2, 0, 0.0, 0.0)
"""Values from 512 to 2432 with a median of 832, one knot to an octave of probability."""
_OTHERS: Final = QuantileTable(1.0 + _KNOTS / 4.0, 11.0 + 2.0 * (40.0 - _KNOTS), 0, 0.0, 0.0)
SCORES: Final = QuantileTable((_KNOTS - 40.0) / 8.0, (40.0 - _KNOTS) / 8.0, 0, 0.0, 0.0)
"""Scores from -5 to 5, symmetric about 0."""
_BY_SCORE: Final = ScoreTable(64.0 + np.arange(17.0) ** 3, 1, 0.0)
"""Values by score from 64 to 4160, with a median of 576."""
_FALLING: Final = np.ldexp(1.0, -np.arange(1, 10))
_SURVIVAL: Final = ScoreTable(np.concatenate([1.0 - _FALLING[:0:-1], _FALLING]), 1, 0.0)
"""Survival probabilities by score: a half at 0, and half of it for each unit above."""


def fixed_plan() -> Plan:
    """Return a plan with every operation; it is built of whole numbers and powers of two alone."""
    build = Builder()
    values, others, scores = build.table(_VALUES), build.table(_OTHERS), build.table(SCORES)
    registered = build.emit(Op.DRAW, b=values, stream="registered")
    other = build.emit(Op.DRAW, b=others, stream="other")
    share = build.emit(Op.UNIFORM, stream="share")
    own = build.emit(Op.SCALE, build.emit(Op.DRAW, b=scores, stream="own"), x=0.75)
    score = build.emit(Op.ADD_SCALED, own, build.emit(Op.DRAW, b=scores, stream="factor"), x=0.5)
    tied = build.emit(Op.SCORED, score, build.score_table(_BY_SCORE))
    survival = build.emit(Op.SCORED, score, build.score_table(_SURVIVAL))
    looked_up = build.emit(Op.LOOKED_UP, survival, values)
    above = build.emit(Op.MAXIMUM, build.emit(Op.SELECT, looked_up, tied, share, x=0.75), registered)
    limit = build.emit(Op.CONSTANT, x=640.0)
    part = build.emit(Op.MULTIPLY, tied, share)
    ratio = build.emit(Op.DIVIDE, above, other)
    gap = build.emit(Op.SUBTRACT, above, registered)
    total = build.emit(Op.ADD, build.emit(Op.MAXIMUM, part, limit), build.emit(Op.MINIMUM, ratio, limit))
    build.outputs = {
        "above": above, "gap": gap, "part": part, "ratio": ratio, "registered": registered, "total": total,
    }  # fmt: skip
    return build.plan()


def fixed_digests(n: int = 100_000) -> dict[str, str]:
    """Return the digests of so many plain draws of the fixed plan, kept and counted, and of as many quasi-random."""
    plan = fixed_plan()
    found = {"kept": hashlib.sha256(b"".join(one.tobytes() for one in run_plan(plan, 7, n).values())).hexdigest()}
    for method in ("plain", "quasi"):
        histograms = draw_histograms(plan, 7, n, method=method)
        text = "".join(one.whole.digest() for one in histograms.values())
        found[method] = hashlib.sha256(text.encode()).hexdigest()
    return found


@st.composite
def programs(draw: st.DrawFn, most: int = 25) -> Plan:
    """Draw a program over every operation; its outputs are some of its registers, under names in no order."""
    build = Builder()
    tables = [build.table(_VALUES), build.table(_OTHERS)]
    scores, by_score, falling = build.table(SCORES), build.score_table(_BY_SCORE), build.score_table(_SURVIVAL)
    values = [build.emit(Op.DRAW, b=tables[0], stream="first"), build.emit(Op.CONSTANT, x=1.5)]
    survivals = [build.emit(Op.UNIFORM, stream="uniform")]
    for index in range(draw(st.integers(1, most))):
        left, right = draw(st.sampled_from(values)), draw(st.sampled_from(values))
        match draw(st.integers(0, 8)):
            case 0:
                values.append(build.emit(Op.DRAW, b=draw(st.sampled_from(tables)), stream=f"stream-{index}"))
            case 1:
                score = build.emit(Op.DRAW, b=scores, stream=f"stream-{index}")
                values.append(build.emit(Op.SCORED, score, by_score))
                survivals.append(build.emit(Op.SCORED, score, falling))
            case 2:
                survival = draw(st.sampled_from(survivals))
                values.append(build.emit(Op.LOOKED_UP, survival, draw(st.sampled_from(tables))))
                values.append(build.emit(Op.SELECT, left, right, survival, x=draw(st.sampled_from([0.0, 0.25, 1.0]))))
            case 3:
                values.append(build.emit(Op.SCALE, left, x=draw(st.sampled_from([-1.0, 0.0, 0.25, 3.0]))))
            case 4:
                values.append(build.emit(Op.ADD_SCALED, left, right, x=draw(st.sampled_from([-0.5, 0.75]))))
            case _:
                values.append(build.emit(draw(st.sampled_from(ARITHMETIC)), left, right))
    registers = draw(st.lists(st.sampled_from([*values, *survivals]), min_size=1, max_size=8))
    names = draw(st.permutations([f"o{index}" for index in range(len(registers))]))
    build.outputs = dict(zip(names, registers, strict=True))
    return build.plan()
