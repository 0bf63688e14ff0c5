"""Every command: its help, its example, what it prints where, and where results go."""

from __future__ import annotations

import csv
import io
import json
import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest

import mcmort as mm
from mcmort.cli.app import command_line
from mcmort.present.print_format import as_printed
from tests.cli.ran import GOOD, listing, runner, small_folder
from tests.present.made import MOST_DRAWS, ussr_draws

COMMANDS = sorted(command_line().commands)


def test_command_line_has_its_main_commands() -> None:
    """The command line has at least cases, show, check, total, compare, plot, verify and schema."""
    assert {"cases", "show", "check", "total", "compare", "plot", "verify", "schema"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_help_has_an_example_that_parses(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Help exits with 0 on stdout, and each example in it names options that the command has."""
    run = runner(capsys)
    ran = run(name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "Usage: mcmort " + name in ran.out
    command = command_line().commands[name]
    examples = re.findall(r"`(mcmort [^`]+)`", (command.help or "").partition("Example")[2])
    assert examples, "no example"
    for example in examples:
        words = shlex.split(example.partition(">")[0].partition("|")[0])
        assert words[:2] == ["mcmort", name]
        command.make_context(name, words[2:], resilient_parsing=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_says_what_it_does(name: str) -> None:
    """Every option and argument has a help text, and the command one of its own."""
    command = command_line().commands[name]
    assert command.help
    assert [one.name for one in command.params if not getattr(one, "help", None)] == []


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    """``-h`` lists every command, ``--version`` prints the version; both exit with 0."""
    run = runner(capsys)
    helped = run("-h")
    assert helped.code == 0
    assert all(name in helped.out for name in COMMANDS)
    versioned = run("--version")
    assert (versioned.code, versioned.out) == (0, f"mcmort {mm.__version__}\n")


def test_no_command_at_all_shows_the_help_and_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """Bare ``mcmort`` exits with 2 and shows what there is."""
    ran = runner(capsys)()
    assert ran.code == 2
    assert "compare" in ran.out + ran.err


def test_cases_lists_the_shipped_cases(capsys: pytest.CaptureFixture[str]) -> None:
    """Each shipped case stands with its title and its definitions."""
    ran = runner(capsys)("cases")
    assert ran.code == 0
    for name in mm.cases():
        case = mm.load(name)
        assert f"{name}  {case.head.title}" in ran.out
        assert ", ".join(case.definitions) in ran.out


def test_show_shows_definitions_components_and_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    """A case is shown with every definition and component, a component with the figure of every estimate."""
    run = runner(capsys)
    case = mm.load("ussr")
    whole = run("show", "ussr", "--full").out
    assert all(definition.question.split()[0] in whole for definition in case.definitions.values())
    assert all(name in whole for name in (*case.definitions, *case.components))
    owner = next(one for one in case.components.values() if len(one.estimate) > 3)
    text = run("show", "ussr", owner.id).out
    for one in owner.estimate:
        assert one.formula or as_printed(one.low, one.best, one.high, one.reading) in text


def test_check_is_silent_about_a_sound_case(capsys: pytest.CaptureFixture[str]) -> None:
    """A sound folder exits with 0 and says that nothing was found."""
    ran = runner(capsys)("check", GOOD)
    assert (ran.code, ran.err) == (0, "")
    assert "no problems found" in ran.out


def test_total_prints_its_headline_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first line is the sentence with interval and definition; nothing goes to stderr."""
    ran = runner(capsys)("total", small_folder(tmp_path / "case"), "-d", "whole", "-n", "2000")
    assert (ran.code, ran.err) == (0, "")
    assert re.match(r"A small case: [\d,]+ to [\d,]+ \(95 % credible interval; median", ran.out.splitlines()[0])


@pytest.mark.slow
@pytest.mark.parametrize("words", ["95%", "95 %", "0.95", "9.5e-1"])
def test_interval_is_a_percentage_or_a_share(words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--interval 95%`` is the same as 0.95, for a total and a comparison."""
    folder, run = small_folder(tmp_path / "case"), runner(capsys)
    for command in (("total", folder, "-d", "whole"), ("compare", folder, "--no-figure")):
        ran = run(*command, "-n", "2000", "--interval", words)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == run(*command, "-n", "2000").out


def test_options_change_what_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Years, measure, include and exclude reach the total, and are what the Python verb makes of them."""
    folder = small_folder(tmp_path / "case")
    run = runner(capsys)
    draws = mm.Sampler(mm.load(folder), 2000, rng=1)
    base = ("total", folder, "-n", "2000", "-f", "json", "-d")

    def median(*words: str) -> object:
        return json.loads(run(*base, *words).out)["median"]

    assert median("whole", "--years", "1930:1935") == mm.total(draws, "whole", years=(1930, 1935)).summary.median
    assert median("whole", "--years", "1940") == mm.total(draws, "whole", years=(1940, 1940)).summary.median
    assert median("whole", "--measure", "registered") == mm.total(draws, "kept").summary.median
    assert median("early", "--include", "category=b") == mm.total(draws, "whole").summary.median
    assert median("whole", "--exclude", "category=b,c") == mm.total(draws, "early").summary.median
    assert median("whole", "--seed", "7") != median("whole")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown", "latex"])
def test_a_result_goes_to_stdout_or_whole_to_a_file(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With -o the file holds what stdout would have held, with -o - stdout does, and no other file is made."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    run = runner(capsys)
    for command in (("total", "case", "-d", "whole"), ("compare", "case", "--no-figure")):
        words = (*command, "-n", "2000", "-f", form)
        printed = run(*words)
        before = set(listing(tmp_path))
        written = run(*words, "-o", "out.txt")
        assert (printed.code, printed.err, written.code, written.err) == (0, "", 0, "")
        assert Path("out.txt").read_text() == printed.out
        assert written.out == "out.txt\n"
        assert set(listing(tmp_path)) - before == {"out.txt"}
        assert run(*words, "-o", "-").out == printed.out
        Path("out.txt").unlink()


@pytest.mark.slow
def test_compare_writes_its_figure_and_receipt_beside_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By default the figure is named after the case, also where the case is the folder one stands in."""
    folder = small_folder(tmp_path / "case")
    run = runner(capsys)
    monkeypatch.chdir(tmp_path)
    assert run("compare", "case", "-n", "2000").out.endswith("\nFigure: case-definitions.png\n")
    assert {"case-definitions.png", "case-definitions.png.receipt.json"} <= set(listing(tmp_path))
    monkeypatch.chdir(folder)
    assert run("compare", ".", "-n", "2000").out.endswith("\nFigure: case-definitions.png\n")


def test_a_machine_readable_comparison_stays_alone_on_stdout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --format json and --figure, stdout parses as JSON and the figure's path goes to stderr."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    ran = runner(capsys)("compare", "case", "-n", "2000", "-f", "json", "--figure", "f.svg")
    assert json.loads(ran.out)["schema"] == "mcmort/comparison/1"
    assert ran.err == "\nFigure: f.svg\n"
    assert Path("f.svg").exists()


@pytest.mark.parametrize("form", ["text", "markdown", "latex"])
def test_published_totals_are_printed_on_request(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--published`` adds the table of published totals in every form for people."""
    words = ("compare", small_folder(tmp_path / "case"), "-n", "2000", "-f", form, "--no-figure")
    run = runner(capsys)
    assert "15,000" in run(*words, "--published").out
    assert "15,000" not in run(*words).out


def test_csv_parses_with_one_row_for_each_definition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CSV on stdout has a head and a row for each definition, all of the same length."""
    ran = runner(capsys)("compare", small_folder(tmp_path / "case"), "-n", "2000", "-f", "csv")
    rows = list(csv.reader(io.StringIO(ran.out)))
    assert [row[0] for row in rows] == ["Definition", "kept", "early", "whole"]
    assert len({len(row) for row in rows}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_plot_writes_a_figure_and_prints_its_path(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each ending gives a file of its kind, with the receipt beside it."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    ran = runner(capsys)("plot", "case", "-n", "2000", "-o", f"a.{ending}")
    assert (ran.code, ran.out, ran.err) == (0, f"a.{ending}\n", "")
    magic = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    assert Path(f"a.{ending}").read_bytes().startswith(magic)
    assert Path(f"a.{ending}.receipt.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bridge", "case", "definitions", "evidence", "location", "total", "comparison"])
def test_schema_prints_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each schema is one JSON document on stdout."""
    ran = runner(capsys)("schema", name)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["type"] == "object"


def test_the_spelling_of_case_names_does_not_matter_to_the_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder given as relative, absolute or with a slash gives the same numbers."""
    folder = small_folder(tmp_path / "case")
    monkeypatch.chdir(tmp_path)
    run = runner(capsys)
    words = ("-d", "whole", "-n", "500", "-f", "csv")
    outs = {run("total", name, *words).out for name in ("case", "./case/", str(folder))}
    assert len(outs) == 1


def test_threads_change_no_bit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One, two or eight threads print the same JSON."""
    folder = small_folder(tmp_path / "case")
    run = runner(capsys)
    words = ("total", folder, "-d", "whole", "-n", "300000", "-f", "json", "--threads")
    assert run(*words, "1").out == run(*words, "2").out == run(*words, "8").out


@pytest.mark.slow
def test_the_default_comparison_of_the_soviet_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``mcmort compare ussr`` from any folder ends with the table and the figure's path."""
    monkeypatch.chdir(tmp_path)
    ran = runner(capsys)("compare", "ussr")
    assert (ran.code, ran.err) == (0, "")
    assert f"{MOST_DRAWS:,} draws, seed 1, elicited engine" in ran.out
    assert ran.out.endswith("\nFigure: ussr-definitions-1.png, ussr-definitions-2.png\n")
    assert all(f" {name} " in ran.out for name in ussr_draws().case.definitions)


def test_the_module_runs_as_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """``python -m mcmort`` stands for ``mcmort``."""
    monkeypatch.setattr(sys, "argv", ["mcmort", "--version"])
    with pytest.raises(SystemExit) as stop:
        runpy.run_module("mcmort", run_name="__main__")
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"mcmort {mm.__version__}\n"
