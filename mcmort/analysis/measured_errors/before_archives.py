"""What was said of the Soviet Union before its archives opened, against what they show.

Each claim that was published before 1989 about a sum of deaths becomes a prediction, by what figures of its basis are
worth in all other countries. It is held against the total of the shipped case under the claim's own definition, which
rests on the archives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcmort.analysis.claims import ClaimComparison, middle
from mcmort.analysis.measured_errors.hindcast import METHODS, Method, law_of, predicted
from mcmort.analysis.measured_errors.left_out_numbers import LeftOutNumbers
from mcmort.analysis.measured_errors.scored_prediction import Prediction, prediction_of
from mcmort.analysis.summary import Interval
from mcmort.catalogue.records import Source
from mcmort.elicit.pool import Pool

__all__ = ["OPENED", "EarlyClaim", "early_claims"]

OPENED: Final = 1989
"""The year in which registers of the state security began to be published."""


@dataclass(frozen=True)
class EarlyClaim:
    """A claim from before the archives, what was to be expected from it, and what they show.

    Attributes
    ----------
    claim : str
        Id of the claim in the case.
    said : int
        The year of its publication.
    basis : str
        Of the claim.
    method : {"cases", "corrected", "as-found"}
        What the claim was taken to be worth.
    figure : float
        What it says; of a range the geometric middle.
    prediction : Prediction
        Of what the archives show: the median of the case's total under the claim's definition.
    shown_interval : Interval
        Of that total, 95 %.
    """

    claim: str
    said: int
    basis: str
    method: Method
    figure: float
    prediction: Prediction
    shown_interval: Interval


def early_claims(
    compared: Sequence[ClaimComparison], sources: dict[str, Source], numbers: LeftOutNumbers
) -> tuple[EarlyClaim, ...]:
    """Predict what the archives show from each claim that is older.

    Parameters
    ----------
    compared : sequence of ClaimComparison
        The claims of the case beside its totals, from `mcmort.analysis.claims.compare_claims`.
    sources : dict of str to Source
        The works of the case.
    numbers : LeftOutNumbers
        What late figures of each basis are worth without the events of the Soviet Union.

    Returns
    -------
    tuple of EarlyClaim
        By year and method. Bounds, counts of the registers themselves, and claims about what the case does not know are
        left out.
    """
    laws = {figure.id.partition(",")[0]: figure.laws for figure in numbers.before_archives.figures}
    rows = []
    for row in compared:
        claim = row.claim
        year = sources[claim.source].year
        if not year.isdigit() or int(year) >= OPENED or claim.is_one_sided or claim.basis == "registered":
            continue
        if row.summary is None or row.summary.median <= 0:
            continue
        for method in METHODS:
            law = law_of(claim.basis, laws[claim.basis], method)
            figure = predicted(claim.low, claim.best, claim.high, law, stretch=method == "cases")
            rows.append(
                EarlyClaim(
                    claim=claim.id,
                    said=int(year),
                    basis=claim.basis,
                    method=method,
                    figure=middle(claim),
                    prediction=prediction_of(Pool(((1.0, figure),)), row.summary.median),
                    shown_interval=row.summary.interval(0.95),
                )
            )
    return tuple(sorted(rows, key=lambda one: (one.said, one.claim, METHODS.index(one.method))))
