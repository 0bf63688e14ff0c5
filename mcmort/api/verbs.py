"""The verbs of the Python interface: they compute, and return reports that print themselves."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, get_args

from mcmort import analysis
from mcmort.analysis import summarise
from mcmort.analysis.bounds import total_bounds
from mcmort.analysis.claims import compare_claims
from mcmort.analysis.receipt import Receipt, receipt_of
from mcmort.analysis.recorded_result import RECEIPT_ENDING
from mcmort.analysis.request import ClaimsRequest, ComparisonRequest, TotalRequest
from mcmort.analysis.summary import reported_probabilities
from mcmort.api.reports import ClaimsReport, ComparisonReport, TotalReport
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.catalogue.vocabulary import Measure
from mcmort.definitions import DefinitionChanges
from mcmort.errors import OptionError, UsageError
from mcmort.present.write import check_writable, figure_format, write_whole
from mcmort.totals import DrawSource, definition_of, resolve, totals_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mcmort.present.figures.sheet import Width

__all__ = [
    "claims",
    "claims_again",
    "compare",
    "comparison_again",
    "plot",
    "total",
    "total_again",
    "total_with",
]


@checked_arguments
def total(
    draws: DrawSource,
    definition: str,
    *,
    years: tuple[int, int] | None = None,
    measure: Measure | None = None,
    net: bool | None = None,
    include: Sequence[Mapping[str, Sequence[str]]] = (),
    exclude: Sequence[Mapping[str, Sequence[str]]] = (),
    interval: float = 0.95,
    bounds: bool = False,
) -> TotalReport:
    """Compute the total under a definition.

    Parameters
    ----------
    draws : Draws or Sampler
        From `mcmort.simulate` or `mcmort.Sampler`.
    definition : str
        Name of a definition of the case.
    years : tuple of int, optional
        First and last year to restrict it to.
    measure : {"registered", "all"}, optional
        Deaths registered by those responsible only, or all, instead of its own rule.
    net : bool, optional
        Whether to take off ordinary mortality, instead of its own rule.
    include, exclude : sequence of mappings, optional
        Selectors to add, from facet to values.
    interval : float
        Probability of the interval that is printed.
    bounds : bool
        Whether to work out what its ends can be under any dependence between the components.

    Returns
    -------
    TotalReport
        Prints itself with its definition, interval, exclusions and unknowns.

    Raises
    ------
    DefinitionError
        If the definition is unknown, selects nothing, or asks only for what is unknown; or if a change is none.

    Examples
    --------
    >>> import mcmort as mm
    >>> draws = mm.simulate(mm.load("ussr"), n=2_000, rng=1)
    >>> result = mm.total(draws, "archival")
    >>> result.summary.interval(0.95).kind
    'equal-tailed'
    """
    changes = DefinitionChanges.checked(
        years=years, measure=measure, net=net, include=tuple(include), exclude=tuple(exclude)
    )
    return total_with(draws, definition, changes, interval=interval, bounds=bounds)


def total_with(
    draws: DrawSource, definition: str, changes: DefinitionChanges, *, interval: float = 0.95, bounds: bool = False
) -> TotalReport:
    """Compute the total under a definition with changes; see `total`."""
    request = TotalRequest(definitions=(definition,), bounds=bounds, **dict(changes))
    resolved = resolve(draws.case, definition_of(draws.case, definition, changes))
    (computed,) = totals_of(draws, [resolved], probabilities=reported_probabilities(interval))
    summary = summarise(computed.values, reported_probabilities(interval), chains=computed.chains)
    around = total_bounds(computed, interval) if bounds else None
    receipt = receipt_of(request, [computed], draws, interval=interval)
    return TotalReport(computed, summary, receipt, interval, around)


@checked_arguments
def compare(
    draws: DrawSource,
    definitions: Sequence[str] | None = None,
    *,
    years: tuple[int, int] | None = None,
    interval: float = 0.95,
) -> ComparisonReport:
    """Compute definitions side by side on the same draws.

    Parameters
    ----------
    draws : Draws or Sampler
        From `mcmort.simulate` or `mcmort.Sampler`.
    definitions : sequence of str, optional
        Names; by default all of the case.
    years : tuple of int, optional
        First and last year to restrict all of them to.
    interval : float
        Probability of the interval that is printed.

    Returns
    -------
    ComparisonReport
        Prints itself as a table; `figure` draws it.

    Raises
    ------
    DefinitionError
        If a definition is unknown, or none of them counts anything.
    """
    definitions = None if definitions is None else [*dict.fromkeys(definitions)]
    comparison = analysis.compare(draws, definitions, years=years, probabilities=reported_probabilities(interval))
    names = draws.case.definitions if definitions is None else definitions
    request = ComparisonRequest(definitions=tuple(names), years=years)
    totals = [row.total for row in comparison.rows]
    receipt = receipt_of(request, totals, draws, interval=interval)
    return ComparisonReport(comparison, receipt, interval)


@checked_arguments
def claims(draws: DrawSource) -> ClaimsReport:
    """Compare each author's total with ours under that author's own definition.

    Parameters
    ----------
    draws : Draws or Sampler
        From `mcmort.simulate` or `mcmort.Sampler`. No claim is an input of them.

    Returns
    -------
    ClaimsReport
        Prints itself as a table.
    """
    compared = compare_claims(draws)
    manifest = next(
        (comparison.total.draws.manifest for comparison in compared if comparison.total is not None), draws.manifest
    )
    totals = {row.claim.id: row.total for row in compared if row.total is not None}
    receipt = receipt_of(ClaimsRequest(), totals, draws)
    return ClaimsReport(draws.case, manifest, compared, receipt)


def total_again(draws: DrawSource, request: TotalRequest, receipt: Receipt) -> TotalReport:
    """Compute a total again from its receipt."""
    return total_with(draws, request.definition, request.changes, interval=receipt.interval, bounds=request.bounds)


def comparison_again(draws: DrawSource, request: ComparisonRequest, receipt: Receipt) -> ComparisonReport:
    """Compare definitions again from a receipt."""
    return compare(draws, request.definitions, years=request.years, interval=receipt.interval)


def claims_again(draws: DrawSource, request: ClaimsRequest, receipt: Receipt) -> ClaimsReport:
    """Compare claims again: their receipt records nothing that could be asked otherwise."""
    del request, receipt
    return claims(draws)


class Drawable(Protocol):
    """What has a figure, and receipts for it."""

    @property
    def receipts(self) -> Mapping[str, Receipt]:
        """Its receipt by the name ``""``, or several by the names of what they belong to."""
        ...

    def figures(self, width: Width = "page") -> Sequence[Figure]:
        """Return the figure, on as many sheets as it takes."""
        ...


@checked_arguments
def plot(shown: Drawable, path: str | Path, *, width: Width = "page") -> tuple[Path, ...]:
    """Write a figure, with its receipt beside it.

    Parameters
    ----------
    shown : Picture, ComparisonReport or EnginesReport
        From `mcmort.picture` or `mcmort.compare`.
    path : str or Path
        Ending in .png, .svg or .pdf.
    width : {"page", "column"}
        6.9 or 3.4 inches.

    Returns
    -------
    tuple of Path
        Of the figure; of one that is taller than a page, of its parts, which have ``-1``, ``-2``, ... in their names.
        The receipt stands beside each, under the same name with ``.receipt.json`` added. It holds the SHA-256 of the
        file, and replaces the receipt of an earlier figure of that name.

    Raises
    ------
    UsageError
        If the ending is not known.
    OutputError
        If a file cannot be written.

    Warns
    -----
    UserWarning
        If no installed font has a character of the figure.
    """
    from mcmort.present.figures import sheet
    from mcmort.present.figures.style import figure_bytes, glyph_note

    if not hasattr(shown, "figures"):
        found = f"nothing to draw in a value of the type {type(shown).__name__}"
        raise UsageError(f"{found}; expected a report or a picture. Hint: mm.plot(mm.compare(draws), path)")
    if width not in get_args(sheet.Width):
        raise OptionError("width", f"no width {width!r}; expected one of {', '.join(get_args(sheet.Width))}")
    path = Path(path)
    form = figure_format(path)
    check_writable(path)
    figures = shown.figures(width)
    paths = [path] if len(figures) == 1 else [
        path.with_stem(f"{path.stem}-{place}") for place in range(1, len(figures) + 1)
    ]  # fmt: skip
    for place in paths:
        check_writable(place)
        check_writable(place.with_name(place.name + RECEIPT_ENDING))
    strange = [note for note in map(glyph_note, figures) if note]
    if strange:
        warnings.warn(strange[0], UserWarning, stacklevel=2)
    recorded = shown.receipts
    for place, figure in zip(paths, figures, strict=True):
        content = figure_bytes(figure, form)
        digest = hashlib.sha256(content).hexdigest()
        receipts = {
            name: receipt.model_copy(update={"picture": digest}).model_dump(mode="json")
            for name, receipt in recorded.items()
        }
        write_whole(place, content)
        beside = place.with_name(place.name + RECEIPT_ENDING)
        write_whole(beside, (json.dumps(receipts.get("", receipts), indent=2) + "\n").encode())
    return tuple(paths)
