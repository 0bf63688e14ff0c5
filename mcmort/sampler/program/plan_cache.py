"""Compiled cases on disk: the tables of a case are computed once, and every later command starts from them.

A file is found by what it was computed from, its request: the digest of the case, the choices of the user, and the
source of the code that elicits and compiles. It holds that request and a digest of its content. One that is missing,
damaged or made for another request is computed again, without a word; it can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np

from mcmort.cache.folder import cache_folder, code_stamps, version_of
from mcmort.cache.sealed_files import Request, keep_sealed, read_sealed, request_name
from mcmort.catalogue.case import Case
from mcmort.catalogue.measured_errors.spreads import measured_digest
from mcmort.catalogue.vocabulary import Pooling, Weighting
from mcmort.elicit.table import QuantileTable, ScoreTable
from mcmort.errors import UsageError
from mcmort.results import ComponentStatus, Dependence, ReachedLink, RegisterComparison
from mcmort.sampler.program.compiled import Compiled
from mcmort.sampler.program.plan import Op, Plan, operands

if TYPE_CHECKING:
    from mcmort.elicit.priors import Priors

__all__ = ["compiled_case"]

_SIDES: Final = ("op", "a", "b", "c", "x")
_MOST_STORED: Final = 10_000
"""Tables of a compiled case that is stored: 200 MB of them."""
_COMPILING: Final = (
    "compare_register", "compile", "net_values", "normal_tables", "plan", "reached_links", "reference",
)  # fmt: skip
"""Files of this folder on which a compiled case depends."""


def compiled_case(
    case: Case,
    evidence: frozenset[str] | None = None,
    pool: Pooling | None = None,
    dependence: Dependence = "declared",
    weights: Weighting = "equal",
) -> Compiled:
    """Return a case's compiled priors, from disk if they have been computed before.

    Parameters
    ----------
    case : Case
        The case.
    evidence : frozenset of str, optional
        Bases of evidence to admit.
    pool : {"linear", "log", "envelope"}, optional
        How to pool all estimates.
    dependence : {"declared", "independent", "comonotonic"}
        The dial of dependence.
    weights : {"equal", "confidence", "cited"}
        By what lineages weigh in their pools.

    Returns
    -------
    Compiled

    Raises
    ------
    UsageError
        If the dial or the pool has no such setting.
    CaseError
        If figures of the case cannot be fitted.
    """
    for what, value, known in (("pool", pool, get_args(Pooling)), ("dependence", dependence, get_args(Dependence))):
        if value is not None and value not in known:
            raise UsageError(f"the {what} is {value!r}; expected one of {', '.join(known)}")
    request = {
        "kind": "compiled case",
        "case": case.digest,
        "measured_errors": measured_digest(),
        "evidence": None if evidence is None else sorted(evidence),
        "pool": pool,
        "dependence": dependence,
        "weights": weights,
        "versions": {name: version_of(name) for name in ("numpy", "scipy")},
        "code": _code(),
    }
    name = request_name(request)
    if name in _large:
        return _large[name]
    path = cache_folder() / f"{case.id}-{name}.npz"
    with contextlib.suppress(Exception):  # a damaged file fails in a dozen ways, in zipfile, NumPy, tokenize or here
        return _read(path, request)
    from mcmort.sampler.program.compile import compile_priors

    compiled = compile_priors(_priors(case, evidence, pool, weights), dependence)
    if len(compiled.plan.tables) + len(compiled.plan.score_tables) > _MOST_STORED:
        _large.clear()
        _large[name] = compiled
        return compiled
    with contextlib.suppress(OSError):
        _write(path, request, compiled)
    return compiled


_large: Final[dict[str, Compiled]] = {}
"""The compiled case that was too large to be stored and was made last: it may be asked for again."""


_latest: Final[dict[object, Priors]] = {}
"""The priors that were elicited last: several settings of dependence may be asked for in turn."""


def _priors(case: Case, evidence: frozenset[str] | None, pool: Pooling | None, weights: Weighting) -> Priors:
    """Elicit the priors of a case, unless they are the last that were."""
    from mcmort.elicit import elicit

    key = (case.digest, case.where, evidence, pool, weights)
    if key not in _latest:
        priors = elicit(case, evidence, pool, weights)
        _latest.clear()
        _latest[key] = priors
    return _latest[key]


def _code() -> list[list[str | int]]:
    """Return what tells one version of the eliciting code from another."""
    here = Path(__file__).parent
    home = here.parents[1]
    return code_stamps(
        (
            *home.glob("elicit/*.py"),
            *(home / "catalogue" / f"{name}.py" for name in ("formula", "operators")),
            *(here / f"{name}.py" for name in _COMPILING),
        )
    )


def _write(path: Path, request: Request, compiled: Compiled) -> None:
    """Write a compiled case."""
    plan = compiled.plan
    head = {
        "streams": plan.streams,
        "outputs": plan.outputs,
        "tables": [
            [len(one.lower), one.resolution, one.error, one.probability_error, one.missed] for one in plan.tables
        ],
        "score_tables": [[len(one.values), one.steps, one.error, one.missed] for one in plan.score_tables],
        "statuses": {name: asdict(one) for name, one in compiled.statuses.items()},
    }
    knots = [side for table in plan.tables for side in (table.lower, table.upper)]
    arrays: dict[str, Any] = {name: getattr(plan, name) for name in _SIDES}
    arrays["knots"] = np.concatenate([*knots, *(table.values for table in plan.score_tables), np.zeros(0)])
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    keep_sealed(path, request, lambda file: np.savez(file, allow_pickle=False, **arrays))


def _read(path: Path, request: Request) -> Compiled:
    with np.load(BytesIO(read_sealed(path, request)), allow_pickle=False) as file:
        arrays = {name: file[name] for name in (*_SIDES, "knots", "head")}
    head = json.loads(arrays["head"].tobytes())
    knots, at = arrays["knots"], 0

    def take(count: int) -> Any:
        nonlocal at
        at += count
        if at > len(knots):
            raise ValueError("the file is damaged")
        return knots[at - count : at]

    tables = tuple(QuantileTable(take(one[0]), take(one[0]), *one[1:]) for one in head["tables"])
    score_tables = tuple(ScoreTable(take(one[0]), *one[1:]) for one in head["score_tables"])
    plan = Plan(
        **{name: arrays[name] for name in _SIDES},
        streams=tuple(head["streams"]),
        tables=tables,
        score_tables=score_tables,
        outputs=head["outputs"],
    )
    _check_plan(plan)
    statuses = {
        name: ComponentStatus(
            one["unknown"],
            tuple(one["notes"]),
            {key: tuple(keys) for key, keys in one["sources"].items()},
            one["is_registered_only"],
            None if one["register"] is None else RegisterComparison(**one["register"]),
            tuple(ReachedLink(**link) for link in one["links"]),
        )
        for name, one in head["statuses"].items()
    }
    return Compiled(plan, statuses)


def _check_plan(plan: Plan) -> None:
    """Refuse a plan whose instructions refer to what is not there: the kernel would read beyond its arrays."""
    tables = {Op.DRAW: plan.tables, Op.LOOKED_UP: plan.tables, Op.SCORED: plan.score_tables}
    for register, (op, a, b, c, _, _) in enumerate(plan.rows):
        if any(not 0 <= read < register for read in operands(op, a, b, c)):
            raise ValueError(f"instruction {register} reads a register that is not before it")
        if op in tables and not 0 <= b < len(tables[Op(op)]):
            raise ValueError(f"instruction {register} looks up a table that is not there")
    if any(not 0 <= register < len(plan.op) for register in plan.outputs.values()):
        raise ValueError("an output is no register")
