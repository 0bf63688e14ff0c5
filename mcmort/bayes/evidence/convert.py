"""Second step: from a figure as it is printed to its logarithm with a standard error."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from mcmort.bayes.evidence.datum import Datum, Side
from mcmort.bayes.evidence.error_groups import group_of
from mcmort.bayes.evidence.standard import Selection, Standard
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Claim, Component, Estimate, Figure
from mcmort.definitions import DefinitionTerms, of_claim, resolve
from mcmort.elicit.figure_fit import fit_figure
from mcmort.elicit.priors import to_years
from mcmort.errors import DefinitionError, FitError

__all__ = ["Stated", "converted_claims", "converted_estimates"]


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim about a sum: as it is printed, as a datum, and what its author counts."""

    claim: Claim
    datum: Datum
    resolved: DefinitionTerms


def converted_estimates(standard: Standard, estimates: Iterable[tuple[Component, Estimate]]) -> Selection[Datum]:
    """Return estimates as data on the columns of their components, carried to the years of these."""
    kept, rejected = list[Datum](), dict[str, str]()
    for component, estimate in estimates:
        name = f"{component.id}:{estimate.name}"
        try:
            datum = _datum(standard.case, name, estimate, estimate.line, component)
        except FitError as error:
            rejected[name] = str(error)
            continue
        factor, _ = to_years(standard.case, component, estimate)
        column = f"{estimate.measure}:{component.id}"
        kept.append(replace(datum, log_value=datum.log_value + math.log(factor), column=column))
    return Selection(kept, rejected)


def converted_claims(standard: Standard, claims: Iterable[Claim]) -> Selection[Stated]:
    """Return claims as data; one that counts more than the case holds is an upper bound, or not used."""
    kept, rejected = list[Stated](), dict[str, str]()
    for claim in claims:
        name = f"claim:{claim.id}"
        try:
            datum = _datum(standard.case, name, claim, claim.lineage or claim.source, None)
            if claim.beyond is not None:
                if datum.side == "at-least":
                    rejected[name] = "at least so many, of more than the case holds: it bounds nothing here"
                    continue
                datum = replace(datum, side="at-most")
            kept.append(Stated(claim, datum, resolve(standard.case, of_claim(standard.case, claim))))
        except (FitError, DefinitionError) as error:
            rejected[name] = str(error)
    return Selection(kept, rejected)


def _datum(case: Case, name: str, figure: Estimate | Claim, line: str, owner: Component | None) -> Datum:
    """Return a figure as a datum on the logarithm.

    Raises
    ------
    FitError
        If it has no logarithm.
    """
    text, group = getattr(figure, "formula", None), group_of(case, owner, figure)
    if text is not None:
        return Datum(name, figure.basis, group, line, figure.source, formula=text)
    side: Side = "at-least" if figure.reading == "at-least" else "at-most" if figure.reading == "at-most" else "point"
    middle, error = _middle_and_error(case, figure)
    if middle <= 0.0 or not math.isfinite(error):
        raise FitError("a figure of zero has no logarithm")
    return Datum(name, figure.basis, group, line, figure.source, side, math.log(middle), error)


def _middle_and_error(case: Case, figure: Figure) -> tuple[float, float]:
    """Return the middle of a figure and the log standard error that its printed range stands for; none for a point."""
    if figure.is_one_sided or figure.reading == "point":
        value = {"at-least": figure.low, "at-most": figure.high}.get(figure.reading, figure.best)
        assert value is not None
        return value, 0.0
    distribution = fit_figure(case, figure).distribution
    low, middle, high = distribution.ppf(np.array([0.1586552539, 0.5, 0.8413447461])).tolist()
    return middle, (math.log(high) - math.log(low)) / 2.0 if low > 0.0 else math.inf
