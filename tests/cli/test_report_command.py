"""``mcmort report``: a folder whose every file can be checked, and clear errors where it cannot be written."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from mcmort.api.pictures import Kind
from mcmort.present.figures.typeset import lacking
from tests.cases import component, definition, ranged, write_case
from tests.cli.ran import Run, listing, runner, small_folder

QUICK = ("-n", "5000", "--figures", "few")
pytestmark = pytest.mark.slow  # each writes a whole report


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command."""
    return runner(capsys)


@pytest.fixture
def written(run: Run, tmp_path: Path) -> Path:
    """Write the report of a small case."""
    folder = tmp_path / "out"
    assert run("report", small_folder(tmp_path / "case"), "-o", folder, *QUICK).code == 0
    return folder


def test_report_holds_what_it_says_and_a_digest_of_each_file(written: Path) -> None:
    """Page, tables in all formats, figures, draws, texts: the receipt names them all with their SHA-256."""
    receipt = json.loads((written / "receipt.json").read_text())
    files = {name for name, content in listing(written).items() if content is not None}
    assert files == receipt["files"].keys() | {"receipt.json"}
    for name, digest in receipt["files"].items():
        assert hashlib.sha256((written / name).read_bytes()).hexdigest() == digest
    expected = {
        "report.html", "report.qmd", "methods.md", "limits.md", "gather.md", "evidence.csv", "bibliography.bib",
        "bibliography.json", "bibliography.ris", "bibliography.txt", "ro-crate-metadata.json", "draws/elicited.nc",
        "draws/elicited.parquet", "figures/definitions.svg", "tables/definitions.json", "tables/definitions.tex",
        "tables/total-early.csv", "tables/claims.md", "tables/published.txt",
    }  # fmt: skip
    assert expected <= files


def test_report_has_every_kind_of_figure_that_applies_and_says_why_others_do_not(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind of figure is there in three formats, in the receipt and linked in the page, or named as missing."""
    monkeypatch.setattr(os, "cpu_count", lambda: 1)  # another process takes longer to start than this case needs
    ran = run("report", small_folder(tmp_path / "case"), "-o", tmp_path / "out", "-n", "5000", "-d", "whole")
    assert ran.code == 0
    page = (tmp_path / "out" / "report.html").read_text()
    digests = json.loads((tmp_path / "out" / "receipt.json").read_text())["files"]
    for kind in get_args(Kind):
        files = sorted(path.name for path in (tmp_path / "out" / "figures").glob(f"{kind}*"))
        assert bool(files) != (f"No figure of {kind}: " in ran.out), kind
        if files:
            assert {name.rpartition(".")[2] for name in files} == {"pdf", "png", "svg"}
            assert {f"figures/{name}" for name in files} <= digests.keys()
            assert f'<a href="figures/{kind}' in page
    assert len(list((tmp_path / "out" / "figures").glob("*.svg"))) >= 10


def test_verify_reproduces_a_report_and_finds_a_changed_file(run: Run, written: Path) -> None:
    """The receipt of a report makes its totals again; a file that was changed, or is missing, is named."""
    verified = run("verify", written / "receipt.json", "--case", written.parent / "case")
    assert (verified.code, verified.err) == (0, "")
    page = written / "report.html"
    page.write_text(page.read_text().replace("million", "billion") + " ")
    (written / "limits.md").unlink()
    changed = run("verify", written / "receipt.json", "--case", written.parent / "case")
    assert changed.code == 1
    assert "SHA-256 of report.html" in changed.err
    assert "SHA-256 of limits.md" in changed.err
    assert "no such file" in changed.err


def test_report_prints_its_headline_first_and_the_page_has_it(run: Run, tmp_path: Path) -> None:
    """The first line of the output is the finding, for the definition that was asked for; the page begins with it."""
    case, folder = small_folder(tmp_path / "case"), tmp_path / "out"
    ran = run("report", case, "-o", folder, "-d", "whole", *QUICK)
    headline = ran.out.splitlines()[0]
    assert "All deaths" in headline
    found = re.search(r'<p id="headline">(.*?)</p>', (folder / "report.html").read_text())
    assert found is not None
    assert found[1] == headline


def test_report_does_not_write_over_files_unless_told_to(run: Run, written: Path) -> None:
    """A folder with files is refused; with --force the report is replaced and other files stay."""
    (written / "notes.txt").write_text("mine")
    case = written.parent / "case"
    refused = run("report", case, "-o", written, *QUICK)
    assert refused.code == 1
    assert "--force" in refused.err
    assert run("report", case, "-o", written, *QUICK, "--force").code == 0
    assert (written / "notes.txt").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_report_names_a_folder_that_may_not_be_written(run: Run, tmp_path: Path) -> None:
    """A folder without permission is refused before anything is drawn."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    ran = run("report", small_folder(tmp_path / "case"), "-o", locked / "out")
    assert ran.code == 1
    assert "may not be written" in ran.err


def test_report_refuses_a_file_as_its_folder_and_an_unknown_definition(run: Run, tmp_path: Path) -> None:
    """What cannot be written, or is not in the case, is said with what was expected; nothing is left behind."""
    case = small_folder(tmp_path / "case")
    (tmp_path / "file").write_text("")
    assert "expected a folder" in run("report", case, "-o", tmp_path / "file").err
    under = run("report", case, "-o", tmp_path / "file" / "out")
    assert (under.code, "cannot be made" in under.err) == (1, True)
    unknown = run("report", case, "-o", tmp_path / "out", "-d", "wohle")
    assert (unknown.code, "whole" in unknown.err) == (2, True)
    assert not (tmp_path / "out").exists()
    assert run("report", case).code == 2


def test_checklist_answers_at_least_16_of_18_and_marks_the_rest(written: Path) -> None:
    """Every item of GATHER has an answer; at most two are left to the author, and say so."""
    rows = re.findall(r"^\| (\d+) \| (.*?) \| (.*) \|$", (written / "gather.md").read_text(), re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 19))
    assert all(answer.strip() for _, _, answer in rows)
    assert sum("For the author" in answer for _, _, answer in rows) <= 2


def test_draws_of_a_report_are_the_same_in_both_formats_and_make_its_totals(written: Path) -> None:
    """NetCDF and Parquet hold the same joint draws; the columns of a definition add up to its total."""
    import xarray
    from pyarrow import parquet

    table = parquet.read_table(written / "draws" / "elicited.parquet")
    with xarray.open_dataset(written / "draws" / "elicited.nc", engine="h5netcdf") as data:
        assert set(data.data_vars) == set(table.column_names)
        assert (data["total:whole"].to_numpy() == table["total:whole"].to_numpy()).all()
    parts = table["all:known"].to_numpy() + table["all:other"].to_numpy()
    assert np.allclose(table["total:whole"].to_numpy(), parts)


def test_bibliography_for_reference_managers_names_every_work(written: Path) -> None:
    """CSL-JSON and RIS hold the works of the BibTeX file, each once."""
    keys = re.findall(r"^@\w+\{(.*?),", (written / "bibliography.bib").read_text(), re.MULTILINE)
    works = json.loads((written / "bibliography.json").read_text())
    assert [work["id"] for work in works] == keys
    assert re.findall(r"^ID  - (.*)$", (written / "bibliography.ris").read_text(), re.MULTILINE) == keys


def test_crate_describes_every_file(written: Path) -> None:
    """The RO-Crate lists each file with its type, and itself as the description of the folder."""
    crate = json.loads((written / "ro-crate-metadata.json").read_text())
    nodes = {node["@id"]: node for node in crate["@graph"]}
    listed = {part["@id"] for part in nodes["./"]["hasPart"]}
    files = {name for name, content in listing(written).items() if content is not None}
    assert listed == files - {"receipt.json", "ro-crate-metadata.json"}
    assert all(nodes[name]["encodingFormat"] for name in listed)


def test_methods_say_what_was_asked(run: Run, tmp_path: Path) -> None:
    """Settings that differ from the usual stand in the methods, and only works that they rest on are cited."""
    case = small_folder(tmp_path / "case")
    for name, words in (("plain", ()), ("other", ("--dependence", "independent", "--pool", "log", "-s", "7"))):
        assert run("report", case, "-o", tmp_path / name, *QUICK, *words).code == 0
    plain, other = ((tmp_path / name / "methods.md").read_text() for name in ("plain", "other"))
    assert "seed 7" in other
    assert "seed 1," in plain
    assert "drawn independently" in other
    assert "geometric mean" in other
    assert "geometric mean" not in plain


@pytest.mark.parametrize("count", [1, 60])
def test_report_of_one_and_of_sixty_components(run: Run, tmp_path: Path, count: int) -> None:
    """Small and large cases, with long labels, make a page."""
    label = "A very long label of a component, " * 4
    case = write_case(
        tmp_path / "case",
        {
            "component": [component(f"part-{index}", ranged(900.0, 1_100.0), label=label) for index in range(count)],
            "definitions": {"whole": definition()},
        },
    )
    assert run("report", case, "-o", tmp_path / "out", *QUICK).code == 0
    assert (tmp_path / "out" / "report.html").read_text().count(label.strip()) >= count


def test_report_names_characters_that_no_font_has_and_components_without_evidence(run: Run, tmp_path: Path) -> None:
    """One plain line names the characters that figures cannot show; the page says that the unknown is no zero."""
    case = write_case(
        tmp_path / "case",
        {
            "component": [
                component("one", ranged(900.0, 1_100.0), label="\N{TIBETAN LETTER KA}\N{OGHAM LETTER BEITH} deaths"),
                component("dark", unknown={"all": "nobody counted"}),
            ],
            "definitions": {"whole": definition()},
        },
    )
    ran = run("report", case, "-o", tmp_path / "out", *QUICK)
    assert (ran.code, ran.err) == (0, "")
    assert "not zero" in (tmp_path / "out" / "report.html").read_text()
    named = [line for line in ran.out.splitlines() if line.startswith("No font that is installed has")]
    assert len(named) <= 1
    assert bool(named) == bool(lacking("\N{TIBETAN LETTER KA}\N{OGHAM LETTER BEITH}"))


def test_report_of_a_case_without_any_known_component_says_so(run: Run, tmp_path: Path) -> None:
    """Nothing can be computed, so the cause is named and no folder is left behind."""
    tables = {
        "component": [component("dark", unknown={"all": "nobody counted"})],
        "definitions": {"whole": definition()},
    }
    ran = run("report", write_case(tmp_path / "case", tables), "-o", tmp_path / "out", *QUICK)
    assert ran.code == 1
    assert "nobody counted" in ran.err
    assert not (tmp_path / "out").exists()
