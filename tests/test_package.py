"""The package as a whole: its verbs, its version, and what the wheel carries."""

from __future__ import annotations

import doctest
import inspect
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

import mcmort as mm
from tests.cli.ran import ROOT

VERBS = ("bridge", "cases", "check", "compare", "load", "plot", "simulate", "total", "verify")


def test_the_package_lists_its_verbs() -> None:
    """``dir(mcmort)`` names every verb and the version, and nothing of what makes them load late."""
    assert set(VERBS) <= set(mm.__all__)
    assert set(dir(mm)) == {*mm.__all__, "__version__"}
    assert [name for name in dir(mm) if name.startswith("_") and name != "__version__"] == []


@pytest.mark.parametrize("name", mm.__all__)
def test_every_verb_is_documented(name: str) -> None:
    """Each name loads, is the same object each time, and its docstring says what it returns."""
    verb = getattr(mm, name)
    assert inspect.isfunction(verb) or inspect.isclass(verb)
    assert getattr(mm, name) is verb
    assert inspect.getdoc(verb)
    namespace: dict[str, object] = {}
    exec(f"from mcmort import {name}", namespace)
    assert namespace[name] is verb


def test_what_the_package_does_not_have_is_an_attribute_error() -> None:
    """An unknown name is told as Python tells it, so that ``hasattr`` works."""
    unknown = "totals_of"
    with pytest.raises(AttributeError, match="totals_of"):
        getattr(mm, unknown)
    assert not hasattr(mm, "numpy")


@pytest.mark.parametrize("package", ["mcmort", "mcmort.bayes", "mcmort.elicit", "mcmort.sampler"])
def test_the_names_of_a_package_load_as_its_stub_says(package: str) -> None:
    """Every name of a package whose names load late is found, listed by ``dir``, and kept for the next use."""
    module = import_module(package)
    assert module.__all__
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is vars(module)[name]


@pytest.mark.slow
def test_names_can_be_loaded_at_once() -> None:
    """With ``EAGER_IMPORT`` set every name loads with the package, so that a wrong one in a stub shows at once."""
    code = "import mcmort, sys; print('mcmort.api.verbs' in sys.modules and 'mcmort.bayes.posterior' in sys.modules)"
    command = [sys.executable, "-c", code]
    for eager in ("", "1"):
        environment = {**os.environ, "EAGER_IMPORT": eager}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
        assert done.stdout.strip() == str(bool(eager))


def test_one_version_everywhere() -> None:
    """The installed version, the project file, the citation and the head of the changelog agree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = re.search(r"^version: (\S+)", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    changelog = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert citation is not None
    assert changelog is not None
    assert mm.__version__ == project["version"] == citation[1] == changelog[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [f"mcmort{name}" for name in ("", ".api.verbs", ".sampler.sampler", ".sampler.simulate", ".totals.total")]
)
def test_examples_of_the_verbs_run(name: str) -> None:
    """The examples in the docstrings give what they say."""
    outcome = doctest.testmod(import_module(name))
    assert outcome.failed == 0
    assert outcome.attempted > 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the tools that are here."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_carries_every_case_and_module(wheel: Path) -> None:
    """Each file of each shipped case, their licence, and each module, is inside; tests and benchmarks are not."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "mcmort/priors/ussr/case.toml" in names
    assert "mcmort/py.typed" in names
    for path in (*(ROOT / "priors").glob("*/*"), ROOT / "priors" / "LICENSE.md"):
        assert f"mcmort/{path.relative_to(ROOT)}" in names
    for path in (*(ROOT / "mcmort").rglob("*.py"), *(ROOT / "mcmort").rglob("*.pyi")):
        assert str(path.relative_to(ROOT)) in names
    assert [
        name for name in names if name.startswith(("tests/", "benchmarks/", "docs/")) or "__pycache__" in name
    ] == []


@pytest.mark.slow
def test_the_wheel_works_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """Unpacked by itself, the package finds its cases from a folder that has none."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    code = (
        "import mcmort; from mcmort.cli.app import main; print(mcmort.__file__);"
        "main(['cases']); main(['check', 'ussr'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=elsewhere, env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(str(tmp_path / "site"))
    assert "ussr  " in done.stdout
    assert "ussr: no problems found" in done.stdout


@pytest.mark.packaging
def test_the_wheel_installs_into_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """With nothing but its declared dependencies, ``mcmort compare ussr`` works from any folder and verifies."""
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True, timeout=300)
    scripts = tmp_path / "venv" / "bin"
    subprocess.run([scripts / "python", "-m", "pip", "install", "--quiet", str(wheel)], check=True, timeout=1_200)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [scripts / "mcmort", "compare", "ussr"],
        cwd=elsewhere, env=environment, capture_output=True, text=True, timeout=600, check=True,
    )  # fmt: skip
    assert done.stdout.endswith("Figure: ussr-definitions-1.png, ussr-definitions-2.png\n")
    subprocess.run(
        [scripts / "mcmort", "verify", "ussr-definitions-1.png.receipt.json"],
        cwd=elsewhere, env=environment, capture_output=True, timeout=600, check=True,
    )  # fmt: skip
