"""Fits on disk, found by the content that they were made from, so that nothing is sampled twice.

A fit is one netCDF file, a tree that ArviZ opens (`arviz.from_netcdf`): posterior, prior, log_likelihood, log_prior,
posterior_predictive, prior_predictive, observed_data, and the expectation of each figure. It is written whole under
another name and then moved into place, so an interruption leaves nothing half-written. Behind the tree stand the
request that it answers and a digest of it: a fit that is damaged or that answers another request is not read.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from mcmort.bayes.diagnostics import Diagnosis
from mcmort.bayes.posterior import KINDS, Posterior
from mcmort.cache.atomic_write import write_atomically
from mcmort.cache.folder import cache_folder, version_of
from mcmort.cache.sealed_files import Request, keep_sealed, read_sealed, request_name, sealed
from mcmort.catalogue.case import Case
from mcmort.catalogue.measured_errors.spreads import measured_digest
from mcmort.catalogue.reading.load import load
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.definitions.splits import KeptSplits
from mcmort.errors import OutputError, UsageError
from mcmort.results import ComponentStatus, Manifest, SamplerOfFit
from mcmort.results.assertion_weights import AssertionWeights
from mcmort.results.draw_tables import dataset_of
from mcmort.results.weighed_modes import SplitDeaths, split_of

if TYPE_CHECKING:
    from xarray import DataTree

__all__ = ["FitKey", "find", "keep", "libraries_of", "open_fit", "path_of", "save_fit", "tree_of"]

type Array = NDArray[np.float64]

_KEPT: Final = 32
"""Fits that are kept; the oldest go first."""
_SAVED: Final[Request] = {"kind": "saved fit"}
"""What is written behind a fit that was saved by name: it answers no request but to be read."""
_WEIGHTS: Final = "weight:assertions"
"""Name under which the weights of draws with assertions stand."""
_GROUPS: Final = (
    "posterior",
    "prior",
    "log_likelihood",
    "log_prior",
    "posterior_predictive",
    "prior_predictive",
    "observed_data",
    "expectation",
)


@dataclass(frozen=True, slots=True)
class FitKey:
    """What identifies the fit of a case: the arguments of `mcmort.fit`."""

    seed: int
    evidence: tuple[str, ...] | None
    without: tuple[str, ...]
    draws: int | None
    lean: float = 0.0
    sampler: SamplerOfFit = "compiled"


def libraries_of(sampler: SamplerOfFit) -> tuple[str, ...]:
    """Return the libraries on which the bits of a fit may depend."""
    return ("numba", "numpy", "nutpie", "scipy", *(("pymc", "pytensor") if sampler == "pymc" else ()))


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
        "measured_errors": measured_digest(),
        **asdict(key),
        "versions": {name: version_of(name) for name in libraries_of(key.sampler)},
        "code": hashlib.sha256("".join(_code()).encode()).hexdigest(),
    }


@functools.cache
def _code() -> list[str]:
    """Return digests of the code on which a fit depends."""
    home = Path(__file__).parents[1]
    files = sorted(file for folder in ("definitions", "bayes", "elicit") for file in (home / folder).rglob("*.py"))
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


def _write(tree: DataTree, file: BinaryIO) -> None:
    """Write draws to a file by way of memory: HDF5 ends the process when it closes a file that it could not write."""
    content = io.BytesIO()
    tree.to_netcdf(content, engine="h5netcdf")
    file.write(content.getbuffer())


def keep(posterior: Posterior, key: FitKey) -> Path | None:
    """Store a fit and return its path; None if it cannot be written."""
    request, tree = _request(posterior.case, key), tree_of(posterior)
    path = _path_of(posterior.case, request)
    try:
        keep_sealed(path, request, functools.partial(_write, tree), _KEPT)
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


@checked_arguments
def save_fit(posterior: Posterior, path: str | Path) -> Path:
    """Write a fit to a file of one's own, which ArviZ opens as well.

    Parameters
    ----------
    posterior : Posterior
        From `mcmort.fit`.
    path : str or Path
        By custom ending in ``.nc``: the file is netCDF.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    if not hasattr(posterior, "units"):
        found = f"a value of the type {type(posterior).__name__}"
        raise UsageError(f"posterior: found {found}; expected a fit. Hint: mm.fit(case)")
    path, tree = Path(path), tree_of(posterior)
    fill = sealed(_SAVED, functools.partial(_write, tree))
    try:
        write_atomically(path, fill)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
    return path


@checked_arguments
def open_fit(path: str | Path, case: Case | None = None) -> Posterior:
    """Read a fit that was saved.

    Parameters
    ----------
    path : str or Path
        Of a file from `mcmort.save_fit` or ``mcmort fit --save``.
    case : Case, optional
        The case; by default the one that the file names.

    Returns
    -------
    Posterior
        As it was saved: some arrays have single precision.

    Raises
    ------
    UsageError
        If the file cannot be read or is no fit, or the case has changed since.
    """
    import h5netcdf

    path = Path(path)
    try:
        read_sealed(path, _SAVED)
        with h5netcdf.File(path, "r") as file:
            head = json.loads(file.attrs["mcmort"])
    except (OSError, ValueError, KeyError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged, or not from 'mcmort fit --save'"
        raise UsageError(f"{path}: no saved fit can be read ({reason})") from error
    case = load(head["case"]) if case is None else case
    if case.digest != head["digest"]:
        raise UsageError(
            f"{path}: the case {case.id} has changed since the fit was saved: its digest is {case.digest[:12]}, the "
            f"fit has {head['digest'][:12]}. Hint: fit it again, or give the case as it was"
        )
    return _read(path, case)


def tree_of(posterior: Posterior) -> DataTree:
    """Return a fit as a tree of datasets, in the groups that ArviZ knows."""
    import xarray as xr

    chains, assertions = posterior.manifest.chains, posterior.assertions
    weights = {} if assertions is None or not len(assertions.log_weights) else {_WEIGHTS: assertions.log_weights}
    head = {
        "manifest": asdict(posterior.manifest),
        "statuses": {name: asdict(status) for name, status in posterior.statuses.items()},
        "units": dict(posterior.units),
        "rejected": dict(posterior.rejected),
        "diagnosis": asdict(posterior.diagnosis),
        "splits": [asdict(split) for split in posterior.modes],
        "assertions": None if assertions is None else [assertions.figures, assertions.adds, assertions.pareto_k],
        "seconds": dict(posterior.seconds),
        "case": posterior.case.where,
        "digest": posterior.case.digest,
    }
    tree = xr.DataTree.from_dict(
        {
            "/posterior": dataset_of({**posterior.columns, **posterior.others}, chains, "f8"),
            "/prior": dataset_of(posterior.prior, 1, "f4"),
            "/log_likelihood": dataset_of(_figures(posterior.log_likelihood), chains, "f4"),
            "/log_prior": dataset_of({"parameters:all": posterior.log_prior}, chains, "f4"),
            "/posterior_predictive": dataset_of(_predicted(posterior, posterior.predicted), chains, "f4"),
            "/prior_predictive": dataset_of(_predicted(posterior, posterior.predicted_before), 1, "f4"),
            "/expectation": dataset_of(
                {
                    **_figures(posterior.expected),
                    **{f"formula:{name}": values for name, values in posterior.computed.items()},
                    **weights,
                },
                chains,
                "f4",
            ),
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


def _predicted(posterior: Posterior, values: Mapping[str, Array]) -> dict[str, Array]:
    """Return replicates named as columns of two kinds: of figures that were observed, and of formulas."""
    return {f"{'figure' if name in posterior.observed else 'formula'}:{name}": one for name, one in values.items()}


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
    """Return figures, and formulas in their place, by their own names."""
    return {name.partition(":")[2]: values for name, values in columns.items()}


def _of_kind(kind: str, columns: Mapping[str, Array]) -> dict[str, Array]:
    """Return columns of one kind by their own names."""
    return _of_figures({name: values for name, values in columns.items() if name.startswith(f"{kind}:")})


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
    likelihood = _of_figures(groups["log_likelihood"])
    return Posterior(
        case,
        Manifest(**manifest),
        columns,
        statuses,
        KeptSplits(manifest["seed"]),
        prior=groups["prior"],
        others={name: values for name, values in drawn.items() if name not in columns},
        log_likelihood=likelihood,
        log_prior=groups["log_prior"]["parameters:all"],
        observed={name: float(value[0]) for name, value in _of_figures(groups["observed_data"]).items()},
        computed=_of_kind("formula", groups["expectation"]),
        expected=_of_kind("figure", groups["expectation"]),
        predicted=_of_figures(groups["posterior_predictive"]),
        predicted_before=_of_figures(groups["prior_predictive"]),
        units=dict(head.get("units", {})),
        rejected=dict(head["rejected"]),
        diagnosis=Diagnosis(**diagnosis),
        modes=_modes(head, case, columns, likelihood),
        assertions=_assertions(head.get("assertions"), groups["expectation"].get(_WEIGHTS, np.zeros(0))),
        seconds=dict(head["seconds"]),
    )


def _modes(
    head: Mapping[str, Any], case: Case, columns: Mapping[str, Array], likelihood: Mapping[str, Array]
) -> tuple[SplitDeaths, ...]:
    """Return the modes of components and sums; earlier versions saved those of components alone."""
    if "splits" in head:
        return tuple(map(split_of, head["splits"]))
    from mcmort.bayes.evidence.collect import collect
    from mcmort.bayes.tempered_fit import modes_of_sums

    manifest, components = head["manifest"], [*map(split_of, head["modes"])]
    evidence = collect(case, manifest["evidence"], manifest["without"])
    sums = modes_of_sums(evidence, columns, likelihood, manifest["chains"])
    return (*components, *(split for split in sums if split.is_sum))


def _assertions(stored: Sequence[Any] | None, log_weights: Array) -> AssertionWeights | None:
    if stored is None:
        return None
    figures, adds, pareto_k = stored
    return AssertionWeights(figures, tuple(adds), pareto_k, log_weights)
