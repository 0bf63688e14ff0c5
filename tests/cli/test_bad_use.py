"""Bad input and wrong use: a clear word on stderr, the exit code as designed, nothing on stdout and nothing written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mcmort.cli.app import main
from mcmort.present.figures import style
from tests.cli.ran import ROOT, listing, runner, small_folder

TOTAL = ("total", "case", "-n", "500")
WHOLE = (*TOTAL, "-d", "whole")
COMPARE = ("compare", "case", "-n", "500")
PLOT = ("plot", "case", "-n", "500")

BAD_INPUT = [
    (("total", "nowhere", "-d", "whole"), "no case 'nowhere'"),
    (("total", "usr", "-d", "whole"), "Did you mean 'ussr'?"),
    (("show", "nowhere"), "no case 'nowhere'"),
    (("show", "case", "knwon"), "did you mean 'known'?"),
    (("show", "case", "whole"), "has no component or quantity 'whole'"),
    (("show", "case", "zzz"), "has no component or quantity 'zzz'"),
    (("check", "nowhere"), "no case 'nowhere'"),
    (("check", "empty"), "case.toml: found no such file"),
    (("check", "text.txt"), "Give the folder"),
    (("check", "broken"), "problems"),
    (("total", "broken", "-d", "whole"), "problems"),
    (("compare", "broken"), "problems"),
    (("plot", "broken", "-o", "a.png"), "problems"),
    ((*TOTAL, "-d", "whoel"), "did you mean 'whole'?"),
    ((*TOTAL, "-d", ""), "has no definition ''"),
    ((*COMPARE, "-d", "whoel"), "did you mean 'whole'?"),
    ((*WHOLE, "--years", "1800:1810"), "selects no component of small in 1800 to 1810"),
    ((*COMPARE, "--years", "1800:1810"), "selects no component"),
    ((*PLOT, "-o", "a.png", "--years", "1990"), "selects no component"),
    ((*WHOLE, "--exclude", "kind=deaths"), "selects no component"),
    ((*WHOLE, "--include", "colour=red"), "the facet 'colour'"),
    ((*WHOLE, "--exclude", "category=z"), "the value 'z'"),
    ((*WHOLE, "--include", "component=nobody"), "nobody"),
    ((*WHOLE, "--evidence", "testimony"), "asks only for components without"),
    ((*WHOLE, "-o", "."), "is a folder"),
    ((*WHOLE, "-o", "empty"), "is a folder"),
    ((*WHOLE, "-o", "missing/a.txt"), "no folder missing"),
    ((*WHOLE, "-o", "text.txt/a.txt"), "no folder text.txt"),
    ((*WHOLE, "-o", "pipe"), "is no ordinary file"),
    ((*COMPARE, "-o", "missing/a.txt"), "no folder missing"),
    ((*COMPARE, "--figure", "missing/a.png"), "no folder missing"),
    ((*COMPARE, "--figure", "taken.png"), "taken.png.receipt.json: is a folder"),
    ((*PLOT, "-o", "missing/a.png"), "no folder missing"),
    ((*PLOT, "-o", "taken.png"), "taken.png.receipt.json: is a folder"),
    (("verify", "missing.json"), "cannot be read (No such file or directory)"),
    (("verify", "empty"), "cannot be read (Is a directory)"),
    (("bridge", "case", "kept", "hole"), "no definition and no claim 'hole'. Hint: did you mean 'whole'?"),
    (("bridge", "case", "early", "kept", "--years", "1940:1944"), "selects no component"),
    (("locate", "case", "5e3", "-d", "erly"), "no definition 'erly'. Hint: did you mean 'early'?"),
    (("locate", "case", "5e3", "--years", "1800:1810"), "selects no component"),
    (("verify", "text.txt"), "not JSON"),
    (("verify", "bytes.json"), "not JSON"),
    (("verify", "deep.json"), "not JSON"),
    (("verify", "list.json"), "no receipt of mcmort"),
    (("verify", "null.json"), "no receipt of mcmort"),
]

NO_NUMBERS = ("many", "nan", "inf", "1e999", "", "20 apples", "1.234,5", "20,00", "1e5%")
WRONG_USE = [
    ((), "Usage"),
    (("frobnicate",), "No such command 'frobnicate'"),
    (("--frobnicate",), "No such option"),
    (("total", "case"), "needs a definition, given with --definition (-d); case has kept, early, whole"),
    (("total",), "Missing argument"),
    (("plot", "case"), "Missing option '--output'"),
    (("verify",), "Missing argument"),
    (("schema",), "Missing argument"),
    (("schema", "nothing"), "'nothing' is not one of"),
    (("bridge", "case", "kept"), "Missing argument 'TO'"),
    (("bridge", "case", "kept", "kept"), "both sides are 'kept'"),
    (("bridge", "case", "kept", "whole", "--orders", "random"), "'random' is not one of"),
    (("locate", "case"), "Missing argument 'NUMBER'"),
    *((("locate", "case", "--", words), f"{words!r} is") for words in NO_NUMBERS),
    (("locate", "case", "--", "-5"), "-5 is negative, and no total of small can be"),
    (("locate", "case", "-5"), "No such option"),
    (("cases", "case"), "unexpected extra argument"),
    (("show", "case", "known", "other"), "unexpected extra argument"),
    ((*WHOLE, "--frobnicate"), "No such option"),
    ((*WHOLE, "--draws", "0"), "Invalid value for \'--draws\'"),
    ((*WHOLE, "--draws", "-5"), "Invalid value for \'--draws\'"),
    ((*WHOLE, "--draws", "many"), "Invalid value for \'--draws\'"),
    ((*WHOLE, "--draws", "1e5"), "Invalid value for \'--draws\'"),
    ((*WHOLE, "--seed", "-1"), "Invalid value for \'--seed\'"),
    ((*WHOLE, "--seed", "x"), "Invalid value for \'--seed\'"),
    ((*WHOLE, "--threads", "0"), "Invalid value for \'--threads\'"),
    ((*WHOLE, "--years", "1953:1928"), "runs backwards; write 1928:1953"),
    ((*WHOLE, "--years", "the thirties"), "is no span of years"),
    ((*WHOLE, "--years", "1928-1953"), "is no span of years"),
    ((*WHOLE, "--years", ""), "is no span of years"),
    ((*WHOLE, "--measure", "some"), "'some' is not one of"),
    ((*WHOLE, "--format", "xml"), "'xml' is not one of"),
    ((*WHOLE, "--include", "category"), "is no rule; write it as category=famine"),
    ((*WHOLE, "--include", "=a"), "is no rule"),
    ((*WHOLE, "--exclude", "category="), "is no rule"),
    ((*WHOLE, "--evidence", "rumour"), "rumour: no basis of evidence; choose from registered"),
    ((*WHOLE, "--evidence", ","), "nothing: no basis of evidence"),
    ((*WHOLE, "--interval", "95"), "an interval of probability 95; expected one between 0 and 1"),
    ((*WHOLE, "--interval", "0"), "expected one between 0 and 1"),
    ((*WHOLE, "--interval", "nan"), "expected one between 0 and 1"),
    ((*WHOLE, "--interval", "wide"), "Invalid value for \'--interval\'"),
    ((*COMPARE, "--figure", "a.jpg"), "no figure format '.jpg'"),
    ((*COMPARE, "--figure", "a"), "expected the ending .png, .svg or .pdf"),
    ((*COMPARE, "--figure", "a.png", "--no-figure"), "contradicts --no-figure"),
    ((*COMPARE, "--figure", "a.png", "-o", "./a.png"), "both the table and the figure"),
    ((*COMPARE, "--published", "-f", "csv"), "CSV holds one table"),
    ((*PLOT, "-o", "a.gif"), "no figure format '.gif'"),
    ((*PLOT, "-o", "a.png", "--kind", "pie"), "'pie' is not one of"),
    ((*PLOT, "-o", "-"), "no figure format"),
]  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a sound case, a broken one and files that are no receipts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERMINAL_WIDTH", "400")
    small_folder(tmp_path / "case")
    broken = small_folder(tmp_path / "broken")
    text = (broken / "components.toml").read_text()
    (broken / "components.toml").write_text(text.replace('"study-b"', '"nobody"').replace('"b"', '"z"'))
    (tmp_path / "empty").mkdir()
    (tmp_path / "taken.png.receipt.json").mkdir()
    (tmp_path / "text.txt").write_text("no case, no JSON")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe{}")
    (tmp_path / "deep.json").write_text("[" * 200_000)
    (tmp_path / "list.json").write_text("[1, 2]")
    (tmp_path / "null.json").write_text('{"receipt": null}')
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def _refused(words: tuple[str, ...], code: int, message: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = listing(place)
    ran = runner(capsys)(*words)
    assert ran.code == code, ran.err
    assert " ".join(message.split()) in " ".join(ran.err.split())
    assert ran.out == "" or words == ()
    assert "Traceback" not in ran.err
    assert listing(place) == before


@pytest.mark.parametrize(
    ("words", "message"), BAD_INPUT, ids=lambda value: " ".join(value) if isinstance(value, tuple) else None
)
def test_bad_input_exits_with_1(
    words: tuple[str, ...], message: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be found, read, selected or written is reported on stderr; stdout is empty, nothing is written."""
    _refused(words, 1, message, place, capsys)


@pytest.mark.parametrize(
    ("words", "message"), WRONG_USE, ids=lambda value: " ".join(value) if isinstance(value, tuple) else None
)
def test_wrong_use_exits_with_2(
    words: tuple[str, ...], message: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A call that makes no sense whatever the input is reported on stderr; stdout is empty, nothing is written."""
    if words == ():
        assert main([]) == 2
        assert message in capsys.readouterr().out
        return
    _refused(words, 2, message, place, capsys)


def test_all_problems_of_a_case_are_reported_at_once(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with two defects is refused with both, each with its file, what was found and what was expected."""
    ran = runner(capsys)("check", "broken")
    assert ran.code == 1
    lines = [line for line in ran.err.splitlines() if line.startswith("  ")]
    assert len(lines) >= 2
    assert all("components.toml" in line and "found" in line and "expected" in line for line in lines)
    assert "nobody" in ran.err
    assert place.is_dir()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "tests" / "bad").iterdir() if path.is_dir()))
def test_no_broken_folder_gets_through_or_gives_a_traceback(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each broken case is refused with exit code 1, in words, by ``check``."""
    ran = runner(capsys)("check", ROOT / "tests" / "bad" / name)
    assert (ran.code, ran.out) == (1, "")
    assert "expected" in ran.err


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize(
    "command",
    [
        ("total", "case", "-d", "whole", "-o", "a.txt"),
        ("compare", "case", "-o", "a.txt"),
        ("plot", "case", "-o", "a.png"),
    ],
)
def test_interrupted_while_drawing_nothing_is_written(
    command: tuple[str, ...],
    error: type[BaseException],
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ctrl-C during the draws gives exit code 130, a lack of memory 1, and no file."""
    before = listing(place)

    def stop(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("mcmort.sampler.sampler.draw_histograms", stop)
    ran = runner(capsys)(*command)
    assert ran.code == (130 if error is KeyboardInterrupt else 1)
    assert ran.out == ""
    assert ran.err.startswith("mcmort: interrupted" if error is KeyboardInterrupt else "mcmort: not enough memory")
    assert listing(place) == before


@pytest.mark.slow
@pytest.mark.parametrize("call", [1, 2])
def test_interrupted_while_writing_no_file_is_half_written(
    call: int, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stopped as the figure, or its receipt, is moved into place: old files stand as they were, none is half new."""
    (place / "a.svg").write_text("old")
    (place / "a.svg.receipt.json").write_text("old")
    before = listing(place)
    calls = []
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if Path(target).name.startswith("a.svg"):  # not a file of the store, which may be cold
            calls.append(target)
            if len(calls) == call:
                raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    ran = runner(capsys)("plot", "case", "-n", "500", "-o", "a.svg")
    assert ran.code == 130
    after = listing(place)
    assert set(after) == set(before)
    assert after["a.svg.receipt.json"] == b"old"
    figure = after["a.svg"]
    assert figure is not None
    assert figure == b"old" if call == 1 else figure.rstrip().endswith(b"</svg>")


def test_a_figure_that_fails_leaves_no_table_behind(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stopped while the figure is drawn, a comparison has neither printed nor written its table."""
    before = listing(place)

    def stop(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(style, "figure_bytes", stop)
    for words in (COMPARE, (*COMPARE, "-o", "a.txt")):
        ran = runner(capsys)(*words)
        assert (ran.code, ran.out) == (130, "")
        assert listing(place) == before


def test_a_full_disk_is_bad_input(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No room for the result: the reason in words, exit code 1, nothing left."""
    before = listing(place)
    real = os.fdopen

    def full(handle: int, mode: str) -> object:
        stream = real(handle, mode)
        stream.close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    ran = runner(capsys)(*WHOLE, "-o", "a.txt")
    assert (ran.code, ran.out) == (1, "")
    assert "a.txt: cannot be written (No space left on device)" in ran.err
    assert listing(place) == before


def test_a_defect_of_ours_is_not_hidden(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that no user can cause is raised, not taken for wrong use: the tests above could fail."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("mcmort.sampler.sampler.draw_histograms", broken)
    with pytest.raises(ZeroDivisionError):
        main([*WHOLE])
    assert place.is_dir()


@pytest.mark.slow
def test_a_signal_during_the_draws_ends_the_process_with_130(place: Path) -> None:
    """A real SIGINT while half a billion draws are made: exit code 130, one word, no traceback, no file."""
    before = listing(place)
    code = (
        # a shell that starts the tests in the background has its children ignore the signal
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "import sys, mcmort.sampler.sampler as s;"
        "real = s.draw_histograms;"
        "say = lambda done, total: (sys.stderr.write('drawing\\n'), sys.stderr.flush());"
        "s.draw_histograms = lambda *a, **k: real(*a, **{**k, 'progress': say});"
        "from mcmort.cli.app import main;"
        "sys.exit(main(['total', 'case', '-d', 'whole', '-n', '500000000', '-o', 'a.txt']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=place, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "drawing\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "mcmort: interrupted"
    assert "Traceback" not in err
    assert listing(place) == before


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_traceback(place: Path) -> None:
    """``mcmort show ussr | head -1`` ends quietly."""
    command = [sys.executable, "-m", "mcmort", "show", "ussr"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=place, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode in (0, 1)


def test_messages_of_the_parser_go_to_stderr_alone(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong use leaves stdout empty, so that a pipe into another program gets nothing that looks like a result."""
    ran = runner(capsys)(*WHOLE, "--draws", "0", "-f", "json")
    assert ran.out == ""
    with pytest.raises(json.JSONDecodeError):
        json.loads(ran.out)
    assert place.is_dir()
