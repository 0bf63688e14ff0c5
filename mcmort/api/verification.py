"""Makes a result again from its receipt, and compares everything that was printed of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Final

from mcmort.analysis.document_digest import Difference, differences, document_digest
from mcmort.analysis.receipt import Receipt, totals_digests
from mcmort.analysis.recorded_result import RecordedResult, read_result
from mcmort.analysis.request import TotalsRequest
from mcmort.api.reports import DependenceReport, EnginesReport
from mcmort.catalogue import Case, load
from mcmort.catalogue.names_given import bases_given
from mcmort.errors import UnknownCaseError, UsageError, VerifyError
from mcmort.present.documents.frame import as_json
from mcmort.results import Draws, DrawSource, Manifest
from mcmort.results.draw_options import ENGINES
from mcmort.totals import posterior_of, source_of

__all__ = ["Verification", "draws_beyond", "verify"]

_MOST: Final = {"elicited": 10**9, "synthesis": 10**6}
"""Draws that are made again without asking: minutes of work."""
_MOST_KEPT: Final = 10**7
"""Draws that are kept in memory without asking."""


_AGAIN: Final[Mapping[str, str]] = {
    "bridge": "bridge_report:again",
    "calibration": "calibration_report:again",
    "claims": "verbs:claims_again",
    "comparison": "verbs:comparison_again",
    "conflict": "conflict_report:again",
    "fit": "fit_report:again",
    "influence": "influence_report:again",
    "location": "location_report:again",
    "multiverse": "multiverse_report:again",
    "prediction": "prediction_report:again",
    "priors": "prior_sensitivity_report:again",
    "probability": "probability_report:again",
    "rates": "rates_report:again",
    "sensitivity": "sensitivity_report:again",
    "total": "verbs:total_again",
}
"""What makes each kind of result again, by name: some of these modules load SciPy or the Bayesian engine."""


@dataclass(frozen=True)
class Verification:
    """Outcome of a second run.

    Attributes
    ----------
    receipts : dict of str to Receipt
        What was run again, by the names of the documents in a file that holds several; else by ``""``.
    differing : tuple of str
        Totals that did not come out the same, bit for bit.
    differences : tuple of Difference
        Every value of the document, the receipt or the picture that a second run does not give.
    versions : dict of str to (str, str)
        Versions that differ: then and now.
    unchecked : str
        What could not be compared, in words, or "".
    library : str
        Which result of the library of measured errors was computed again, or "".
    """

    receipts: Mapping[str, Receipt]
    differing: tuple[str, ...]
    differences: tuple[Difference, ...]
    versions: Mapping[str, tuple[str, str]]
    unchecked: str = ""
    library: str = ""

    @property
    def agrees(self) -> bool:
        """Whether everything came out the same."""
        return not self.differing and not self.differences

    @property
    def earlier_meaning(self) -> str:
        """By which earlier meaning of the case format the result was made, and what has changed; else nothing."""
        return next((receipt.earlier_meaning for receipt in self.receipts.values()), "")


@dataclass(frozen=True)
class _Remade:
    """The result of a second run: its report, if it is one that is printed, and the digests of its totals."""

    report: Any
    document: dict[str, Any]
    totals: Mapping[str, str]
    versions: Mapping[str, str]

    @property
    def digest(self) -> str | None:
        """Digest of the document, if it has one."""
        return self.document["receipt"]["document"] if self.document else None


def verify(
    result: Receipt | RecordedResult | Path | str,
    *,
    case: str | None = None,
    threads: int | None = None,
    max_draws: int | None = None,
) -> Verification:
    """Make a result again, and compare everything that was printed of it.

    Parameters
    ----------
    result : Receipt, RecordedResult, Path or str
        A JSON result, the receipt beside a picture, or a file that holds either.
    case : str, optional
        Where the case is now; by default where the receipt says, seen from here or from the file.
    threads : int, optional
        Threads to use; they change no bit.
    max_draws : int, optional
        The most draws to make again; by default a number that takes minutes, since receipts come from others.

    Returns
    -------
    Verification
        What differs, if anything, and which versions do.

    Raises
    ------
    VerifyError
        If there is no sound receipt, or the case has changed since, or it asks for more draws.
    """
    if not isinstance(result, Receipt | RecordedResult | str | PathLike):
        found = f"a value of the type {type(result).__name__}"
        raise UsageError(f"result: found {found}; expected a receipt, or the path of a result or a receipt")
    if isinstance(result, Receipt):
        recorded = RecordedResult("the receipt", result.model_dump(mode="json"), {"": result})
    else:
        recorded = result if isinstance(result, RecordedResult) else read_result(Path(result))
    if recorded.library is not None:
        from mcmort.api.library_verification import verify_library

        found, versions = verify_library(recorded, recorded.library)
        return Verification({}, (), found, versions, library=recorded.library.result)
    if beyond := draws_beyond(recorded, max_draws):
        hint = f"--max-draws {beyond} makes them, if you trust the file"
        raise VerifyError(
            f"{recorded.where}: its receipt asks for {beyond:,} draws, which may take hours. Hint: {hint}"
        )
    remade = {key: _remade(receipt, recorded, case, threads) for key, receipt in recorded.receipts.items()}
    differing = dict.fromkeys(
        name
        for key, receipt in recorded.receipts.items()
        for name, digest in receipt.totals.items()
        if remade[key].totals.get(name) != digest
    )
    found, unchecked = _picture_differences(recorded)
    found = (*found, *_file_differences(recorded))
    if all(run.document for run in remade.values()):
        found = (*_document_differences(recorded, remade), *found)
    else:
        unchecked = "the draws of its totals alone, since the receipt is of a version that recorded no more"
    versions = {
        name: (then, remade[key].versions.get(name, "none"))
        for key, receipt in recorded.receipts.items()
        for name, then in receipt.versions.items()
        if remade[key].versions.get(name) != then
    }
    return Verification(recorded.receipts, tuple(differing), found, versions, unchecked)


def draws_beyond(recorded: RecordedResult, most: int | None = None) -> int:
    """Return how many draws a result asks for that are more than may be made without asking; else 0.

    Parameters
    ----------
    recorded : RecordedResult
        As read from a file.
    most : int, optional
        The most that may be made; by default what takes minutes and fits into memory.
    """
    return max((_beyond(receipt, most) for receipt in recorded.receipts.values()), default=0)


def _beyond(receipt: Receipt, most: int | None) -> int:
    of_engine = _MOST.get(receipt.engine, _MOST["elicited"])
    limit = most or (min(_MOST_KEPT, of_engine) if receipt.kept else of_engine)
    draws = receipt.draws * getattr(receipt.request, "universes", 1)
    return max([draws if draws > limit else 0, *(_beyond(other, most) for other in receipt.beside)])


def _remade(receipt: Receipt, recorded: RecordedResult, where: str | None, threads: int | None) -> _Remade:
    """Run again what a receipt records."""
    case = _case(receipt, recorded, where)
    if receipt.method == "quasi":
        _check_quasi_draws(receipt)
    try:
        bases_given(receipt.evidence)
    except UsageError as error:
        raise VerifyError(f"{recorded.where}: its receipt asks for what is none: {error}") from error
    first = None
    for source in _sources(receipt, case, threads):
        found = _of(source, receipt, recorded, threads)
        if found.totals == receipt.totals and found.digest == receipt.document:
            return found
        first = found if first is None else first
    assert first is not None
    return first


def _sources(receipt: Receipt, case: Case, threads: int | None) -> Iterator[DrawSource]:
    """Yield what the draws of a receipt may be.

    Of a fit the receipt tells how many there are. As many as usual may have been asked for, or not: a fit of which
    nothing is asked is made longer before it is tempered, and then draws otherwise.
    """
    options = receipt.options()
    if receipt.result in ("calibration", "conflict"):  # no draws of the whole: each task has a fit of its own
        yield Draws(case, Manifest(receipt.engine, receipt.seed, 0, receipt.evidence, {}), {})
        return
    if receipt.engine == "synthesis":
        from mcmort.bayes.diagnostics import CHAINS, DRAWS

        if receipt.draws == CHAINS * DRAWS:
            yield posterior_of(case, replace(options, draws=None), store=False, threads=threads)
    yield source_of(case, options, keep=receipt.kept, store=False, threads=threads)


def _of(source: DrawSource, receipt: Receipt, recorded: RecordedResult, threads: int | None) -> _Remade:
    """Make a result again of its draws."""
    request = receipt.request
    if isinstance(request, TotalsRequest):
        return _Remade(None, {}, totals_digests(source, receipt), source.manifest.versions)
    beside = [_remade(other, recorded, None, threads).report for other in receipt.beside]
    report = resolve_name(f"mcmort.api.{_AGAIN[request.result]}")(source, request, receipt, *beside)
    content: dict[str, Any] = json.loads(as_json(report.document()))
    versions = content["versions"]
    content["versions"] = content["receipt"]["versions"] = dict(receipt.versions)  # those of today are compared apart
    content["receipt"]["document"] = receipt.document and document_digest(content)
    return _Remade(report, content, content["receipt"]["totals"], versions)


def _case(receipt: Receipt, recorded: RecordedResult, where: str | None) -> Case:
    """Load the case of a receipt, from where it is now, under the name that it had."""
    beside = None if recorded.path is None else recorded.path.parent / receipt.case
    try:
        case = load(where or receipt.case)
    except UnknownCaseError as error:
        if where is None and beside is not None and beside.is_dir():
            case = load(str(beside))
        else:
            raise UnknownCaseError(f"{error}. If the case is elsewhere now, say where with --case") from error
    if case.digest != receipt.case_digest:
        raise VerifyError(
            f"the case {receipt.case} has changed: its digest is {case.digest[:12]}, the receipt has "
            f"{receipt.case_digest[:12]}. Hint: check out the version of the case that the result was made from"
            + (f". {receipt.earlier_meaning}" if receipt.earlier_meaning else "")
        )
    return replace(case, where=receipt.case)


def _check_quasi_draws(receipt: Receipt) -> None:
    """Refuse a number of draws that would be rounded to the one that was made."""
    from mcmort.sampler.kernel.run import REPLICATES, net_size  # the engines load only for a case that is sound

    if receipt.draws != (made := REPLICATES * net_size(receipt.draws)):
        raise VerifyError(
            f"the receipt names {receipt.draws:,} draws, which the method 'quasi' does not make; it would make "
            f"{made:,}. Hint: has the receipt been changed by hand?"
        )


def _document_differences(recorded: RecordedResult, remade: Mapping[str, _Remade]) -> tuple[Difference, ...]:
    """Compare every value of documents, or of bare receipts, with those of a second run."""
    documents = {key: run.document for key, run in remade.items()}
    if recorded.is_bare:
        parts = recorded.parts
        return tuple(
            difference
            for key, document in documents.items()
            for difference in differences({**parts[key], "picture": None}, document["receipt"], key)
        )
    if "" in documents:
        return tuple(differences(recorded.content, documents[""]))
    reports = {key: run.report for key, run in remade.items()}
    is_engines = set(reports) == set(ENGINES)
    joined = (EnginesReport(**reports) if is_engines else DependenceReport(**reports)).document()
    return tuple(differences(recorded.content, {**json.loads(as_json(joined)), **documents}))


def _picture_differences(recorded: RecordedResult) -> tuple[tuple[Difference, ...], str]:
    """Compare the picture beside a receipt with the digest in it, if both are there."""
    picture = recorded.picture
    expected = {receipt.picture for receipt in recorded.receipts.values()}
    if picture is None or not picture.is_file():
        is_of_picture = recorded.is_bare and expected != {None}
        return (), "not the picture, which does not stand beside the receipt" if is_of_picture else ""
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    return tuple(
        Difference(f"SHA-256 of {picture.name}", one or "nothing", f"{digest} (this receipt is of another picture)")
        for one in expected
        if one != digest
    ), ""


def _file_differences(recorded: RecordedResult) -> tuple[Difference, ...]:
    """Compare the files of a report with the digests in its receipt."""
    if recorded.path is None:
        return ()
    found = []
    for name, expected in recorded.files.items():
        file = recorded.path.parent / name
        digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "no such file"
        if digest != expected:
            found.append(Difference(f"SHA-256 of {name}", expected, digest))
    return tuple(found)
