"""Draws in the forms of other libraries: xarray, ArviZ, pandas, and Parquet for R."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mcmort.errors import OutputError, UsageError

if TYPE_CHECKING:
    import pandas as pd
    from xarray import Dataset

    from mcmort.results.draws import Draws

__all__ = ["dataframe_of", "dataset_of", "write_parquet"]

type Array = NDArray[np.float64]


def dataset_of(values: Mapping[str, Array], chains: int, dtype: str = "f8") -> Dataset:
    """Return columns as one variable for each kind, with the names as a coordinate: hundreds of variables are slow.

    Parameters
    ----------
    values : dict of str to ndarray, shape (n_draws,)
        By name, ``KIND:NAME``.
    chains : int
        Chains that follow one another in the draws.
    dtype : str
        Of the variables.

    Returns
    -------
    xarray.Dataset
        Each variable has the dimensions ``chain``, ``draw`` and ``KIND_of``.
    """
    import xarray as xr

    kinds: dict[str, dict[str, Array]] = {}
    for name, array in values.items():
        kind, _, rest = name.partition(":")
        kinds.setdefault(kind, {})[rest] = array.reshape(chains, -1)
    length = max((array.size // chains for array in values.values()), default=0)
    coords: dict[str, NDArray[np.int64] | list[str]] = {"chain": np.arange(chains), "draw": np.arange(length)}
    data = {}
    for kind, arrays in kinds.items():
        data[kind] = (("chain", "draw", f"{kind}_of"), np.stack([*arrays.values()], axis=-1).astype(dtype))
        coords[f"{kind}_of"] = [*arrays]
    return xr.Dataset(data, coords=coords)


def dataframe_of(draws: Draws) -> pd.DataFrame:
    """Return draws as a data frame, a row for each draw; see `Draws.to_dataframe`."""
    try:
        import pandas as pd
    except ImportError as error:
        raise UsageError("a data frame needs pandas, which is not installed. Hint: pip install pandas") from error
    frame = pd.DataFrame(dict(draws.columns))
    frame.index.name = "draw"
    return frame


def write_parquet(draws: Draws, path: str | Path) -> Path:
    """Write draws as Parquet, a column for each input; see `Draws.to_parquet`."""
    import pyarrow as pa
    from pyarrow import parquet

    path = Path(path)
    manifest = draws.manifest
    table = pa.table(dict(draws.columns)).replace_schema_metadata(
        {"case": draws.case.id, "digest": draws.case.digest, "engine": manifest.engine, "seed": str(manifest.seed)}
    )
    try:
        parquet.write_table(table, path, compression="zstd")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
    return path
