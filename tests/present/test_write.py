"""Files of results: whole or not at all, refused before the work where they cannot be written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

import mcmort as mm
from mcmort.errors import OutputError, UsageError
from mcmort.present.write import check_writable, figure_format, write_whole
from tests.present.made import small_comparison


def test_a_file_is_written_with_the_rights_of_any_new_file(tmp_path: Path) -> None:
    """The content arrives whole, with the rights that the umask leaves, and nothing else in the folder."""
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "a.json", b"content")
    finally:
        os.umask(old)
    assert (tmp_path / "a.json").read_bytes() == b"content"
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device"), RuntimeError])
def test_a_write_that_fails_midway_leaves_the_old_file(
    error: BaseException | type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted, or out of room, the file that stood there stands unchanged and nothing is left beside it."""
    target = tmp_path / "a.json"
    target.write_bytes(b"old")

    class Broken:
        """A stream that takes half and fails."""

        def __init__(self, handle: int) -> None:
            self.handle = handle

        def __enter__(self) -> Broken:
            return self

        def __exit__(self, *_: object) -> None:
            os.close(self.handle)

        def write(self, content: bytes) -> None:
            os.write(self.handle, content[: len(content) // 2])
            raise error

    monkeypatch.setattr(os, "fdopen", lambda handle, _: Broken(handle))
    with pytest.raises((KeyboardInterrupt, OutputError, RuntimeError)):
        write_whole(target, b"something new and longer")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_writing_to_a_full_disk_is_an_output_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system's reason stands in the message, with the file."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(OutputError, match=r"a\.json: cannot be written \(No space left on device\)"):
        write_whole(tmp_path / "a.json", b"x")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Writing through a symbolic link changes the file that it leads to."""
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    write_whole(tmp_path / "link.json", b"new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "is a folder"), ("none/a.json", "no folder"), ("pipe", "is no ordinary file"), ("file/a.json", "no folder")],
)
def test_what_cannot_be_written_is_refused_at_once(name: str, words: str, tmp_path: Path) -> None:
    """A folder, a missing folder, a pipe and a file taken for a folder are refused before any work."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=words):
        check_writable(tmp_path / name)


def test_a_folder_without_the_right_to_write_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system denies writing, the message gives the hint that fits the option."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match=r"may not be written\. Hint: choose another place with -o"):
        check_writable(tmp_path / "a.json")
    with pytest.raises(OutputError, match="Hint: use --figure"):
        check_writable(tmp_path / "a.json", "use --figure")


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.PNGX", ".png", "a.svg.gz"])
def test_an_ending_that_names_no_figure_is_wrong_use(name: str) -> None:
    """Other endings than .png, .svg and .pdf are refused with those that are known."""
    with pytest.raises(UsageError, match=r"expected the ending \.png, \.svg or \.pdf"):
        figure_format(Path(name))
    assert figure_format(Path("A.PNG")) == "png"


def test_a_figure_has_its_receipt_beside_it_or_neither(tmp_path: Path) -> None:
    """The verb writes both files; where the receipt's place is taken by a folder, it writes none."""
    compared = small_comparison(1e4, 2e4)
    assert mm.plot(compared, tmp_path / "a.svg") == (tmp_path / "a.svg",)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.svg", "a.svg.receipt.json"]
    (tmp_path / "b.svg.receipt.json").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        mm.plot(compared, tmp_path / "b.svg")
    assert not (tmp_path / "b.svg").exists()
