"""The explorer of a notebook in Python: what can be chosen, what a choice amounts to, and the widget that holds it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import mcmort as mm
from mcmort.api.explorer_results import ExplorerResults
from mcmort.api.explorer_verb import explorer_results
from mcmort.api.reports import EnginesReport
from mcmort.errors import DefinitionError, UsageError
from tests.cases import case_of, component, definition, overlap, point, ranged, share

if TYPE_CHECKING:
    from mcmort.api.explorer_widget import ExplorerWidget
    from mcmort.results import Draws

SMALL = case_of(
    component("known", ranged(9_000, 12_000), point(5_000, measure="registered", basis="registered", source="study-b"),
              ordinary=share(0.1, 0.3)),
    component("other", ranged(800, 1_500, source="study-c"), facets={"category": "b"}, years=[1932, 1935]),
    component("within", ranged(300, 500, source="study-d"), facets={"category": "b"}),
    component("unseen", unknown={"all": "no study"}, facets={"category": "c"}),
    overlap=[overlap("held", "within", "known", low=0.2, high=0.5)],
    definitions={
        "barred": definition(exclude=[{"category": ["b", "c"]}]),
        "middle": definition(include=[{"category": ["a", "b"]}], years=[1931, 1936]),
        "whole": definition(net=True),
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def draws() -> Draws:
    """Return draws of the small case."""
    return mm.simulate(SMALL, n=4_000, rng=1)


@pytest.fixture(scope="module")
def results(draws: Draws) -> ExplorerResults:
    """Return what there is to explore in them."""
    return explorer_results(draws)


@pytest.fixture
def widget(draws: Draws) -> ExplorerWidget:
    """Return the widget of them."""
    pytest.importorskip("anywidget", reason="the extra mcmort[widget] is not installed")
    return mm.explorer(draws, standards=False)


def _interval(report: Any) -> list[float]:
    interval = report.summary.interval(0.95)
    return [interval.low, report.summary.median, interval.high]


def _ends(summary: Mapping[str, Any] | None) -> list[float]:
    assert summary is not None
    return [summary["low"], summary["median"], summary["high"]]


@pytest.mark.parametrize("name", list(SMALL.definitions))
def test_summary_of_a_definition_is_that_of_all_draws(name: str, draws: Draws, results: ExplorerResults) -> None:
    """A definition as the case has it shows the figures of the full run, which its total repeats to the last bit."""
    choice, own = results.whole({"definition": name}), mm.total(draws, name)
    assert _ends(results.summary(choice)) == _interval(own)
    assert results.total(choice).to_json() == own.to_json()


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        ({"components": ["other", "within"]}, {"exclude": [{"component": ["known"]}]}),
        ({"components": ["known", "other", "within", "unseen"], "net": True},
         {"include": [{"component": ["unseen"]}], "net": True}),
        ({"years": (1933, 1933), "measure": "registered"}, {"years": (1933, 1933), "measure": "registered"}),
    ],
)  # fmt: skip
def test_total_of_a_selection_is_the_one_that_a_call_names(
    given: dict[str, Any], changes: dict[str, Any], draws: Draws, results: ExplorerResults
) -> None:
    """Components, years, measure and net become the same changes as of `mcmort.total`; thinned draws are near them."""
    choice = results.whole({"definition": "middle", **given})
    exact, named = results.total(choice), mm.total(draws, "middle", **changes)
    assert np.array_equal(exact.values, named.values)
    ends, full = np.array(_ends(results.summary(choice))), np.array(_interval(exact))
    assert (np.abs(ends - full) <= 0.1 * (full[2] - full[0])).all()


def test_receipt_of_a_selection_is_made_again(results: ExplorerResults) -> None:
    """What a total of an explorer records names the changes, so that the same can be asked again."""
    request = results.total(results.whole({"definition": "middle", "components": ["other"]})).receipt.request
    assert request.model_dump(include={"definitions", "exclude", "years"}) == {
        "definitions": ("middle",), "exclude": ({"component": ("known", "within")},), "years": None
    }  # fmt: skip


def test_component_that_a_definition_excludes_is_reached_from_another(draws: Draws, results: ExplorerResults) -> None:
    """What the definition bars cannot be added to it; the total starts from one that allows it, and is the same sum."""
    choice = results.whole({"definition": "barred", "components": ["known", "other"]})
    exact = results.total(choice)
    named = mm.total(draws, "whole", net=False, exclude=[{"component": ["within", "unseen"]}])
    assert exact.receipt.request.model_dump()["definitions"] == ("whole",)
    assert np.array_equal(exact.values, named.values)


def test_selection_that_no_definition_reaches_says_so(draws: Draws) -> None:
    """Where every definition bars a component, an interval is shown and no call names it: one sentence says why."""
    results = explorer_results(mm.compare(draws, ["barred"]), standards=False)
    choice = results.whole({"components": ["known", "other"]})
    assert _ends(results.summary(choice))[1] > _ends(results.summary(results.whole({})))[1]
    with pytest.raises(DefinitionError, match=r"'barred' excludes cannot be added.*Hint: start from"):
        results.total(choice)


def test_nothing_known_is_no_total(results: ExplorerResults) -> None:
    """Without anything known there is no summary, which is not zero, and the total says what is missing."""
    for components in ([], ["unseen"]):
        choice = results.whole({"definition": "whole", "components": components})
        assert results.summary(choice) is None
        with pytest.raises(DefinitionError):
            results.total(choice)


def test_standard_of_evidence_has_draws_of_its_own(results: ExplorerResults) -> None:
    """Registers alone give a smaller total than all that the case admits, and its receipt says by which evidence."""
    registers = results.whole({"definition": "barred", "standard": "registers"})
    exact = results.total(registers)
    assert _interval(exact)[2] < _ends(results.summary(results.whole({"definition": "barred"})))[0]
    assert set(exact.receipt.evidence) <= {"registered", "registered-adjusted"}
    assert _ends(results.summary(registers)) == _interval(exact)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"definition": "hole"}, r"no definition 'hole'; expected one of barred, middle, whole. Hint: did you mean"),
        ({"components": ["knwon"]}, "'knwon'"),
        ({"components": "known"}, "expected a list of their ids"),
        ({"years": (1900, 1910)}, r"no draws of the years 1900:1910; expected one of 1930:1939, or one of the single"),
        ({"years": 1933}, "expected the first and the last"),
        ({"years": (1930, 1930), "components": ["other"]}, "'other' has none of the years 1930:1930"),
        ({"measure": "every"}, r"no measure 'every'; expected one of all, registered"),
        ({"net": 1}, "expected True or False"),
        ({"interval": 0.93}, r"no interval 0.93; expected one of"),
        ({"engine": "synthesis"}, r"no evidence 'synthesis with admitted'; expected one of elicited with admitted"),
        ({"year": 1933}, r"no part of a selection named 'year'.*did you mean 'years'"),
    ],
)
def test_wrong_selection_is_refused_with_what_there_is(
    given: dict[str, Any], sentence: str, results: ExplorerResults
) -> None:
    """Each part that names nothing is refused in a sentence that says what is expected."""
    with pytest.raises(UsageError, match=sentence):
        results.whole(given)


def test_change_keeps_the_rest_and_a_definition_begins_anew(results: ExplorerResults) -> None:
    """Years and evidence leave a choice of components alone, but those of a definition follow it."""
    start = results.whole({"definition": "middle"})
    own = results.changed(start, {"interval": 0.5}, without=["within"])
    assert (own["components"], own["interval"]) == (["known", "other"], 0.5)
    later = results.changed(own, {"years": (1936, 1936)})
    assert later["components"] == ["known"]  # the other has no such year
    assert results.changed(start, {"years": (1936, 1936)})["components"] == ["known", "within"]
    anew = results.changed(later, {"definition": "whole"}, add=["unseen"])
    assert (anew["net"], anew["interval"], anew["years"]) == (True, 0.5, [1936, 1936])
    assert anew["components"] == ["known", "unseen", "within"]


def test_explorer_takes_case_draws_and_comparisons(draws: Draws, results: ExplorerResults) -> None:
    """A comparison in some years is explored in all; two engines stand side by side; anything else is refused."""
    narrow = explorer_results(mm.compare(draws, ["middle"], years=(1931, 1933)), standards=False)
    choice = {"definition": "middle"}
    assert narrow.summary(narrow.whole(choice)) == results.summary(results.whole(choice))
    counted = explorer_results(mm.Sampler(SMALL, 3_000, rng=2), "whole", standards=False)
    assert counted.whole({})["definition"] == "whole"
    assert counted.total(counted.whole({})).receipt.seed == 2
    report = mm.compare(draws)
    assert len(explorer_results(EnginesReport(report, report), standards=False).variants) == 2
    with pytest.raises(UsageError, match=r"nothing to explore in str; .*Hint: mcmort.load"):
        explorer_results("ussr")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no definition 'hole'"):
        explorer_results(draws, "hole")
    with pytest.raises(UsageError, match="no engine 'both engines'; expected elicited, synthesis or both"):
        explorer_results(draws, engine="both engines")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="engine and rng are of a case"):
        explorer_results(draws, engine="both")


@pytest.mark.slow
def test_both_engines_of_a_case_can_be_chosen() -> None:
    """With both engines a selection says which, and either total is that of its own draws."""
    results = explorer_results(SMALL, "barred", engine="both", standards=False)
    choices = [results.whole({"engine": engine}) for engine in ("elicited", "synthesis")]
    assert [results.total(choice).receipt.engine for choice in choices] == ["elicited", "synthesis"]
    assert results.summary(choices[0]) != results.summary(choices[1])


def test_widget_follows_its_selection(widget: ExplorerWidget, results: ExplorerResults) -> None:
    """Setting or changing the selection changes summary and total; observers hear of it; the summary is read only."""
    heard = []
    widget.observe(lambda change: heard.append(change["new"]), "summary")
    widget.select(definition="whole", without=["within"])
    assert widget.selection == results.whole({"definition": "whole", "components": ["known", "other", "unseen"]})
    assert heard == [widget.summary]
    assert widget.total().total.definition.id == "whole"
    widget.selection = {"definition": "barred"}
    assert widget.selection == results.whole({"definition": "barred"})
    assert repr(widget) == f"<Explorer of small: barred, {widget.summary['text']}>"
    widget.select(components=[])
    assert widget.summary is None
    assert repr(widget) == "<Explorer of small: barred, no total>"
    with pytest.raises(UsageError, match="did you mean 'whole'"):
        widget.select(definition="hole")
    with pytest.raises(Exception, match="read-only"):
        widget.summary = {}


def test_widget_shares_what_its_program_needs(widget: ExplorerWidget, results: ExplorerResults) -> None:
    """State that goes to the browser holds program, data and selection; a viewer without it reads one line."""
    state = widget.get_state()
    assert {"_esm", "_data", "selection"} <= set(state)
    assert "startExplorer" in state["_esm"]
    shown = widget._repr_mimebundle_()
    assert repr(widget) in str(shown)


def test_extra_that_is_absent_is_one_sentence(draws: Draws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anywidget the function says what to install, before it computes anything."""
    monkeypatch.delitem(sys.modules, "mcmort.api.explorer_widget", raising=False)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(
        UsageError, match=r"^an explorer .* anywidget is not installed\. Hint: pip install 'mcmort\[widget\]'"
    ):
        mm.explorer(draws)


@pytest.mark.slow
def test_libraries_of_widgets_load_for_an_explorer_alone() -> None:
    """Neither the package nor its reports load what only notebooks need."""
    code = "import mcmort, sys; mcmort.explorer; print({'anywidget', 'ipywidgets', 'traitlets'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"
