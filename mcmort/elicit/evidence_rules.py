"""How each measure of each component is known: the rule that every engine and every check follows, said once.

A component has two measures: all deaths ``theta``, and the part ``R`` that those responsible registered, which never
exceeds all deaths. From what speaks of a component (figures of either measure, a cited completeness ``kappa``, a
formula, claims about sums and balances that it is a part of) follows for each measure one `Way` in which it is known:

===========  ==================================  =========================================================
measure      what speaks                         way
===========  ==================================  =========================================================
all          a formula                           `Way.FORMULA`; at least the register, if there is one
all          figures of all deaths               `Way.FIGURES`; at least the register, if there is one
all          figures registered, completeness    `Way.FROM_REGISTER`: ``theta = R / kappa``
all          figures registered                  `Way.REGISTER_ALONE`: ``theta = R``, and this is said
all          claims about sums, balances         `Way.SUMS` (only an engine that conditions on them has it)
registered   figures registered                  `Way.FIGURES`
registered   all deaths known, completeness      `Way.FROM_ALL`: ``R = kappa theta``
either       nothing of these                    `Way.UNKNOWN`, with the reason: unknown is not zero
===========  ==================================  =========================================================

The first line that fits holds. Engines say what speaks of a component (`Grounds`) and render the answer (`Known`); they
decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from mcmort.catalogue import formula
from mcmort.catalogue.case import Case
from mcmort.catalogue.vocabulary import Measure
from mcmort.elicit.priors import Elicited, Priors

__all__ = ["Grounds", "Known", "Way", "adds_registered_only", "known_by", "known_of", "why_not_computable"]

_NO_REGISTER: Final = "no admissible registered count, and no completeness of registration is cited"


class Way(Enum):
    """How a measure of a component is known."""

    FORMULA = "by a formula of its own"
    FIGURES = "from figures of this measure"
    FROM_REGISTER = "all deaths from the registered count and the cited completeness"
    REGISTER_ALONE = "registered only: no estimate of all deaths, so the registered count stands for them"
    FROM_ALL = "registered part from all deaths and the cited completeness"
    SUMS = "known only through sums: claims of authors, or balances"
    UNKNOWN = "unknown"


_NOTED: Final = (Way.FROM_REGISTER, Way.REGISTER_ALONE, Way.FROM_ALL)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What speaks of one component.

    Attributes
    ----------
    all, registered : bool
        Whether figures of the measure do.
    completeness : bool
        Whether a completeness of its registration is cited.
    formula : str or None
        Arithmetic that makes all its deaths.
    gap : str
        Why the formula cannot be computed, or "".
    adds_registered_only : bool
        Whether the formula adds up anything that is registered only.
    sums : bool
        Whether claims about sums, or balances, do.
    silence : str
        Why no figure speaks, where none does.
    reasons : mapping
        What the case says of a measure that is unknown.
    """

    all: bool = False
    registered: bool = False
    completeness: bool = False
    formula: str | None = None
    gap: str = ""
    adds_registered_only: bool = False
    sums: bool = False
    silence: str = ""
    reasons: Mapping[Measure, str] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """How the two measures of a component are known.

    Attributes
    ----------
    all, registered : Way
        How each is.
    is_floored : bool
        Whether both have evidence of their own, so that the registered part of a draw is the least that all can be.
    is_registered_only : bool
        Whether nothing but a register speaks of all deaths, or of something that they are computed from, so that they
        can only be read as a minimum.
    unknown : dict of str to str
        For each measure that is unknown, the reason.
    notes : tuple of str
        What a reader of a number should know of how it came about.
    """

    all: Way
    registered: Way
    is_floored: bool
    is_registered_only: bool
    unknown: Mapping[str, str]
    notes: tuple[str, ...]


def known_by(grounds: Grounds) -> Known:
    """Apply the rule to one component.

    Parameters
    ----------
    grounds : Grounds
        What speaks of it.

    Returns
    -------
    Known
    """
    every, registered = _all(grounds), _registered(grounds)
    reasons, unknown = grounds.reasons or {}, dict[str, str]()
    if every is Way.UNKNOWN:
        unknown["all"] = grounds.gap or reasons.get("all") or grounds.silence
    if registered is Way.UNKNOWN:
        gap = grounds.gap if grounds.completeness else ""  # then all deaths would have led to it
        unknown["registered"] = gap or reasons.get("registered") or _NO_REGISTER
    notes = [f"computed as {grounds.formula}"] if every is Way.FORMULA else []
    notes += [way.value for way in (every, registered) if way in _NOTED]
    is_floored = grounds.registered and every in (Way.FORMULA, Way.FIGURES)
    is_registered_only = every is Way.REGISTER_ALONE or (every is Way.FORMULA and grounds.adds_registered_only)
    return Known(every, registered, is_floored, is_registered_only, unknown, tuple(notes))


def _all(grounds: Grounds) -> Way:
    if grounds.formula is not None:
        return Way.UNKNOWN if grounds.gap else Way.FORMULA
    if grounds.all:
        return Way.FIGURES
    if grounds.registered:
        return Way.FROM_REGISTER if grounds.completeness else Way.REGISTER_ALONE
    return Way.SUMS if grounds.sums else Way.UNKNOWN


def _registered(grounds: Grounds) -> Way:
    if grounds.registered:
        return Way.FIGURES
    return Way.FROM_ALL if grounds.completeness and _all(grounds) is not Way.UNKNOWN else Way.UNKNOWN


def known_of(priors: Priors) -> dict[str, Known]:
    """Apply the rule to every component of a case whose figures are pooled.

    Parameters
    ----------
    priors : Priors
        From `mcmort.elicit.elicit`: what speaks of a component are its pools.

    Returns
    -------
    dict of str to Known
        By id of the component, sorted.
    """
    found: dict[str, Known] = {}

    def known(name: str) -> Known:
        if name not in found:
            component, evidence = priors.case.components[name], priors.components[name]
            text = component.formula
            found[name] = known_by(
                Grounds(
                    all=evidence.all is not None,
                    registered=evidence.registered is not None,
                    completeness=evidence.completeness is not None,
                    formula=text,
                    gap="" if text is None else why_not_computable(text, priors, gap_of),
                    adds_registered_only=text is not None
                    and adds_registered_only(priors.case, text, lambda other: known(other).is_registered_only),
                    silence=_silence(evidence),
                    reasons=component.unknown,
                )
            )
        return found[name]

    def gap_of(name: str) -> str:
        return known(name).unknown.get("all", "")

    return {name: known(name) for name in sorted(priors.case.components)}


def why_not_computable(text: str, priors: Priors, gap_of: Callable[[str], str]) -> str:
    """Return why a formula cannot be computed: what is unknown of the first that is, or "".

    Parameters
    ----------
    text : str
        A formula over quantities and components.
    priors : Priors
        Of the quantities.
    gap_of : callable
        From the id of a component to why its deaths are unknown, or "".

    Returns
    -------
    str
    """
    case = priors.case

    def gap(name: str) -> str:
        return gap_of(case.by_column[name].id) if name in case.by_column else _quantity_gap(case, priors, name, gap_of)

    return formula.fold(formula.parse(text), lambda _: "", gap, lambda _, left, right: left or right)


def adds_registered_only(case: Case, text: str, is_registered_only: Callable[[str], bool]) -> bool:
    """Return whether a formula grows with a component of which no more than a register is known.

    What is subtracted, or divided by, makes the result no minimum.

    Parameters
    ----------
    case : Case
        Holds the components.
    text : str
        A formula over quantities and components.
    is_registered_only : callable
        From the id of a component to whether it is registered only.

    Returns
    -------
    bool
    """

    def either(operator: str, left: tuple[bool, bool], right: tuple[bool, bool]) -> tuple[bool, bool]:
        """Combine whether each side grows, and whether it falls, with what is registered only."""
        grows, falls = right[::-1] if operator in ("-", "/") else right
        return left[0] or grows, left[1] or falls

    grows, _ = formula.fold(
        formula.parse(text),
        lambda _: (False, False),
        lambda name: (name in case.by_column and is_registered_only(case.by_column[name].id), False),
        either,
    )
    return grows


def _quantity_gap(case: Case, priors: Priors, name: str, gap_of: Callable[[str], str]) -> str:
    text = case.quantities[name].formula
    if text is not None:
        return why_not_computable(text, priors, gap_of)
    return "" if priors.quantities[name].all is not None else f"the quantity {name} has no admissible evidence"


def _silence(evidence: Elicited) -> str:
    """Return why no estimate of a component is pooled."""
    if evidence.bounds:
        return "only one-sided claims, which bound a distribution but make none"
    if evidence.rejected:
        reasons = sorted({reason for _, reason in evidence.rejected})
        return f"no admissible estimate ({'; '.join(reasons)})"
    return "no estimate"
