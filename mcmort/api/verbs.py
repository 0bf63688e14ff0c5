"""The verbs of the Python interface: they compute, and what they return knows how to print itself.

``print(mm.total(draws, "broad"))`` obeys the same rules as the command line: never a centre without its interval and
definition, with what is left out and what is unknown beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mcmort import analysis
from mcmort.analysis import Summary, summarise
from mcmort.analysis.bounds import IntervalBounds, total_bounds
from mcmort.analysis.claims import Judged, judge_claims
from mcmort.analysis.receipt import Receipt, Request, receipt_of
from mcmort.analysis.summary import PROBABILITIES, check_probabilities
from mcmort.catalogue import Case
from mcmort.catalogue.words import Measure
from mcmort.draws import Draws, Manifest
from mcmort.present.documents.total_document import (
    ComparisonDocument,
    TotalDocument,
    comparison_document,
    total_document,
)
from mcmort.present.tables.claims_table import claims_document, claims_table
from mcmort.present.tables.formats import render
from mcmort.present.tables.plain_text import to_text
from mcmort.present.tables.total_table import bridge_table, cited_table, comparison_table, total_table
from mcmort.present.wording import headline
from mcmort.present.write import check_writable, figure_format, write_whole
from mcmort.totals import Source, Total, kept, totals_of
from mcmort.totals import resolve as resolve_definition

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Bridge", "Claims", "Comparison", "Result", "bridge", "claims", "compare", "plot", "total"]


@dataclass(frozen=True)
class Result:
    """A total with its summary and receipt.

    Attributes
    ----------
    total : Total
        The distribution and its parts.
    summary : Summary
        Quantiles and intervals with their Monte Carlo errors.
    receipt : Receipt
        All that is needed to make it again.
    probability : float
        Of the interval that is printed.
    bounds : IntervalBounds or None
        What its ends can be under any dependence, if that was asked for.
    """

    total: Total
    summary: Summary
    receipt: Receipt
    probability: float = 0.95
    bounds: IntervalBounds | None = None

    @property
    def values(self) -> NDArray[np.float64]:
        """The total of each draw, shape ``(n_draws,)``, if the draws were kept."""
        return kept(self.total.values)

    def document(self) -> TotalDocument:
        """Return the result in the stable JSON schema."""
        return total_document(self.total, self.summary, self.receipt, self.probability, self.bounds)

    def to_json(self) -> str:
        """Return the result as JSON text."""
        return self.document().model_dump_json(indent=2, by_alias=True) + "\n"

    def render(self, form: str) -> str:
        """Return the result as ``text``, ``json``, ``csv``, ``markdown`` or ``latex``."""
        if form == "json":
            return self.to_json()
        table = total_table(self.total, self.summary, self.probability, self.bounds)
        return f"{self.headline}\n\n{to_text(table)}" if form == "text" else render(table, form)

    @property
    def headline(self) -> str:
        """The sentence that says what the total is."""
        sentence = headline(self.total, self.summary, self.probability)
        return f"{self.total.case.head.title}: {sentence}."

    def __str__(self) -> str:
        return self.render("text")


@dataclass(frozen=True)
class Comparison:
    """Definitions side by side, with the published totals and a receipt."""

    comparison: analysis.Comparison
    receipt: Receipt
    probability: float = 0.95

    @property
    def rows(self) -> tuple[analysis.Row, ...]:
        """One row for each definition."""
        return self.comparison.rows

    def document(self) -> ComparisonDocument:
        """Return the comparison in the stable JSON schema."""
        return comparison_document(self.comparison, self.receipt, self.probability)

    def to_json(self) -> str:
        """Return the comparison as JSON text."""
        return self.document().model_dump_json(indent=2, by_alias=True) + "\n"

    def render(self, form: str) -> str:
        """Return the comparison as ``text``, ``json``, ``csv``, ``markdown`` or ``latex``."""
        if form == "json":
            return self.to_json()
        table = comparison_table(self.comparison, self.probability)
        return to_text(table) if form == "text" else render(table, form)

    def published(self, form: str = "text") -> str:
        """Return the published totals beside the definitions, as ``text``, ``csv``, ``markdown`` or ``latex``."""
        table = cited_table(self.comparison)
        if table is None:
            return ""
        return to_text(table) if form == "text" else render(table, form)

    @property
    def receipts(self) -> Mapping[str, Receipt]:
        """Its receipt, as `plot` writes it."""
        return {"": self.receipt}

    def figure(self) -> Figure:
        """Return the definition ladder."""
        from mcmort.present.figures.definition_ladder import definition_ladder

        return definition_ladder(self.comparison, self.probability)

    def __str__(self) -> str:
        return self.render("text")


@dataclass(frozen=True)
class Claims:
    """Each author's total beside ours, under that author's own definition."""

    case: Case
    manifest: Manifest
    judged: tuple[Judged, ...]

    def render(self, form: str) -> str:
        """Return the claims as ``text``, ``json``, ``csv``, ``markdown`` or ``latex``."""
        if form == "json":
            return (
                claims_document(self.case, self.manifest, self.judged).model_dump_json(indent=2, by_alias=True) + "\n"
            )
        table = claims_table(self.case, self.judged)
        return to_text(table) if form == "text" else render(table, form)

    def __str__(self) -> str:
        return self.render("text")


@dataclass(frozen=True)
class Bridge:
    """What takes one definition to another."""

    bridge: analysis.Bridge
    probability: float = 0.95

    @property
    def difference(self) -> Summary:
        """The difference of the two totals, a distribution of its own."""
        return self.bridge.difference

    @property
    def steps(self) -> tuple[analysis.Step, ...]:
        """What each component adds."""
        return self.bridge.steps

    def __str__(self) -> str:
        return to_text(bridge_table(self.bridge, self.probability))


def _probabilities(interval: float) -> tuple[float, ...]:
    check_probabilities([interval])
    return tuple(sorted({*PROBABILITIES, interval}))


def total(
    draws: Source,
    definition: str,
    *,
    years: tuple[int, int] | None = None,
    measure: Measure | None = None,
    net: bool | None = None,
    include: Sequence[Mapping[str, Sequence[str]]] = (),
    exclude: Sequence[Mapping[str, Sequence[str]]] = (),
    interval: float = 0.95,
    bounds: bool = False,
) -> Result:
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
    Result
        Prints itself with its definition, interval, exclusions and unknowns.

    Raises
    ------
    DefinitionError
        If the definition is unknown, selects nothing, or asks only for what is unknown.

    Examples
    --------
    >>> import mcmort as mm
    >>> draws = mm.simulate(mm.load("ussr"), n=2_000, rng=1)
    >>> result = mm.total(draws, "archival")
    >>> result.summary.interval(0.95).kind
    'equal-tailed'
    """
    request = Request(
        definitions=(definition,),
        years=years,
        measure=measure,
        net=net,
        include=_rules(include),
        exclude=_rules(exclude),
    )
    resolved = resolve_definition(draws.case, request.definition(draws.case, definition))
    (found,) = totals_of(draws, [resolved], probabilities=_probabilities(interval))
    summary = summarise(found.values, _probabilities(interval), chains=found.chains)
    around = total_bounds(found, interval) if bounds else None
    return Result(found, summary, receipt_of(request, [found]), interval, around)


def _rules(rules: Sequence[Mapping[str, Any]]) -> tuple[dict[str, tuple[str, ...]], ...]:
    return tuple(
        {facet: (values,) if isinstance(values, str) else tuple(values) for facet, values in rule.items()}
        for rule in rules
    )


def compare(
    draws: Source,
    definitions: Sequence[str] | None = None,
    *,
    years: tuple[int, int] | None = None,
    interval: float = 0.95,
) -> Comparison:
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
    Comparison
        Prints itself as a table; `figure` draws it.

    Raises
    ------
    DefinitionError
        If a definition is unknown, or none of them counts anything.
    """
    found = analysis.compare(draws, definitions, years=years, probabilities=_probabilities(interval))
    request = Request(definitions=tuple(row.total.definition.id for row in found.rows), years=years)
    return Comparison(found, receipt_of(request, [row.total for row in found.rows]), interval)


def claims(draws: Source) -> Claims:
    """Compare each author's total with ours under that author's own definition.

    Parameters
    ----------
    draws : Draws or Sampler
        From `mcmort.simulate` or `mcmort.Sampler`. No claim is an input of them.

    Returns
    -------
    Claims
        Prints itself as a table.
    """
    judged = judge_claims(draws)
    manifest = next((one.total.draws.manifest for one in judged if one.total is not None), draws.manifest)
    return Claims(draws.case, manifest, judged)


def bridge(draws: Draws, start: str, end: str, *, years: tuple[int, int] | None = None) -> Bridge:
    """Split the difference between two definitions into components.

    Parameters
    ----------
    draws : Draws
        From `mcmort.simulate`.
    start, end : str
        Names of the definitions.
    years : tuple of int, optional
        First and last year to restrict both to.

    Returns
    -------
    Bridge
        The difference as a distribution of its own, and its steps, whose means add up to its mean.
    """
    return Bridge(analysis.bridge(draws, start, end, years=years))


class Drawable(Protocol):
    """What has a figure, and receipts for it."""

    @property
    def receipts(self) -> Mapping[str, Receipt]:
        """Receipts by the words that go before ``.receipt.json``."""
        ...

    def figure(self) -> Figure:
        """Return the figure."""
        ...


def plot(comparison: Drawable, path: str | Path) -> Path:
    """Write the figure of a comparison, with its receipt beside it.

    Parameters
    ----------
    comparison : Comparison or Engines
        From `mcmort.compare`.
    path : str or Path
        Ending in .png, .svg or .pdf.

    Returns
    -------
    Path
        Of the figure; the receipt stands beside it, under the same name with ``.receipt.json`` added.

    Raises
    ------
    UsageError
        If the ending is not known.
    OutputError
        If the file cannot be written.
    """
    from mcmort.present.figures.definition_ladder import figure_bytes

    path = Path(path)
    beside = {path.with_name(f"{path.name}{word}.receipt.json"): one for word, one in comparison.receipts.items()}
    form = figure_format(path)
    for place in (path, *beside):
        check_writable(place)
    write_whole(path, figure_bytes(comparison.figure(), form))
    for place, receipt in beside.items():
        write_whole(place, (receipt.model_dump_json(indent=2) + "\n").encode())
    return path
