"""The checklist of GATHER for a report, filled in as far as the case says.

GATHER (Stevens and others 2016, doi:10.1371/journal.pmed.1002056) asks 18 things of published health estimates. They
are paraphrased here, under their numbers. What only an author can say is marked so, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mcmort.catalogue import Case
from mcmort.present.print_format import years_text
from mcmort.present.tables.columns import Column, Table

__all__ = ["FOR_THE_AUTHOR", "gather_table"]

FOR_THE_AUTHOR: Final = "For the author:"
"""How an answer begins that the case cannot give."""


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of the checklist: what is asked, and the answer."""

    asked: str
    answer: str


def gather_table(case: Case, *, has_fit: bool) -> Table:
    """Return the checklist.

    Parameters
    ----------
    case : Case
        The case.
    has_fit : bool
        Whether the report holds results of the model of all the evidence as well.

    Returns
    -------
    Table
        All 18 items, with where the report answers each.
    """
    rows = tuple((str(number), item.asked, item.answer) for number, item in enumerate(_items(case, has_fit), start=1))
    columns = (Column("Item", is_number=True), Column("What is asked"), Column("Answer"))
    return Table("GATHER checklist", columns, rows, ("Items are paraphrased.",))


def _items(case: Case, has_fit: bool) -> tuple[_Item, ...]:
    head = case.head
    via = sum(estimate.via is not None for one in case.components.values() for estimate in one.estimate)
    weak = sum(
        estimate.confidence == "low" or estimate.from_memory
        for one in case.components.values()
        for estimate in one.estimate
    )
    model = (
        "The pooled ranges and the model of all the evidence stand side by side in the page; neither was selected."
        if has_fit
        else "One set of rules, described in methods.md; no model was selected among candidates. The options --pool, "
        "--weights, --evidence and --dependence show what other rules give."
    )
    return (
        _Item(
            "What is estimated, for whom, where and when",
            f"{head.summary} Years {years_text(head.years)}; {head.territory}. Each of {len(case.definitions)} "
            "definitions says what it counts and leaves out: tables/definitions.",
        ),
        _Item("Who paid for the work", f"{FOR_THE_AUTHOR} name the funders, or that there were none."),
        _Item(
            "How the data were found and obtained",
            f"{FOR_THE_AUTHOR} say how works were searched for. The case says of each figure where it stands and, of "
            f"{via}, through which other work it was read.",
        ),
        _Item(
            "What was taken in and left out, with every single exclusion",
            f"Bases admitted: {', '.join(head.evidence)}. evidence.csv gives for each figure its use, or the reason "
            "why it is not used.",
        ),
        _Item(
            "The sources and what each is like",
            "evidence.csv: source, page, years, territory, basis, measure, lineage and unit of each figure; "
            "bibliography.txt.",
        ),
        _Item(
            "Which data may be biased, and how",
            f"By basis and by confidence, in evidence.csv; {weak} figures on components are of low confidence or given "
            "from memory. Ranges and points are read as methods.md says.",
        ),
        _Item(
            "Other inputs that were not pooled",
            f"{len(case.quantities)} quantities, {len(case.profiles)} annual series, {len(case.overlaps)} overlaps and "
            "shares of responsibility, each cited: evidence.csv and the case.",
        ),
        _Item("The data in files that a program can read", "evidence.csv, and the case itself, whose digest is in "
              "receipt.json."),
        _Item("The method in outline", "methods.md."),
        _Item("Every step, with its mathematics", "methods.md, and docs/method.md of mcmort, with formulas."),
        _Item("How models were compared and one was chosen", model),
        _Item(
            "How well the method does, and what results are sensitive to",
            "Published totals are compared with ours under their own definitions: tables/claims. The definitions side "
            "by side show what the choice of scope does; the share of each component in the uncertainty is in "
            "report.html.",
        ),
        _Item(
            "How uncertainty was computed, and what it does not hold",
            "methods.md, under Uncertainty; limits.md.",
        ),
        _Item(
            "How to get the program",
            "mcmort, in the version that receipt.json names; `mcmort verify receipt.json` makes the results again.",
        ),
        _Item("The results in files that a program can read", "tables/*.csv and *.json; draws/ where it was written."),
        _Item("A measure of uncertainty beside each result", "Every total has its interval, median and Monte Carlo "
              "error: tables/definitions."),
        _Item(
            "Results in the light of other evidence",
            f"{len(case.claims)} published totals stand beside ours with what they count: tables/published and "
            "tables/claims.",
        ),
        _Item("Limits of the estimates", "limits.md."),
    )  # fmt: skip
