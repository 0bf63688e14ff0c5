"""What a new process loads: machine code and stored fits need nothing of what made them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bayes.small_cases import evidence_head
from tests.cases import component, point, ranged, share, write_case

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep fits in an empty folder."""
    monkeypatch.setenv("MCMORT_CACHE", str(tmp_path / "cache"))


def test_machine_code_of_the_density_is_stored() -> None:
    """The process that compiles the density leaves its machine code on disk, so that the next needs no Numba."""
    code = (
        "import sys; from mcmort.bayes.autodiff.density import density_address, identity_address; "
        "density_address(); identity_address(); print('numba' in sys.modules)"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=240
        ).stdout.strip()
        for _ in range(2)
    ]
    assert outputs == ["True", "False"]


_TELL = "; import json, sys; sys.stderr.write('\\n' + json.dumps([len(post), *sys.modules]))"


def test_stored_fit_is_read_without_libraries_of_engine(tmp_path: Path) -> None:
    """In a new process a stored fit loads neither PyMC, PyTensor, nutpie, ArviZ, xarray nor Numba."""
    tables = {
        "head": evidence_head(),
        "component": [
            component("camps", point(9e3, basis="registered", measure="registered"),
                      ranged(10e3, 30e3, source="study-b"), completeness=share(0.4, 0.95)),
        ],
    }  # fmt: skip
    place = write_case(tmp_path / "small", tables)
    code = f"import mcmort as mm; from mcmort.bayes import fit; post = fit(mm.load({str(place)!r}), rng=1)"
    loaded = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code + _TELL], capture_output=True, text=True, check=True, timeout=240
        )
        count, *modules = json.loads(done.stderr.splitlines()[-1])
        assert count >= 4000
        loaded.append(set(modules))
    heavy = {"pymc", "pytensor", "nutpie._lib", "arviz", "arviz_base", "arviz_stats", "xarray", "numba", "scipy.stats"}
    heavy |= {"matplotlib", "pandas"}
    assert {"nutpie._lib", "numba", "xarray"} <= loaded[0]  # so the test can fail
    assert loaded[0] & {"arviz", "matplotlib"} == set()  # they take longer to load than the chains to run
    assert "pymc" not in loaded[0]
    assert loaded[1] & heavy == set()
