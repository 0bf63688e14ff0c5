"""Reads results with their receipts: a JSON document, one that holds several, or what stands beside a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from mcmort.analysis.library_receipt import LibraryReceipt
from mcmort.analysis.receipt import Receipt
from mcmort.analysis.request import TotalsRequest
from mcmort.catalogue.reading.bounded_toml import refuse_device
from mcmort.catalogue.vocabulary import CURRENT_FORMAT
from mcmort.errors import VerifyError
from mcmort.results.draw_options import DEPENDENCES, ENGINES

__all__ = ["RECEIPT_ENDING", "REPORT_RECEIPT", "RecordedResult", "parse_result", "read_result"]

RECEIPT_ENDING: Final = ".receipt.json"
"""What the name of a picture's receipt adds to that of the picture."""
REPORT_RECEIPT: Final = "receipt.json"
"""Name of the receipt of a report, which holds the digests of all files beside it."""
_SEVERAL: Final[tuple[tuple[str, ...], ...]] = (ENGINES, DEPENDENCES)


@dataclass(frozen=True)
class RecordedResult:
    """What a file holds.

    Attributes
    ----------
    where : str
        Name of the file, for messages.
    content : dict
        The JSON.
    receipts : dict of str to Receipt
        By the key of the document inside the content that each belongs to; by ``""`` where there is one.
    path : Path or None
        The file, if it is one.
    library : LibraryReceipt or None
        Of a result of the library of measured errors, which has no case and no other receipt.
    files : dict of str to str
        SHA-256 of the files of a report, by their paths beside its receipt.
    """

    where: str
    content: Mapping[str, Any]
    receipts: Mapping[str, Receipt]
    path: Path | None = None
    library: LibraryReceipt | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_bare(self) -> bool:
        """Whether there are receipts alone, without the documents."""
        return not any("receipt" in part for part in self.parts.values())

    @property
    def parts(self) -> Mapping[str, Mapping[str, Any]]:
        """The documents, or bare receipts, by the same keys as `receipts`."""
        return {key: self.content[key] if key else self.content for key in self.receipts}

    @property
    def picture(self) -> Path | None:
        """The picture that the receipts stand beside, by the name of the file."""
        if self.path is None or not self.is_bare or not self.path.name.endswith(RECEIPT_ENDING):
            return None
        return self.path.with_name(self.path.name.removesuffix(RECEIPT_ENDING))


def read_result(path: Path) -> RecordedResult:
    """Read the receipts, and the documents that hold them, from a file.

    Raises
    ------
    VerifyError
        If the file cannot be read, or holds neither.
    """
    try:
        refuse_device(path)
        content = path.read_bytes()
    except OSError as error:
        raise VerifyError(f"{path}: cannot be read ({error.strerror})") from error
    return parse_result(content, str(path), path)


def parse_result(content: bytes, where: str, path: Path | None = None) -> RecordedResult:
    """Read receipts, and the documents that hold them, from what a file holds.

    Parameters
    ----------
    content : bytes
        JSON, encoded as UTF-8.
    where : str
        Name of the file, for messages.
    path : Path, optional
        The file, if it is one.

    Returns
    -------
    RecordedResult

    Raises
    ------
    VerifyError
        If there is no sound receipt, or one of a method that is no longer there.
    """
    try:
        read: Any = json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise VerifyError(
            f"{where}: not JSON ({str(error).partition(';')[0]}); expected a receipt, or a result in JSON"
        ) from error
    files, read = _report_of(read, where)
    keys: tuple[str, ...] = ("",)
    if isinstance(read, Mapping):
        keys = next((keys for keys in _SEVERAL if all(isinstance(read.get(key), Mapping) for key in keys)), keys)
    if _is_of_library(read):
        return RecordedResult(where, read, {}, path, _library_receipt(read["receipt"], where))
    receipts = {key: _receipt(read[key] if key else read, f"{where}: {key}" if key else where) for key in keys}
    _check_several(receipts, where)
    return RecordedResult(where, read, receipts, path, files=files)


def _is_of_library(read: Any) -> bool:
    receipt = read.get("receipt") if isinstance(read, Mapping) else None
    return isinstance(receipt, Mapping) and "library" in receipt


def _library_receipt(content: Any, where: str) -> LibraryReceipt:
    try:
        receipt = LibraryReceipt.model_validate(content)
    except ValidationError as error:
        keys = ", ".join(".".join(map(str, defect["loc"])) or "the whole" for defect in error.errors())
        raise VerifyError(f"{where}: no receipt of mcmort (wrong or missing: {keys})") from error
    if receipt.document is None:
        raise VerifyError(f"{where}: the receipt does not record the document that it belongs to (missing: document)")
    return receipt


def _report_of(read: Any, where: str) -> tuple[Mapping[str, str], Any]:
    """Return the digests of the files of a report, and its receipts; of anything else, none and all of it."""
    if not (isinstance(read, Mapping) and read.keys() == {"files", "receipts"}):
        return {}, read
    files = read["files"]
    is_sound = isinstance(files, Mapping) and all(
        isinstance(digest, str) and not Path(name).is_absolute() and ".." not in Path(name).parts
        for name, digest in files.items()
    )
    if not is_sound:
        raise VerifyError(f"{where}: no receipt of a report; expected the digest of each file under 'files'")
    return files, read["receipts"]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return dict(pairs)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _receipt(document: Any, where: str) -> Receipt:
    """Read a receipt, or the receipt inside a document."""
    is_inside = isinstance(document, Mapping) and "receipt" in document
    content = document["receipt"] if is_inside else document
    if isinstance(content, Mapping) and content.get("method") == "exact":
        raise VerifyError(
            f"{where}: the result was made with the method 'exact', which left mcmort before version 0.1.0 was "
            "released, so it cannot be made again"
        )
    try:
        receipt = Receipt.model_validate(content)
    except ValidationError as error:
        contradictions = [defect["msg"] for defect in error.errors() if defect["type"] == "value_error"]
        if contradictions:
            words = "; ".join(message.removeprefix("Value error, ") for message in contradictions)
            raise VerifyError(f"{where}: the receipt contradicts itself: {words}") from error
        keys = ", ".join(".".join(str(part) for part in defect["loc"]) or "the whole" for defect in error.errors())
        raise VerifyError(f"{where}: no receipt of mcmort (wrong or missing: {keys})") from error
    _check_complete(receipt, is_inside=is_inside, where=where)
    return receipt


def _check_complete(receipt: Receipt, *, is_inside: bool, where: str) -> None:
    """Refuse a receipt that does not record what it stands for: it would agree with anything."""
    recorded = {"result": isinstance(receipt.request, TotalsRequest), "document": receipt.document is None}
    missing = [key for key, is_missing in recorded.items() if is_missing]
    if missing and (is_inside or receipt.meaning == CURRENT_FORMAT):
        earlier = f" {receipt.earlier_meaning}" if receipt.earlier_meaning else ""
        raise VerifyError(
            f"{where}: the receipt does not record the document that it belongs to (missing: {', '.join(missing)}), so "
            f"what stands in it cannot be compared.{earlier}"
        )
    if not receipt.request.is_answered_by(receipt.totals):
        raise VerifyError(f"{where}: the receipt does not hold one digest for each definition of its request")


def _check_several(receipts: Mapping[str, Receipt], where: str) -> None:
    """Refuse documents that do not belong together, or not under the keys at which they stand."""
    first = next(iter(receipts.values()))
    for key, receipt in receipts.items():
        if key and key not in (receipt.engine, receipt.dependence):
            raise VerifyError(f"{where}: under {key!r} stands a result that was made otherwise")
        for name in ("case_digest", "request", "interval"):
            if getattr(receipt, name) != getattr(first, name):
                raise VerifyError(
                    f"{where}: the results that it holds do not belong together: receipts differ in {name}"
                )
