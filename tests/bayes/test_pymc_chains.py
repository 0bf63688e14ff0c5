"""Fits whose chains run over the PyMC model: the posterior of the compiled engine, kept and named apart."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arviz_stats.base import array_stats
from typer.testing import CliRunner

import mcmort as mm
from mcmort.api.fit_report import FitReport
from mcmort.bayes.fit_files import FitKey, path_of
from mcmort.bayes.posterior import Posterior
from mcmort.catalogue import Case
from mcmort.cli.app import app
from mcmort.errors import OptionError, UsageError
from mcmort.results import DrawOptions
from tests.bayes.small_cases import every_kind, plain

DOCS = Path(__file__).parents[2] / "docs"


def test_fit_of_either_sampler_has_a_file_of_its_own() -> None:
    """The sampler is part of what a stored fit is found by."""
    case = plain()
    paths = [path_of(case, FitKey(1, None, (), None, sampler=sampler)) for sampler in ("compiled", "pymc")]
    assert paths[0] != paths[1]


def test_unknown_sampler_is_refused() -> None:
    """A sampler that there is not is refused with those that there are, and one for the other engine as well."""
    unknown: Any = "stan"
    with pytest.raises(UsageError, match="no sampler 'stan'; expected one of compiled, pymc"):
        mm.fit(plain(), sampler=unknown)
    with pytest.raises(OptionError, match="'sampler' belongs to the engine 'synthesis'"):
        DrawOptions(engine="elicited", sampler="pymc")
    assert CliRunner().invoke(app, ["fit", "ussr", "--sampler", "stan"]).exit_code == 2


def _figures(posterior: Posterior, name: str) -> dict[str, tuple[float, float]]:
    """Return mean, deviation, median and 95 % ends of a logarithm, each with its Monte Carlo standard error."""
    draws = np.log(posterior.columns[name]).reshape(posterior.manifest.chains, -1)
    axes: dict[str, Any] = {"chain_axis": 0, "draw_axis": 1}
    found = {
        "mean": (draws.mean(), array_stats.mcse(draws, method="mean", **axes)),
        "sd": (draws.std(ddof=1), array_stats.mcse(draws, method="sd", **axes)),
    }
    for level in (0.025, 0.5, 0.975):
        error = array_stats.mcse(draws, method="quantile", prob=level, **axes)
        found[f"{level}"] = (np.quantile(draws, level), error)
    return {figure: (float(value), float(error)) for figure, (value, error) in found.items()}


def _furthest(one: Posterior, other: Posterior) -> float:
    """Return the largest difference between figures of two fits, in its Monte Carlo standard error."""
    return max(
        float(abs(value - there) / np.hypot(error, error_there))
        for name in one.columns
        if name.startswith(("all:", "registered:")) and np.ptp(one.columns[name]) > 0.0
        for (value, error), (there, error_there) in zip(
            _figures(one, name).values(), _figures(other, name).values(), strict=True
        )
    )


@pytest.mark.statistical
@pytest.mark.parametrize("case", [plain(), every_kind()], ids=["plain", "every-kind"])
def test_posterior_by_pymc_is_that_of_compiled_engine(case: Case, seed: int) -> None:
    """Mean, deviation, median and 95 % ends of each component differ by Monte Carlo error alone."""
    by_pymc = mm.fit(case, rng=seed, sampler="pymc", draws=4000, store=False)
    compiled = mm.fit(case, rng=seed + 1, draws=4000, store=False)
    assert _furthest(by_pymc, compiled) < 4.5
    assert by_pymc.diagnosis.divergent == 0


@pytest.mark.statistical
def test_wrong_model_is_told_apart_from_pymc(seed: int) -> None:
    """Negative control: a figure that is a quarter larger is found by the same comparison."""
    by_pymc = mm.fit(plain(), rng=seed, sampler="pymc", draws=4000, store=False)
    assert _furthest(by_pymc, mm.fit(plain(high=40e3), rng=seed, draws=4000, store=False)) > 4.5


@pytest.mark.statistical
def test_fit_by_pymc_says_so_and_is_found_again() -> None:
    """Text, JSON and receipt name the sampler, with the versions of its libraries, and the stored fit is read back."""
    case = plain()
    posterior = mm.fit(case, sampler="pymc")
    report = FitReport(posterior)
    document = json.loads(report.to_json())
    assert document["sampler"] == document["receipt"]["sampler"] == "pymc"
    assert {"pymc", "pytensor"} <= set(document["receipt"]["versions"])
    assert "PyMC" in str(report)
    again = mm.fit(case, sampler="pymc")
    assert again.manifest == posterior.manifest
    assert all((again.columns[name] == values).all() for name, values in posterior.columns.items())


@pytest.mark.statistical
def test_documented_extension_runs_as_it_stands() -> None:
    """The example of docs/synthesis.md runs on ussr, and its chains agree."""
    text = (DOCS / "synthesis.md").read_text(encoding="utf-8").partition("### In PyMC")[2]
    found = re.search(r"```py\n(.*?)```", text, re.DOTALL)
    assert found is not None
    names: dict[str, Any] = {}
    exec(compile(found[1], "docs/synthesis.md", "exec"), names)
    deaths = names["deaths"]
    assert deaths.sizes["chain"] == 4
    assert float(array_stats.rhat(deaths.to_numpy(), chain_axis=0, draw_axis=1)) < 1.02
