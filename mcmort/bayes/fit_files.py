"""Fits on disk, found by the content that they were made from, so that nothing is sampled twice.

A fit is one netCDF file, a tree that ArviZ opens (`arviz.from_netcdf`): posterior, prior, log_likelihood, log_prior,
posterior_predictive, prior_predictive, observed_data. It is written whole under another name and then moved into place,
so an interruption leaves nothing half-written. Behind the tree stand the request that it answers and a digest of it: a
fit that is damaged or that answers another request is not read.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.diagnostics import Diagnosis
from mcmort.bayes.posterior import KINDS, Posterior
from mcmort.cache.folder import cache_folder, version_of
from mcmort.cache.sealed_files import Request, keep_sealed, read_sealed, request_name
from mcmort.catalogue.case import Case
from mcmort.definitions.splits import KeptSplits
from mcmort.results import ComponentStatus, Manifest

if TYPE_CHECKING:
    from xarray import Dataset, DataTree

__all__ = ["FitKey", "find", "keep", "path_of"]

type Array = NDArray[np.float64]

_KEPT: Final = 32
"""Fits that are kept; the oldest go first."""
_GROUPS: Final = (
    "posterior",
    "prior",
    "log_likelihood",
    "log_prior",
    "posterior_predictive",
    "prior_predictive",
    "observed_data",
)


@dataclass(frozen=True, slots=True)
class FitKey:
    """What identifies the fit of a case: the arguments of `mcmort.fit`."""

    seed: int
    evidence: tuple[str, ...] | None
    without: tuple[str, ...]
    draws: int | None


def path_of(case: Case, key: FitKey) -> Path:
    """Return the path of the fit of a case, whether it is there or not."""
    return _path_of(case, _request(case, key))


def _path_of(case: Case, request: Request) -> Path:
    return cache_folder() / "fits" / f"{case.id}-{request_name(request)}.nc"


def _request(case: Case, key: FitKey) -> Request:
    """Return all that the fit of a case depends on."""
    return {
        "kind": "fit",
        "case": case.digest,
        **asdict(key),
        "versions": {name: version_of(name) for name in ("numba", "numpy", "nutpie", "scipy")},
        "code": hashlib.sha256("".join(_code()).encode()).hexdigest(),
    }


@functools.cache
def _code() -> list[str]:
    """Return digests of the code on which a fit depends."""
    home = Path(__file__).parents[1]
    files = sorted(file for folder in ("definitions", "bayes", "elicit") for file in (home / folder).rglob("*.py"))
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


def keep(posterior: Posterior, key: FitKey) -> Path | None:
    """Store a fit and return its path; None if it cannot be written."""
    request, tree = _request(posterior.case, key), _tree(posterior)
    path = _path_of(posterior.case, request)
    try:
        content = io.BytesIO()  # on a full disk HDF5 would end the process when it closes a file it could not write
        tree.to_netcdf(content, engine="h5netcdf")
        keep_sealed(path, request, lambda file: file.write(content.getbuffer()), _KEPT)
    except OSError:
        return None
    return path


def find(case: Case, key: FitKey) -> Posterior | None:
    """Return a stored fit, or None if there is none that can be read."""
    request = _request(case, key)
    path = _path_of(case, request)
    if not path.exists():
        return None
    with contextlib.suppress(Exception):  # a damaged file fails in a dozen ways, in HDF5, JSON or here
        read_sealed(path, request)
        return _read(path, case)
    return None


def _tree(posterior: Posterior) -> DataTree:
    """Return a fit as a tree of datasets, in the groups that ArviZ knows."""
    import xarray as xr

    chains = posterior.manifest.chains
    head = {
        "manifest": asdict(posterior.manifest),
        "statuses": {name: asdict(status) for name, status in posterior.statuses.items()},
        "rejected": dict(posterior.rejected),
        "diagnosis": asdict(posterior.diagnosis),
        "seconds": dict(posterior.seconds),
        "digest": posterior.case.digest,
    }
    tree = xr.DataTree.from_dict(
        {
            "/posterior": _dataset({**posterior.columns, **posterior.others}, chains, "f8"),
            "/prior": _dataset(posterior.prior, 1, "f4"),
            "/log_likelihood": _dataset(_figures(posterior.log_likelihood), chains, "f4"),
            "/log_prior": _dataset({"parameters:all": posterior.log_prior}, chains, "f4"),
            "/posterior_predictive": _dataset(_figures(posterior.predicted), chains, "f4"),
            "/prior_predictive": _dataset(_figures(posterior.predicted_before), 1, "f4"),
            "/observed_data": xr.Dataset(
                {"figure": ("figure_of", np.array([*posterior.observed.values()]))},
                coords={"figure_of": [*posterior.observed]},
            ),
        }
    )
    tree.attrs["mcmort"] = json.dumps(head)
    return tree


def _figures(values: Mapping[str, Array]) -> dict[str, Array]:
    """Return figures named as columns of one kind."""
    return {f"figure:{name}": array for name, array in values.items()}


def _dataset(values: Mapping[str, Array], chains: int, dtype: str) -> Dataset:
    """Return columns as one variable for each kind, with the names as a coordinate: hundreds of variables are slow."""
    import xarray as xr

    kinds: dict[str, dict[str, Array]] = {}
    for name, array in values.items():
        kind, _, rest = name.partition(":")
        kinds.setdefault(kind, {})[rest] = array.reshape(chains, -1)
    length = next(iter(values.values())).size // chains
    coords: dict[str, NDArray[np.int64] | list[str]] = {"chain": np.arange(chains), "draw": np.arange(length)}
    data = {}
    for kind, arrays in kinds.items():
        data[kind] = (("chain", "draw", f"{kind}_of"), np.stack([*arrays.values()], axis=-1).astype(dtype))
        coords[f"{kind}_of"] = [*arrays]
    return xr.Dataset(data, coords=coords)


def _columns(group: Any) -> dict[str, Array]:
    """Return the columns of a group of a file, by name."""
    columns: dict[str, Array] = {}
    for kind, variable in group.variables.items():
        if kind not in ("chain", "draw") and not kind.endswith("_of"):
            values = np.asarray(variable[...], dtype=np.float64)
            stored = group.variables[f"{kind}_of"][...]
            names = [name.decode() if isinstance(name, bytes) else str(name) for name in stored]
            flat = np.ascontiguousarray(values.reshape(-1, len(names)).T)
            columns |= {f"{kind}:{name}": column for name, column in zip(names, flat, strict=True)}
    return columns


def _of_figures(columns: Mapping[str, Array]) -> dict[str, Array]:
    """Return figures by their own names."""
    return {name.removeprefix("figure:"): values for name, values in columns.items()}


def _read(path: Path, case: Case) -> Posterior:
    """Read a fit without the libraries that opened it for writing: they take longer to load than the file."""
    import h5netcdf

    with h5netcdf.File(path, "r") as file:
        head = json.loads(file.attrs["mcmort"])
        groups = {name: _columns(file[name]) for name in _GROUPS}
    manifest = head["manifest"]
    for key in ("evidence", "without"):
        manifest[key] = tuple(manifest[key])
    statuses = {
        name: ComponentStatus(
            status["unknown"],
            tuple(status["notes"]),
            {measure: tuple(keys) for measure, keys in status["sources"].items()},
            status["is_registered_only"],
        )
        for name, status in head["statuses"].items()
    }
    drawn = groups["posterior"]
    columns = {name: values for name, values in drawn.items() if name.partition(":")[0] in KINDS}
    if head["digest"] != case.digest or any(len(values) != manifest["draws"] for values in columns.values()):
        raise ValueError("the file is damaged")
    diagnosis = head["diagnosis"]
    diagnosis["bfmi"] = tuple(diagnosis["bfmi"])
    return Posterior(
        case,
        Manifest(**manifest),
        columns,
        statuses,
        KeptSplits(manifest["seed"]),
        prior=groups["prior"],
        others={name: values for name, values in drawn.items() if name not in columns},
        log_likelihood=_of_figures(groups["log_likelihood"]),
        log_prior=groups["log_prior"]["parameters:all"],
        observed={name: float(value[0]) for name, value in _of_figures(groups["observed_data"]).items()},
        predicted=_of_figures(groups["posterior_predictive"]),
        predicted_before=_of_figures(groups["prior_predictive"]),
        rejected=dict(head["rejected"]),
        diagnosis=Diagnosis(**diagnosis),
        seconds=dict(head["seconds"]),
    )
