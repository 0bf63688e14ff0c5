"""Loading: what the digest depends on, which names are found, and that what was loaded stays as it is."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mcmort.catalogue import Case, cases, column_name, load
from mcmort.errors import CaseError, McmortError, UnknownCaseError, UsageError

GOOD = Path(__file__).parent.parent / "good"
FULL = "6f49604a9029275b3cbaadc69731d968441bf7d8289a0394e3714e4fd7358ff4"
"""Digest of tests/good/full, fixed when the case was written: a change means that every stored receipt is void."""

JARGON = re.compile(r"pydantic|tuple|\bdict|\bNone\b|\bTrue\b|\bFalse\b|\[key\]|ValueError|instance of|\bvalid ")
"""Words of Python, which no message may carry."""

NUMBER = re.compile(r"(?<![\w\"-])(\d[\d_]*\.?\d*)(?![\w\"-])(?=[^\"]*(?:\"[^\"]*\"[^\"]*)*$)")
"""A number of a TOML line outside its quotes."""


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """Copy the full case."""
    return Path(shutil.copytree(GOOD / "full", tmp_path / "full"))


def entries(path: Path) -> list[str]:
    """Cut an evidence file into its entries, each with the tables that belong to it."""
    return [part for part in re.split(r"(?m)^(?=\[\[\w+\]\]$)", path.read_text(encoding="utf-8")) if part.strip()]


def evidence(folder: Path) -> list[Path]:
    """Return the evidence files of a case."""
    return sorted(path for path in folder.glob("*.toml") if path.name not in ("case.toml", "definitions.toml"))


def test_digest_of_the_full_case_equals_the_recorded_one() -> None:
    """The content of a case has one digest for all time, whatever machine or version of Python computes it."""
    assert load(GOOD / "full").digest == FULL


@pytest.mark.slow
@given(st.integers(0, 10_000))
def test_order_of_files_and_entries_leaves_digest_and_records(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Entries shuffled and dealt out anew to files with other names give the same digest and the same records."""
    folder = tmp_path_factory.mktemp("shuffled") / "case"
    shutil.copytree(GOOD / "full", folder)
    random = Random(seed)
    parts = [part for path in evidence(folder) for part in entries(path)]
    for path in evidence(folder):
        path.unlink()
    random.shuffle(parts)
    for index, part in enumerate(parts):
        with (folder / f"{random.choice('abc')}.toml").open("a", encoding="utf-8") as file:
            file.write(part if index % 2 else part.rstrip() + "\n\n")
    works = re.split(r"(?m)^(?=@)", (folder / "sources.bib").read_text(encoding="utf-8"))
    random.shuffle(works)
    (folder / "sources.bib").write_text("\n".join(works), encoding="utf-8")
    case, original = load(folder), load(GOOD / "full")
    assert case.digest == FULL
    assert (case.components, case.sources) == (
        {name: reordered(case, original, name) for name in original.components},
        original.sources,
    )
    assert list(case.components) == sorted(case.components)


def reordered(case: Case, original: Case, name: str) -> object:
    """Return the component of the original with its estimates in the order of another reading."""
    component = original.components[name]
    place = [one.name for one in case.components[name].estimate]
    estimates = tuple(sorted(component.estimate, key=lambda one: place.index(one.name)))
    return component.model_copy(update={"estimate": estimates})


def test_order_of_estimates_leaves_the_digest(full: Path) -> None:
    """The estimates of a component may stand in any order."""
    path = full / "famine.toml"
    head, *estimates = re.split(r"(?m)^(?=\[\[component)", entries(path)[0] + "".join(entries(path)[1:]))[1:]
    own = [part for part in estimates if "[[component.estimate]]" in part]
    rest = [part for part in estimates if "[[component.estimate]]" not in part]
    assert len(own) == 8
    path.write_text("".join([head, *reversed(own), *rest]), encoding="utf-8")
    assert load(full).digest == FULL


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("camps.toml", "15_200", "15200.0"),
        ("camps.toml", 'facets = { category = "executions"', 'facets = { category = ["executions"]'),
        ("camps.toml", 'supersedes = ["lee-draft", "lee-1989"]', 'supersedes = ["lee-1989", "lee-draft"]'),
        ("camps.toml", '["political", "ordinary"]', '["ordinary", "political"]'),
        ("camps.toml", "years = 1945", "years = [1945, 1945]"),
        ("camps.toml", 'reads = "point"\n', 'reads = "point"\n# a comment\n'),
        ("claims.toml", 'author = "Lee 1989"', "author = 'Lee 1989'"),
        ("links.toml", '["camps", "executions"]', '["executions", "camps"]'),
        ("sources.bib", "title = {{Registers} of", "title = {Registers of"),
    ],
)
def test_equivalent_spellings_leave_the_digest(full: Path, file: str, old: str, new: str) -> None:
    """What means the same has the same digest: a list of one, the order of words, underscores, comments."""
    path = full / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert load(full).digest == FULL


def numbers() -> list[tuple[str, int, int]]:
    """Return the place of every number that is evidence in the files of the full case: file, line, column."""
    found = []
    for path in sorted((GOOD / "full").glob("*.toml")):
        for index, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            if "=" in line and not line.startswith(("formula", "format")):
                found += [(path.name, index, match.start(1)) for match in NUMBER.finditer(line)]
    return found


@pytest.mark.slow
def test_changed_number_changes_the_digest(full: Path) -> None:
    """Each number of the full case, changed by itself, gives a digest of its own or a case that is refused."""
    digests, refused = {FULL}, 0
    places = numbers()
    assert len(places) == 118
    for file, index, column in places:
        path = full / file
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        line = lines[index]
        old = NUMBER.match(line, column) or re.compile(r"\d[\d_]*\.?\d*").match(line, column)
        assert old is not None
        value = float(old.group().replace("_", ""))
        new = str(round(value * 0.999, 6)) if "." in old.group() else str(int(value) + 1)
        lines[index] = line[:column] + new + line[column + len(old.group()) :]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            digests.add(load(full).digest)
        except CaseError:
            refused += 1
        path.write_text(text, encoding="utf-8")
    assert len(digests) == 1 + len(places) - refused
    assert refused < len(places) / 4
    assert load(full).digest == FULL


ODD = [
    '""',
    '"x"',
    "0",
    "-1",
    "2.5",
    "true",
    "nan",
    "inf",
    "[]",
    "[1, 2]",
    '["a"]',
    "{}",
    "{ a = 1 }",
    "[[]]",
    "1930-01-01",
]
"""Values of TOML that stand for all that may be typed in the wrong place."""


def refusal(folder: Path) -> str:
    """Return why a case is refused, or nothing."""
    try:
        load(folder)
    except CaseError as error:
        return "\n".join(map(str, error.problems))
    return ""


@pytest.mark.slow
def test_odd_value_anywhere_raises_no_other_error_than_case_error(full: Path) -> None:
    """Any key of the full case with some odd value gives a valid case or a `CaseError`, never another exception."""
    refusals = []
    for path in sorted(full.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for index, line in enumerate(lines):
            key, equals, old = line.partition(" = ")
            if not equals or not key.isidentifier() or old == "[":
                continue
            changed = [*lines[:index], f"{key} = {ODD[index % len(ODD)]}", *lines[index + 1 :]]
            path.write_text("\n".join(changed), encoding="utf-8")
            refusals.append(refusal(full))
        path.write_text(text, encoding="utf-8")
    assert [text for text in refusals if JARGON.search(text)] == []
    assert len(refusals) > 300
    assert sum(not text for text in refusals) < len(refusals) / 5


def test_changed_text_changes_the_digest(full: Path) -> None:
    """A note, a title and a facet are content too."""
    digests = {FULL}
    for file, old, new in [
        ("camps.toml", "The first year is partial.", "The first year is whole."),
        ("case.toml", "Executions", "Shootings"),
        ("sources.bib", "Witnesses", "Witness"),
        ("definitions.toml", "How many executions", "How many sentences"),
    ]:
        path = full / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        digests.add(load(full).digest)
        path.write_text(text, encoding="utf-8")
    assert len(digests) == 5


def test_definitions_keep_the_order_of_their_file() -> None:
    """Definitions are shown as their file orders them, everything else by id."""
    case = load(GOOD / "full")
    assert list(case.definitions) == ["registered", "repression", "broad"]
    for records in (case.components, case.quantities, case.profiles, case.claims, case.overlaps, case.sources):
        assert list(records) == sorted(records)


def test_hidden_files_and_byte_order_marks_are_ignored(full: Path) -> None:
    """What an editor or a network drive leaves in a folder, and a byte order mark, change nothing."""
    (full / "._camps.toml").write_bytes(b"\x00\x05\x16\x07")
    path = full / "camps.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(full).digest == FULL


def test_shipped_cases_are_found_by_name() -> None:
    """Every folder of the priors with a case.toml is a case that loads by its name, and its id is that name."""
    shipped = cases()
    assert "ussr" in shipped
    for name, folder in shipped.items():
        assert (folder / "case.toml").is_file()
        case = load(name)
        assert case.id == name
        assert case.digest == load(folder).digest


@pytest.mark.parametrize(
    ("name", "hint"),
    [("usr", "Did you mean 'ussr'?"), ("atlantis", "'mcmort cases' lists"), ("ussr/", None)],
)
def test_unknown_case_is_refused_with_a_hint(name: str, hint: str | None) -> None:
    """A name that is neither shipped nor a folder is an error of its own, which proposes the nearest name."""
    with pytest.raises(UnknownCaseError, match="neither a shipped case nor a folder") as caught:
        load(name)
    if hint is not None:
        assert hint in str(caught.value)


def test_file_given_as_a_case_is_refused_with_its_folder_as_hint(full: Path) -> None:
    """The path of case.toml itself is refused; the hint names its folder."""
    with pytest.raises(UnknownCaseError, match=f"Give the folder that holds the file: '{full}'"):
        load(full / "case.toml")


def test_empty_folder_is_refused_with_the_files_a_case_needs(tmp_path: Path) -> None:
    """A folder without files is refused with one problem for each file that a case must have."""
    with pytest.raises(CaseError) as caught:
        load(tmp_path)
    assert [problem.file for problem in caught.value.problems] == ["case.toml", "definitions.toml", "sources.bib"]
    assert all(problem.found == "no such file" for problem in caught.value.problems)


def test_records_cannot_be_changed() -> None:
    """No attribute of a case, a record or a problem can be set."""
    case = load(GOOD / "full")
    camps = case.components["camps"]
    for record in (
        case.head,
        case.head.readings,
        camps,
        camps.estimate[0],
        case.claims["stone"],
        case.sources["lee-1995"],
    ):
        for key in type(record).model_fields:
            with pytest.raises(ValidationError, match="frozen"):
                setattr(record, key, None)
    for key in ("years", "category"):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(case.definitions["broad"].include[0], key, None)
    for key in ("components", "where", "head"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(case, key, None)


def test_superseded_or_unadmitted_estimates_are_returned_with_the_reason() -> None:
    """The estimates of a component are pooled, or left out with the reason; bases can be admitted instead."""
    case = load(GOOD / "full")
    taken, left = case.admitted(case.components["camps"])
    assert [one.name for one in taken] == ["lee-1995", "novak-register", "novak-rounded", "stone-ceiling"]
    assert {one.name: reason for one, reason in left} == {
        "islands-only": "a cross-check only",
        "lee-draft": "superseded by lee-1995",
        "stone-claim": "basis assertion is not admitted",
    }
    taken, _ = case.admitted(case.components["camps"], frozenset({"assertion"}))
    assert [one.name for one in taken] == ["stone-claim"]
    assert case.retired() == {"camps:lee-draft": "camps:lee-1995", "lee-1989": "camps:lee-1995", "stone": "lee-1989"}


def test_component_id_has_underscores_in_formulas() -> None:
    """The name of a component in a formula is its id with - written _."""
    assert column_name("camps-and-colonies") == "camps_and_colonies"


def test_case_error_counts_its_problems_and_has_an_exit_code() -> None:
    """A refused case gives exit code 1, wrong use 2; both are errors of this package."""
    with pytest.raises(CaseError, match=r"(?m)^.*low-above-best: 1 problem$") as caught:
        load(GOOD.parent / "bad" / "low-above-best")
    assert caught.value.exit_code == 1
    assert UsageError("no draws").exit_code == 2
    assert issubclass(CaseError, McmortError)


def test_loading_a_case_loads_no_heavy_library() -> None:
    """The catalogue reads a case without Numba, SciPy, NumPy, Matplotlib, PyMC or ArviZ."""
    heavy = ("numba", "scipy", "numpy", "matplotlib", "pymc", "arviz", "pytensor", "rich", "typer")
    code = (
        "import sys\n"
        "from mcmort.catalogue import load\n"
        "import mcmort.catalogue.schema\n"
        f"load({str(GOOD / 'full')!r})\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_check_of_loaded_libraries_can_fail() -> None:
    """Negative control: a layer above does load NumPy, and the check sees it."""
    code = "import sys, mcmort.elicit.table; print('numpy' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "True"
