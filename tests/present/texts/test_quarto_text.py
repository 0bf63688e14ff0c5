"""The documents that Quarto and Pandoc render show texts of a case, and run nothing that stands in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

import mcmort as mm
from mcmort.catalogue import Case
from mcmort.present.texts.quarto_text import quarto_text
from tests.cli.ran import GOOD

HOSTILE = "<script>x</script> `{python} x` {{< include /etc/passwd >}} $\\input{x}$\n\n```{python}\nx\n```"


@pytest.fixture
def case() -> Case:
    """Return a case with a title that Quarto would carry out."""
    small = mm.load(GOOD)
    return replace(small, head=small.head.model_copy(update={"title": HOSTILE}))


def test_text_of_a_case_runs_nothing_in_quarto(case: Case) -> None:
    """Titles and captions stood there as they were: tags, code, formulas and files to include were carried out."""
    text = quarto_text(case, HOSTILE, ["tables/a.md"], [(HOSTILE, "a.svg")])
    ours = "{{< include tables/a.md >}}"
    assert ours in text
    for sign in ("<script", "{{< include /etc", "\n```", " `{python}", " $\\"):
        assert sign not in text.replace(ours, "")


def test_plain_text_stays_as_it_is() -> None:
    """Nothing is escaped in the words of an ordinary case."""
    text = quarto_text(mm.load("ussr"), "Soviet Union: 5 to 6 million (95 % credible interval)", [], [])
    assert 'title: "Soviet Union, 1917-1987"' in text
    assert "\nSoviet Union: 5 to 6 million (95 % credible interval)\n" in text
