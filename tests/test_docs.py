"""The documentation: its code runs, its commands exit with 0, its example is a sound case, its links lead somewhere."""

from __future__ import annotations

import inspect
import json
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from generate import PAGES as GENERATED
from samples import printed, shown

import mcmort as mm
from mcmort.catalogue.vocabulary import BASES
from mcmort.cli.app import main
from mcmort.present.documents.result_schemas import result_schema, result_schemas
from tests.cli.ran import ROOT

PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "priors" / "README.md", *(ROOT / "docs").glob("*.md")]
)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks(page: Path, language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(page.read_text()) if found == language]


PYTHON = [(page, index) for page in PAGES for index in range(len(_blocks(page, "python")))]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "index"), PYTHON, ids=lambda value: value.name if isinstance(value, Path) else str(value)
)
def test_python_in_the_docs_runs(page: Path, index: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of Python runs as it stands, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    exec(compile(_blocks(page, "python")[index], f"{page.name}[{index}]", "exec"), {"__name__": "docs"})


@pytest.mark.slow
@pytest.mark.parametrize("name", GENERATED)
def test_generated_documentation_is_current(name: str) -> None:
    """Each page is what `make docs` would write: its tables, and what its examples print when they are run."""
    text = (ROOT / name).read_text(encoding="utf-8") if (ROOT / name).exists() else ""
    assert GENERATED[name](text) == text, "stale; run make docs"


@pytest.mark.parametrize("name", ["architecture.md", "method.md"])
def test_pages_that_explain_have_examples(name: str) -> None:
    """A page that explains shows numbers, which the test above computes again."""
    assert len(_blocks(ROOT / "docs" / name, "pycon")) > 8


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_paths_named_to_contributors_exist(name: str) -> None:
    """Each file and folder that a page names by its path from the root is there; CASE stands for any case."""
    named = re.findall(r"`((?:mcmort|tests|docs|priors|benchmarks)/[\w./-]*)`", (ROOT / name).read_text())
    paths = [path.replace("CASE", "ussr") for path in named]
    assert len(paths) > 2
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_architecture_page_names_modules_that_exist() -> None:
    """Each file and package that the page on the architecture names is there, and defines what is said to be in it."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    paths = set(re.findall(r"`((?:\w+/)*\w+(?:\.py|/))`", text))
    assert len(paths) > 50
    assert [path for path in paths if not (ROOT / "mcmort" / path).exists() and path != "priors/"] == []
    named = set(re.findall(r"`(\w+)` in\s`([\w/]+)\.py`", text))
    assert len(named) > 50
    lost = [
        (name, path) for name, path in named if not hasattr(import_module(f"mcmort.{path.replace('/', '.')}"), name)
    ]
    assert lost == []


def test_architecture_page_names_every_package() -> None:
    """A package of mcmort, or one inside it, that the page does not name would be lost to a newcomer."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    packages = [path.parent.relative_to(ROOT / "mcmort") for path in (ROOT / "mcmort").glob("*/**/__init__.py")]
    assert len(packages) > 10
    assert [package for package in packages if f"`{package.as_posix()}/`" not in text] == []


def test_picture_of_the_layers_shows_every_package() -> None:
    """The picture has a box with the name of each package."""
    picture = (ROOT / "docs" / "layers.svg").read_text()
    for path in (ROOT / "mcmort").glob("*/__init__.py"):
        assert f">{path.parent.name}</text>" in picture


def test_there_is_python_to_run() -> None:
    """The README shows Python, so the test above is not empty."""
    assert any(page.name == "README.md" for page, _ in PYTHON)


def _commands(page: Path) -> list[list[str]]:
    """Return the calls of ``mcmort`` in the shell blocks of a page, without what a shell would do with their output.

    Blocks with the language ``console`` show output as well; they are run by the test of generated pages.
    """
    found = []
    for block in _blocks(page, "sh") + _blocks(page, "bash"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            end = next((index for index, word in enumerate(words) if word in (">", "|", "&&", ";")), len(words))
            if words[:1] == ["mcmort"]:
                found.append(words[1:end])
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if _commands(page) and page.name != "gallery.md"],  # its figures are drawn by its commands
    ids=lambda page: page.name,
)
def test_commands_in_the_docs_exit_with_0(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command of a page runs in its order, in one empty folder; a spreadsheet is the reader's own."""
    monkeypatch.chdir(tmp_path)
    ran = 0
    for words in _commands(page):
        if any(word.endswith((".csv", ".xlsx")) and not Path(word).exists() for word in words[1:2]):
            continue
        code = main(words)
        assert code == 0, (words, capsys.readouterr().err)
        ran += 1
    assert ran > 0


def test_the_readme_shows_the_main_commands() -> None:
    """The README has a line for total, compare, plot, verify, check and show."""
    shown = {words[0] for words in _commands(ROOT / "README.md") if words}
    assert {"total", "compare", "plot", "verify", "check", "show", "cases"} <= shown


def test_the_readme_begins_with_a_picture_and_says_how_to_install() -> None:
    """Before the first heading stand a figure and the sentence that it shows; pip and uv stand beside make."""
    first, *_ = (ROOT / "README.md").read_text().split("\n## ")
    assert re.search(r"!\[[^]]+\]\(docs/\S+\.svg\)", first)
    assert "95 % credible interval" in " ".join(first.split())
    start = (ROOT / "README.md").read_text().partition("## Start\n")[2].partition("\n## ")[0]
    for line in ("make run", "make test", "pip install .", "uv tool install .", "source .venv/bin/activate"):
        assert line in start


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.name}")
def test_pages_that_show_output_are_generated(page: Path) -> None:
    """What a page says that a command prints is written by ``make docs``, so that it cannot go stale."""
    if _blocks(page, "console"):
        assert page.relative_to(ROOT).as_posix() in GENERATED
        assert all(block.startswith("$ mcmort ") for block in _blocks(page, "console"))


@pytest.mark.slow
def test_output_in_a_page_is_that_of_the_command() -> None:
    """A console block is filled with what its command prints, cut where ``head`` cuts it; other blocks stay."""
    text = "```console\n$ mcmort cases | head -1\nstale\n```\n\n```sh\nmcmort cases\n```\n"
    first = printed("mcmort cases").splitlines()[0]
    assert first.startswith("atlantic-slave-trade")
    assert shown(text) == text.replace("stale", first)


@pytest.mark.parametrize("line", ["mcmort total no-such-case -d all", "mcmort cases | sort", "ls"])
def test_output_of_what_fails_is_not_shown(line: str) -> None:
    """A command that ends with an error, another pipe and another program are refused."""
    with pytest.raises(ValueError, match=re.escape(line)):
        printed(line)


def test_the_page_on_python_has_every_function_and_parameter() -> None:
    """Each public name has a section, and in it each of its parameters."""
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", (ROOT / "docs" / "python.md").read_text(), re.M | re.S))
    assert set(mm.__all__) <= set(sections)
    for name in mm.__all__:
        for parameter in inspect.signature(getattr(mm, name)).parameters:
            assert re.search(rf"^- `\**([\w, ]+, )?{parameter}(, [\w, ]+)?`", sections[name], re.M), (name, parameter)


def test_the_page_on_bases_explains_each() -> None:
    """Each basis stands in the table of what they are, in the order of the vocabulary, and in that of their spreads."""
    text = (ROOT / "docs" / "bases.md").read_text()
    rows = re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE)
    assert [row for row in rows if row != "log_sd"] == [*BASES, *BASES]


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Every page is in the contents, every link and anchor leads somewhere, every block can be coloured."""
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "-c", str(ROOT / "docs")]
    done = subprocess.run(
        [*command, str(ROOT), str(tmp_path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert 'url=docs/index.html"' in (tmp_path / "index.html").read_text()
    assert "Your first ten minutes" in (tmp_path / "docs" / "index.html").read_text()


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the worked example of the page on cases: each block to the file that is named above it."""
    folder = tmp_path_factory.mktemp("example")
    text = (ROOT / "priors" / "README.md").read_text()
    files = re.findall(r"^`([\w.-]+)`\n\n```(?:toml|bibtex)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    for name, content in files:
        assert not (folder / name).exists(), name
        (folder / name).write_text(content)
    assert len(files) == len(_blocks(ROOT / "priors" / "README.md", "toml")) + 1
    return folder


def test_the_worked_example_is_a_sound_case(example: Path) -> None:
    """Written to files, the example loads and no problem is found in it."""
    assert mm.check(example) == ()
    case = mm.load(example)
    assert case.id == "example"
    assert {"prisons", "famine", "flight"} <= set(case.components)


def test_the_worked_example_totals_under_its_definitions(example: Path) -> None:
    """Both definitions give totals: the registered one a floor below the wide one on every draw."""
    draws = mm.simulate(mm.load(example), n=2_000, rng=1)
    archival, broad = mm.total(draws, "archival"), mm.total(draws, "broad")
    assert archival.document().floor
    assert not broad.document().floor
    assert (archival.values <= broad.values).all()
    assert "Flight abroad" in str(broad)
    compared = mm.compare(draws)
    assert len(compared.rows) == len(draws.case.definitions)
    assert "Baker 2001" in compared.published()


def test_the_worked_example_shows_every_kind_of_entry(example: Path) -> None:
    """Profiles, overlaps, dependence, claims, formulas, bounds, cross-checks and revisions all occur in it."""
    case = mm.load(example)
    assert case.profiles
    assert case.overlaps
    assert case.dependence
    assert case.claims
    estimates = [estimate for component in case.components.values() for estimate in component.estimate]
    assert any(one.formula for one in estimates)
    assert any(one.is_one_sided for one in estimates)
    assert any(one.use == "cross-check" for one in estimates)
    assert any(one.supersedes for one in estimates)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.name}")
def test_links_in_the_docs_lead_to_files(page: Path) -> None:
    """Each relative link names a file that is there."""
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", BLOCK.sub("", page.read_text()))
    missing = [one for one in targets if "://" not in one and not (page.parent / one).exists()]
    assert missing == []


def _documented(heading: str) -> set[str]:
    """Return the keys in the table beneath a heading of the page on JSON."""
    section = (ROOT / "docs" / "json.md").read_text().partition(heading)[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}


def test_the_page_on_json_has_every_key_of_a_total() -> None:
    """The keys of the page are those of the schema: none missing, none invented."""
    assert _documented("## A total (") == set(result_schema("total")["properties"])


def test_the_page_on_json_names_the_parts_of_a_total() -> None:
    """Keys of intervals, components, overlaps, exclusions and receipts stand on the page."""
    text = (ROOT / "docs" / "json.md").read_text()
    definitions = result_schema("total")["$defs"]
    for name in ("IntervalDocument", "ComponentDocument", "OverlapDocument", "LeftOut", "Receipt", "CaseDocument"):
        for key in definitions[name]["properties"]:
            assert f"`{key}`" in text, (name, key)
    for key in result_schema("comparison")["properties"]:
        assert f"`{key}`" in text, key


def test_the_schemas_in_the_docs_have_the_names_of_the_documents() -> None:
    """The page names the values of the key ``schema`` that results carry."""
    text = (ROOT / "docs" / "json.md").read_text()
    for schema in result_schemas().values():
        assert f"`{schema['properties']['schema']['default']}`" in text, json.dumps(schema["properties"]["schema"])
