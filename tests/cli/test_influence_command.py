"""``mcmort influence``: formats, verification, and runs that are interrupted and go on."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import mcmort as mm
from mcmort.cli import influence as module
from mcmort.cli.app import main
from mcmort.present.documents.result_schemas import result_schema
from tests.caches import cache_of_code
from tests.cases import component, point, ranged, write_case
from tests.cli.ran import Run, runner

_SOURCES = 5
_SYNTHETIC = str(Path(__file__).parents[2] / "benchmarks" / "synthetic")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line with a cache of its own."""
    monkeypatch.setenv("MCMORT_CACHE", str(cache_of_code(tmp_path / "cache")))
    return runner(capsys)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Return the folder of a case with two components and five sources."""
    camps = [ranged(10_000 * k, 20_000 * k, source=f"study-{letter}") for k, letter in enumerate("abcd", 1)]
    famine = component("famine", point(50_000, source="study-e", basis="survey"), facets={"category": "b"})
    return write_case(tmp_path / "case", {"component": [component("camps", *camps), famine]})


def _words(case: Path, *more: str) -> tuple[str, ...]:
    return ("influence", str(case), "-d", "whole", "--draws", "4000", "--workers", "1", *more)


def _kept(tmp_path: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (tmp_path / "cache" / "refits").glob("*.json")}


@pytest.mark.slow
def test_formats_have_the_same_rows_in_the_same_order(run: Run, case: Path) -> None:
    """Text, CSV, Markdown, LaTeX and JSON name the same sources, farthest first, and the JSON follows its schema."""
    document = json.loads(run(*_words(case, "--format", "json")).out)
    assert document["schema"] == "mcmort/influence/2"
    assert document.keys() == result_schema("influence")["properties"].keys()
    names = [row["name"] for row in document["left_out"]]
    ranked = [row for row in document["left_out"] if row["status"] == "ranked"]
    assert [row["rank"] for row in ranked] == list(range(1, len(ranked) + 1))
    sizes = [abs(row["median"]["value"]) for row in ranked]
    assert sizes == sorted(sizes, reverse=True)
    rows = list(csv.DictReader(io.StringIO(run(*_words(case, "--format", "csv")).out)))
    assert [row["name"] for row in rows] == names
    assert [float(row["median_shift"]) for row in rows] == [row["median"]["value"] for row in document["left_out"]]
    for form in ("text", "markdown", "latex"):
        out = run(*_words(case, "--format", form)).out
        places = [out.index(f"{row['name']} ") for row in ranked]
        assert places == sorted(places)


def test_first_sentence_states_the_finding_and_a_floor_is_said(run: Run, case: Path) -> None:
    """The first words are what moves the total farthest; the only study of the famine stands apart."""
    out = " ".join(run(*_words(case)).out.split())
    assert out.startswith("Without the source study-d the median of the total would be ")
    assert "1 source is the last evidence on a component" in out
    assert "study-e (famine unknown)" in out


@pytest.mark.slow
def test_result_is_made_again_and_an_altered_one_is_found(run: Run, case: Path, tmp_path: Path) -> None:
    """`mcmort verify` leaves out every source anew and compares every number."""
    result = tmp_path / "influence.json"
    assert run(*_words(case, "--by", "basis", "--format", "json", "--output", str(result))).code == 0
    assert run("verify", result).code == 0
    document = json.loads(result.read_text())
    document["left_out"][0]["median"]["error"] *= 1.01
    result.write_text(json.dumps(document))
    ran = run("verify", result)
    assert ran.code == 1
    assert "left_out[0].median.error: printed" in ran.err


@pytest.mark.slow
def test_interrupted_run_keeps_what_is_done_and_goes_on(
    run: Run, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C after two refits leaves two results, which the next run does not compute again; its result is the same."""
    uninterrupted = run(*_words(case, "--format", "json"), "--seed", "1").out
    for name in _kept(tmp_path):
        (tmp_path / "cache" / "refits" / name).unlink()

    def interrupting(*_: object) -> object:
        def progress(done: int, _: int) -> None:
            if done == 2:
                raise KeyboardInterrupt

        return progress

    with monkeypatch.context() as patched:
        patched.setattr(module, "_announced", interrupting)
        ran = run(*_words(case))
    assert (ran.code, ran.out) == (130, "")
    kept = _kept(tmp_path)
    assert len(kept) == 2
    assert run(*_words(case, "--format", "json")).out == uninterrupted
    again = _kept(tmp_path)
    assert len(again) == _SOURCES
    assert {name: again[name] for name in kept} == kept


def test_finished_run_computes_nothing_again(
    run: Run, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all results kept no refit is carried out, whatever is asked of the same ones."""
    first = run(*_words(case, "--format", "csv")).out
    done: list[tuple[int, int]] = []
    monkeypatch.setattr(module, "_announced", lambda *_: lambda *counts: done.append(counts))
    assert run(*_words(case, "--format", "csv")).out == first
    assert done == [(_SOURCES, _SOURCES)]


@pytest.mark.slow
def test_workers_change_no_bit(run: Run, case: Path, tmp_path: Path) -> None:
    """Two processes give the bits of one."""
    one = run(*_words(case, "--format", "json")).out
    for name in _kept(tmp_path):
        (tmp_path / "cache" / "refits" / name).unlink()
    assert run(*_words(case, "--format", "json"), "--workers", "2").out == one


def test_python_keeps_refits_where_it_is_told(case: Path, tmp_path: Path) -> None:
    """`mm.influence` with a folder keeps one file for each refit, and finds them again."""
    sampler = mm.Sampler(mm.load(str(case)), 4_000, rng=1)
    seen: list[int] = []
    folder = tmp_path / "kept"
    first = mm.influence(sampler, "whole", folder=folder)
    assert len(list(folder.glob("*.json"))) == _SOURCES
    again = mm.influence(sampler, "whole", folder=folder, progress=lambda done, _: seen.append(done))
    assert seen == [_SOURCES]
    assert str(again) == str(first) == str(mm.influence(sampler, "whole"))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-d", "hole"), 1, "no definition 'hole'"),
        ((), 2, "influence needs a definition, given with --definition (-d)"),
        (("-d", "whole", "--by", "author"), 2, "'author' is not one of"),
        (("-d", "whole", "--precision", "1%"), 2, "compares runs of one length"),
        (("-d", "whole", "--workers", "0"), 2, "greater than or equal to 1"),
        (("-d", "whole", "--without", "study-a"), 2, "belongs to the engine 'synthesis'"),
    ],
)
def test_bad_use_is_an_error_that_says_what_is_wrong(
    run: Run, case: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    """A definition that is not there, none at all, and options that make no sense together."""
    ran = run("influence", str(case), *words)
    assert ran.code == code
    assert said in " ".join(ran.err.replace("│", " ").split())
    assert "Traceback" not in ran.err


@pytest.mark.slow
def test_bayesian_engine_prints_and_verifies(tmp_path: Path) -> None:
    """By basis: the refits of the other engine, with the sensitivity to its priors, made again by `verify`."""
    result = tmp_path / "influence.json"
    words = ("influence", _SYNTHETIC, "-d", "broad", "--engine", "synthesis", "--by", "basis", "--workers", "1")
    assert main([*words, "--format", "json", "--output", str(result)]) == 0
    document = json.loads(result.read_text())
    assert document["engine"] == "synthesis"
    assert document["prior_sensitivity"] > 0.0
    assert main(["verify", str(result)]) == 0
