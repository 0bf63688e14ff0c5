"""Bad input and wrong use of the commands on claims, sources and strict checks: reported, and nothing half-written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from mcmort.cli.app import main
from mcmort.present.documents.result_schemas import result_schema
from tests.cli.ran import ROOT, listing, runner, small_folder

pytestmark = pytest.mark.slow

CLAIMS = ("claims", "case", "-n", "500", "-q")

BAD_INPUT = [
    (("claims", "nowhere"), "no case 'nowhere'"),
    (("claims", "usr"), "Did you mean 'ussr'?"),
    (("claims", "broken"), "problems"),
    ((*CLAIMS, "-o", "missing/a.csv"), "no folder missing"),
    ((*CLAIMS, "-o", "empty"), "is a folder"),
    (("trace", "nowhere"), "no case 'nowhere'"),
    (("trace", "broken"), "problems"),
    (("trace", "case", "knwon"), "did you mean 'known'?"),
    (("trace", "case", "zzz"), "small has no component, quantity or definition 'zzz'"),
    (("trace", "case", ""), "small has no component, quantity or definition ''"),
    (("trace", "case", "whole", "--years", "1800:1810", "-n", "500"), "selects no component of small in 1800 to 1810"),
    (("cite", "nowhere"), "no case 'nowhere'"),
    (("cite", "broken"), "problems"),
    (("cite", "case", "--definition", "whoel"), "small has no definition 'whoel'. Hint: did you mean 'whole'?"),
    (("check", "broken", "--strict"), "problems"),
    (("check", "case", "--strict"), "study-j: found a work that nothing in the case cites"),
    (("check", "empty", "--strict"), "case.toml: found no such file"),
    (("show", "broken", "--estimates"), "problems"),
    (("show", "nowhere", "--sources"), "no case 'nowhere'"),
    (("import", "missing.csv"), "found a file that cannot be read (No such file or directory)"),
    (("import", "empty.csv"), "found an empty file; expected a row of column names"),
    (("import", "empty.csv", "-o", "missing/a.toml"), "no folder missing"),
    (("import", "empty.csv", "-o", "empty"), "is a folder"),
    (("new", "case"), "exists already"),
    (("new", "missing/my-case"), "no folder"),
]

WRONG_USE = [
    (("claims",), "Missing argument"),
    (("claims", "case", "--draws", "0"), "Invalid value for '--draws'"),
    (("claims", "case", "--format", "pdf"), "'pdf' is not one of"),
    (("claims", "case", "--evidence", "rumour"), "rumour: no basis of evidence"),
    (("claims", "case", "--definition", "whole"), "No such option"),
    (("trace",), "Missing argument"),
    (("trace", "case", "whole", "--years", "1953:1928"), "runs backwards"),
    (("trace", "case", "whole", "--years", "long ago"), "is no span of years"),
    (("trace", "case", "known", "--years", "1930:1935"), "years restrict a total: name a definition"),
    (("trace", "case", "--years", "1930:1935"), "years restrict a total: name a definition"),
    (("trace", "case", "known", "other"), "unexpected extra argument"),
    (("cite", "case", "--format", "docx"), "'docx' is not one of"),
    (("cite", "case", "whole"), "unexpected extra argument"),
    (("check",), "Missing argument"),
    (("check", "case", "--lenient"), "No such option"),
    (("show", "case", "known", "--sources"), "choose one of"),
    (("show", "case", "--estimates", "--sources"), "choose one of"),
    (("import",), "Missing argument"),
    (("import", "text.txt"), "no spreadsheet format '.txt'"),
    (("import", "empty.xls"), "no spreadsheet format '.xls'"),
    (("new",), "Missing argument"),
    (("new", "My_Case"), "is no id of a case"),
    (("new", "one", "two"), "unexpected extra argument"),
]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which one stands, with a sound case, a broken one and files that are neither."""
    small_folder(tmp_path / "case")
    shutil.copytree(ROOT / "tests" / "bad" / "many-at-once", tmp_path / "broken")
    (tmp_path / "empty").mkdir()
    for name in ("empty.csv", "empty.xls", "text.txt"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def named(cases: list[tuple[tuple[str, ...], str]]) -> list[str]:
    """Return names of tests from the words of their commands."""
    return [" ".join(words) for words, _ in cases]


@pytest.mark.parametrize(("words", "message"), BAD_INPUT, ids=named(BAD_INPUT))
def test_bad_input_gives_1_and_a_word(
    words: tuple[str, ...], message: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message stands on stderr, stdout is empty, no file has changed, and no traceback is seen."""
    before = listing(place)
    ran = runner(capsys)(*words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mcmort: ")
    assert message in ran.err
    assert "Traceback" not in ran.err
    assert listing(place) == before


@pytest.mark.parametrize(("words", "message"), WRONG_USE, ids=named(WRONG_USE))
def test_wrong_use_gives_2_and_a_word(
    words: tuple[str, ...], message: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message stands on stderr, stdout is empty, no file has changed, and no traceback is seen."""
    before = listing(place)
    ran = runner(capsys)(*words)
    assert (ran.code, ran.out) == (2, "")
    assert message in " ".join(ran.err.replace("│", " ").split())
    assert "Traceback" not in ran.err
    assert listing(place) == before


@pytest.mark.parametrize("command", ["claims", "trace", "cite", "show", "check"])
def test_every_command_reports_a_broken_case_alike(
    command: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever was asked of it, a broken case gives the thirteen problems that it has, all at once."""
    del place
    run = runner(capsys)
    assert run(command, "broken").err == run("check", "broken").err
    assert len(run(command, "broken").err.splitlines()) == 14


def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is drawn and no sheet is read for a result that has nowhere to go."""
    del place

    def work(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("mcmort.sampler.sampler.draw_histograms", work)
    monkeypatch.setattr("mcmort.catalogue.reading.spreadsheet.read_sheet", work)
    assert "no folder missing" in runner(capsys)(*CLAIMS, "-o", "missing/a.txt").err
    assert "no folder missing" in runner(capsys)("import", "empty.csv", "-o", "missing/a.txt").err


def test_a_refused_import_leaves_the_file_that_stood_there(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sheet that is refused changes nothing in the file that it was to replace."""
    (place / "old.toml").write_text("old")
    bad = ROOT / "tests" / "bad-sheets" / "many-at-once.csv"
    assert runner(capsys)("import", bad, "-o", "old.toml", "--force").code == 1
    assert (place / "old.toml").read_text() == "old"


def test_the_json_of_claims_obeys_the_schema_that_is_printed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``mcmort schema claims`` describes what ``mcmort claims --format json`` prints, and refuses what it does not."""
    del place
    run = runner(capsys)
    schema = json.loads(run("schema", "claims").out)
    assert schema == result_schema("claims")
    document = json.loads(run(*CLAIMS, "--format", "json").out)
    jsonschema.validate(document, schema)
    document["claims"][0]["verdict"] = None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_the_commands_that_draw_nothing_need_no_engine(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cite, check, show, import and new work where drawing is impossible."""
    del place
    run = runner(capsys)
    for words in (("cite", "case"), ("show", "case", "--sources"), ("check", "case"), ("new", "a-case")):
        assert run(*words).code == 0
    assert run("import", ROOT / "tests" / "good" / "estimates.csv").code == 0


def test_name_of_a_component_and_a_definition_is_made_unique_by_a_prefix(capsys: pytest.CaptureFixture[str]) -> None:
    """``famine`` is a definition of china as well as a component: the bare name means the definition."""
    assert main(["trace", "china", "famine", "-n", "500", "-q"]) == 0
    definition = capsys.readouterr().out
    assert main(["trace", "china", "component:famine"]) == 0
    component = capsys.readouterr().out
    assert "credible interval" in definition
    assert "credible interval" not in component
    assert component.splitlines()[0].partition("(")[2].startswith("famine")
    assert main(["trace", "china", "component:violence"]) == 1
