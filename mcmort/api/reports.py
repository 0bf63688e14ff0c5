"""What the Python verbs return: results that print themselves.

``print(mm.total(draws, "broad"))`` obeys the same rules as the command line: never a centre without its interval and
definition, with what is left out and what is unknown beside it. A line of
plain text has the width that is given, by default that of the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mcmort import analysis
from mcmort.analysis import Summary, TotalPieces
from mcmort.analysis.bounds import IntervalBounds
from mcmort.analysis.claims import ClaimComparison
from mcmort.analysis.dependence import DependenceRanges, dependence_ranges
from mcmort.analysis.probability import Probability, check_thresholds, probability_between
from mcmort.analysis.receipt import Receipt
from mcmort.api.printed import Printed
from mcmort.catalogue import Case
from mcmort.present.comparison_text import comparison_headline, engines_headline
from mcmort.present.documents.claims_document import ClaimsDocument, claims_document
from mcmort.present.documents.comparison_document import ComparisonDocument, comparison_document
from mcmort.present.documents.dependence_document import DependenceDocument, dependence_document
from mcmort.present.documents.engines_document import EnginesDocument, engines_document
from mcmort.present.documents.total_document import TotalDocument, total_document
from mcmort.present.pieces_text import headline_with_pieces
from mcmort.present.tables.claims_table import claims_headline, claims_table
from mcmort.present.tables.columns import Table
from mcmort.present.tables.comparison_table import comparison_table
from mcmort.present.tables.dependence_table import dependence_table
from mcmort.present.tables.engines_table import engines_table
from mcmort.present.tables.formats import render
from mcmort.present.tables.published_table import published_table
from mcmort.present.tables.total_table import total_table
from mcmort.results import Dependence, Manifest
from mcmort.results.draw_options import DEPENDENCES
from mcmort.totals import Total, kept

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mcmort.present.figures.sheet import Width

__all__ = ["ClaimsReport", "ComparisonReport", "DependenceReport", "EnginesReport", "TotalReport"]


@dataclass(frozen=True, repr=False)
class TotalReport(Printed):
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

    @cached_property
    def pieces(self) -> TotalPieces:
        """The pieces of the total and of its components, with the schools behind them."""
        return TotalPieces(self.total)

    def probability_above(self, above: float, below: float | None = None) -> Probability:
        """Return the probability that the total is more than a number, and less than another if one is given."""
        low, high = check_thresholds(above, below)
        return probability_between(self.total.values, low, high, chains=self.total.chains)

    def document(self) -> TotalDocument:
        """Return the result in the stable JSON schema."""
        return total_document(self.total, self.summary, self.receipt, self.probability, self.bounds, self.pieces)

    @property
    def headline(self) -> str:
        """The sentence that says what the total is."""
        return headline_with_pieces(self.total, self.summary, self.probability, self.pieces)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of its components."""
        del whole
        return (total_table(self.total, self.summary, self.probability, self.bounds, self.pieces),)


@dataclass(frozen=True, repr=False)
class DependenceReport(Printed):
    """One total under each setting of dependence, beside what it can be under any.

    Attributes
    ----------
    independent, declared, comonotonic : TotalReport
        The same definition and interval.
    """

    independent: TotalReport
    declared: TotalReport
    comonotonic: TotalReport

    @property
    def by_setting(self) -> Mapping[Dependence, TotalReport]:
        """The three reports, from the least dependence to the most."""
        return {setting: getattr(self, setting) for setting in DEPENDENCES}

    @cached_property
    def ranges(self) -> DependenceRanges:
        """What the ends of the interval and the median can be under any dependence between the components."""
        totals = [report.total for report in self.by_setting.values()]
        return dependence_ranges(totals, self.declared.probability)

    def document(self) -> DependenceDocument:
        """Return all of them in the stable JSON schema."""
        documents = {setting: report.document() for setting, report in self.by_setting.items()}
        return dependence_document(**documents, ranges=self.ranges)

    @property
    def headline(self) -> str:
        """The sentence that says what the total is as the case declares dependence."""
        return self.declared.headline

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of settings."""
        del whole
        summaries = {setting: report.summary for setting, report in self.by_setting.items()}
        return (dependence_table(self.declared.total, summaries, self.ranges),)


@dataclass(frozen=True, repr=False)
class ComparisonReport(Printed):
    """Definitions side by side, with the published totals and a receipt."""

    comparison: analysis.Comparison
    receipt: Receipt
    probability: float = 0.95

    @property
    def rows(self) -> tuple[analysis.ComparedDefinition, ...]:
        """One row for each definition."""
        return self.comparison.rows

    @property
    def headline(self) -> str:
        """The sentence that says how far the definitions lie apart."""
        return comparison_headline(self.comparison, self.probability)

    def document(self) -> ComparisonDocument:
        """Return the comparison in the stable JSON schema."""
        return comparison_document(self.comparison, self.receipt, self.probability)

    def published(self, form: str = "text", width: int | None = None, *, full: bool = False) -> str:
        """Return the published totals beside the definitions, as ``text``, ``csv``, ``markdown`` or ``latex``."""
        table = published_table(self.comparison)
        if table is None:
            return ""
        return render(table, form, width, full=full)

    @property
    def receipts(self) -> Mapping[str, Receipt]:
        """Its receipt, with the digest of its JSON document."""
        return {"": self.document().receipt}

    def figure(self, width: Width = "page", ax: Axes | None = None) -> Figure:
        """Return the definition ladder, of several sheets the first; or draw it into axes."""
        from mcmort.present.figures.definition_ladder import definition_ladder

        return definition_ladder(self.comparison, self.probability, width=width, ax=ax)

    def figures(self, width: Width = "page") -> list[Figure]:
        """Return the definition ladder, on as many sheets as it takes."""
        from mcmort.present.figures.definition_ladder import ladder_chart
        from mcmort.present.figures.sheet import sheets

        return sheets(ladder_chart(self.comparison, self.probability), width)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of definitions."""
        del whole
        return (comparison_table(self.comparison, self.probability),)


@dataclass(frozen=True, repr=False)
class ClaimsReport(Printed):
    """Each author's total beside ours, under that author's own definition."""

    case: Case
    manifest: Manifest
    judged: tuple[ClaimComparison, ...]
    receipt: Receipt

    def document(self) -> ClaimsDocument:
        """Return the claims in the stable JSON schema."""
        return claims_document(self.case, self.manifest, self.judged, self.receipt)

    @property
    def headline(self) -> str:
        """The sentence that counts the claims by how they stand to ours."""
        return claims_headline(self.case, self.judged)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of claims."""
        del whole
        return (claims_table(self.case, self.judged),)


@dataclass(frozen=True, repr=False)
class EnginesReport(Printed):
    """A comparison of definitions by either engine.

    Attributes
    ----------
    elicited, synthesis : ComparisonReport
        The same definitions, restricted to the same years.
    """

    elicited: ComparisonReport
    synthesis: ComparisonReport

    @property
    def headline(self) -> str:
        """The sentence that says how far apart the medians of both engines lie."""
        return engines_headline(self.elicited.comparison, self.synthesis.comparison, self.elicited.probability)

    def document(self) -> EnginesDocument:
        """Return both in the stable JSON schema."""
        return engines_document(self.elicited.document(), self.synthesis.document())

    @property
    def receipts(self) -> Mapping[str, Receipt]:
        """The receipt of either engine, by its name."""
        return {"elicited": self.elicited.document().receipt, "synthesis": self.synthesis.document().receipt}

    def figure(self, width: Width = "page") -> Figure:
        """Return the definition ladder with both engines in each row, of several sheets the first."""
        return self.figures(width)[0]

    def figures(self, width: Width = "page") -> list[Figure]:
        """Return the definition ladder with both engines in each row, on as many sheets as it takes."""
        from mcmort.present.figures.definition_ladder import ladder_chart
        from mcmort.present.figures.sheet import sheets

        chart = ladder_chart(self.synthesis.comparison, self.synthesis.probability, self.elicited.comparison)
        return sheets(chart, width)

    def tables(self, *, whole: bool = False) -> tuple[Table]:
        """Return the table of definitions by either engine."""
        del whole
        return (engines_table(self.elicited.comparison, self.synthesis.comparison, self.elicited.probability),)
