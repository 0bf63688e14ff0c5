"""A case in words: the first screen says what it holds, and the rest is there on request."""

from __future__ import annotations

import pytest

from mcmort.present.texts.case_description import case_text
from tests.cases import case_of, component, definition, head, ranged
from tests.shipped import case_named


@pytest.mark.parametrize("name", ["ussr", "atlantic-slave-trade"])
@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_description_of_a_large_case_is_short_and_names_all_it_holds(
    name: str, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every definition and component is named, within the line and far shorter than the whole."""
    monkeypatch.setenv("COLUMNS", columns)
    case = case_named(name)
    text, whole = case_text(case), case_text(case, full=True)
    assert max(map(len, text.splitlines())) <= int(columns)
    assert text.count("\n") < 0.5 * whole.count("\n")
    words = set(text.replace(",", " ").replace(":", " ").split())
    assert {*case.definitions, *case.components} <= words
    assert "--full" in text
    for definition_ in case.definitions.values():
        assert " ".join(definition_.question.split()) in " ".join(whole.split())


def test_description_of_a_small_case_is_whole() -> None:
    """What fits a screen is not shortened."""
    case = case_of(component("one", ranged(1, 2)), definitions={"whole": definition()})
    assert case_text(case) == case_text(case, full=True)
    assert "1 component, 0 quantities" in case_text(case)


def test_description_of_very_many_components_stays_a_screen() -> None:
    """Of a case with hundreds of components it names the first of each group and counts the others."""
    many = [component(f"part-{index}", ranged(1_000, 2_000)) for index in range(300)]
    text = case_text(case_of(*many, head=head(), definitions={"whole": definition()}))
    assert text.count("\n") < 40
    assert "and 288 more" in text
