"""Receipts of what is computed from a library of measured errors: all that is needed to compute it again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mcmort.cache.folder import version_of
from mcmort.results import Engine

__all__ = ["LibraryReceipt", "library_receipt"]

_FITTING = ("pymc", "nutpie")
_SAMPLING = ("numba", "nutpie")


class LibraryReceipt(BaseModel):
    """How a result was computed from pairs of figures.

    Attributes
    ----------
    result : {"errors", "hindcast"}
        Which document it belongs to.
    path : str or None
        Folder of the pairs; None for those that come with mcmort.
    extra : tuple of str
        Folders of pairs that were added.
    library : str
        Digest of all pairs.
    refit : bool
        Whether the model was fitted anew.
    engine : {"elicited", "synthesis"}
        Which engine made hindcasts.
    seed : int
        Of the sampler.
    versions : dict of str to str
        Of mcmort and the libraries on which numbers may depend.
    document : str or None
        SHA-256 of the document, without this key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: Literal["errors", "hindcast"]
    path: str | None
    extra: tuple[str, ...]
    library: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    refit: bool
    engine: Engine = "elicited"
    seed: int = Field(ge=0)
    versions: dict[str, str] = Field(min_length=1)
    document: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


def library_receipt(
    result: Literal["errors", "hindcast"],
    library: str,
    path: str | Path | None,
    extra: Sequence[str | Path],
    *,
    refit: bool,
    seed: int,
    engine: Engine = "elicited",
) -> LibraryReceipt:
    """Write a receipt, without the digest of its document, which is set where that is made.

    Parameters
    ----------
    result : {"errors", "hindcast"}
        What was computed.
    library : str
        Digest of the pairs.
    path, extra, refit, seed, engine
        What was asked; see `LibraryReceipt`.

    Returns
    -------
    LibraryReceipt
    """
    packages = ("mcmort", "numpy", "scipy", *(_FITTING if refit else ()))
    if engine == "synthesis":
        packages = (*packages, *(name for name in _SAMPLING if name not in packages))
    return LibraryReceipt(
        result=result,
        path=None if path is None else str(path),
        extra=tuple(map(str, extra)),
        library=library,
        refit=refit,
        engine=engine,
        seed=seed,
        versions={name: version_of(name) for name in packages},
    )
