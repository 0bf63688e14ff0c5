"""Fits on disk: found by what they were made from, so that nothing is sampled twice.

A fit is one netCDF file, a tree that ArviZ opens (`arviz.from_netcdf`): posterior, prior, log_likelihood, log_prior,
posterior_predictive, prior_predictive, observed_data. It is written whole under another name and then moved into place,
so an interruption leaves nothing half-written.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.diagnostics import Diagnosis
from mcmort.bayes.posterior import KINDS, Posterior
from mcmort.cache import folder as cache
from mcmort.catalogue.case import Case
from mcmort.definitions.splits import KeptSplits
from mcmort.results import ComponentStatus, Manifest

__all__ = ["Request", "find", "keep", "path_of"]

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
class Request:
    """What a fit was asked for, beside the case."""

    seed: int
    evidence: tuple[str, ...] | None
    without: tuple[str, ...]
    draws: int | None


def path_of(case: Case, request: Request) -> Path:
    """Return where the fit of a case stands, or would stand."""
    versions = [cache.version_of(name) for name in ("numba", "numpy", "nutpie", "scipy")]
    content = json.dumps([case.digest, asdict(request), versions, _code()])
    return cache.cache_folder() / "fits" / f"{case.id}-{hashlib.sha256(content.encode()).hexdigest()[:24]}.nc"


@functools.cache
def _code() -> list[str]:
    """Return digests of the code on which a fit depends."""
    home = Path(__file__).parents[1]
    files = sorted(file for folder in ("definitions", "bayes", "elicit") for file in (home / folder).rglob("*.py"))
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


def keep(posterior: Posterior, request: Request) -> Path | None:
    """Leave a fit on disk; where that cannot be done nothing is left."""
    path, tree = path_of(posterior.case, request), _tree(posterior)
    try:
        cache.keep(path, lambda file: tree.to_netcdf(file, engine="h5netcdf"), _KEPT)
    except OSError:
        return None
    return path


def find(case: Case, request: Request) -> Posterior | None:
    """Return a stored fit, or None if there is none that can be read."""
    path = path_of(case, request)
    if not path.exists():
        return None
    with contextlib.suppress(Exception):  # a damaged file fails in a dozen ways, in HDF5, JSON or here
        return _read(path, case)
    return None


def _tree(posterior: Posterior) -> Any:
    """Return a fit as a tree of datasets, in the groups that ArviZ knows."""
    import xarray as xr

    chains = posterior.manifest.chains
    head = {
        "manifest": asdict(posterior.manifest),
        "standing": {name: asdict(one) for name, one in posterior.standing.items()},
        "left": dict(posterior.left),
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
    """Name figures as one kind of column."""
    return {f"figure:{name}": array for name, array in values.items()}


def _dataset(values: Mapping[str, Array], chains: int, form: str) -> Any:
    """Return columns as one variable for each kind, with the names as a coordinate: hundreds of variables are slow."""
    import xarray as xr

    kinds: dict[str, dict[str, Array]] = {}
    for name, array in values.items():
        kind, _, rest = name.partition(":")
        kinds.setdefault(kind, {})[rest] = array.reshape(chains, -1)
    length = next(iter(values.values())).size // chains
    coords: dict[str, Any] = {"chain": np.arange(chains), "draw": np.arange(length)}
    data = {}
    for kind, arrays in kinds.items():
        data[kind] = (("chain", "draw", f"{kind}_of"), np.stack([*arrays.values()], axis=-1).astype(form))
        coords[f"{kind}_of"] = [*arrays]
    return xr.Dataset(data, coords=coords)


def _columns(group: Any) -> dict[str, Array]:
    """Return the columns of a group of a file, by name."""
    found: dict[str, Array] = {}
    for kind, variable in group.variables.items():
        if kind not in ("chain", "draw") and not kind.endswith("_of"):
            values = np.asarray(variable[...], dtype=np.float64)
            names = [one.decode() if isinstance(one, bytes) else str(one) for one in group.variables[f"{kind}_of"][...]]
            flat = np.ascontiguousarray(values.reshape(-1, len(names)).T)
            found |= {f"{kind}:{name}": column for name, column in zip(names, flat, strict=True)}
    return found


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
    standing = {
        name: ComponentStatus(
            one["unknown"],
            tuple(one["notes"]),
            {key: tuple(keys) for key, keys in one["sources"].items()},
            one["is_registered_only"],
        )
        for name, one in head["standing"].items()
    }
    found = groups["posterior"]
    columns = {name: values for name, values in found.items() if name.partition(":")[0] in KINDS}
    if head["digest"] != case.digest or any(len(values) != manifest["draws"] for values in columns.values()):
        raise ValueError("the file is damaged")
    diagnosis = head["diagnosis"]
    diagnosis["bfmi"] = tuple(diagnosis["bfmi"])
    return Posterior(
        case,
        Manifest(**manifest),
        columns,
        standing,
        KeptSplits(manifest["seed"]),
        prior=groups["prior"],
        others={name: values for name, values in found.items() if name not in columns},
        log_likelihood=_of_figures(groups["log_likelihood"]),
        log_prior=groups["log_prior"]["parameters:all"],
        observed={name: float(value[0]) for name, value in _of_figures(groups["observed_data"]).items()},
        predicted=_of_figures(groups["posterior_predictive"]),
        predicted_before=_of_figures(groups["prior_predictive"]),
        left=head["left"],
        diagnosis=Diagnosis(**diagnosis),
        seconds=head["seconds"],
    )
