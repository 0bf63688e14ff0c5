"""Standard output: all of a result arrives, or an error says why not; whatever it is connected to, no traceback."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import pytest

from mcmort.cli.app import main
from mcmort.cli.standard_streams import StandardOutputError, write_out
from tests.cli.ran import ROOT, Ran, runner, small_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full, and a shell"),
]

COMMANDS = [
    ("total", "case", "-d", "whole", "-n", "500"),
    ("total", "case", "-d", "whole", "-n", "500", "-f", "json"),
    ("compare", "case", "-n", "500", "--no-figure"),
    ("claims", "case", "-n", "500"),
    ("trace", "case"),
    ("show", "case"),
    ("cite", "case"),
    ("check", "case"),
    ("schema", "total"),
    ("fit", str(ROOT / "benchmarks" / "synthetic")),
    ("verify", "a.json"),
    ("cases",),
    ("total", "--help"),
    ("--version",),
]
FULL = "mcmort: standard output cannot be written (No space left on device), so what was printed is not complete\n"
CLOSED = "mcmort: standard output is closed, so nothing can be printed\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Stand beside a small case with letters of several alphabets, and a result of it."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    head = tmp_path / "case" / "case.toml"
    head.write_text(head.read_text(encoding="utf-8").replace("A small case", "Żółć \N{EN DASH} 死"), encoding="utf-8")
    assert runner(capsys)("total", "case", "-d", "whole", "-n", "500", "-f", "json", "-o", "a.json").code == 0
    return tmp_path


def _shell(
    words: tuple[str, ...], after: str, environment: Mapping[str, str] | None = None, before: str = "true"
) -> subprocess.Popen[bytes]:
    """Start a command with the redirections of a shell."""
    return subprocess.Popen(
        ["bash", "-c", f'{before}; "$@" {after}', "bash", sys.executable, "-m", "mcmort", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **(environment or {})},
    )  # fmt: skip


def _ran(process: subprocess.Popen[bytes], encoding: str = "utf-8") -> Ran:
    """Wait for a command; its messages are in ASCII where its output is in an encoding of its own."""
    out, err = process.communicate(timeout=300)
    return Ran(process.returncode, out.decode(encoding), err.decode(encoding))


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(Path(word).name for word in words))
def test_output_that_does_not_arrive_is_an_error_of_one_line(words: tuple[str, ...], place: Path) -> None:
    """A full disk, with a buffer or without, and a closed output: exit code 1 and a line; a pipe without reader: 1."""
    del place
    full, unbuffered = _shell(words, ">/dev/full"), _shell(words, ">/dev/full", {"PYTHONUNBUFFERED": "1"})
    closed, gone = _shell(words, ">&-"), _shell(words, "| true; exit ${PIPESTATUS[0]}")
    assert _ran(full) == _ran(unbuffered) == Ran(1, "", FULL)
    assert _ran(closed) == Ran(1, "", CLOSED)
    assert _ran(gone) == Ran(1, "", "")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(Path(word).name for word in words))
def test_characters_that_an_encoding_lacks_are_replaced_and_a_line_says_so(words: tuple[str, ...], place: Path) -> None:
    """In ASCII and in an encoding of Windows: exit code 0, all lines, JSON of the same content, and no traceback."""
    del place
    encodings = ("utf-8", "ascii", "cp1250")
    processes = {encoding: _shell(words, "", {"PYTHONIOENCODING": encoding}) for encoding in encodings}
    runs = {encoding: _ran(process, encoding) for encoding, process in processes.items()}
    whole = runs.pop("utf-8")
    assert (whole.code, whole.err) == (0, "")
    for encoding, ran in runs.items():
        assert ran.code == 0
        assert len(ran.out.splitlines()) == len(whole.out.splitlines())
        if "json" in words or words[0] == "schema":
            assert json.loads(ran.out) == json.loads(whole.out)
            assert ran.err == ""
        elif words[-1] != "--help":  # its boxes are drawn otherwise
            lines = ran.err.splitlines()
            assert len(lines) == (ran.out != whole.out)
            assert all(line.startswith(f"mcmort: standard output is encoded as {encoding}, which") for line in lines)


def test_output_cut_off_by_a_limit_of_the_file_size_is_an_error(place: Path) -> None:
    """Of a text that is longer than a file may be, a part is written and the exit code is 1, without a buffer too."""
    for environment in ({}, {"PYTHONUNBUFFERED": "1"}):
        ran = _ran(_shell(("schema", "total"), ">limited", environment, "ulimit -f 1"))
        assert (ran.code, ran.out) == (1, "")
        assert "cannot be written (File too large)" in ran.err
        assert (place / "limited").stat().st_size <= 1024


def test_error_message_of_bad_input_is_the_same_whatever_standard_output_is(place: Path) -> None:
    """Where nothing would have been printed, a closed or full standard output changes neither message nor exit code."""
    del place
    for after in (">&-", ">/dev/full"):
        bad, wrong = _ran(_shell(("show", "nowhere"), after)), _ran(_shell(("total", "--nothing"), after))
        assert (bad.code, wrong.code) == (1, 2)
        assert bad.err.startswith("mcmort: no case 'nowhere'")
        assert "No such option" in wrong.err


def test_closed_standard_error_is_no_traceback(place: Path) -> None:
    """A message that nobody can get leaves the exit code to speak."""
    del place
    assert _ran(_shell(("show", "nowhere"), "2>&-")) == Ran(1, "", "")
    assert _ran(_shell(("show", "nowhere"), "2>/dev/full")) == Ran(1, "", "")


class _Stingy(io.RawIOBase):
    """A stream that takes at most ten bytes at a time, and no more than it has room for."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.content = b""

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        taken = bytes(memoryview(content))[: min(10, self.room - len(self.content))]  # type: ignore[arg-type]
        self.content += taken
        return len(taken)


def _unbuffered(raw: io.RawIOBase) -> io.TextIOWrapper:
    return io.TextIOWrapper(cast(BinaryIO, raw), "utf-8", write_through=True)


@contextmanager
def _stdout(stream: TextIO) -> Iterator[None]:
    before = sys.stdout
    sys.stdout = stream
    try:
        yield
    finally:
        sys.stdout = before


def test_stream_that_takes_parts_of_a_text_gets_all_of_it() -> None:
    """Short writes are followed by the rest; a stream that takes nothing more is an error, not the end."""
    roomy, small = _Stingy(1_000), _Stingy(25)
    with _stdout(_unbuffered(roomy)):
        write_out("a line of text\n" * 20)
    assert roomy.content == b"a line of text\n" * 20
    with _stdout(_unbuffered(small)), pytest.raises(StandardOutputError):
        write_out("a line of text\n" * 20)


def test_code_that_replaces_standard_output_with_text_alone_gets_the_text() -> None:
    """A notebook or a test that puts a plain text stream in its place is written to as such."""
    with _stdout(io.StringIO()) as _:
        assert main(["--version"]) == 0
        assert isinstance(sys.stdout, io.StringIO)
        assert sys.stdout.getvalue().startswith("mcmort ")
