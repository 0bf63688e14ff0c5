"""``--method exact``: totals without draws, what is printed of them, and how it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.ran import Run, runner, small_folder

_EXACT = ("--method", "exact")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Stand beside a small case and return what runs the command line."""
    monkeypatch.chdir(tmp_path)
    small_folder(tmp_path / "case")
    return runner(capsys)


def test_a_total_says_that_it_is_exact(run: Run) -> None:
    """The note names the convolution and the numerical error, and neither draws nor a seed."""
    ran = run("total", "case", "-d", "whole", *_EXACT)
    assert (ran.code, ran.err) == (0, "")
    note = " ".join(ran.out.split())
    assert "exact, by convolution, elicited engine" in note
    assert "numerical error of the interval's ends at most" in note
    assert "draws" not in note
    assert "seed" not in note


def test_it_agrees_with_draws(run: Run) -> None:
    """Median, mean and 95 % interval lie within five Monte Carlo errors of those of draws."""
    exact, drawn = (
        json.loads(run("total", "case", "-d", "whole", *words, "-f", "json").out)
        for words in (_EXACT, ("-n", "100000"))
    )
    assert (exact["draws"], exact["receipt"]["draws"], exact["receipt"]["method"]) == (0, 0, "exact")
    for key in ("median", "mean"):
        assert abs(exact[key] - drawn[key]) < 5.0 * drawn[f"{key}_error"] + exact[f"{key}_error"]
    for one, other in zip(exact["intervals"], drawn["intervals"], strict=True):
        if one["kind"] == "equal-tailed":
            assert abs(one["low"] - other["low"]) < 5.0 * other["low_error"] + one["low_error"]
            assert abs(one["high"] - other["high"]) < 5.0 * other["high_error"] + one["high_error"]
    assert [one["id"] for one in exact["components"]] == [one["id"] for one in drawn["components"]]


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown", "latex"])
def test_every_form_renders(run: Run, form: str) -> None:
    """A comparison without draws prints in every form, and twice the same."""
    words = ("compare", "case", *_EXACT, "--no-figure", "-f", form)
    first = run(*words)
    assert first.code == 0
    assert first.out
    assert run(*words).out == first.out


def test_a_figure_is_drawn_of_it(run: Run) -> None:
    """The ladder needs quantiles and probabilities only."""
    assert run("plot", "case", *_EXACT, "-o", "a.svg").code == 0
    assert Path("a.svg").stat().st_size > 0


def test_claims_are_judged_without_draws(run: Run) -> None:
    """An author's total is placed in the exact distribution."""
    assert run("claims", "case", *_EXACT).code == 0


def test_its_result_is_verified(run: Run) -> None:
    """A JSON result without draws is made again from its receipt."""
    assert run("total", "case", "-d", "kept", *_EXACT, "-f", "json", "-o", "a.json").code == 0
    assert run("verify", "a.json").code == 0


@pytest.mark.parametrize("words", [("-n", "500"), ("--precision", "1%")])
@pytest.mark.parametrize("command", [("total", "-d", "whole"), ("compare", "--no-figure"), ("claims",)])
def test_draws_contradict_it(run: Run, command: tuple[str, ...], words: tuple[str, ...]) -> None:
    """A number of draws or a precision beside it is wrong use, and nothing is printed."""
    ran = run(command[0], "case", *command[1:], *_EXACT, *words)
    assert (ran.code, ran.out) == (2, "")
    assert "makes no draws" in " ".join(ran.err.replace("│", " ").split())


def test_what_is_not_exact_is_refused(run: Run) -> None:
    """A total over too many inputs that are tied together is refused by name, with what to do instead."""
    ran = run("total", "ussr", "-d", "archival", *_EXACT)
    assert (ran.code, ran.out) == (2, "")
    assert "the total 'archival': this total has no exact distribution here" in ran.err
    assert "--method quasi" in ran.err
