"""Case files made to harm: control characters, depth, digits, sizes. Each is refused with one clear problem."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from mcmort.catalogue import load
from mcmort.catalogue.reading.hostile_text import escaped, forbidden_in
from mcmort.elicit.check_case import check
from mcmort.errors import CaseError
from tests.cli.ran import GOOD, runner

COMPONENT = """
[[component]]
id = "{name}"
label = "{label}"
years = [1930, 1939]
territory = "Nowhere"
counts = "Deaths."
facets = {{ category = "camps", kind = "deaths" }}
estimate = [{{ source = "smith-1990", locator = "p. 1", {figure}, basis = "demographic" }}]
"""


def folder_with(tmp_path: Path, text: str) -> Path:
    """Return a case folder with one file more."""
    folder = shutil.copytree(GOOD, tmp_path / "case")
    (folder / "more.toml").write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path) -> str:
    """Load a case that is to be refused with one problem, and return it; a warning would be an error of the test."""
    with pytest.raises(CaseError) as caught:
        load(folder)
    (problem,) = caught.value.problems
    return str(problem)


HOSTILE = {
    "escape": ("\\u001b[31m", "U+001B ESCAPE"),
    "override": ("\N{RIGHT-TO-LEFT OVERRIDE}abc", "U+202E RIGHT-TO-LEFT OVERRIDE"),
    "isolate": ("\\u2066abc", "U+2066 LEFT-TO-RIGHT ISOLATE"),
    "carriage return": ("abc\\rdef", "U+000D CARRIAGE RETURN"),
    "null": ("\\u0000", "U+0000 NULL"),
    "control sequence introducer": ("\\u009b31m", "U+009B"),
    "line separator": ("\\u2028", "U+2028 LINE SEPARATOR"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_control_character_is_refused_by_its_name(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Escape sequences and overrides of direction were accepted and printed raw (D4); no message holds them either."""
    text, name = HOSTILE[kind]
    folder = folder_with(tmp_path, COMPONENT.format(name="new", label=f"a{text}b", figure="best = 5"))
    assert name in refused(folder)
    ran = runner(capsys)("check", folder)
    assert ran.code == 1
    assert forbidden_in(ran.err) is None
    assert "Traceback" not in ran.err


def test_control_character_in_a_key_is_refused_and_escaped(tmp_path: Path) -> None:
    """Keys stood raw in the places of problems (D4)."""
    problem = refused(folder_with(tmp_path, '"evil\\u001b[31m" = 1\n'))
    assert "U+001B ESCAPE in a key" in problem
    assert forbidden_in(problem) is None


def test_control_character_in_a_bibliography_is_refused(tmp_path: Path) -> None:
    """A cited work with an escape sequence in its title is refused by its entry."""
    folder = folder_with(tmp_path, "")
    path = folder / "sources.bib"
    path.write_text(path.read_text(encoding="utf-8").replace("The Camps", "The \x1b[31mCamps"), encoding="utf-8")
    problem = refused(folder)
    assert "smith-1990 > title" in problem
    assert forbidden_in(problem) is None


def test_letters_of_all_scripts_are_allowed() -> None:
    """Arabic and Hebrew with marks of direction, combining letters, rare letters and line feeds stay."""
    text = "\N{RIGHT-TO-LEFT MARK}المجاعة \N{LEFT-TO-RIGHT MARK}大跃进\n\tहत्या 𐍈 e\u0301 \N{ZERO WIDTH JOINER}"
    assert forbidden_in(text) is None
    assert escaped(text) == text


DEEP = {
    "lists": ("x = " + "[" * 1000 + "]" * 1000, "nested too deeply"),
    "tables": ("x = " + "{a = " * 2000 + "1" + "}" * 2000, "nested too deeply"),
    "dotted keys": (".".join(["a"] * 900) + " = 1", "nested too deeply"),
    "thirty lists": ("x = " + "[" * 30 + "]" * 30, "nested too deeply"),
    "digits": ("x = " + "9" * 5000, "more than 40 digits"),
    "thousand digits": ("x = " + "9" * 1000, "a number of 1000 digits"),
    "great exponent": ("x = 1e300", "1.000e+300"),
    "small exponent": ("x = 1e-300", "1.000e-300"),
}


@pytest.mark.parametrize("kind", DEEP)
def test_depth_and_digits_are_bounded(kind: str, tmp_path: Path) -> None:
    """Nested lists and tables, dotted keys, integers of 5,000 digits and 1e300 gave tracebacks and warnings (D5)."""
    text, found = DEEP[kind]
    assert found in refused(folder_with(tmp_path, text + "\n"))


LONG = {
    "id": (f'[[component]]\nid = "{"a" * 100_000}"', "component[0] > id: found a text of 100,000 characters"),
    "label": (f'[[component]]\nid = "b"\nlabel = "{"a" * 1_000}"', "label: found a text of 1,000 characters"),
    "note": (f'[[component]]\nid = "b"\nnote = "{"a" * 20_000}"', "note: found a text of 20,000 characters"),
    "key": (f'[[component]]\nid = "b"\n{"a" * 100_000} = 1', "found a key of 100,000 characters"),
    "decimals": ("x = 0." + "1" * 5000, "a number of more than 40 digits"),
    "parts of a key": (".".join(["a"] * 100_000) + " = 1", "nested too deeply"),
    "estimates": ('[[component]]\nid = "b"\nestimate = [' + "{}," * 400 + "]", "estimate: found 400 items"),
}


@pytest.mark.parametrize("kind", LONG)
def test_length_is_bounded(kind: str, tmp_path: Path) -> None:
    """An id of 100,000 characters was accepted; a key of as many parts was read for minutes, 1,000 estimates pooled."""
    text, found = LONG[kind]
    message = refused(folder_with(tmp_path, text + "\n"))
    assert found in message
    assert len(message) < 400


def test_message_of_many_problems_is_bounded(tmp_path: Path) -> None:
    """A case of 100,000 problems printed as many lines."""
    text = "".join(f'[[component]]\nid = "b{number}"\n' for number in range(300))
    with pytest.raises(CaseError) as caught:
        load(folder_with(tmp_path, text))
    assert len(caught.value.problems) > 1_200
    assert str(caught.value).count("\n") == 1_001
    assert f"and {len(caught.value.problems) - 1_000:,} more" in str(caught.value)


def test_more_people_than_ever_lived_are_refused(tmp_path: Path) -> None:
    """A best of 1e13 gave 7 trillion deaths without a word (D11)."""
    folder = folder_with(tmp_path, COMPONENT.format(name="new", label="x", figure="best = 1e13"))
    assert "more people than ever lived" in refused(folder)


@pytest.mark.slow
def test_time_to_check_grows_as_the_case_does(tmp_path: Path) -> None:
    """Four times the components take four times the time, up to what a busy machine adds."""

    def seconds(count: int) -> float:
        text = "".join(
            COMPONENT.format(name=f"c{number}", label=f"C {number}", figure="low = 100, high = 200, reads = 'range'")
            for number in range(count)
        )
        folder = folder_with(tmp_path / str(count), text)
        start = time.process_time()
        load(folder)
        return time.process_time() - start

    seconds(10)
    small, large = seconds(1000), seconds(4000)
    assert large < 8 * small
    assert check(tmp_path / "10" / "case") == ()
