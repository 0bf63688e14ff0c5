"""Both engines answer questions alike, so that nothing above them needs to know which one ran."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mcmort
from mcmort.analysis.summary import mean_of
from mcmort.catalogue import Case
from mcmort.definitions import DefinitionTerms, definition_of, resolve
from mcmort.results import DrawSource
from mcmort.results.histogram import RESOLUTION
from mcmort.sampler import Sampler, simulate
from mcmort.totals import totals_of
from tests.bayes.made import plain

_CELL = 2.0**-RESOLUTION
"""Width of a cell of a tally relative to its values: a mean of counted draws is known no better in general."""
ABOVE = ("totals", "analysis", "present")


@pytest.fixture(scope="module")
def case() -> Case:
    """Return a case that both engines take."""
    return plain()


def _resolved(case: Case) -> DefinitionTerms:
    return resolve(case, definition_of(case, "whole"))


@pytest.mark.parametrize("kind", ["kept", "counted", "posterior"])
def test_evaluate_gives_totals_with_parts_whatever_makes_the_draws(case: Case, kind: str) -> None:
    """Kept draws, an engine that counts, and a posterior all offer what `mcmort.results.DrawSource` asks."""
    posterior = kind == "posterior"
    source: DrawSource
    if posterior:
        source = mcmort.fit(case, rng=1, draws=400)
    else:
        source = simulate(case, 4_000, rng=1) if kind == "kept" else Sampler(case, 4_000, rng=1)
    (total,) = totals_of(source, [_resolved(case)])
    assert total.draws.is_kept == source.is_kept == (kind != "counted")
    assert source.conditioned == total.draws.conditioned == frozenset()
    assert {"all:camps", "all:famine"} <= set(source.columns)
    assert set(total.parts) == {"camps", "famine"}
    parts = sum(mean_of(values) for values in total.parts.values())
    assert parts == pytest.approx(mean_of(total.values), rel=_CELL)


def test_kept_and_counted_draws_of_one_seed_give_the_same_mean(case: Case) -> None:
    """The answer is the arithmetic of the question, whether over arrays or over registers of a plan."""
    sources: tuple[DrawSource, DrawSource] = (simulate(case, 4_000, rng=1), Sampler(case, 4_000, rng=1))
    kept, counted = (totals_of(source, [_resolved(case)])[0] for source in sources)
    assert mean_of(counted.values) == pytest.approx(mean_of(kept.values), rel=_CELL)
    assert counted.parts.keys() == kept.parts.keys()


def test_no_module_above_the_engines_asks_which_of_them_made_the_draws() -> None:
    """Neither totals, nor analyses, nor tables look for the class of what gave them draws."""
    asked = []
    for folder in ABOVE:
        for path in sorted((Path(mcmort.__file__).parent / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
                    names = {name.id for name in ast.walk(node.args[1]) if isinstance(name, ast.Name)}
                    if names & {"Draws", "Posterior", "Sampler", "HistogramResults"}:
                        asked.append(f"{path.name}:{node.lineno}")
    assert asked == []
