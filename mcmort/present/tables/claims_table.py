"""The table of authors' totals against ours, each under the author's own definition."""

from __future__ import annotations

import math
from typing import Final

from pydantic import Field

from mcmort.analysis.claims import Judged
from mcmort.catalogue import Case
from mcmort.draws import Manifest
from mcmort.present.documents.frame import Document, Frame, frame
from mcmort.present.numbers import rounding_for
from mcmort.present.print_format import EN_DASH, as_printed, years_text
from mcmort.present.tables.formats import Column, Table

__all__ = ["ClaimDocument", "ClaimsDocument", "claims_document", "claims_table", "discrepancy"]


class ClaimDocument(Document):
    """An author's total beside ours under that author's definition; null where there is none of ours."""

    id: str
    author: str
    counts: str
    beyond: str | None
    low: float | None
    best: float | None
    high: float | None
    reads: str
    basis: str
    source: str
    locator: str
    via: str | None
    confidence: str | None
    years: tuple[int, int] | None
    our_low: float | None
    our_median: float | None
    our_high: float | None
    quantile: float | None = Field(
        description="Share of our draws below the middle of the claim, or respecting a bound."
    )
    ratio: float | None = Field(description="Middle of the claim over our median.")
    verdict: str
    shared: bool = Field(description="Whether it rests on data that our pools hold as well.")
    conditioned: bool = Field(False, description="Whether our total is conditioned on it.")
    retired_by: str | None


class ClaimsDocument(Frame):
    """What ``mcmort claims --format json`` prints."""

    schema_: str = Field("mcmort/claims/1", alias="schema")
    claims: tuple[ClaimDocument, ...]


def claims_document(case: Case, manifest: Manifest, judged: tuple[Judged, ...]) -> ClaimsDocument:
    """Return claims as a document."""
    found = []
    for one in judged:
        claim = one.claim
        interval = None if one.summary is None else one.summary.interval(0.95)
        own = {key: getattr(claim, key) for key in ("id", "author", "counts", "beyond", "low", "best", "high", "basis")}
        own |= {key: getattr(claim, key) for key in ("source", "locator", "via", "confidence")}
        found.append(
            ClaimDocument(
                **own,
                reads=claim.reading,
                years=None if one.total is None else one.total.years,
                our_low=None if interval is None else interval.low,
                our_median=None if one.summary is None else one.summary.median,
                our_high=None if interval is None else interval.high,
                quantile=one.quantile if math.isfinite(one.quantile) else None,
                ratio=one.ratio if math.isfinite(one.ratio) else None,
                verdict=one.verdict,
                shared=one.shared,
                conditioned=one.conditioned,
                retired_by=one.retired_by or None,
            )
        )
    return ClaimsDocument.model_validate({"schema": "mcmort/claims/1", **frame(case, manifest), "claims": tuple(found)})


def discrepancy(judged: Judged) -> str:
    """Say in words how a claim stands to our total under its definition.

    Parameters
    ----------
    judged : Judged
        From `mcmort.analysis.judge_claims`.

    Returns
    -------
    str
        With the ratio to our median where the claim lies outside.
    """
    match judged.verdict:
        case "no total":
            return "no total of ours to compare with: its parts have no evidence"
        case "inside":
            return "inside our 95 % interval"
        case "overlaps":
            return f"its range and our 95 % interval overlap; middle {_times(judged.ratio)} our median"
        case "below" | "above":
            return f"{judged.verdict} our 95 % interval; {_times(judged.ratio)} our median"
        case "allowed":
            return "our total allows it"
        case _:
            return f"our total rules it out; the bound is {_times(judged.ratio)} our median"


def _times(ratio: float) -> str:
    if math.isinf(ratio):
        return "more than any multiple of"
    return "about" if 0.95 <= ratio <= 1.05 else f"{float(f'{ratio:.2g}'):,.10g} times"


def _quantile(judged: Judged) -> str:
    share = judged.quantile
    if math.isnan(share):
        return EN_DASH
    return _percent(share)


def _percent(share: float) -> str:
    if share < 0.005:
        return "under 1 %"
    if share > 0.995:
        return "over 99 %"
    return f"{100 * share:.0f} %"


_RAW: Final = (
    "id",
    "counts",
    "basis",
    "low",
    "best",
    "high",
    "our_low",
    "our_median",
    "our_high",
    "quantile",
    "verdict",
)


def claims_table(case: Case, judged: tuple[Judged, ...]) -> Table:
    """Return the table of claims.

    Parameters
    ----------
    case : Case
        The case.
    judged : tuple of Judged
        From `mcmort.analysis.judge_claims`.

    Returns
    -------
    Table
        One row for each claim, with its figure as printed, our interval under its definition, and the discrepancy in
        words and as a quantile of our draws.
    """
    columns = (
        Column("Author"),
        Column("Theirs, as printed", is_number=True),
        Column("Ours, 95 %", is_number=True),
        Column("Years", is_number=True),
        Column("Quantile", is_number=True),
        Column("How they stand"),
    )
    rows, raw = [], []
    for one in judged:
        claim = one.claim
        ours = years = EN_DASH
        low = high = median = None
        if one.total is not None and one.summary is not None:
            interval, rounding = one.summary.interval(0.95), rounding_for(one.summary)
            ours, years = rounding.span(interval.low, interval.high), years_text(one.total.years)
            low, high, median = interval.low, interval.high, one.summary.median
        rows.append(
            (
                claim.author,
                as_printed(claim.low, claim.best, claim.high, claim.reading),
                ours,
                years,
                _quantile(one),
                "; ".join([discrepancy(one), *_marks(one)]),
            )
        )
        figures = (claim.low, claim.best, claim.high, low, median, high)
        raw.append((claim.id, claim.counts, claim.basis, *figures, one.quantile, one.verdict))
    inputs = "no claim is an input of it"
    if any(one.conditioned for one in judged):
        inputs = "it is conditioned on the claims marked so, and agreement with these tests nothing"
    notes = (
        f"Ours is the total under the author's own definition, as far as it is known; {inputs}. "
        "Quantile: the share of our draws below the middle of theirs; of a bound, the share that respects it.",
        "A claim that shares data with our pools is no independent test of them; one in a weak source was read "
        "second-hand, in the press or on a forum. Years are those in which something counts.",
    )
    return Table(
        title=f"{case.head.title}: each author's total against ours under that author's definition",
        columns=columns,
        rows=tuple(rows),
        notes=notes,
        raw_columns=_RAW,
        raw_rows=tuple(raw),
    )


def _marks(judged: Judged) -> list[str]:
    """Return what a reader must know besides."""
    claim = judged.claim
    marks = []
    if claim.beyond is not None:
        marks.append(f"theirs also holds: {claim.beyond}")
    if judged.conditioned:
        marks.append("among our evidence")
    elif judged.shared:
        marks.append("shares data with our pools")
    if judged.retired_by:
        marks.append(f"since replaced ({judged.retired_by})")
    if claim.confidence == "low":
        marks.append("weak source")
    return marks
