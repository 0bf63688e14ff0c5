"""A case of one's own: what ``mcmort new`` makes, and what it refuses."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

import mcmort as mm
from mcmort.catalogue.reading.new_case import TEMPLATE, new_case
from mcmort.errors import McmortError, OutputError, UsageError
from tests.cli.ran import ROOT, listing, runner

FILES = {path.name for path in TEMPLATE.iterdir() if path.suffix in (".toml", ".bib")}
README = ROOT / "priors" / "README.md"


@pytest.mark.slow
def test_new_case_loads_passes_the_strict_check_and_compares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is made loads under the name of its folder, passes the strict check, and compares its definitions."""
    monkeypatch.chdir(tmp_path)  # the figure goes where one stands
    folder = tmp_path / "my-case"
    run = runner(capsys)
    made = run("new", folder)
    assert (made.code, made.err) == (0, "")
    assert f"{folder}: made." in made.out
    assert mm.load(folder).id == "my-case"
    assert mm.check(folder, strict=True) == ()
    compared = run("compare", folder, "--draws", "2000", "--quiet")
    assert compared.code == 0
    assert all(name in compared.out for name in mm.load(folder).definitions)
    assert (tmp_path / "my-case-definitions.png").stat().st_size > 10_000
    assert run("claims", folder, "--draws", "2000", "--quiet").code == 0


@pytest.mark.slow
def test_commands_printed_by_new_can_be_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands printed after making a case run as printed."""
    monkeypatch.chdir(tmp_path)
    run = runner(capsys)
    words = re.findall(r"mcmort (check|compare) (\S+?)(?:;|\s|$)", run("new", tmp_path / "a-1").out)
    assert [command for command, _ in words] == ["check", "compare"]
    for command, folder in words:
        assert run(command, folder).code == 0


def test_a_new_case_holds_the_template_and_only_its_name_differs(tmp_path: Path) -> None:
    """Every file is that of the template with its comments, but for the id of the case."""
    folder = new_case(tmp_path / "my-case")
    assert {path.name for path in folder.iterdir()} == FILES
    for name in FILES:
        text = (TEMPLATE / name).read_text(encoding="utf-8")
        expected = text.replace('id = "example"', 'id = "my-case"') if name == "case.toml" else text
        assert (folder / name).read_text(encoding="utf-8") == expected
    assert [path.name for path in tmp_path.iterdir()] == ["my-case"]


def test_new_case_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    """Folder and files have the permissions that the umask leaves."""
    old = os.umask(0o022)
    try:
        folder = new_case(tmp_path / "my-case")
    finally:
        os.umask(old)
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "case.toml").stat().st_mode & 0o777 == 0o644


def test_a_path_may_be_relative_or_end_in_a_slash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The case is made at the path given, relative to the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    for path in (Path("one"), Path("deep/two/"), Path("deep/../three")):
        new_case(path)
    assert mm.load(tmp_path / "one").id == "one"
    assert mm.load(tmp_path / "deep" / "two").id == "two"
    assert mm.load(tmp_path / "three").id == "three"


@pytest.mark.parametrize("kind", ["folder", "file", "case"])
def test_existing_file_or_folder_is_never_overwritten(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder, a file or a case that stands there stays as it is, and the exit code is 1."""
    target = tmp_path / "my-case"
    if kind == "folder":
        target.mkdir()
    elif kind == "file":
        target.write_text("mine")
    else:
        new_case(target)
        (target / "case.toml").write_text("mine")
    before = listing(tmp_path)
    ran = runner(capsys)("new", target)
    assert (ran.code, ran.out) == (1, "")
    expected = f"mcmort: {target}: exists already. Hint: choose another name; nothing is written over\n"
    assert ran.err == expected
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    "name", ["My-Case", "my case", "my_case", "-case", "fälle", "case.toml", "a'b", "x" + "\N{KELVIN SIGN}"]
)
def test_folder_name_that_is_no_id_is_refused_with_exit_code_2(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name of the folder becomes the id, so one that cannot be an id is refused with exit code 2."""
    ran = runner(capsys)("new", "--", tmp_path / name)
    assert (ran.code, ran.out) == (2, "")
    assert "is no id of a case; use the characters a-z, 0-9 and -, as in 'my-case'" in ran.err
    assert listing(tmp_path) == {}


def test_missing_path_is_refused_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a path the exit code is 2."""
    assert runner(capsys)("new").code == 2


@pytest.mark.parametrize("parent", ["missing", "file"])
def test_missing_parent_folder_is_refused(parent: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the folder above is missing, or is a file, nothing is made."""
    (tmp_path / "file").write_text("mine")
    before = listing(tmp_path)
    ran = runner(capsys)("new", tmp_path / parent / "my-case")
    assert (ran.code, ran.out) == (1, "")
    assert f"no folder {tmp_path / parent}. Hint: make it first" in ran.err
    assert listing(tmp_path) == before


def test_unwritable_parent_folder_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the system refuses, the message gives its reason, and nothing is left behind."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)
    ran = runner(capsys)("new", tmp_path / "my-case")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"mcmort: {tmp_path / 'my-case'}: cannot be made (Permission denied)\n"
    assert listing(tmp_path) == {}


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a file system that refuses new folders")
def test_system_folder_is_refused_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """A folder in which nobody may make one gives an error and exit code 1."""
    ran = runner(capsys)("new", "/proc/my-case")
    assert (ran.code, ran.out) == (1, "")
    assert "/proc/my-case: cannot be made (" in ran.err


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "ctrl-c"])
def test_interrupted_copy_leaves_nothing_behind(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that fails midway, or is interrupted, leaves nothing behind."""
    real = shutil.copyfile
    done: list[Path] = []

    def copy(source: Path, target: Path) -> None:
        if len(done) == 3:
            raise error
        real(source, target)
        done.append(target)

    monkeypatch.setattr(shutil, "copyfile", copy)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        new_case(tmp_path / "my-case")
    assert len(done) == 3
    assert listing(tmp_path) == {}


def test_overlong_name_is_refused_without_a_traceback(tmp_path: Path) -> None:
    """A name of a thousand letters is refused without a traceback."""
    with pytest.raises(McmortError, match="File name too long"):
        new_case(tmp_path / ("a" * 1_000))
    assert listing(tmp_path) == {}


def test_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    """A dangling link stands in the way like a file."""
    (tmp_path / "my-case").symlink_to(tmp_path / "elsewhere")
    with pytest.raises((OutputError, UsageError)):
        new_case(tmp_path / "my-case")
    assert [path.name for path in tmp_path.iterdir()] == ["my-case"]


def blocks() -> dict[str, str]:
    """Return the files of the worked example as the page on cases prints them."""
    found = re.findall(r"^`([a-z]+\.(?:toml|bib))`\n\n```(?:toml|bibtex)\n(.*?)^```$", README.read_text(), re.M | re.S)
    return dict(found)


def test_readme_of_priors_prints_the_files_of_the_template() -> None:
    """The worked example of priors/README.md is the template, file by file."""
    assert set(blocks()) == FILES
    for name, text in blocks().items():
        assert text == (TEMPLATE / name).read_text(encoding="utf-8"), name


def test_the_template_shows_every_list_and_table_of_the_format() -> None:
    """The example has every list but correlations, and the table of the Bayesian engine."""
    text = "".join(blocks().values())
    for name in ("component", "component.estimate", "quantity", "profile", "overlap", "dependence", "balance", "claim"):
        assert f"[[{name}]]" in text
    for name in ("synthesis", "synthesis.completeness", "synthesis.bias.demographic"):
        assert f"[{name}]" in text
    comments = sum(line.lstrip().startswith("#") or "  # " in line for line in text.splitlines())
    assert comments >= 15
