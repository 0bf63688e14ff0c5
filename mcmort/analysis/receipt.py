"""Receipts: all that is needed to compute a result again, and the check that it agrees bit for bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mcmort.catalogue import load
from mcmort.catalogue.meaning_versions import since
from mcmort.catalogue.vocabulary import CURRENT_FORMAT, Pooling
from mcmort.errors import OptionError, VerifyError
from mcmort.results import Dependence, DrawOptions, HistogramEstimate, Method
from mcmort.results.draw_options import ENGINES
from mcmort.totals import DefinitionChanges, Total, definition_of, resolve, source_of, totals_of

__all__ = ["Receipt", "TotalsRequest", "Verification", "parse_receipt", "read_receipt", "receipt_of", "verify"]


class _Names(BaseModel):
    """The names of the definitions, in a base of their own so that pydantic puts them first in a receipt."""

    definitions: tuple[str, ...]


class TotalsRequest(DefinitionChanges, _Names):
    """What was asked: definitions of a case, and the changes made to each of them."""


class Receipt(BaseModel):
    """How a result was made, and a digest of what came out.

    Attributes
    ----------
    case : str
        Name of a shipped case, or path of a folder.
    case_digest : str
        Digest of its content.
    meaning : int
        Version of the case format by which the case was read.
    request : TotalsRequest
        What was asked.
    engine, seed, draws, evidence, method, dependence, pool, without, chains
        How the draws were made; see `mcmort.results.Manifest`.
    kept : bool
        Whether all draws were kept, or only counted in histograms.
    versions : dict of str to str
        Of mcmort and the libraries on which the bits may depend.
    totals : dict of str to str
        For each definition the SHA-256 of the draws of its total, or of their histogram.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    case: str
    case_digest: str
    meaning: int = Field(1, ge=1)
    request: TotalsRequest
    engine: str
    seed: int = Field(ge=0)
    draws: int = Field(ge=1)
    evidence: tuple[str, ...]
    method: Method = "plain"
    dependence: Dependence = "declared"
    pool: Pooling | None = None
    without: tuple[str, ...] = ()
    chains: int = Field(1, ge=1)
    kept: bool = True
    versions: dict[str, str]
    totals: dict[str, str]

    @property
    def earlier_meaning(self) -> str:
        """Say by which earlier meaning of the case format the result was made, and what has changed; else nothing."""
        changes = since(self.meaning)
        return changes and (
            f"The result was made by version {self.meaning} of the case format; by version {CURRENT_FORMAT} "
            f"figures differ where this touches them: {changes}"
        )

    def options(self) -> DrawOptions:
        """Return the options that make these draws again.

        Raises
        ------
        VerifyError
            If they contradict one another.
        """
        if self.engine not in ENGINES:
            raise VerifyError(f"the receipt names the engine {self.engine!r}; expected 'elicited' or 'synthesis'")
        try:
            return DrawOptions(
                engine=self.engine, draws=self.draws or None, seed=self.seed, method=self.method,
                dependence=self.dependence, pool=self.pool, evidence=frozenset(self.evidence),
                without=frozenset(self.without),
            )  # fmt: skip
        except OptionError as error:
            raise VerifyError(f"the receipt contradicts itself: {error}") from error


class Verification(BaseModel):
    """Outcome of a second run: what agrees, and which versions differ from those of the receipt."""

    model_config = ConfigDict(frozen=True)

    receipt: Receipt
    differing: tuple[str, ...]
    versions: dict[str, tuple[str, str]]

    @property
    def agrees(self) -> bool:
        """Whether every total came out the same, bit for bit."""
        return not self.differing


def _digest(result: Total) -> str:
    values = result.values
    return (
        values.whole.digest() if isinstance(values, HistogramEstimate) else hashlib.sha256(values.tobytes()).hexdigest()
    )


def receipt_of(request: TotalsRequest, totals: Sequence[Total]) -> Receipt:
    """Write a receipt for totals.

    Parameters
    ----------
    request : TotalsRequest
        What was asked.
    totals : sequence of Total
        What came out, all of the same draws.

    Returns
    -------
    Receipt
    """
    draws = totals[0].draws
    made = asdict(draws.manifest)
    return Receipt.model_validate(
        {key: made[key] for key in Receipt.model_fields if key in made}
        | {
            "case": draws.case.where,
            "case_digest": draws.case.digest,
            "meaning": CURRENT_FORMAT,
            "request": request,
            "kept": draws.is_kept,
            "totals": {result.definition.id: _digest(result) for result in totals},
        }
    )


def read_receipt(path: Path) -> Receipt:
    """Read a receipt, or the receipt inside a JSON result.

    Raises
    ------
    VerifyError
        If the file holds neither.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VerifyError(f"{path}: cannot be read ({error.strerror})") from error
    return parse_receipt(content, str(path))


def parse_receipt(content: bytes, where: str) -> Receipt:
    """Read a receipt, or the receipt inside a JSON result, from what a file holds.

    Parameters
    ----------
    content : bytes
        JSON, encoded as UTF-8.
    where : str
        Name of the file, for messages.

    Returns
    -------
    Receipt

    Raises
    ------
    VerifyError
        If there is no sound receipt, or one of a method that is no longer there.
    """
    try:
        document: Any = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise VerifyError(f"{where}: not JSON ({error}); expected a receipt, or a result in JSON") from error
    if isinstance(document, Mapping) and "receipt" in document:
        document = document["receipt"]
    if isinstance(document, Mapping) and document.get("method") == "exact":
        raise VerifyError(
            f"{where}: the result was made with the method 'exact', which left mcmort before version 0.1.0 was "
            "released, so it cannot be made again"
        )
    try:
        receipt = Receipt.model_validate(document)
    except ValidationError as error:
        keys = ", ".join(".".join(str(part) for part in defect["loc"]) or "the whole" for defect in error.errors())
        raise VerifyError(f"{where}: no receipt of mcmort (wrong or missing: {keys})") from error
    if not receipt.totals or receipt.totals.keys() != set(receipt.request.definitions):
        raise VerifyError(f"{where}: the receipt does not hold one digest for each definition of its request")
    return receipt


def verify(receipt: Receipt | Path | str, *, threads: int | None = None) -> Verification:
    """Run again what a receipt records, and compare.

    Parameters
    ----------
    receipt : Receipt, Path or str
        A receipt, or a file that holds one.
    threads : int, optional
        Threads to use; they change no bit.

    Returns
    -------
    Verification
        Which totals differ, if any, and which versions.

    Raises
    ------
    VerifyError
        If the receipt cannot be read, or the case has changed since.
    """
    if not isinstance(receipt, Receipt):
        receipt = read_receipt(Path(receipt))
    options = receipt.options()
    case = load(receipt.case)
    from mcmort.sampler.kernel.run import REPLICATES, net_size  # the engines load only for a case that is sound

    if case.digest != receipt.case_digest:
        raise VerifyError(
            f"the case {receipt.case} has changed: its digest is {case.digest[:12]}, the receipt has "
            f"{receipt.case_digest[:12]}. Hint: check out the version of the case that the result was made from"
            + (f". {receipt.earlier_meaning}" if receipt.earlier_meaning else "")
        )
    if receipt.method == "quasi" and receipt.draws != (made := REPLICATES * net_size(receipt.draws)):
        raise VerifyError(
            f"the receipt names {receipt.draws:,} draws, which the method 'quasi' does not make; it would make "
            f"{made:,}. Hint: has the receipt been changed by hand?"
        )
    source = source_of(case, options, keep=receipt.kept, store=False, threads=threads)
    resolved = [resolve(case, definition_of(case, name, receipt.request)) for name in receipt.totals]
    totals = totals_of(source, resolved, with_parts=False)
    differing = [
        name
        for (name, expected), total in zip(receipt.totals.items(), totals, strict=True)
        if _digest(total) != expected
    ]
    now = source.manifest.versions
    versions = {name: (then, now.get(name, "none")) for name, then in receipt.versions.items() if now.get(name) != then}
    return Verification(receipt=receipt, differing=tuple(differing), versions=versions)
