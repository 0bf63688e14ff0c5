"""Arguments of the wrong kind are named in one sentence, whatever verb they are given to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mcmort as mm
from mcmort.errors import McmortError
from tests.cli.ran import GOOD

verbs: Any = mm
"""The verbs, without the types that forbid what is tried here."""


@pytest.fixture(scope="module")
def case() -> Any:
    """Return a small case."""
    return mm.load(GOOD)


@pytest.mark.parametrize("wrong", ["ussr", None, 1, ["ussr"], object()], ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "verb",
    ["simulate", "Sampler", "fit", "multiverse", "calibrate", "conflict", "prior_sensitivity", "pymc_model", "report"],
)
def test_what_is_no_case_is_refused_with_how_to_load_one(verb: str, wrong: Any, tmp_path: Path) -> None:
    """``mm.simulate("ussr")`` was an AttributeError of a digest."""
    more = (tmp_path,) if verb == "report" else ()
    with pytest.raises(McmortError, match=r"case: found .*; expected a case. Hint: mm.load\("):
        getattr(verbs, verb)(wrong, *more)


@pytest.mark.parametrize("wrong", ["ussr", None, 1, object()], ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    "verb",
    [
        *("total", "compare", "claims", "bridge", "locate", "probability", "predict", "rates", "influence"),
        *("sensitivity", "picture"),
    ],
)
def test_what_are_no_draws_is_refused_with_how_to_make_some(verb: str, wrong: Any) -> None:
    """``mm.compare("ussr")`` was an AttributeError."""
    more = {"bridge": ("a", "b"), "locate": (1e6,), "compare": (), "claims": (), "rates": ()}.get(verb, ("broad",))
    with pytest.raises(McmortError, match=r"draws: found .*; expected draws, a sampler or a fit. Hint: mm.Sampler\("):
        getattr(verbs, verb)(wrong, *more)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda draws: verbs.total(draws, ["broad"]), "definition: found a value of the type list"),
        (lambda draws: verbs.total(draws, "broad", interval="95%"), "'95%'; expected a number between 0 and 1"),
        (lambda draws: verbs.total(draws, "broad", years=1930), "found 1930; expected the first and the last year"),
        (lambda draws: verbs.compare(draws, "broad"), "definitions: found 'broad'; expected names in a list"),
        (lambda draws: verbs.locate(draws, "20e6"), "figure: found '20e6'; expected a number"),
        (lambda draws: verbs.probability(draws, "broad", above=10**400), "above: found 1000"),
        (lambda draws: verbs.bridge(draws, "broad", None), "end: found None; expected a name"),
        (lambda draws: verbs.predict(draws, "broad", bases=[]), "bases: found"),
        (lambda draws: verbs.plot("broad", "a.png"), "nothing to draw in a value of the type str"),
        (lambda draws: verbs.plot(verbs.compare(draws), "a.png", width="wide"), "no width 'wide'"),
        (lambda draws: verbs.plot(verbs.compare(draws), None), "path: found None; expected a path"),
        (lambda draws: verbs.report(draws.case, "a", engine="x"), "no engine 'x'; expected one of elicited, synthesis"),
        (lambda draws: verbs.rates(draws, {"other": ["broad"]}), "found the case 'other'"),
        (verbs.verify, "result: found a value of the type Draws"),
        (lambda draws: verbs.save_fit(draws, "a.nc"), "expected a fit"),
        (lambda draws: verbs.load(1), "name: found 1; expected the name of a case"),
        (lambda draws: verbs.simulate(draws.case, 10, threads="2"), "the number of threads is '2'"),
        (lambda draws: verbs.multiverse(draws.case, dials=1), "dials: found 1; expected lists by their names"),
    ],
)
def test_wrong_argument_is_named(call: Callable[[Any], object], said: str, case: Any) -> None:
    """Most of these were errors of other libraries; a report by an unknown engine was made by the usual one."""
    with pytest.raises(McmortError) as caught:
        call(mm.simulate(case, 20, rng=1))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("verb", ["simulate", "Sampler"])
def test_evidence_is_bases_in_a_list(verb: str, case: Any) -> None:
    """The text "registered" was taken for its letters: all evidence was left out, without a word."""
    with pytest.raises(McmortError, match="evidence is the text 'demographic'"):
        getattr(verbs, verb)(case, 20, evidence="demographic")
    with pytest.raises(McmortError, match="no basis 'hearsay'"):
        getattr(verbs, verb)(case, 20, evidence=["hearsay"])
    listed, usual = (getattr(verbs, verb)(case, 20, evidence=names, rng=1) for names in (["demographic"], None))
    assert mm.total(listed, "broad").summary.median == mm.total(usual, "broad").summary.median
