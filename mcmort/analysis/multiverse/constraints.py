"""Which options of the dials do not go together: by what they mean, by the evidence of a case, and as asked."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from mcmort.analysis.multiverse.dials import NETS, QUESTION, Dial, bases_of
from mcmort.analysis.multiverse.request import MultiverseRequest
from mcmort.catalogue.case import Case
from mcmort.catalogue.records import Definition
from mcmort.catalogue.vocabulary import WEIGHTINGS
from mcmort.definitions import DefinitionChanges, ResolvedDefinition, resolve_definition
from mcmort.errors import DefinitionError
from mcmort.results import DrawOptions
from mcmort.totals import DrawSource, counted_scope, definition_of, resolve, source_of

__all__ = ["Asked", "Constraint", "constraints_of"]


@dataclass(frozen=True)
class Constraint:
    """Options that do not go together.

    Attributes
    ----------
    reason : str
        Why.
    options : dict of str to frozenset of str
        A universe in which all these dials are at one of these options is left out.
    """

    reason: str
    options: Mapping[str, frozenset[str]]


_ALWAYS: Final = Constraint(
    "an envelope has no weights", {"pool": frozenset({"envelope"}), "weights": frozenset(WEIGHTINGS[1:])}
)


class Asked(NamedTuple):
    """What a universe counts."""

    definition: str
    measure: str
    net: str

    def of(self, case: Case) -> Definition:
        """Return the definition with the measure and the net or gross count."""
        changes = DefinitionChanges.checked(measure=self.measure, net=self.net == "net")
        return definition_of(case, self.definition, changes)


def constraints_of(case: Case, dials: Sequence[Dial], request: MultiverseRequest) -> tuple[Constraint, ...]:
    """Return which options do not go together.

    Parameters
    ----------
    case : Case
        The case.
    dials : sequence of Dial
        From `dials_of`.
    request : MultiverseRequest
        May exclude more.

    Returns
    -------
    tuple of Constraint
    """
    options = {dial.name: dial.options for dial in dials}
    asked = [
        Constraint(rule.reason, {key: frozenset(each) for key, each in rule.options.items()})
        for rule in request.exclude
    ]
    return (_ALWAYS, *_about_questions(case, options, request), *asked)


def _about_questions(
    case: Case, options: Mapping[str, tuple[str, ...]], request: MultiverseRequest
) -> Iterator[Constraint]:
    """Yield what makes no sense to ask: what nobody knows, and what would be asked twice."""
    bases = {standard: bases_of(case, standard, request.standards) for standard in options["evidence"]}
    usual = source_of(case, DrawOptions(draws=1))
    sources = {
        standard: usual if admitted is None else source_of(case, DrawOptions(draws=1, evidence=admitted))
        for standard, admitted in bases.items()
    }
    own = {name: Asked(name, each.measure, NETS[each.net]) for name, each in case.definitions.items()}
    questions = [
        Asked(name, measure, net)
        for name in options["definition"]
        for measure in options["measure"]
        for net in options["net"]
    ]
    kept: dict[Hashable, Asked] = {}

    def changes(question: Asked) -> tuple[bool, bool]:
        usual_question = own[question.definition]
        return question.measure != usual_question.measure, question.net != usual_question.net

    # a definition by its own rule comes first: a changed one that asks the same is the one left out
    for question in sorted(questions, key=changes):
        name, measure, net = question
        here = {key: frozenset({value}) for key, value in zip(QUESTION, question, strict=True)}
        counted, by_own_rule = _counted(usual, question), _counted(usual, own[name])
        if counted is None or set(counted.unknown) - set(by_own_rule.unknown if by_own_rule else ()):
            reason = f"{name} has parts without {'registered ' if measure == 'registered' else ''}figures"
            yield Constraint(reason, {key: here[key] for key in QUESTION[:2]})
            continue
        other_net = question._replace(net=NETS[1 - NETS.index(net)])
        if other_net in kept.values() and not any(f"ordinary:{term}" in usual.columns for term in counted.terms):
            yield Constraint(f"{name} with {measure} deaths has no ordinary mortality to take off", here)
            continue
        scope = counted_scope(case, question.of(case))
        if scope in kept:
            yield Constraint(f"{name} with {measure} deaths, {net}, is {kept[scope].definition}", here)
            continue
        kept[scope] = question
        for standard, source in sources.items():
            still = _counted(source, question)
            lost = sorted(
                term
                for term in counted.terms
                if still is None or term not in still.terms or _is_now_a_floor(usual, source, term, measure)
            )
            if lost:
                reason = f"under the standard {standard} {name} has no figures of {', '.join(lost)}"
                yield Constraint(reason, {"evidence": frozenset({standard}), **here})


def _is_now_a_floor(usual: DrawSource, source: DrawSource, component: str, measure: str) -> bool:
    """Whether only registered deaths of a component are left, where all of them were known."""
    was, is_now = usual.statuses[component].is_registered_only, source.statuses[component].is_registered_only
    return measure == "all" and is_now and not was


def _counted(source: DrawSource, question: Asked) -> ResolvedDefinition | None:
    """Work out what of a question a source can count; None if nothing."""
    try:
        resolved = resolve(source.case, question.of(source.case))
        return resolve_definition(source.case, source.statuses, source.columns, resolved)
    except DefinitionError:
        return None
