"""Evidence in which some data are kept apart from all the others, so that what each side says can be compared.

Two ways. Single figures are silent: the model predicts them from the others and does not condition on them. Where
several figures speak of one component together, the component is split in two (Dias, Welton, Caldwell and Ades 2010,
Statistics in Medicine 29; Presanis, Ohlssen, Spiegelhalter and De Angelis 2013, Statistical Science 28): these figures
speak of a copy of its deaths, all else of the original. Either way both sides stand in one fit, with heterogeneities,
biases and a completeness in common, as far as these are known.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from mcmort.bayes.evidence.datum import Evidence, Latent
from mcmort.bayes.evidence.weak import WIDEST
from mcmort.catalogue import formula
from mcmort.catalogue.case import column_name

__all__ = ["COPY", "silenced", "speaking_of", "split"]

COPY: Final = "#own"
"""What the id of a component ends with where it stands for a copy of it."""


def silenced(evidence: Evidence, names: Collection[str]) -> Evidence:
    """Return evidence in which some data and balances are predicted and not conditioned on."""
    return _with_curves(evidence, replace(evidence, silent=evidence.silent | frozenset(names)))


def split(evidence: Evidence, component: str, names: Collection[str]) -> Evidence:
    """Return evidence in which some figures of a component speak of a copy of it.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    component : str
        Id of the component.
    names : collection of str
        Names of figures of it, of which at least one is a point.

    Returns
    -------
    Evidence
        Prior to its figures either side is known to a factor of fifty either way, or less surely.
    """
    copy = component + COPY
    data = tuple(
        replace(datum, column=f"{datum.column.partition(':')[0]}:{copy}") if datum.name in names else datum
        for datum in evidence.data
    )
    own = [datum.log_value for datum in data if datum.component == copy and datum.is_plain]
    unit = next((datum.unit for datum in data if datum.component == copy), 0.0)
    weak = evidence.latents.get(component)
    width = max(weak.log_sd, WIDEST) if unit and weak is not None else WIDEST
    latents = {copy: Latent(sum(own) / len(own), width, unit)}
    if weak is not None and component not in evidence.derived:
        latents[component] = _of_the_rest(evidence, component, names, replace(weak, log_sd=max(weak.log_sd, WIDEST)))
    has_register = any(datum.column == f"registered:{copy}" for datum in data)
    return _with_curves(
        evidence,
        replace(
            evidence,
            data=data,
            latents={**evidence.latents, **latents},
            registered=(*evidence.registered, *([copy] if has_register else [])),
            copies={**evidence.copies, copy: component},
        ),
    )


def _of_the_rest(evidence: Evidence, component: str, names: Collection[str], weak: Latent) -> Latent:
    """Return the weak prior of a component without some of its figures.

    Where no figure of its own is left, it may not lie about those that were: they would pull the rest towards them, and
    most where both are far apart. It is then, as for a component that has none, an even part of the smallest sum.
    """
    if weak.unit or any(datum.component == component and datum.name not in names for datum in evidence.data):
        return weak
    parts = [
        datum.log_value - math.log(len(datum.account.terms))
        for datum in evidence.data
        if datum.account is not None
        and datum.side == "point"
        and datum.account.definition.measure == "all"
        and component in {term.component for term in datum.account.terms.values()}
    ]
    return Latent(min(parts), WIDEST) if parts else weak


def speaking_of(evidence: Evidence, component: str) -> tuple[str, ...]:
    """Return what speaks of a component besides figures of its own: claims and balances, directly or by a formula.

    A component that a formula makes is spoken of by its formula, which is named ``formula``.
    """
    reached = {component}
    columns = {column_name(name): name for name in evidence.case.components}
    while more := {
        name
        for name in evidence.derived
        if name not in reached
        and {columns.get(word, "") for word in formula.names(formula.parse(_text(evidence, name)))} & reached
    }:
        reached |= more
    speaking = [
        datum.name
        for datum in evidence.data
        if (datum.account is not None and {term.component for term in datum.account.terms.values()} & reached)
        or (datum.account is None and datum.component in reached - {component})
    ]
    speaking += [
        f"balance:{name}"
        for name, account in evidence.balances.items()
        if {term.component for term in account.terms.values()} & reached
    ]
    return (*(["formula"] if component in evidence.derived else []), *speaking)


def _text(evidence: Evidence, derived: str) -> str:
    text = evidence.case.components[derived].formula
    assert text is not None
    return text


def _with_curves(evidence: Evidence, other: Evidence) -> Evidence:
    """Give other evidence the curves of cited priors, which are the same and take longest to compute."""
    other.__dict__["curves"] = evidence.curves
    return other
