"""Receipts: all that is needed to make a result again, with digests of what came out.

`mcmort.analysis.recorded_result` reads them from files; `mcmort.api.verification` makes results again and compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mcmort.analysis.bridge import BridgeRequest
from mcmort.analysis.left_out import InfluenceRequest
from mcmort.analysis.locate import LocationRequest
from mcmort.analysis.multiverse.request import MultiverseRequest
from mcmort.analysis.prediction import PredictionRequest
from mcmort.analysis.rates import RatesRequest
from mcmort.analysis.request import (
    CalibrationRequest,
    ClaimsRequest,
    ComparisonRequest,
    ConflictRequest,
    FitRequest,
    PriorsRequest,
    Request,
    SensitivityRequest,
    TotalRequest,
    TotalsRequest,
)
from mcmort.analysis.total_probabilities import ProbabilityRequest
from mcmort.catalogue.meaning_versions import since
from mcmort.catalogue.vocabulary import CURRENT_FORMAT, Pooling, Weighting
from mcmort.errors import OptionError, VerifyError
from mcmort.results import Dependence, DrawOptions, DrawSource, HistogramEstimate, Method, SamplerOfFit
from mcmort.results.draw_options import ENGINES
from mcmort.totals import Total, definition_of, resolve, totals_of

__all__ = ["Receipt", "digests_of", "receipt_of", "totals_digests"]

_AnyRequest = Annotated[
    BridgeRequest
    | CalibrationRequest
    | ClaimsRequest
    | ComparisonRequest
    | ConflictRequest
    | FitRequest
    | InfluenceRequest
    | LocationRequest
    | MultiverseRequest
    | PredictionRequest
    | PriorsRequest
    | ProbabilityRequest
    | RatesRequest
    | SensitivityRequest
    | TotalRequest
    | TotalsRequest,
    Field(discriminator="result"),
]
"""A line for each kind of result; `mcmort.api.verification` has as many, which make it again."""

_Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal digits."""


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
    request : Request
        What was asked, with all options; its `result` says which kind of document the receipt belongs to. A picture
        shows a comparison.
    interval : float
        Probability of the interval that is printed.
    beside : tuple of Receipt
        Of results with draws of their own that this one was compared with.
    engine, seed, draws, evidence, method, dependence, pool, weights, precision, without, lean, sampler, chains
        How the draws were made; see `mcmort.results.Manifest`.
    kept : bool
        Whether all draws were kept, or only counted in histograms.
    versions : dict of str to str
        Of mcmort and the libraries on which the bits may depend.
    totals : dict of str to str
        For each definition, or each claim, the SHA-256 of the draws of its total, or of their histogram.
    document : str or None
        SHA-256 of the JSON document, without this key and the next: of the whole content, not of how it is laid out.
    picture : str or None
        SHA-256 of the picture that the receipt stands beside, as a file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    case: str
    case_digest: str
    meaning: int = Field(1, ge=1)
    request: _AnyRequest
    interval: float = Field(0.95, gt=0.0, lt=1.0)
    beside: tuple[Receipt, ...] = ()
    engine: str
    seed: int = Field(ge=0)
    draws: int = Field(ge=1)
    evidence: tuple[str, ...]
    method: Method = "plain"
    dependence: Dependence = "declared"
    pool: Pooling | None = None
    weights: Weighting = "equal"
    precision: float | None = None
    without: tuple[str, ...] = ()
    lean: float = 0.0
    sampler: SamplerOfFit = "compiled"
    chains: int = Field(1, ge=1)
    kept: bool = True
    versions: dict[str, str] = Field(min_length=1)
    totals: dict[str, str]
    document: _Digest | None = None
    picture: _Digest | None = None

    @field_validator("request", mode="before")
    @classmethod
    def _of_an_earlier_version(cls, request: Any) -> Any:
        """Read a request without the kind of its result as what it was: one for the draws of totals."""
        return {"result": "totals", **request} if isinstance(request, Mapping) else request

    @property
    def result(self) -> str:
        """Which kind of document it belongs to; ``"totals"`` where nothing but their draws is recorded."""
        return self.request.result

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
                engine=self.engine, draws=self.draws, seed=self.seed, precision=self.precision, method=self.method,
                dependence=self.dependence, pool=self.pool, weights=self.weights, evidence=frozenset(self.evidence),
                without=frozenset(self.without), lean=self.lean, sampler=self.sampler,
            )  # fmt: skip
        except OptionError as error:
            raise VerifyError(f"the receipt contradicts itself: {error}") from error


def _digest(result: Total) -> str:
    values = result.values
    return (
        values.whole.digest() if isinstance(values, HistogramEstimate) else hashlib.sha256(values.tobytes()).hexdigest()
    )


def digests_of(totals: Mapping[str, Total]) -> dict[str, str]:
    """Return for each total the SHA-256 of its draws, or of their histogram."""
    return {name: _digest(total) for name, total in totals.items()}


def totals_digests(source: DrawSource, receipt: Receipt) -> dict[str, str]:
    """Compute the totals of a receipt again, whatever was printed of them, and return their digests."""
    request = receipt.request
    assert isinstance(request, TotalsRequest)
    changes = request.changes
    resolved = [resolve(source.case, definition_of(source.case, name, changes)) for name in receipt.totals]
    return digests_of(dict(zip(receipt.totals, totals_of(source, resolved, with_parts=False), strict=True)))


def receipt_of(
    request: Request,
    totals: Sequence[Total] | Mapping[str, Total],
    draws: DrawSource | None = None,
    *,
    interval: float = 0.95,
    beside: Sequence[Receipt] = (),
) -> Receipt:
    """Write a receipt for totals.

    Parameters
    ----------
    request : Request
        What was asked, one of those that `Receipt` reads.
    totals : sequence of Total, or mapping of str to Total
        What came out, all of the same draws; by the ids of their definitions, or by other names.
    draws : Draws or Sampler, optional
        What the totals were computed from; needed only where there may be none.
    interval, beside
        What is printed of them; see `Receipt`.

    Returns
    -------
    Receipt
        Without the digest of a document, which is set where the document is made.
    """
    named = totals if isinstance(totals, Mapping) else {total.definition.id: total for total in totals}
    made_from = next((total.draws for total in named.values()), draws)
    assert made_from is not None
    made = asdict(made_from.manifest)
    return Receipt.model_validate(
        {key: made[key] for key in Receipt.model_fields if key in made}
        | {
            "case": made_from.case.where,
            "case_digest": made_from.case.digest,
            "meaning": CURRENT_FORMAT,
            "request": request,
            "interval": interval,
            "beside": tuple(beside),
            "kept": made_from.is_kept if draws is None else draws.is_kept,
            "totals": digests_of(named),
        }
    )
