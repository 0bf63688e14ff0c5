"""Odd files and odd options: named in a line, and never taken for something else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import mcmort as mm
from mcmort.errors import UnknownCaseError
from tests.cli.ran import GOOD, runner


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Return a copy of the smallest case."""
    return Path(shutil.copytree(GOOD, tmp_path / "minimal"))


def _pipe(case: Path) -> None:
    os.mkfifo(case / "more.toml")


def _device(case: Path) -> None:
    (case / "case.toml").unlink()
    (case / "case.toml").symlink_to("/dev/zero")


def _large_letters(case: Path) -> None:
    (case / "camps.toml").rename(case / "CAMPS.TOML")


def _hostile_name(case: Path) -> None:
    (case / "a\x1b[31m\u202e.toml").write_text("no toml [", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_pipe, "more.toml: found a device or a pipe"),
        (_device, "case.toml: found a device or a pipe"),
        (_large_letters, "CAMPS.TOML: found the ending '.TOML'; expected '.toml'"),
        (_hostile_name, "a\\u001b[31m\\u202e.toml: found text that is not TOML"),
    ],
)
def test_odd_file_of_a_case_is_named(
    change: Callable[[Path], None], found: str, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pipe hung, a device filled the memory, CAMPS.TOML was left out unsaid, and names steered the terminal."""
    change(case)
    ran = runner(capsys)("check", case)
    assert ran.code == 1
    assert found in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "/dev/zero"),
        ("import", "ENDLESS.csv"),
        ("sweep", "/dev/zero", "-o", "ENDLESS"),
        ("multiverse", str(GOOD), "--choices", "/dev/zero"),
    ],
)
def test_device_is_not_read_to_its_end(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A device filled the memory."""
    (tmp_path / "ENDLESS.csv").symlink_to("/dev/zero")
    ran = runner(capsys)(*(str(tmp_path / word) if word.startswith("ENDLESS") else word for word in words))
    assert ran.code in (1, 2)
    assert "a device, not a file" in ran.err


LONG = "x" * 5_000


@pytest.mark.parametrize(
    "words",
    [
        ("check", LONG),
        ("export", "bengal-1943", f"{LONG}.xlsx"),
        ("plot", "bengal-1943", "-o", f"{LONG}.png"),
        ("errors", "--with", LONG),
        ("errors", "--with", __file__),
        ("cite", "bengal-1943", "--style", f"{LONG}.csl"),
    ],
)
def test_path_that_no_file_can_have_is_an_error_of_one_line(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """A name of 5,000 letters, or a file in place of a folder, ended in a traceback."""
    ran = runner(capsys)(*words)
    assert ran.code == 1
    assert ran.err.startswith("mcmort: ")
    assert len(ran.err) < 500


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("total", "-d", "broad", "-d", "broad"), 2, "--definition is given 2 times"),
        (("total", "-d", "broad", "--net", "--gross"), 2, "--net or --gross is given 2 times"),
        (("total", "-d", "broad", "--include", "years=1931"), 2, "--years A:B restricts years"),
        (("total", "-d", "broad", "-n", "1000000000000000"), 2, "Invalid value for '--draws'"),
        (("total", "-d", "broad", "-n", "200", "-f", "json", "-o", "OUT.xlsx"), 2, "expected --format xlsx"),
        (("total", "-d", "broad", "-n", "200", "-f", "xlsx", "-o", "OUT.json"), 2, "needs the ending .xlsx"),
    ],
)
def test_contrary_options_are_refused(
    words: tuple[str, ...], code: int, said: str, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two definitions the last was taken, 10^15 draws never ended, and JSON was written as a workbook."""
    command, *options = (str(case.parent / word) if word.startswith("OUT") else word for word in words)
    ran = runner(capsys)(command, case, *options)
    assert (ran.code, said in ran.err) == (code, True)
    assert not [*case.parent.glob("OUT*")]


def test_definition_given_twice_is_compared_once(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``compare -d broad -d broad`` told of two definitions."""
    ran = runner(capsys)("compare", case, "-d", "broad", "-d", "broad", "-n", "200", "-q", "--no-figure")
    assert ran.code == 0
    assert "2 definitions" not in ran.out


def test_new_case_has_a_name_that_a_case_can_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A case of 120 letters was made, and refused by the next command."""
    ran = runner(capsys)("new", tmp_path / ("x" * 120))
    assert ran.code == 2
    assert not [*tmp_path.iterdir()]


def test_name_of_no_case_is_short_in_the_message() -> None:
    """Python's error repeated a name of 5,000 letters, or was raised by the system."""
    for name in (LONG, "", "a\0b"):
        with pytest.raises(UnknownCaseError) as caught:
            mm.load(name)
        assert len(str(caught.value)) < 200


def test_errors_of_one_draw_are_not_known(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The Monte Carlo error of one draw was printed as nan."""
    ran = runner(capsys)("total", case, "-d", "broad", "-n", "1", "-q")
    assert "error of its ends not known" in " ".join(ran.out.split())


def test_command_draws_files_whatever_backend_is_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A backend that Matplotlib does not know, set for something else, was a traceback of every figure."""
    monkeypatch.setenv("MPLBACKEND", "nonesuch")
    assert runner(capsys)("cases").code == 0
    assert os.environ["MPLBACKEND"] == "agg"


def test_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    """In a folder that had been deleted, a new case was a traceback."""
    gone = tmp_path / "gone"
    gone.mkdir()
    code = "import os, sys; os.rmdir(sys.argv[1]); from mcmort.cli.app import main; sys.exit(main(['new', 'x']))"
    command = [sys.executable, "-P", "-c", code, str(gone)]
    ran = subprocess.run(command, cwd=gone, capture_output=True, text=True, check=False)
    said = "mcmort: the current folder is no longer there. Hint: change to another one\n"
    assert (ran.returncode, ran.stderr) == (1, said)
