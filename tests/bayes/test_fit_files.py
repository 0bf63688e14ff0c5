"""Fits on disk: found by all that made them, whole or not there, and open to ArviZ."""

from __future__ import annotations

import json
import os
import signal
import warnings
from collections.abc import Callable, Iterable
from dataclasses import fields
from io import RawIOBase
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import xarray as xr

from mcmort.bayes import Posterior, fit
from mcmort.bayes import fit_files as store
from mcmort.bayes.autodiff.tape import TapeProgram
from mcmort.bayes.fit_files import FitKey, find, keep, path_of
from mcmort.bayes.sample import Chains, sample
from mcmort.cache.sealed_files import keep_sealed, read_sealed
from mcmort.errors import ConvergenceError, UsageError
from tests.bayes.small_cases import every_kind, figures, plain
from tests.cache.damages import random_damage
from tests.cases import component, ranged, share

pytestmark = pytest.mark.slow

_KEPT = 32
PREDICTIONS = ("computed", "expected", "predicted", "predicted_before")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep fits in an empty folder, which is made when it is first needed."""
    monkeypatch.setenv("MCMORT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "fits"


def _independent(
    program: TapeProgram,
    seed: int,
    *,
    draws: int = 1000,
    tune: int = 400,
    chains: int = 4,
    target_accept: float = 0.8,
    cores: int | None = None,
    progress: object = None,
    starts: object = None,
) -> Chains:
    """Stand in for the sampler: independent standard normal scores, whatever the density."""
    rng, shape = np.random.default_rng(seed), (chains, draws)
    stats = {name: np.zeros(shape) for name in ("diverging", "n_steps", "logp", "step_size")}
    return Chains(
        rng.standard_normal((*shape, len(program.parameters))), {**stats, "energy": rng.standard_normal(shape)}
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let draws come from nowhere, since the store does not ask: three tests below take the real sampler."""
    monkeypatch.setattr("mcmort.bayes.sample.sample", _independent)


def _fit(**changes: Any) -> Posterior:
    return fit(plain(), **{"rng": 1, **changes})


def _refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("the case was sampled again")


def _forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be sampled from here on."""
    monkeypatch.setattr("mcmort.bayes.sample.sample", _refuse)


def _assert_same(one: Posterior, other: Posterior) -> None:
    """Compare two fits field by field, arrays to the bit."""
    for field in fields(Posterior):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if field.name == "case":
            assert left.digest == right.digest
        elif field.name == "log_prior":
            assert left.tobytes() == right.tobytes()
        elif field.name in ("columns", "prior", "others", "log_likelihood", *PREDICTIONS):
            assert {key: value.tobytes() for key, value in left.items()} == {
                key: value.tobytes() for key, value in right.items()
            }, field.name
        else:
            assert left == right, field.name


def test_second_fit_is_read_from_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read back is what the first call returned: draws to the bit, checks, predictions, reasons, manifest."""
    first = fit(every_kind(), rng=1)
    assert len(list(folder.iterdir())) == 1
    _forbid(monkeypatch)
    second = fit(every_kind(), rng=1)
    _assert_same(first, second)
    assert second.rejected == {}
    assert second.statuses["births"].notes == ("known only through sums: claims of authors, or balances",)
    assert second.manifest.versions.keys() == {"mcmort", "numba", "numpy", "nutpie", "scipy"}


def test_stored_fit_has_draws_in_full_precision() -> None:
    """Draws are kept in full; prior, likelihoods and predictions in single precision, which is 6e-8 relative."""
    stored, sampled = _fit(), _fit(store=False)
    for name, values in sampled.columns.items():
        assert stored.columns[name].tobytes() == values.tobytes()
    for group in ("prior", "log_likelihood", *PREDICTIONS):
        for name, values in getattr(sampled, group).items():
            np.testing.assert_allclose(getattr(stored, group)[name], values, rtol=2.0**-24)
    assert stored.observed == sampled.observed


def test_missing_stored_fit_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with an empty folder the case is sampled, which the guard of these tests reports."""
    _forbid(monkeypatch)
    with pytest.raises(AssertionError, match="sampled again"):
        _fit()


@pytest.mark.parametrize(
    "wrap", [list, tuple, set, frozenset, iter], ids=["list", "tuple", "set", "frozenset", "iterator"]
)
def test_fit_takes_any_iterable_of_names_and_finds_the_same_stored_fit(
    wrap: Callable[[list[str]], Iterable[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`without` and `evidence` may be any iterable, in any order."""
    first = _fit(without=frozenset({"study-c"}), evidence=frozenset({"registered", "demographic"}))
    _forbid(monkeypatch)
    again = _fit(without=wrap(["study-c", "study-c"]), evidence=wrap(["demographic", "registered"]))
    assert first.manifest.without == again.manifest.without == ("study-c",)
    _assert_same(first, again)


@pytest.mark.parametrize("argument", ["without", "evidence"])
def test_fit_refuses_text_or_numbers_in_place_of_names(argument: str) -> None:
    """A text is an iterable of its letters, which is never what was meant; a number in the list is no name."""
    with pytest.raises(UsageError, match=rf"{argument} is the text 'study-c'; .* Hint: write \['study-c'\]"):
        _fit(**{argument: "study-c"})
    with pytest.raises(UsageError, match=f"{argument} is .*; expected a list of names"):
        _fit(**{argument: ["study-c", 3]})


def test_fit_without_store_neither_writes_nor_reads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``store=False`` nothing is written, and nothing that is there is read."""
    _fit(store=False)
    assert not folder.exists()
    _fit()
    _forbid(monkeypatch)
    with pytest.raises(AssertionError, match="sampled again"):
        _fit(store=False)


def test_anything_that_changes_fit_gives_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case, seed, draws, evidence, what is left out or the code: each is another file, and all are found again."""
    bases = frozenset({"registered", "demographic"})
    calls: list[Callable[[], Posterior]] = [
        _fit,
        lambda: _fit(rng=2),
        lambda: _fit(draws=1501),
        lambda: _fit(evidence=bases),
        lambda: _fit(without=frozenset({"study-c"})),
        lambda: fit(plain(31e3), rng=1),
    ]
    for number, call in enumerate(calls, 1):
        call()
        assert len(list(folder.iterdir())) == number
    with monkeypatch.context() as patch:
        patch.setattr(store, "_code", lambda: ["another digest"])
        _fit()
    assert len(list(folder.iterdir())) == len(calls) + 1
    _forbid(monkeypatch)
    for call in calls:
        call()
    _fit(evidence=frozenset(sorted(bases, reverse=True)))
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
    _fit(cores=1)
    _fit(cores=2)
    assert len(list(folder.iterdir())) == 1


def test_key_of_fit_holds_digest_of_every_source_file() -> None:
    """Of every file on which a fit depends there is a digest: elicitation, sums, and this engine."""
    home = Path(store.__file__).parents[1]
    files = [path for part in ("definitions", "bayes", "elicit") for path in (home / part).rglob("*.py")]
    assert len(store._code()) == len(files)  # noqa: SLF001
    assert len(set(store._code())) == len({path.read_bytes() for path in files})  # noqa: SLF001


def _truncated(path: Path, part: float) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])


def _flip(path: Path, part: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * part)] ^= 0xFF
    path.write_bytes(content)


def _rewrite(path: Path, change: Callable[[xr.DataTree], object]) -> None:
    """Write a file again after a change: a sound file with other content."""
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        loaded = tree.load()
    change(loaded)
    other = path.with_suffix(".other")  # the first may still be open
    loaded.to_netcdf(other, engine="h5netcdf")
    other.replace(path)


def _with_head(**changes: Any) -> Callable[[xr.DataTree], None]:
    def change(tree: xr.DataTree) -> None:
        tree.attrs["mcmort"] = json.dumps({**json.loads(tree.attrs["mcmort"]), **changes})

    return change


def _draws(posterior: Posterior) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in posterior.columns.items()}


def _replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("not a fit"),
    "a few bytes": lambda path: path.write_bytes(path.read_bytes()[:8]),
    "truncated at a tenth": lambda path: _truncated(path, 0.1),
    "truncated at half": lambda path: _truncated(path, 0.5),
    "last bytes missing": lambda path: _truncated(path, 0.999),
    "a byte of the first block flipped": lambda path: _flip(path, 0.0),
    "no head": lambda path: _rewrite(path, lambda tree: tree.attrs.pop("mcmort")),
    "a group missing": lambda path: _rewrite(path, lambda tree: tree.__delitem__("log_likelihood")),
    "of another case": lambda path: _rewrite(path, _with_head(digest="0" * 64)),
    "head without a manifest": lambda path: _rewrite(path, _with_head(manifest={})),
    "head of another form": lambda path: _rewrite(path, _with_head(statuses=[1])),
    "a folder": _replace_by_folder,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_file_is_sampled_again(name: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever is wrong with the file, the case is sampled again, silently, and the draws are the same."""
    case = figures(component("camps", ranged(10e3, 30e3)))
    first = fit(case, rng=1)
    (path,) = folder.iterdir()
    DAMAGES[name](path)
    capfd.readouterr()
    again = fit(case, rng=1)
    assert {key: value.tobytes() for key, value in again.columns.items()} == {
        key: value.tobytes() for key, value in first.columns.items()
    }
    assert capfd.readouterr() == ("", "")
    assert [one.suffix for one in folder.iterdir()] == [".nc"]  # nothing half-written is left beside it


def test_damaged_file_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a damaged file has been made again, it is read again."""
    _fit()
    (path,) = folder.iterdir()
    _truncated(path, 0.5)
    first = _fit()
    _forbid(monkeypatch)
    _assert_same(first, _fit())


def test_random_damage_to_stored_fit_is_never_believed(folder: Path) -> None:
    """Of 153 damaged files 9 once gave other numbers silently, such as a mean of 8.7e19; of these 150 none is read."""
    key, other_key = FitKey(1, None, (), None), FitKey(2, None, (), None)
    for seed in (1, 2):
        fit(plain(), rng=seed)
    path, sound = path_of(plain(), key), path_of(plain(), key).read_bytes()
    other = path_of(plain(), other_key).read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(150):
        path.write_bytes(random_damage(sound, other, rng))
        assert find(plain(), key) is None
    path.write_bytes(sound)
    assert find(plain(), key) is not None


def test_fit_of_another_request_under_the_name_of_this_one_is_not_read() -> None:
    """A fit made without a source, copied over the plain one, once answered the plain request."""
    plain_fit, without = _fit(), _fit(without=("study-c",))
    names = [FitKey(1, None, left_out, None) for left_out in ((), ("study-c",))]
    path, other = (path_of(plain(), name) for name in names)
    path.write_bytes(other.read_bytes())
    assert _draws(without) != _draws(plain_fit)
    assert _draws(_fit()) == _draws(plain_fit)


@pytest.mark.parametrize(
    "change", [{"manifest": {}}, {"statuses": [1]}, {"digest": "0" * 64}, {"rejected": 3}, {"diagnosis": None}], ids=str
)
def test_crafted_fit_with_a_true_digest_is_made_again(change: dict[str, Any]) -> None:
    """A file of another form that states the right request and the digest of its content is no traceback."""
    first, key = _fit(), FitKey(1, None, (), None)
    path, request = path_of(plain(), key), store._request(plain(), key)  # noqa: SLF001
    _rewrite(path, _with_head(**change))
    crafted = path.read_bytes()
    keep_sealed(path, request, lambda file: file.write(crafted))
    assert bytes(read_sealed(path, request)) == crafted
    assert find(plain(), key) is None
    assert _draws(_fit()) == _draws(first)


def test_arviz_opens_stored_fit(folder: Path) -> None:
    """The file is a tree in ArviZ's groups; its summary and its leave-one-out cross-validation work as they are."""
    import arviz_stats

    post = _fit()
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


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError])
def test_interrupt_while_writing_leaves_no_file(
    error: type[BaseException], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after half of the bytes, there is no file, whole or half; a full disk is no error, Ctrl-C stays one."""

    def half(_: xr.DataTree, file: RawIOBase, **__: object) -> NoReturn:
        file.write(b"\x89HDF half of it")
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(xr.DataTree, "to_netcdf", half)
        if error is OSError:
            assert len(_fit()) == 4000
        else:
            with pytest.raises(error):
                _fit()
    assert list(folder.iterdir()) == []
    first = _fit()
    assert len(list(folder.iterdir())) == 1
    _forbid(monkeypatch)
    _assert_same(first, _fit())


@pytest.mark.usefixtures("_ctrl_c")
def test_interrupt_while_sampling_leaves_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the chains run leaves neither file nor folder, and the next fit is as without the interruption."""
    monkeypatch.setattr("mcmort.bayes.sample.sample", sample)
    expected = _fit(store=False)
    sent: list[int] = []

    def interrupt(done: int, _: int) -> None:
        if not sent:
            sent.append(done)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        fit(every_kind(), rng=1, draws=500_000, progress=interrupt)
    assert len(sent) == 1
    assert not folder.exists()
    assert _fit().columns["all:camps"].tobytes() == expected.columns["all:camps"].tobytes()
    _forbid(monkeypatch)
    _fit()


def test_refused_fit_is_not_stored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused is not on disk either: the second call refuses it again."""
    monkeypatch.setattr("mcmort.bayes.sample.sample", sample)
    for _ in range(2):
        with pytest.raises(ConvergenceError):
            fit(every_kind(), rng=1, draws=100)
        assert not folder.exists()


def test_file_is_complete_before_it_has_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader finds no file or a complete one: it gets its name in one step, at the end."""
    seen: list[list[str]] = []
    write = xr.DataTree.to_netcdf

    def watched(tree: xr.DataTree, file: RawIOBase, **how: Any) -> object:
        found = write(tree, file, **how)
        seen.append([one.suffix for one in folder.iterdir()])
        return found

    monkeypatch.setattr(xr.DataTree, "to_netcdf", watched)
    _fit()
    assert seen == [[".part"]]
    assert [one.suffix for one in folder.iterdir()] == [".nc"]


def test_cache_path_that_is_a_file_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cache cannot be written (a file stands in its place) the case is sampled each time, silently."""
    expected = _fit(store=False)
    blocked = tmp_path / "file"
    blocked.write_text("here")
    for place in (blocked, blocked / "below"):
        monkeypatch.setenv("MCMORT_CACHE", str(place))
        assert _fit().columns["all:camps"].tobytes() == expected.columns["all:camps"].tobytes()
    assert blocked.read_text() == "here"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folder_without_permission_is_no_error(folder: Path) -> None:
    """A folder that may not be written to, or not even be read, stays as it is."""
    folder.mkdir(parents=True)
    for mode in (0o500, 0o000):
        folder.chmod(mode)
        try:
            _fit()
        finally:
            folder.chmod(0o700)
        assert list(folder.iterdir()) == []


def test_kept_fit_is_found_by_its_key_only(folder: Path) -> None:
    """`keep` returns where the fit stands, which is where `find` looks, and no other key finds it."""
    post = _fit(store=False)
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
    _fit()
    names = sorted(one.name for one in folder.glob("*.nc"))
    assert len(names) == _KEPT
    assert [name for name in names if name.startswith("small-")]
    assert [name for name in names if name.startswith("old-")] == [f"old-{index:02d}.nc" for index in range(7, 38)]
    assert (folder / "notes.txt").read_text() == "mine"
