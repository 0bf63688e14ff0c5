"""Computes a result of a library of measured errors again from its receipt, and compares everything in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcmort.analysis.document_digest import Difference, differences, document_digest
from mcmort.analysis.library_receipt import LibraryReceipt
from mcmort.analysis.recorded_result import RecordedResult
from mcmort.api.errors_report import ErrorsReport, measured_errors
from mcmort.api.hindcast_report import HindcastReport, hindcast
from mcmort.errors import VerifyError
from mcmort.present.documents.frame import as_json

__all__ = ["verify_library"]


def verify_library(
    recorded: RecordedResult, receipt: LibraryReceipt
) -> tuple[tuple[Difference, ...], Mapping[str, tuple[str, str]]]:
    """Compute a result again and compare every value of its document.

    Parameters
    ----------
    recorded : RecordedResult
        The document.
    receipt : LibraryReceipt
        Its receipt.

    Returns
    -------
    tuple
        What differs, and the versions that do, then and now.

    Raises
    ------
    VerifyError
        If the pairs have changed.
    """
    report = _again(recorded, receipt)
    if report.library.digest != receipt.library:
        raise VerifyError(
            f"{recorded.where}: the pairs have changed: their digest is {report.library.digest}, the receipt has "
            f"{receipt.library}. Hint: check out the version of the library that the result was made from"
        )
    content: dict[str, Any] = json.loads(as_json(report.document()))
    now = content["receipt"]["versions"]
    content["receipt"]["versions"] = dict(receipt.versions)  # those of today are compared apart
    content["receipt"]["document"] = document_digest(content)
    versions = {name: (then, now.get(name, "none")) for name, then in receipt.versions.items() if now.get(name) != then}
    return tuple(differences(recorded.content, content)), versions


def _again(recorded: RecordedResult, receipt: LibraryReceipt) -> ErrorsReport | HindcastReport:
    path = None if receipt.path is None else _found(recorded, receipt.path)
    extra = [_found(recorded, folder) for folder in receipt.extra]
    if receipt.result == "errors":
        return measured_errors(path, extra, refit=receipt.refit, seed=receipt.seed)
    return hindcast(path, extra, engine=receipt.engine, refit=receipt.refit, seed=receipt.seed)


def _found(recorded: RecordedResult, folder: str) -> str:
    """Return where a folder is now: as the receipt says, seen from here or from the file."""
    beside = None if recorded.path is None else recorded.path.parent / folder
    return str(beside) if beside is not None and not Path(folder).is_dir() and beside.is_dir() else folder
