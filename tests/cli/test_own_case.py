"""The way to a case of one's own: new, import, check, then every command that a shipped case knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mcmort as mm
from tests.cli.ran import ROOT, Run, listing, runner
from tests.shipped import load_anew

SHEET = ROOT / "tests" / "good" / "estimates.csv"
WORKS = """
@book{smith-1990, author = {Smith, Anna}, title = {The Camps}, year = {1990}}
@article{jones-1995, author = {Jones, Tom}, title = {The Famine}, year = {1995}}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return the runner of commands, standing in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def test_new_import_check_and_total_follow_one_another(run: Run) -> None:
    """The steps of docs/import.md work as written, and the check names what is still missing between them."""
    assert run("new", "my-case").code == 0
    assert run("import", SHEET, "--output", "my-case/imported.toml").code == 0

    missing = run("check", "my-case")
    assert missing.code == 1
    assert "'jones-1995'; expected a key of sources.bib" in missing.err
    assert "the value 'camps'; expected one of famine, flight, prison" in missing.err

    with Path("my-case/sources.bib").open("a", encoding="utf-8") as stream:
        stream.write(WORKS)
    head = Path("my-case/case.toml")
    head.write_text(head.read_text().replace('prison = "Prisons"', 'prison = "Prisons"\ncamps = "Camps"'))
    clash = run("check", "my-case")
    assert clash.code == 1
    assert 'component "prisons"' in clash.err  # the template has one of that id

    imported = Path("my-case/imported.toml")
    imported.write_text(imported.read_text().replace('id = "prisons"', 'id = "prisons-1931"'))
    checked = run("check", "my-case")
    assert (checked.code, checked.out) == (0, "my-case: no problems found\n")

    total = run("total", "my-case", "-d", "broad", "-n", "2000", "-q", "--format", "json")
    components = {one["id"] for one in json.loads(total.out)["components"]}
    assert {"famine-1932", "prisons-1931", "prisons", "famine"} <= components


@pytest.mark.slow
def test_what_was_imported_is_traced_and_cited(run: Run) -> None:
    """Figures of a sheet can be followed down to their locator, and their works stand in the bibliography."""
    run("new", "my-case")
    sheet = Path("sheet.csv")
    sheet.write_text(
        "component,label,years,territory,counts,facet:category,facet:kind,source,locator,low,high,reads,basis,via,confidence\n"
        "raids,Raids,1936,An invented province,Deaths in raids.,prison,deaths,miller-1990,p. 77,100,300,range,"
        "synthesis,quoted in a review,medium\n"
    )
    assert run("import", sheet, "-o", "my-case/raids.toml").code == 0
    assert run("check", "my-case").code == 0
    traced = " ".join(run("trace", "my-case", "raids").out.split())
    assert "100\N{EN DASH}300 read as range, synthesis, weight 100 %, lineage miller-1990" in traced
    assert "Anna Miller. 1990. The Province in Dearth. At: p. 77. read through quoted in a review" in traced
    assert "p. 77" in " ".join(run("trace", "my-case", "broad", "-n", "500", "-q").out.split())
    assert "[miller-1990]" in run("cite", "my-case", "-d", "broad").out
    strict = run("check", "my-case", "--strict")
    assert strict.err.count("\n") == 2
    assert 'component "raids": found no admissible registered evidence, though archival counts it' in strict.err


@pytest.mark.slow
def test_every_command_runs_on_a_new_case(run: Run, tmp_path: Path) -> None:
    """Whatever a shipped case can do, a new one can at once, from another folder too."""
    run("new", "my-case")
    folder = tmp_path / "my-case"
    few = ("-n", "500", "-q")
    for words in (
        ("show", folder),
        ("show", folder, "prisons"),
        ("show", folder, "--estimates"),
        ("show", folder, "--sources"),
        ("total", folder, "-d", "archival", *few),
        ("claims", folder, *few),
        ("trace", folder),
        ("trace", folder, "broad", *few),
        ("cite", folder),
        ("cite", folder, "--format", "bibtex"),
        ("check", folder, "--strict"),
    ):
        ran = run(*words)
        assert (ran.code, ran.err) == (0, ""), words
        assert ran.out


@pytest.mark.slow
def test_a_new_case_changes_nothing_that_is_shipped(run: Run) -> None:
    """The template stays as it is however its copy is edited, and shipped cases are not touched."""
    template = ROOT / "mcmort" / "catalogue" / "reading" / "template"
    before = listing(template)
    digests = {name: load_anew(folder, name).digest for name, folder in mm.cases().items()}
    run("new", "my-case")
    Path("my-case/case.toml").write_text("")
    assert listing(template) == before
    assert {name: load_anew(folder, name).digest for name, folder in mm.cases().items()} == digests


def test_two_new_cases_differ_in_name_alone(run: Run) -> None:
    """Cases of two names have the same figures, and each its own id."""
    for name in ("one", "two"):
        run("new", name)
    first, second = (mm.load(name) for name in ("one", "two"))
    assert (first.id, second.id) == ("one", "two")
    assert first.components == second.components
    assert first.digest != second.digest
