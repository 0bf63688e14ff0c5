"""The dials of a multiverse: the choices that lead to a total, each with its options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from mcmort.analysis.multiverse.request import Exclusion, MultiverseRequest
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Component, Quantity
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.catalogue.vocabulary import BASES, POOLINGS, WEIGHTINGS, Family, Measure
from mcmort.errors import UsageError
from mcmort.results.draw_options import DEPENDENCES, ENGINES

__all__ = ["ELICITED_ONLY", "GROUPS", "NETS", "PRIORS", "QUESTION", "Dial", "bases_of", "coverage_of", "dials_of"]

GROUPS: Final[Mapping[str, str]] = {
    "engine": "model",
    "evidence": "evidence",
    "pool": "model",
    "weights": "model",
    "reading": "model",
    "family": "model",
    "dependence": "model",
    "definition": "definition",
    "measure": "definition",
    "net": "definition",
}
"""Which group each dial belongs to, in the order in which universes are listed."""
PRIORS: Final = ("engine", "evidence", "pool", "weights", "reading", "family")
"""Dials that choose a set of priors, which takes a second to make."""
QUESTION: Final = ("definition", "measure", "net")
"""Dials that only choose what to count: universes that share all others share their draws."""
ELICITED_ONLY: Final = ("pool", "weights", "reading", "family", "dependence")
"""Dials that the engine of the synthesis does not have."""
ADMITTED: Final = "admitted"
CASE: Final = "case"
_STANDARDS: Final[Mapping[str, tuple[str, ...]]] = {
    "counted": ("registered", "registered-adjusted", "demographic", "survey", "multiple-systems", "exhumation"),
}
"""Standards of evidence that no case has as its own: here figures that were counted or computed, not told."""
_READINGS: Final = (0.9, 0.8, 0.95)
_FAMILIES: Final = ("gamma", "truncated-normal")
NETS: Final = ("gross", "net")


@dataclass(frozen=True, slots=True)
class Dial:
    """A choice that has to be made to get a total.

    Attributes
    ----------
    name : str
        One of `GROUPS`.
    options : tuple of str
        What can be chosen, the usual choice first.
    """

    name: str
    options: tuple[str, ...]

    @property
    def group(self) -> str:
        """What the choice is about: the definition, the evidence or the model."""
        return GROUPS[self.name]


def dials_of(case: Case, request: MultiverseRequest) -> tuple[Dial, ...]:
    """Return the dials of a case, with the options asked for in place of the usual ones.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    request : MultiverseRequest
        May name dials and their options.

    Returns
    -------
    tuple of Dial
        All of them, in the order of `GROUPS`; what is not varied has one option.

    Raises
    ------
    UsageError
        If there is no such dial or option.
    """
    known = list(GROUPS)
    for name in request.dials:
        if name not in GROUPS:
            raise UsageError(f"no dial {name!r}; expected one of {', '.join(known)}{_hint(name, known)}")
    usual = _usual(case)
    dials = []
    for name in GROUPS:
        options = tuple(dict.fromkeys(request.dials.get(name, usual[name])))
        for option in options:
            _check_option(case, request, name, option)
        dials.append(Dial(name, options))
    for rule in request.exclude:
        _check_rule(rule, dials)
    return tuple(dials)


def _usual(case: Case) -> dict[str, tuple[str, ...]]:
    """Return the options that dials have where nothing is asked for: those that make a difference in this case."""
    own_reading = case.head.readings.range
    has_own_pools = any(owner.pool != POOLINGS[0] for owner in _owners(case))
    return {
        "engine": ENGINES[:1],
        "evidence": tuple(_standards_that_differ(case)),
        "pool": (CASE, *POOLINGS) if has_own_pools else POOLINGS,
        "weights": WEIGHTINGS if _cites_weights(case) else WEIGHTINGS[:2],
        "reading": tuple(dict.fromkeys(f"{100 * each:g}%" for each in (own_reading, *_READINGS))),
        "family": (CASE, *_FAMILIES),
        "dependence": ("declared", *(each for each in DEPENDENCES if each != "declared")),
        "definition": tuple(case.definitions),
        "measure": tuple(reversed(get_args(Measure))),
        "net": NETS,
    }


def _cites_weights(case: Case) -> bool:
    cited = (estimate.weight for owner in _owners(case) for estimate in owner.estimate)
    return bool(case.lineages) or any(weight is not None for weight in cited)


def _owners(case: Case) -> list[Component | Quantity]:
    return [*case.components.values(), *case.quantities.values()]


def _standards_that_differ(case: Case) -> Iterator[str]:
    """Yield the usual standards of evidence, but those that admit the same figures as one before."""
    seen = set()
    for name in (ADMITTED, "with-assertions", "without-testimony"):
        bases = bases_of(case, name, {})
        admitted = frozenset(
            (owner.id, estimate.name, estimate.measure)
            for owner in _owners(case)
            for estimate in case.admitted(owner, bases)[0]
        )
        if admitted not in seen:
            seen.add(admitted)
            yield name


def bases_of(case: Case, standard: str, standards: Mapping[str, Sequence[str]]) -> frozenset[str] | None:
    """Return the bases that a standard of evidence admits; None for what the case admits.

    Parameters
    ----------
    case : Case
        Whose own evidence standards may add to or take from.
    standard : str
        ``admitted``, ``with-BASIS`` or ``without-BASIS`` (also ``with-assertions``), ``counted``, a name of one's own,
        or bases joined by ``+``.
    standards : mapping of str to sequence of str
        Standards of one's own.

    Returns
    -------
    frozenset of str or None

    Raises
    ------
    UsageError
        If there is no such standard.
    """
    own = frozenset(case.head.evidence)
    if standard == ADMITTED:
        return None
    if standard in standards or standard in _STANDARDS:
        return frozenset(standards.get(standard) or _STANDARDS[standard])
    adding, taking = standard.removeprefix("with-"), standard.removeprefix("without-")
    adding = "assertion" if adding == "assertions" else adding
    if standard.startswith("without-") and taking in BASES:
        return own - {taking}
    if standard.startswith("with-") and adding in BASES:
        return own | {adding}
    bases = [word.strip() for word in standard.split("+")]
    if all(basis in BASES for basis in bases):
        return frozenset(bases)
    known = [ADMITTED, "with-assertions", "without-testimony", *_STANDARDS, *standards]
    raise UsageError(
        f"no standard of evidence {standard!r}; expected {', '.join(known)}, with-BASIS, without-BASIS, or bases "
        f"joined by + ({', '.join(BASES)}){_hint(standard, [*known, *BASES])}"
    )


def coverage_of(reading: str) -> float | None:
    """Return the probability of a reading of ranges such as ``80%``; 1 for extremes, None for that of the case.

    Raises
    ------
    UsageError
        If it is none.
    """
    if reading == CASE:
        return None
    if reading == "extremes":
        return 1.0
    match = re.fullmatch(r"(\d{1,2}(?:\.\d+)?)\s*%", reading)
    if match is None or not 0.0 < float(match[1]) < 100.0:
        raise UsageError(f"no reading of ranges {reading!r}; expected case, extremes, or a probability such as 80%")
    return float(match[1]) / 100.0


def _check_option(case: Case, request: MultiverseRequest, name: str, option: str) -> None:
    """Refuse an option that a dial does not have."""
    if name == "evidence":
        bases_of(case, option, request.standards)
        return
    if name == "reading":
        coverage_of(option)
        return
    known: tuple[str, ...] = {
        "engine": ENGINES,
        "pool": (CASE, *POOLINGS),
        "weights": WEIGHTINGS,
        "family": (CASE, *get_args(Family)),
        "dependence": DEPENDENCES,
        "definition": tuple(case.definitions),
        "measure": get_args(Measure),
        "net": NETS,
    }[name]
    if option not in known:
        raise UsageError(f"the dial {name} has no option {option!r}; expected {', '.join(known)}{_hint(option, known)}")


def _check_rule(rule: Exclusion, dials: Sequence[Dial]) -> None:
    """Refuse an exclusion that names what is not there: it would exclude nothing, without a word."""
    options = {dial.name: dial.options for dial in dials}
    for name, excluded in rule.options.items():
        if name not in options:
            raise UsageError(
                f"exclude: no dial {name!r}; expected one of {', '.join(options)}{_hint(name, list(options))}"
            )
        for option in excluded:
            if option not in options[name]:
                raise UsageError(
                    f"exclude: the dial {name} is never at {option!r}; it has {', '.join(options[name])}"
                    f"{_hint(option, options[name])}"
                )


def _hint(word: str, known: Sequence[str]) -> str:
    hint = did_you_mean(word, known)
    return f". Hint: {hint}" if hint else ""
