"""Draws in the forms of other libraries hold the same numbers."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from mcmort.errors import OutputError, UsageError
from mcmort.results import Draws
from mcmort.sampler import simulate
from tests.cases import case_of, component, ranged


@pytest.fixture(scope="module")
def draws() -> Draws:
    """Draw two components."""
    return simulate(case_of(component("one", ranged(100, 200)), component("two", ranged(3, 9))), 64, rng=1)


def test_data_frame_has_a_column_for_each_input(draws: Draws) -> None:
    """Rows are draws, in order."""
    frame = draws.to_dataframe()
    assert list(frame.columns) == list(draws.columns)
    assert np.array_equal(frame["all:two"].to_numpy(), draws.columns["all:two"])


def test_dataset_holds_each_kind_by_name(draws: Draws) -> None:
    """Inputs of a kind are one variable with chains, draws and names as coordinates."""
    variable = draws.to_xarray()["all"]
    assert variable.dims == ("chain", "draw", "all_of")
    assert np.array_equal(variable.sel(all_of="two").to_numpy().ravel(), draws.columns["all:two"])
    assert np.array_equal(draws.to_datatree()["posterior"]["all"].to_numpy(), variable.to_numpy())


def test_parquet_is_read_back_bit_for_bit(draws: Draws, tmp_path: Path) -> None:
    """A column for each input, and how the draws were made beside them."""
    table = parquet.read_table(draws.to_parquet(tmp_path / "draws.parquet"))
    assert table.column_names == list(draws.columns)
    assert all(np.array_equal(table[name].to_numpy(), values) for name, values in draws.columns.items())
    assert table.schema.metadata[b"digest"].decode() == draws.case.digest


def test_parquet_that_cannot_be_written_is_one_sentence(draws: Draws, tmp_path: Path) -> None:
    """The file and the reason are named."""
    with pytest.raises(OutputError, match=r"missing/draws\.parquet: cannot be written"):
        draws.to_parquet(tmp_path / "missing" / "draws.parquet")


def test_data_frame_without_pandas_says_how_to_get_it(draws: Draws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pandas is asked for only where it is needed."""
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(UsageError, match="needs pandas, which is not installed"):
        draws.to_dataframe()
