"""What carries the width of a total, as text, table or JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.request import SensitivityRequest
from mcmort.analysis.sensitivity import InputSensitivity, PartSensitivity, TotalSensitivity, total_sensitivity
from mcmort.analysis.summary import check_probabilities
from mcmort.api.printed import Printed
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.catalogue.vocabulary import Measure
from mcmort.definitions import DefinitionChanges
from mcmort.errors import VerifyError
from mcmort.present.documents.sensitivity_document import SensitivityDocument, sensitivity_document
from mcmort.present.sensitivity_text import SensitivityRows, sensitivity_headline
from mcmort.present.tables.columns import Table
from mcmort.present.tables.sensitivity_table import sensitivity_table
from mcmort.results import Draws
from mcmort.totals import DrawSource, definition_of, resolve

__all__ = ["SensitivityReport", "again", "sensitivity", "sensitivity_with"]


@dataclass(frozen=True, repr=False)
class SensitivityReport(Printed):
    """What carries the width of a total, with a receipt."""

    sensitivity: TotalSensitivity
    receipt: Receipt
    rows: SensitivityRows = "components"

    @property
    def components(self) -> tuple[PartSensitivity, ...]:
        """What each component carries, those first that make the interval narrowest if known."""
        return self.sensitivity.components

    @property
    def inputs(self) -> tuple[InputSensitivity, ...]:
        """What each uncertain input carries, in the same order."""
        return self.sensitivity.inputs

    @property
    def headline(self) -> str:
        """The sentence that says what carries the width."""
        return sensitivity_headline(self.sensitivity, self.rows)

    def document(self) -> SensitivityDocument:
        """Return the result in the stable JSON schema."""
        return sensitivity_document(self.sensitivity, self.receipt)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of its rows, with those that carry less than a hundredth if whole."""
        return (sensitivity_table(self.sensitivity, self.rows, whole=whole),)


@checked_arguments
def sensitivity(
    draws: Draws,
    definition: str,
    *,
    years: tuple[int, int] | None = None,
    measure: Measure | None = None,
    net: bool | None = None,
    include: Sequence[Mapping[str, Sequence[str]]] = (),
    exclude: Sequence[Mapping[str, Sequence[str]]] = (),
    interval: float = 0.95,
) -> SensitivityReport:
    """Work out what carries the width of a total: which component or input, were it known, would make it narrower.

    Parameters
    ----------
    draws : Draws
        From `mcmort.simulate` or `mcmort.fit`.
    definition : str
        Name of a definition of the case.
    years, measure, net, include, exclude
        Changes to the definition; see `mcmort.total`.
    interval : float
        Probability of the interval whose width is meant.

    Returns
    -------
    SensitivityReport
        Prints itself: the finding, then a row for each component.

    Raises
    ------
    DefinitionError
        If the definition is unknown, selects nothing, or asks only for what is unknown; or if a change is none.
    UsageError
        If the draws were not kept or are too few, or the total does not vary.

    Examples
    --------
    >>> import mcmort as mm
    >>> draws = mm.simulate(mm.load("ussr"), n=4_000, rng=1)
    >>> result = mm.sensitivity(draws, "broad")
    >>> round(sum(part.covariance_share.value for part in result.sensitivity.parts), 9)
    1.0
    """
    changes = DefinitionChanges.checked(
        years=years, measure=measure, net=net, include=tuple(include), exclude=tuple(exclude)
    )
    return sensitivity_with(draws, definition, changes, interval=interval)


def sensitivity_with(
    draws: Draws, definition: str, changes: DefinitionChanges, *, interval: float = 0.95
) -> SensitivityReport:
    """Work out what carries the width of a total under a definition with changes; see `sensitivity`."""
    check_probabilities([interval])
    resolved = resolve(draws.case, definition_of(draws.case, definition, changes))
    found = total_sensitivity(draws, resolved, interval)
    request = SensitivityRequest(definitions=(definition,), **dict(changes))
    return SensitivityReport(found, receipt_of(request, [found.total], interval=interval))


def again(draws: DrawSource, request: SensitivityRequest, receipt: Receipt) -> SensitivityReport:
    """Work out again from a receipt what carries the width of a total."""
    if not isinstance(draws, Draws):
        raise VerifyError("the receipt contradicts itself: sensitivity is computed from draws that are kept")
    return sensitivity_with(draws, request.definition, request.changes, interval=receipt.interval)
