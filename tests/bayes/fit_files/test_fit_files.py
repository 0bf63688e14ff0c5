"""Fits on disk: found by all that made them and by nothing else, and open to ArviZ."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from mcmort.bayes import Posterior, fit
from mcmort.bayes import fit_files as store
from mcmort.bayes.fit_files import FitKey, find, keep, path_of
from mcmort.errors import UsageError
from tests.bayes.fit_files.small_fits import PREDICTIONS, assert_same_fit, forbid_sampling, small_fit
from tests.bayes.small_cases import every_kind, plain
from tests.cases import share

pytestmark = pytest.mark.slow


_KEPT = 32


def test_second_fit_is_read_from_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read back is what the first call returned: draws to the bit, checks, predictions, reasons, manifest."""
    first = fit(every_kind(), rng=1)
    assert len(list(folder.iterdir())) == 1
    forbid_sampling(monkeypatch)
    second = fit(every_kind(), rng=1)
    assert_same_fit(first, second)
    assert second.rejected == {}
    assert second.statuses["births"].notes == ("known only through sums: claims of authors, or balances",)
    assert second.manifest.versions.keys() == {"mcmort", "numba", "numpy", "nutpie", "scipy"}


def test_stored_fit_has_draws_in_full_precision() -> None:
    """Draws are kept in full; prior, likelihoods and predictions in single precision, which is 6e-8 relative."""
    stored, sampled = small_fit(), small_fit(store=False)
    for name, values in sampled.columns.items():
        assert stored.columns[name].tobytes() == values.tobytes()
    for group in ("prior", "log_likelihood", *PREDICTIONS):
        for name, values in getattr(sampled, group).items():
            np.testing.assert_allclose(getattr(stored, group)[name], values, rtol=2.0**-24)
    assert stored.observed == sampled.observed


def test_missing_stored_fit_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with an empty folder the case is sampled, which the guard of these tests reports."""
    forbid_sampling(monkeypatch)
    with pytest.raises(AssertionError, match="sampled again"):
        small_fit()


@pytest.mark.parametrize(
    "wrap", [list, tuple, set, frozenset, iter], ids=["list", "tuple", "set", "frozenset", "iterator"]
)
def test_fit_takes_any_iterable_of_names_and_finds_the_same_stored_fit(
    wrap: Callable[[list[str]], Iterable[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`without` and `evidence` may be any iterable, in any order."""
    first = small_fit(without=frozenset({"study-c"}), evidence=frozenset({"registered", "demographic"}))
    forbid_sampling(monkeypatch)
    again = small_fit(without=wrap(["study-c", "study-c"]), evidence=wrap(["demographic", "registered"]))
    assert first.manifest.without == again.manifest.without == ("study-c",)
    assert_same_fit(first, again)


@pytest.mark.parametrize("argument", ["without", "evidence"])
def test_fit_refuses_text_or_numbers_in_place_of_names(argument: str) -> None:
    """A text is an iterable of its letters, which is never what was meant; a number in the list is no name."""
    with pytest.raises(UsageError, match=rf"{argument} is the text 'study-c'; .* Hint: write \['study-c'\]"):
        small_fit(**{argument: "study-c"})
    with pytest.raises(UsageError, match=f"{argument} is .*; expected a list of names"):
        small_fit(**{argument: ["study-c", 3]})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lean": "0.3"}, "the lean is '0.3'; expected a share"), ({"lean": None}, "the lean is None"),
        ({"lean": True}, "the lean is True"), ({"draws": 500.0}, "draws is 500.0; expected a whole number"),
        ({"cores": "2"}, "cores is '2'; expected 1 or more"),
    ],
)  # fmt: skip
def test_fit_refuses_options_of_another_type_in_a_sentence(options: dict[str, Any], said: str) -> None:
    """A text, a truth value, which would be a lean of 100 %, or half a draw is wrong use, and no TypeError."""
    with pytest.raises(UsageError, match=said):
        small_fit(**options)


def test_fit_of_a_numpy_number_of_draws_is_that_of_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """What NumPy counts is found under the same key as what Python counts."""
    first = small_fit(draws=1501)
    forbid_sampling(monkeypatch)
    assert_same_fit(first, small_fit(draws=np.int64(1501), lean=np.float64(0.0)))


def test_fit_without_store_neither_writes_nor_reads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``store=False`` nothing is written, and nothing that is there is read."""
    small_fit(store=False)
    assert not folder.exists()
    small_fit()
    forbid_sampling(monkeypatch)
    with pytest.raises(AssertionError, match="sampled again"):
        small_fit(store=False)


def test_anything_that_changes_fit_gives_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case, seed, draws, evidence, what is left out or the code: each is another file, and all are found again."""
    bases = frozenset({"registered", "demographic"})
    calls: list[Callable[[], Posterior]] = [
        small_fit,
        lambda: small_fit(rng=2),
        lambda: small_fit(draws=1501),
        lambda: small_fit(evidence=bases),
        lambda: small_fit(without=frozenset({"study-c"})),
        lambda: fit(plain(31e3), rng=1),
    ]
    for number, call in enumerate(calls, 1):
        call()
        assert len(list(folder.iterdir())) == number
    with monkeypatch.context() as patch:
        patch.setattr(store, "_code", lambda: ["another digest"])
        small_fit()
    assert len(list(folder.iterdir())) == len(calls) + 1
    forbid_sampling(monkeypatch)
    for call in calls:
        call()
    small_fit(evidence=frozenset(sorted(bases, reverse=True)))
    assert {path.suffix for path in folder.iterdir()} == {".nc"}


def test_anything_that_changes_case_gives_another_file() -> None:
    """A figure and each prior of the engine belong to the case; each key has a path of its own."""
    requests = [
        FitKey(1, None, (), None),
        FitKey(2, None, (), None),
        FitKey(1, (), (), None),
        FitKey(1, ("survey",), (), None),
        FitKey(1, None, ("survey",), None),
        FitKey(1, None, ("study-c", "survey"), None),
        FitKey(1, None, (), 1000),
    ]
    cases = [plain(), plain(31e3), plain(heterogeneity=0.36), plain(lineage=0.4), plain(tails="normal")]
    cases.append(plain(completeness=share(0.1, 0.9)))
    cases.append(plain(bias={"demographic": {"sd": 0.1, "source": "choice", "locator": "none"}}))
    paths = {path_of(case, request) for case in cases for request in requests}
    assert len(paths) == len(cases) * len(requests)
    assert {path_of(case, request) for case in cases for request in requests} == paths


def test_number_of_cores_does_not_change_file(folder: Path) -> None:
    """How many chains run at a time changes no draw, so it is the same file."""
    small_fit(cores=1)
    small_fit(cores=2)
    assert len(list(folder.iterdir())) == 1


def test_key_of_fit_holds_digest_of_every_source_file() -> None:
    """Of every file on which a fit depends there is a digest: elicitation, sums, and this engine."""
    home = Path(store.__file__).parents[1]
    files = [path for part in ("definitions", "bayes", "elicit") for path in (home / part).rglob("*.py")]
    assert len(store._code()) == len(files)  # noqa: SLF001
    assert len(set(store._code())) == len({path.read_bytes() for path in files})  # noqa: SLF001


def test_arviz_opens_stored_fit(folder: Path) -> None:
    """The file is a tree in ArviZ's groups; its summary and its leave-one-out cross-validation work as they are."""
    import arviz_stats

    post = small_fit()
    (path,) = folder.iterdir()
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        assert set(tree.children) == {
            "posterior", "prior", "log_likelihood", "log_prior", "posterior_predictive", "prior_predictive",
            "observed_data", "expectation",
        }  # fmt: skip
        posterior = tree["posterior"]
        assert (posterior.sizes["chain"], posterior.sizes["draw"]) == (4, len(post) // 4)
        flat = posterior["all"].sel(all_of="camps").to_numpy().reshape(-1)
        assert flat.tobytes() == post.columns["all:camps"].tobytes()
        table = arviz_stats.summary(tree, var_names=["all", "tau"], round_to="none")
        assert table.loc["all[camps]", "mean"] == pytest.approx(post.columns["all:camps"].mean(), rel=1e-12)
        assert table.loc["all[camps]", "r_hat"] == pytest.approx(post.diagnosis.rhat["all:camps"], rel=1e-9)
        assert table.loc["all[camps]", "ess_bulk"] == pytest.approx(post.diagnosis.ess_bulk["all:camps"], rel=1e-9)
        observed = tree["observed_data"]["figure"].coords["figure_of"].to_numpy().tolist()
        assert observed == tree["posterior_predictive"]["figure"].coords["figure_of"].to_numpy().tolist()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a figure may be one that its draws cannot do without
            loo = arviz_stats.loo(tree, var_name="figure")
        likelihood = tree["log_likelihood"]["figure"].to_numpy().astype(float).reshape(len(post), -1)
        # the expected log predictive density of figures left out is at most that of the draws that have seen them
        assert loo.elpd <= np.log(np.mean(np.exp(likelihood), axis=0)).sum() + 1e-6


def test_kept_fit_is_found_by_its_key_only(folder: Path) -> None:
    """`keep` returns where the fit stands, which is where `find` looks, and no other key finds it."""
    post = small_fit(store=False)
    request = FitKey(7, None, (), None)
    assert find(plain(), request) is None
    assert keep(post, request) == path_of(plain(), request)
    assert path_of(plain(), request).parent == folder
    found = find(plain(), request)
    assert found is not None
    assert found.columns["all:camps"].tobytes() == post.columns["all:camps"].tobytes()
    assert find(plain(), FitKey(8, None, (), None)) is None
    assert find(plain(31e3), request) is None


def test_oldest_fits_beyond_limit_are_deleted(folder: Path) -> None:
    """Of more fits than are kept the oldest go, and the one just written stays; other files are not touched."""
    folder.mkdir(parents=True)
    for index in range(_KEPT + 6):
        path = folder / f"old-{index:02d}.nc"
        path.write_bytes(b"")
        os.utime(path, (1_000_000 + index, 1_000_000 + index))
    (folder / "notes.txt").write_text("mine")
    small_fit()
    names = sorted(one.name for one in folder.glob("*.nc"))
    assert len(names) == _KEPT
    assert [name for name in names if name.startswith("small-")]
    assert [name for name in names if name.startswith("old-")] == [f"old-{index:02d}.nc" for index in range(7, 38)]
    assert (folder / "notes.txt").read_text() == "mine"
