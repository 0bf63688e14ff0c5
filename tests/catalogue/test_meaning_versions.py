"""Versions of the case format: an earlier one loads with a notice, a later one is refused, and neither is evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mcmort.catalogue import Case, cases, load
from mcmort.catalogue.checks.lint import check_strict
from mcmort.catalogue.meaning_versions import format_notices, since
from mcmort.catalogue.vocabulary import CURRENT_FORMAT
from mcmort.cli.app import main
from tests.cases import (
    Tables,
    case_of,
    component,
    count,
    definition,
    dependence,
    head,
    overlap,
    point,
    profile,
    quantity,
    ranged,
)

REGISTERED = {"measure": "registered", "basis": "registered"}
THIRTIES = {"include": [{"kind": "deaths", "years": [1930, 1939]}]}
HALF = {"include": [{"kind": "deaths", "years": [1930, 1934]}]}
OTHERS_HALF = {"include": [{"kind": "deaths"}], "exclude": [{"category": "b", "years": [1930, 1934]}]}
EVEN = {"even": {"source": "study-a", "locator": "p. 1"}}
SERIES = [profile("by-year", dict.fromkeys(range(1930, 1940), 1.0))]
CLAIM = {
    "id": "total", "author": "A", "source": "study-a", "locator": "p. 1", "best": 5.0, "basis": "synthesis",
    "counts": "Deaths.", "definition": "whole", "years": [1930, 1931],
}  # fmt: skip
TIMING, OVERLAPS, REGISTER, LINKS, FORMULAS = since(1).split("; ")


def _case_of_version_1(*components: Tables, **tables: Any) -> Case:
    """Build a case as they were before there were versions: none is stated."""
    return case_of(*components, head={key: value for key, value in head().items() if key != "format"}, **tables)


def _two(**changes: Any) -> tuple[Tables, Tables]:
    return component("camps", ranged(1, 2), **changes), component("prisons", ranged(1, 2), **changes)


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        (_case_of_version_1(component("camps", ranged(1, 2))), ()),
        (_case_of_version_1(component("camps", ranged(1, 2)), definitions={"whole": definition(**THIRTIES)}), ()),
        (_case_of_version_1(component("camps", ranged(1, 2)), definitions={"whole": definition(**OTHERS_HALF)}), ()),
        (_case_of_version_1(component("camps", ranged(1, 2)), definitions={"whole": definition(**HALF)}), (TIMING,)),
        (_case_of_version_1(component("camps", ranged(1, 2)), claim=[CLAIM]), (TIMING,)),
        (
            _case_of_version_1(component("camps", ranged(1, 2), **EVEN), definitions={"whole": definition(**HALF)}),
            (),
        ),
        (
            _case_of_version_1(
                component("camps", ranged(1, 2), profile="by-year"),
                profile=SERIES,
                definitions={"whole": definition(**HALF)},
            ),
            (),
        ),
        (_case_of_version_1(*_two(), overlap=[overlap("both", "camps", "prisons", low=0.1, high=0.2)]), (OVERLAPS,)),
        (
            _case_of_version_1(
                *_two(), overlap=[overlap("both", "camps", "prisons", years=[1931, 1932], low=0.1, high=0.2)]
            ),
            (TIMING, OVERLAPS),
        ),
        (_case_of_version_1(component("camps", point(5, id="register", **REGISTERED))), ()),
        (_case_of_version_1(component("camps", ranged(1, 2), point(5, id="register", **REGISTERED))), (REGISTER,)),
        (_case_of_version_1(*_two(), dependence=[dependence("office", ["camps", "prisons"], 0.5)]), (LINKS,)),
        (
            _case_of_version_1(
                component("camps", count(formula="people / 10")), quantity=[quantity("people", ranged(10, 20))]
            ),
            (FORMULAS,),
        ),
    ],
)
def test_notice_names_the_changes_that_touch_the_case_and_no_others(case: Case, changes: tuple[str, ...]) -> None:
    """Before, every case of version 1 was given all five changes to read, whether or not any could move its totals."""
    if not changes:
        assert format_notices(case) == ()
        return
    (text,) = format_notices(case)
    assert text == (
        f"small: written for version 1 of the case format, read by version 2: {'; '.join(changes)}. "
        "Hint: look at its totals, and write format = 2 in case.toml"
    )


def test_strict_check_asks_for_the_version_whether_or_not_a_change_touches_the_case() -> None:
    """A finished case says by which version it was written, so that the next change finds it out."""
    case = _case_of_version_1(component("camps", ranged(1, 2)))
    (problem,) = [problem for problem in check_strict(case) if problem.key == "format"]
    assert problem.file == "case.toml"
    assert "write format = 2" in problem.hint
    current = case_of(component("camps", ranged(1, 2)))
    assert not [problem for problem in check_strict(current) if problem.key == "format"]


def test_format_version_leaves_the_digest() -> None:
    """To say that totals were looked at is no evidence: the digest of a case is the same whatever version it names."""
    now, then = (case_of(component("camps", ranged(1, 2)), head=head(format=version)) for version in (2, 1))
    assert now.digest == then.digest


@pytest.mark.parametrize("name", sorted(cases()))
def test_shipped_cases_are_of_the_current_version(name: str) -> None:
    """A shipped case has nothing to notice."""
    case = load(name)
    assert case.head.format == CURRENT_FORMAT
    assert format_notices(case) == ()


def test_nothing_has_changed_since_the_current_version() -> None:
    """A receipt or case of the current version has no list of changes."""
    assert since(CURRENT_FORMAT) == ""


def test_a_command_prints_the_notice_once_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Total, trace, show and check say it once each, and not among the results."""
    folder = tmp_path / "old"
    folder.mkdir()
    for file in Path("tests/good/minimal").iterdir():
        (folder / file.name).write_text(file.read_text().replace("format = 2\n", ""))
    with (folder / "definitions.toml").open("a") as definitions:
        text = (folder / "definitions.toml").read_text()
        definitions.write(
            text.replace("[broad]", "[early]").replace('kind = "deaths"', 'kind = "deaths", years = 1930')
        )
    for command in (["total", "-d", "broad", "-n", "100"], ["trace"], ["show"], ["check"], ["trace", "broad"]):
        assert main([command[0], str(folder), *command[1:]]) == 0
        streams = capsys.readouterr()
        assert streams.err.count("mcmort: notice: ") == 1
        assert "written for version 1" not in streams.out
