"""The tables of what a fit presupposes, before and after the evidence, in words and, in CSV, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from mcmort.analysis.judged_priors import PRIOR_KINDS, JudgedPrior, judged_priors
from mcmort.bayes import Posterior
from mcmort.bayes.evidence.error_groups import error_model, group_named, priors_of
from mcmort.catalogue import Case
from mcmort.catalogue.case import share_column
from mcmort.catalogue.citations import Citation, citations
from mcmort.catalogue.measured_errors.spreads import MEASURED
from mcmort.catalogue.records import ShareRule
from mcmort.present.numbers import percent
from mcmort.present.print_format import EN_DASH
from mcmort.present.prior_text import KIND_WORDS, judgement, posterior_text, prior_text
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.components_table import raw_ends

__all__ = ["all_priors", "priors_summary_table", "priors_table"]

_MOST: Final = 12
"""Rows of which a short table consists."""
_ORDER: Final = ("below", "above", "lower end", "upper end", "middle", "unchanged")
"""Places of the evidence, the most telling first."""


def all_priors(posterior: Posterior) -> list[JudgedPrior]:
    """Return every prior of a fit beside what the evidence makes of it, kind by kind."""
    return [one for kind in PRIOR_KINDS for one in judged_priors(posterior, kind)]


def priors_summary_table(case: Case, judged: Sequence[JudgedPrior]) -> Table:
    """Return the table of how many priors of each kind are wide, and where in them the evidence lies."""
    rows = []
    for kind, (_, words) in KIND_WORDS.items():
        own = [one for one in judged if one.kind == kind]
        places = Counter(one.place for one in own)
        cells = (
            sum(one.is_wider and one.place != "unchanged" for one in own),
            places["middle"],
            places["lower end"] + places["upper end"],
            places["below"] + places["above"],
            places["unchanged"],
        )
        if own:
            rows.append((words, str(len(own)), *(str(cell) if cell else EN_DASH for cell in cells)))
    columns = (
        Column("Priors"),
        Column("How many", is_number=True),
        Column("Wider than all the evidence", is_number=True),
        Column("It lies in the middle", is_number=True),
        Column("At an end", is_number=True),
        Column("Outside", is_number=True),
        Column("Hardly changed", is_number=True),
    )
    return Table(f"{case.head.title}: where in its prior the evidence lies", columns, tuple(rows))


def priors_table(posterior: Posterior, judged: Sequence[JudgedPrior]) -> Table:
    """Return the table of what is presupposed, before and after the evidence."""
    case = posterior.case
    rules = {share_column(one.record): one for one in citations(case) if isinstance(one.record, ShareRule)}
    rows: list[tuple[str, ...]] = [
        (_label(case, one, rules), prior_text(one), posterior_text(one), judgement(one), _cited(case, one, rules))
        for one in judged
    ]
    raw: list[tuple[object, ...]] = [
        (
            f"{one.kind}:{one.shifted.name}", *raw_ends(one.shifted.before), *raw_ends(one.shifted.after),
            one.place, one.is_wider,
        )
        for one in judged
    ]  # fmt: skip
    fixed = _fixed(posterior)
    rows += fixed
    raw += [(row[0], None, None, None, None, "fixed", None) for row in fixed]
    columns = (
        Column("What is presupposed"),
        Column("Prior, 95 %"),
        Column("Given the evidence"),
        Column("The prior is"),
        Column("Source of the prior", is_optional=True),
    )
    telling = [place for place, one in enumerate(judged) if one.place not in ("middle", "unchanged")]
    telling += [place for place, one in enumerate(judged) if one.place == "middle" and not one.is_wider]
    telling += [place for place, one in enumerate(judged) if one.place == "unchanged" and one.kind in _OF_FIGURES]
    telling.sort(key=lambda place: _ORDER.index(judged[place].place))
    notes = _notes(case, rows)
    return Table(
        f"{case.head.title}: what is presupposed, and what the evidence makes of it", columns, tuple(rows), notes,
        ("id", "prior_low", "prior_high", "low", "high", "place", "is_wider"), tuple(raw),
        main_rows=tuple(telling[:_MOST]) or tuple(range(min(len(rows), _MOST))), main_notes=notes[:2],
    )  # fmt: skip


_OF_FIGURES: Final = ("all", "completeness", "tau", "bias", "scatter", "heterogeneity")
"""Kinds that are not taken over as cited: where the evidence does not change these, a choice decides."""


def _label(case: Case, one: JudgedPrior, rules: Mapping[str, Citation]) -> str:
    """Name what a prior is about: a component or a quantity by its label, a share by what it is a rule of."""
    name, records = one.shifted.name, case.quantities if one.kind == "quantity" else case.components
    words = KIND_WORDS[one.kind][0]
    if one.kind == "share" and name in rules:
        owner = f"{rules[name].kind} {rules[name].name}"
    else:
        owner = records[name].label if name in records else name
    return f"{words[0].upper()}{words[1:]}: {owner}"


def _notes(case: Case, rows: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    notes = [
        "The prior is wider where it holds all the evidence. Deaths: its middle, and how many times fewer or more. "
        "Spread: by how much figures of a basis differ beyond their own errors; scatter: those of a component, in "
        "terms of others. The evidence lies where the posterior has its median: in the middle, the central 60 % of the "
        "prior, at an end, or outside its central 95 %.",
        f"How far a total depends on them: 'mcmort priors {case.where} -d NAME'.",
    ]
    if any(MEASURED in row for row in rows):
        notes.append(
            f"{MEASURED}: what figures of that kind have proved to be worth, with what is not known of it; a case may "
            "say otherwise under [spread] and [synthesis]."
        )
    if any(case.head.support_of(one) == "signed" for one in case.components.values()):
        notes.append(
            "Spread of what may be negative: in its own unit if it is declared, else in the size of its figures."
        )
    return tuple(notes)


def _fixed(posterior: Posterior) -> list[tuple[str, ...]]:
    """Return rows of what is presupposed as one number, which no evidence changes."""
    case, synthesis = posterior.case, priors_of(posterior.case)
    errors, words = error_model(case, synthesis, {}), "fixed"
    rows = []
    if errors.common > 0.0 and (posterior.of_kind("scatter") or errors.scatter == 0.0):
        source = MEASURED if synthesis.common is None else synthesis.source
        rows.append(("Common error: figures of one component", f"{percent(errors.common)} of variance", source))
    if errors.lineage > 0.0:
        source = MEASURED if synthesis.lineage is None else synthesis.source
        rows.append(("Common error: figures of one lineage", f"{percent(errors.lineage)} of variance", source))
    rows += [
        (f"Common error: figures of baseline {name}", f"{percent(one.correlation)} of variance", one.source)
        for name, one in synthesis.baseline.items()
    ]
    return [(label, amount, EN_DASH, words, source) for label, amount, source in rows]


def _cited(case: Case, one: JudgedPrior, rules: Mapping[str, Citation]) -> str:
    priors, name = priors_of(case), one.shifted.name
    match one.kind:
        case "tau":
            return group_named(case, name).spread_source
        case "bias":
            return group_named(case, name).bias_source
        case "scatter":
            return MEASURED if priors.scatter is None else priors.source
        case "completeness":
            share = case.components[name].completeness or priors.completeness
            return MEASURED if share is None else share.source
        case "all" | "heterogeneity" if name in priors.prior:
            return priors.prior[name].source
        case "all":
            return "all that is cited of it, made wider"
        case "overlap":
            return case.overlaps[name].source
        case "share" if name in rules:
            return rules[name].record.source
        case "ordinary" if (ordinary := case.components[name].ordinary) is not None:
            return ordinary.source
        case _:
            return "its figures, as cited"
