"""From a printed number down to each figure: total, component, estimate, source, page, and how it was read."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import numpy as np

from mcmort.analysis import summarise
from mcmort.catalogue import Case, column_name
from mcmort.catalogue import formula as formulas
from mcmort.catalogue.records import Component, Estimate, Figure, Quantity
from mcmort.elicit import Elicited, Priors, Used
from mcmort.elicit.pool import Pool
from mcmort.present.bibliography import reference
from mcmort.present.numbers import percent, rounding_for
from mcmort.present.printed import as_printed, years_text
from mcmort.present.verbs import Result

__all__ = ["trace_owner", "trace_total"]

_WIDTH = 116


def _lines(text: str, depth: int) -> list[str]:
    indent = "  " * depth
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "    ")


def trace_total(result: Result, priors: Priors) -> str:
    """Trace a total to the figures that made it.

    Parameters
    ----------
    result : Result
        From `mcmort.total`.
    priors : Priors
        The elicitation behind its draws.

    Returns
    -------
    str
        Plain text, one level of indentation for each step down.
    """
    total = result.total
    lines = _lines(f"{result.headline}", 0)
    for name in sorted(total.parts, key=lambda name: (-float(total.parts[name].mean()), name)):
        own = summarise(total.parts[name], (0.95,))
        wide, rounding = own.interval(0.95), rounding_for(own)
        term = total.terms[name]
        part = "" if term.fraction > 1 - 1e-12 else f", {percent(term.fraction)} of the component"
        share = f"{percent(own.mean / result.summary.mean)} of the mean" if result.summary.mean > 0 else "nothing"
        span = rounding.span(wide.low, wide.high)
        years = years_text((min(term.years), max(term.years)))
        lines += ["", *_lines(f"{total.case.components[name].label}: {span} ({share}; {years}{part})", 1)]
        lines += _owner(priors, total.case.components[name], 2, total.definition.measure)
    for name in sorted(total.overlaps):
        overlap = total.case.overlaps[name]
        labels = [total.case.components[end].label for end in (overlap.of, overlap.within)]
        text = f"less what two figures hold: {labels[0]} within {labels[1]}, share {_figure(overlap)}"
        lines += ["", *_lines(text, 1), *_cited(total.case, overlap, 2)]
    return "\n".join(lines) + "\n"


def trace_owner(priors: Priors, name: str) -> str:
    """Trace a component or quantity to the figures that made it; see `trace_total`."""
    case = priors.case
    owner = case.components.get(name) or case.quantities[name]
    lines = _lines(f"{owner.label} ({owner.id}), {years_text(owner.years)}, {owner.territory}, {owner.unit}", 0)
    return "\n".join([*lines, *_owner(priors, owner, 1, None)]) + "\n"


def _owner(priors: Priors, owner: Component | Quantity, depth: int, measure: str | None) -> list[str]:
    is_component = isinstance(owner, Component)
    evidence = (priors.components if is_component else priors.quantities)[owner.id]
    lines = []
    if owner.formula is not None:
        lines += _lines(f"derived: {owner.formula}", depth)
        lines += _derived(priors, owner.formula, depth + 1)
    for kind, pool in (("all", evidence.all), ("registered", evidence.registered)):
        if pool is not None and (measure is None or kind == measure or evidence.all is None or kind == "registered"):
            lines += _pool(priors.case, evidence, kind, pool, depth)
    for key in ("completeness", "ordinary"):
        share: Figure | None = getattr(owner, key, None)
        if share is not None:
            word = "share registered" if key == "completeness" else "share that would have died anyway"
            lines += [*_lines(f"{word}: {_figure(share)}", depth), *_cited(priors.case, share, depth + 1)]
    return lines or _lines("unknown: no admissible evidence", depth)


def _derived(priors: Priors, text: str, depth: int) -> Iterator[str]:
    case = priors.case
    components = {column_name(name): name for name in case.components}
    for name in sorted(formulas.names(formulas.parse(text))):
        owner = case.components[components[name]] if name in components else case.quantities[name]
        yield from _lines(f"{owner.label} ({owner.id}), {owner.unit}", depth)
        yield from _owner(priors, owner, depth + 1, "all")


def _pool(case: Case, evidence: Elicited, measure: str, pool: Pool, depth: int) -> list[str]:
    low, median, high = pool.ppf(np.array([0.025, 0.5, 0.975]))
    word = "registered deaths" if measure == "registered" else "pool"
    ends = f"95 % from {_brief(low)} to {_brief(high)}, median {_brief(median)}"
    lines = _lines(f"{word}: {ends}, before floors", depth)
    for used in evidence.used:
        if used.estimate.measure == measure:
            lines += _used(case, used, depth + 1)
    for estimate in evidence.bounds:
        if estimate.measure == measure:
            lines += _lines(f"bound {_figure(estimate)}, {estimate.basis}", depth + 1)
            lines += _cited(case, estimate, depth + 2)
    return lines


def _used(case: Case, used: Used, depth: int) -> list[str]:
    estimate = used.estimate
    figure = estimate.formula or f"{_figure(estimate)} read as {estimate.reading}"
    head = f"{figure}, {estimate.basis}, weight {percent(used.weight)}, lineage {estimate.line}"
    lines = _lines(head, depth)
    lines += _lines(_fitted(used), depth + 1)
    if used.note:
        lines += _lines(used.note, depth + 1)
    return [*lines, *_cited(case, estimate, depth + 1)]


def _brief(value: float) -> str:
    """Return a number with three significant figures and no exponent."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if rounded >= 100 else f"{rounded:.3g}"


def _fitted(used: Used) -> str:
    distribution = used.fit.distribution
    if distribution.family == "empirical":
        return "propagated through its formula"
    asked = ", ".join(f"{value:,.10g} at {wanted:g}" for wanted, value in used.fit.asked)
    achieved = ", ".join(f"{got:.4g}" for got in used.fit.achieved)
    return f"{distribution.family}; asked {asked}; achieved {achieved}" if asked else distribution.family


def _figure(figure: Figure) -> str:
    return as_printed(figure.low, figure.best, figure.high, figure.reading)


def _cited(case: Case, figure: Figure | Estimate, depth: int) -> list[str]:
    lines = _lines(f"{reference(case.sources[figure.source])} At: {figure.locator}.", depth)
    how = [f"read through {figure.via}"] if figure.via else []
    how += [f"confidence {figure.confidence}"] if figure.confidence else []
    if how:
        lines += _lines("; ".join(how), depth)
    if figure.note:
        lines += _lines(figure.note, depth)
    return lines
