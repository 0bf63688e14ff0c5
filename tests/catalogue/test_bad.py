"""Broken case folders: ``tests/bad`` holds one folder for each defect, named by it, with the message expected.

The first line of ``expected.txt`` is the number of problems, every other line must occur in the message.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcmort.catalogue import load
from mcmort.catalogue.reading.load import load_folder
from mcmort.elicit import elicit
from mcmort.elicit.copula import Copula
from mcmort.errors import CaseError, Problem

TESTS = Path(__file__).parent.parent
FOLDERS = sorted(path for path in (TESTS / "bad").iterdir() if path.is_dir())
JARGON = re.compile(r"pydantic|\bctx\b|tuple|\bdict|\bNone\b|\bTrue\b|\bFalse\b|<class|\[key\]|ValueError|Traceback")


def refusal(folder: Path) -> CaseError:
    """Load a broken case, elicit its priors and their links, and return the refusal."""
    with pytest.raises(CaseError) as caught:
        Copula(elicit(load_folder(folder, folder.name)))
    return caught.value


def problems_of_loading(folder: Path) -> tuple[Problem, ...]:
    """Return what the loader alone finds."""
    try:
        load_folder(folder, folder.name)
    except CaseError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_broken_case_is_refused_with_the_expected_message(folder: Path) -> None:
    """Each broken case is refused with its own message, and with no problem that is not there."""
    count, *lines = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
    text = str(refusal(folder))
    assert text.splitlines()[0] == f"{folder.name}: {count}"
    assert len(text.splitlines()) == 1 + int(count.split()[0])
    assert lines
    for line in lines:
        assert line in text


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_message_names_the_file_what_was_found_and_what_was_expected(folder: Path) -> None:
    """Every problem names a file of the case, what was found and what was expected, without words of Python."""
    for problem in refusal(folder).problems:
        assert (folder / problem.file).is_file() or problem.found == "no such file"
        assert problem.found
        assert problem.expected
        assert not JARGON.search(str(problem))


def test_defect_found_by_the_loader_has_a_hint() -> None:
    """Every problem that the loader reports says what to do; few are left to the elicitation."""
    late = []
    for folder in FOLDERS:
        problems = problems_of_loading(folder)
        assert all(problem.hint for problem in problems), problems
        if not problems:
            late.append(folder.name)
    assert late == [
        "beta-for-certain-share",
        "formula-negative",
        "links-contradictory",
        "links-of-deaths-and-completeness",
        "lognormal-from-zero",
        "metalog-best-near-an-end",
        "misfit-best-outside-family",
        "misfit-completeness-of-registers",
        "one-sided-contradiction",
        "standard-error-of-zero",
    ]


@pytest.mark.parametrize("name", ["minimal", "full"])
def test_unbroken_cases_load_without_a_problem(name: str) -> None:
    """Negative control: the good cases load and elicit without a problem."""
    assert elicit(load(TESTS / "good" / name)).components


def test_many_defects_in_many_files_are_reported_together() -> None:
    """Thirteen defects of different kinds in seven files are reported together, each of them once."""
    error = refusal(TESTS / "bad" / "many-at-once")
    assert len(error.problems) == len(set(error.problems)) == 13
    assert {problem.file for problem in error.problems} == {
        "camps.toml",
        "case.toml",
        "claims.toml",
        "definitions.toml",
        "links.toml",
        "quantities.toml",
        "sources.bib",
    }
    assert {problem.kind for problem in error.problems} == {"form", "meaning"}


def test_broken_cases_differ_from_the_unbroken_one() -> None:
    """No folder of broken cases is a copy of the sound one, and there are many."""
    sound = {path.name: path.read_bytes() for path in (TESTS / "good" / "minimal").iterdir()}
    for folder in FOLDERS:
        files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "expected.txt"}
        assert files != sound, folder.name
    assert len(FOLDERS) >= 33
