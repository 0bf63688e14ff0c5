"""From a printed number down to each figure: total, component, estimate, source, page, and how it was read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mcmort.analysis import Summary, mean_of, summarise
from mcmort.catalogue import Case, column_name
from mcmort.catalogue import formula as formulas
from mcmort.catalogue.case import share_column
from mcmort.catalogue.records import Component, Even, Figure, Profile, Quantity
from mcmort.definitions import Timing
from mcmort.elicit import Elicited, Priors, Used
from mcmort.elicit.pool import Pool
from mcmort.present.grouped_notes import notes_on
from mcmort.present.numbers import percent, rounding_for, rounding_of
from mcmort.present.pieces_text import headline_with_pieces
from mcmort.present.print_format import as_printed, wrapped, years_text
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.plain_text import to_text
from mcmort.present.texts.reference_list import reference
from mcmort.present.texts.spread_text import measured_words, spread_words
from mcmort.totals import Total

__all__ = ["trace_overview", "trace_owner", "trace_total"]


def _lines(text: str, depth: int) -> list[str]:
    indent = "  " * depth
    return wrapped(text, indent, indent + "    ")


def trace_total(total: Total, summary: Summary, priors: Priors) -> str:
    """Trace a total to the figures that made it.

    Parameters
    ----------
    total : Total
        From `mcmort.total`.
    summary : Summary
        Of its values.
    priors : Priors
        The elicitation behind its draws.

    Returns
    -------
    str
        Plain text, one level of indentation for each step down.
    """
    case = total.case
    lines = _lines(headline_with_pieces(total, summary), 0)
    for name in sorted(total.parts, key=lambda name: (-mean_of(total.parts[name]), name)):
        lines += ["", *_counted(total, summary, priors, name)]
    for name in sorted(total.overlaps):
        overlap = case.overlaps[name]
        labels = [case.components[end].label for end in (overlap.of, overlap.within)]
        text = f"less what two figures hold: {labels[0]} within {labels[1]}, share {_figure(overlap)}"
        lines += ["", *_lines(text, 1), *_cited(case, overlap, 2)]
    for name, reason in sorted(total.unknown.items()):
        lines += ["", *_lines(f"{case.components[name].label}: unknown ({reason})", 1)]
    return "\n".join(lines) + "\n"


def _counted(total: Total, summary: Summary, priors: Priors, name: str) -> list[str]:
    """Trace a component as a total counts it: its part of the years, its share of responsibility, its figures."""
    case, definition = total.case, total.definition
    own = summarise(total.parts[name], (0.95,), shortest=False, chains=total.chains)
    wide, rounding = own.interval(0.95), rounding_for(own)
    term, component = total.terms[name], case.components[name]
    is_part = term.fraction < 1 - 1e-12
    expected = " on average" if term.timing in ("unknown", "host") else ""
    part = f", {percent(term.fraction)} of the component{expected}" if is_part else ""
    share = f"{percent(own.mean / summary.mean)} of the mean" if summary.mean > 0 else "nothing"
    years = years_text((min(term.years), max(term.years)))
    lines = _lines(f"{component.label}: {rounding.span(wide.low, wide.high)} ({share}; {years}{part})", 1)
    if is_part:
        lines += _apportioned(case, component, term.timing, 2)
    rules = {share_column(rule): rule for rule in definition.share}
    for piece in term.pieces:
        if piece.share:
            span = years_text((min(piece.years), max(piece.years)))
            lines += _lines(f"share of responsibility, {span}: {_figure(rules[piece.share])}", 2)
            lines += _cited(case, rules[piece.share], 3)
    lines += _owner(priors, component, 2, definition.measure, definition.net)
    evidence = priors.components[name]
    said = {f"computed as {component.formula}", *(f"{used.estimate.name}: {used.note}" for used in evidence.used)}
    for note in notes_on(name, total.notes):
        if note not in said:
            lines += _lines(f"note: {note}", 2)
    return lines


def trace_overview(priors: Priors) -> str:
    """Return a line for each component of a case, the largest first: what its figures come to."""
    case = priors.case
    lines, unknown = [], []
    for name, component in case.components.items():
        pool = priors.components[name].all
        if pool is None:
            unknown.append(component.label)
            continue
        low, middle, high = pool.ppf(np.array([0.025, 0.5, 0.975]))
        rounding = rounding_of((low, middle, high))
        cells = (name, component.label, rounding.span(low, high), rounding.number(middle), str(len(component.estimate)))
        lines.append((-middle, cells))
    columns = (
        Column("Component"),
        Column("Label", is_optional=True),
        Column("Pool, 95 %", is_number=True),
        Column("Median", is_number=True),
        Column("Figures", is_number=True),
    )
    notes = [f"No pool of its own: {'; '.join(unknown)}."] if unknown else []
    notes.append(f"Down to sources and pages: mcmort trace {case.id} COMPONENT, or --full for all.")
    rows = tuple(cells for _, cells in sorted(lines))
    return to_text(Table(f"{case.head.title}: what the figures of each component come to", columns, rows, tuple(notes)))


def trace_owner(priors: Priors, name: str) -> str:
    """Trace a component or quantity to the figures that made it; see `trace_total`."""
    case = priors.case
    owner = case.components.get(name) or case.quantities[name]
    lines = _lines(f"{owner.label} ({owner.id}), {years_text(owner.years)}, {owner.territory}, {owner.unit}", 0)
    return "\n".join([*lines, *_owner(priors, owner, 1, None, True)]) + "\n"


def _apportioned(case: Case, component: Component, timing: Timing, depth: int) -> list[str]:
    """Say how a part of the years of a component was found."""
    if timing == "unknown":
        return _lines("no annual series: when the deaths fell is unknown, and uncertain in the draws", depth)
    if timing == "host":
        hosts = [overlap.within for overlap in case.overlaps.values() if overlap.of == component.id]
        labels = ", ".join(case.components[name].label for name in sorted(hosts))
        return _lines(f"no annual series: years as in what holds it ({labels}), where both have them", depth)
    if component.even is not None:
        return [*_lines("years apportioned evenly", depth), *_cited(case, component.even, depth + 1)]
    assert component.profile is not None
    series = case.profiles[component.profile]
    lines = _lines(f"years apportioned by: {series.label}", depth)
    return [*lines, *_cited(case, series, depth + 1)]


def _owner(priors: Priors, owner: Component | Quantity, depth: int, measure: str | None, net: bool) -> list[str]:
    """Trace what makes the deaths of one measure, or of both, to figures; with the ordinary share where it is used."""
    evidence = (priors.components if isinstance(owner, Component) else priors.quantities)[owner.id]
    counted = measure == "registered" and evidence.registered is not None  # all deaths have no part in it
    lines = []
    if owner.formula is not None and not counted:
        lines += _lines(f"computed as {owner.formula}", depth)
        lines += _derived(priors, owner.formula, depth + 1)
    if not counted:
        lines += _pool(priors, evidence, "all", depth)
    lines += _pool(priors, evidence, "registered", depth)
    if not lines or (evidence.all is None and evidence.registered is None and owner.formula is None):
        reasons = getattr(owner, "unknown", {})
        reason = "; ".join(dict.fromkeys(reasons.values())) or "no admissible evidence"
        lines = [*_lines(f"unknown: {reason}", depth), *lines]
    only_registered = evidence.all is None and owner.formula is None
    turned = measure is None or (not counted and (measure == "registered" or only_registered))
    for key, is_used in (("completeness", turned), ("ordinary", net)):
        share: Figure | None = getattr(owner, key, None)
        if share is not None and is_used:
            word = "share registered" if key == "completeness" else "share that would have died anyway"
            lines += [*_lines(f"{word}: {_figure(share)}", depth), *_cited(priors.case, share, depth + 1)]
    return lines


def _derived(priors: Priors, text: str, depth: int) -> Iterator[str]:
    case = priors.case
    components = {column_name(name): name for name in case.components}
    for name in sorted(formulas.names(formulas.parse(text))):
        owner = case.components[components[name]] if name in components else case.quantities[name]
        yield from _lines(f"{owner.label} ({owner.id}), {owner.unit}", depth)
        yield from _owner(priors, owner, depth + 1, "all", False)


def _pool(priors: Priors, evidence: Elicited, measure: str, depth: int) -> list[str]:
    """Trace the pool of one measure, or the bounds that stand alone."""
    pool: Pool | None = evidence.all if measure == "all" else evidence.registered
    lines = []
    if pool is not None:
        low, median, high = pool.ppf(np.array([0.025, 0.5, 0.975]))
        word = "registered deaths" if measure == "registered" else "pool"
        ends = f"95 % from {_brief(low)} to {_brief(high)}, median {_brief(median)}"
        lines += _lines(f"{word}: {ends}, before floors", depth)
    for used in evidence.used:
        if used.estimate.measure == measure:
            lines += _used(priors, used, depth + 1)
    for estimate in evidence.bounds:
        # at least so many registered means at least so many in all
        on_all = estimate.reading == "at-least" and evidence.registered is None and evidence.all is not None
        if measure == ("all" if on_all else estimate.measure):
            alone = "" if pool is not None else "; alone it makes no distribution"
            lines += _lines(f"bound {_figure(estimate)}, {estimate.basis}{alone}", depth + 1)
            lines += _cited(priors.case, estimate, depth + 2)
    return lines


def _used(priors: Priors, used: Used, depth: int) -> list[str]:
    estimate = used.estimate
    figure = estimate.formula or f"{_figure(estimate)} read as {estimate.reading}"
    head = f"{figure}, {estimate.basis}, weight {percent(used.weight)}, lineage {estimate.line}"
    lines = _lines(head, depth)
    lines += _lines(_fitted(priors.case, used), depth + 1)
    if used.note:
        lines += _lines(used.note, depth + 1)
    lines += _cited(priors.case, estimate, depth + 1)
    return lines if estimate.formula is None else [*lines, *_derived(priors, estimate.formula, depth + 1)]


def _brief(value: float) -> str:
    """Return a number with three significant figures and no exponent."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if rounded >= 100 else f"{rounded:.3g}"


def _fitted(case: Case, used: Used) -> str:
    distribution, estimate = used.fit.distribution, used.estimate
    if distribution.family == "empirical":
        return "propagated through its formula"
    asked = ", ".join(f"{value:,.10g} at {wanted:g}" for wanted, value in used.fit.asked)
    achieved = ", ".join(f"{got:.4g}" for got in used.fit.achieved)
    parts = [distribution.family, *([f"asked {asked}", f"achieved {achieved}"] if asked else ())]
    if used.measured is not None:
        at_least = "" if estimate.reading == "point" else "at least "
        parts.append(f"spread {at_least}{measured_words(used.measured)}")
    elif estimate.reading == "point" and estimate.basis in case.head.spread:
        spread = case.head.spread[estimate.basis]
        parts.append(f"log standard deviation {spread.log_sd:g}, that of the basis {estimate.basis} ({spread.source})")
    elif estimate.reading == "point":  # of a quantity
        parts.append(f"spread {spread_words(case, estimate.basis)}")
    return "; ".join(parts)


def _figure(figure: Figure) -> str:
    return as_printed(figure.low, figure.best, figure.high, figure.reading)


def _cited(case: Case, figure: Figure | Profile | Even, depth: int) -> list[str]:
    lines = _lines(f"{reference(case.sources[figure.source])} At: {figure.locator}.", depth)
    how = [f"read through {figure.via}"] if figure.via else []
    how += ["given from memory"] if getattr(figure, "from_memory", False) else []
    how += [f"confidence {figure.confidence}"] if figure.confidence else []
    if how:
        lines += _lines("; ".join(how), depth)
    if figure.note:
        lines += _lines(figure.note, depth)
    return lines
