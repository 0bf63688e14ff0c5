"""Versions of the case format: an earlier one loads with a notice, a later one is refused, and neither is evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcmort.catalogue import cases, load
from mcmort.catalogue.meaning_versions import CURRENT, notice, since
from mcmort.cli.app import main
from tests.cases import case_of, component, head, ranged


def test_a_case_without_a_version_has_one_notice_that_names_changes_and_key() -> None:
    """Before there were versions nobody wrote one: such a case says what it now means, and what to write."""
    case = case_of(component("camps", ranged(1, 2)), head={k: v for k, v in head().items() if k != "format"})
    (text,) = case.notices
    assert text.startswith("small: written for version 1 of the case format, read by version 2: ")
    assert text.endswith("write format = 2 in case.toml")
    for change in ("when deaths fell", "overlaps", "register", "links", "same draw"):
        assert change in text


def test_the_version_changes_no_digest() -> None:
    """To say that totals were looked at is no evidence: the digest of a case is the same whatever version it names."""
    now, then = (case_of(component("camps", ranged(1, 2)), head=head(format=version)) for version in (2, 1))
    assert now.digest == then.digest
    assert now.notices == ()


@pytest.mark.parametrize("name", sorted(cases()))
def test_shipped_cases_are_of_the_current_version(name: str) -> None:
    """A shipped case has nothing to notice."""
    assert load(name).notices == ()


def test_changes_since_a_version_are_those_of_later_versions() -> None:
    """Nothing has changed since the current version."""
    assert since(CURRENT) == ""
    assert notice(CURRENT) == ""
    assert since(CURRENT - 1) in notice(CURRENT - 1)


def test_a_command_prints_the_notice_once_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Total, trace, show and check say it once each, and not among the results."""
    folder = tmp_path / "old"
    folder.mkdir()
    for file in Path("tests/good/minimal").iterdir():
        (folder / file.name).write_text(file.read_text().replace("format = 2\n", ""))
    for command in (["total", "-d", "broad", "-n", "100"], ["trace"], ["show"], ["check"], ["trace", "broad"]):
        assert main([command[0], str(folder), *command[1:]]) == 0
        streams = capsys.readouterr()
        assert streams.err.count("mcmort: notice: ") == 1
        assert "written for version 1" not in streams.out
