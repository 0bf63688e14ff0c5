"""Compiles the priors of a case into a plan, and says what is known of each component.

How each measure of a component is known is said in `mcmort.elicit.evidence_rules`; here it becomes instructions.
Registered deaths never exceed all deaths on any draw: where both have evidence, all deaths are the larger of a draw
from their pool and the registered part of the same draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mcmort.catalogue import formula
from mcmort.catalogue.case import Case, column_name
from mcmort.catalogue.citations import owners_behind
from mcmort.catalogue.records import Component, Quantity
from mcmort.catalogue.vocabulary import Measure, Support
from mcmort.elicit import Elicited, Priors, Used, build_score_table, build_table
from mcmort.elicit.copula import Copula
from mcmort.elicit.evidence_rules import Known, Way, why_not_computable
from mcmort.elicit.families import Distribution
from mcmort.elicit.pool import Pool
from mcmort.elicit.pool_notes import unused_bounds_note, zero_note
from mcmort.elicit.segments import FormulaOfDraw, apart_note, segments_of
from mcmort.results import ComponentStatus, Dependence
from mcmort.sampler.program.compare_register import compare_register
from mcmort.sampler.program.compiled import Compiled
from mcmort.sampler.program.normal_tables import normal_scores, normal_survival
from mcmort.sampler.program.plan import ARITHMETIC, Builder, Op
from mcmort.sampler.program.reached_links import reached_links

__all__ = ["compile_priors"]


@dataclass
class _Compiler:
    priors: Priors
    dependence: Dependence
    build: Builder = field(default_factory=Builder)
    registers: dict[str, int] = field(default_factory=dict)
    compared: dict[str, tuple[int, int]] = field(default_factory=dict)
    scores: int | None = None
    survivals: int | None = None

    def __post_init__(self) -> None:
        self.copula = Copula(self.priors)
        self.known = self.copula.known

    @property
    def case(self) -> Case:
        return self.priors.case

    def score(self, stream: str, member: str) -> int | None:
        """Return the normal score of an input that is tied to others, or None."""
        if not member:
            return None
        score = None
        for factor, loading in self.loadings(stream).items():
            normal = self.normal(factor)
            if score is None:
                score = self.build.emit(Op.SCALE, normal, x=loading) if loading != 1.0 else normal
            else:
                score = self.build.emit(Op.ADD_SCALED, score, normal, x=loading)
        return score

    def loadings(self, stream: str) -> Mapping[str, float]:
        """Return the loadings of an input on independent scores under the dial; comonotonic shares stay independent."""
        match self.dependence:
            case "declared":
                return self.copula.loadings(stream)
            case "comonotonic" if not stream.startswith("completeness:"):
                return {"factor:comonotonic": 1.0}
            case _:
                return {}

    def normal(self, stream: str) -> int:
        """Emit a standard normal score."""
        if self.scores is None:
            self.scores = self.build.table(normal_scores())
        return self.build.emit(Op.DRAW, b=self.scores, stream=stream)

    def survival(self) -> int:
        """Return the table from normal scores to survival probabilities."""
        if self.survivals is None:
            self.survivals = self.build.score_table(normal_survival())
        return self.survivals

    def draw(self, prior: Pool | Distribution, stream: str, member: str = "") -> int:
        """Emit one draw from a prior."""
        if isinstance(prior, Distribution) and prior.family == "fixed":
            return self.build.emit(Op.CONSTANT, x=prior.parameters[0])
        score = self.score(stream, member)
        if score is not None:
            return self.build.emit(Op.SCORED, score, self.build.score_table(build_score_table(prior)))
        return self.build.emit(Op.DRAW, b=self.build.table(build_table(prior)), stream=stream)

    def resolve(self, column: str) -> int:
        """Return the register of a column that is known, compiled once."""
        if column not in self.registers:
            kind, _, name = column.partition(":")
            make = {"quantity": self.quantity, "all": self.all, "registered": self.registered}[kind]
            self.registers[column] = make(name)
        return self.registers[column]

    def quantity(self, name: str) -> int:
        text = self.case.quantities[name].formula
        if text is not None:
            return self.formula(text)
        return self.pooled(self.priors.quantities[name], "all", f"quantity:{name}", name)

    def pooled(self, evidence: Elicited, measure: Measure, stream: str, member: str) -> int:
        """Emit a draw from a pool: of printed figures from their table, of formulas from the quantities of the draw."""
        lowest, *others = segments_of(evidence, measure)
        if not others:
            return (
                self.draw(lowest.source, stream, member)
                if isinstance(lowest.source, Pool)
                else self.of_draw(lowest.source, evidence.support)
            )
        survival, end = self.survival_at(stream, member), 1.0
        value = 0
        for segment in (lowest, *others):
            begin, end = end, end - segment.weight
            if isinstance(segment.source, Pool):
                above = self.build.emit(Op.CONSTANT, x=-end / segment.weight)
                inside = self.build.emit(Op.ADD_SCALED, above, survival, x=1.0 / segment.weight)
                own = self.build.emit(Op.LOOKED_UP, inside, self.build.table(build_table(segment.source)))
            else:
                own = self.of_draw(segment.source, evidence.support)
            value = own if segment is lowest else self.build.emit(Op.SELECT, own, value, survival, x=begin)
        return value

    def of_draw(self, source: FormulaOfDraw, support: Support) -> int:
        """Emit a formula over the quantities of the draw, carried to the years of its component."""
        value = self.formula(source.text)
        if support != "signed":
            value = self.build.emit(Op.MAXIMUM, value, self.build.emit(Op.CONSTANT))
        return self.build.emit(Op.SCALE, value, x=source.factor) if source.factor != 1.0 else value

    def survival_at(self, stream: str, member: str) -> int:
        """Emit the survival probability at which an input is drawn: a point of its stream, or that of its score."""
        score = self.score(stream, member)
        if score is None:
            return self.build.emit(Op.UNIFORM, stream=stream)
        return self.build.emit(Op.SCORED, score, self.survival())

    def formula(self, text: str) -> int:
        """Emit a formula over quantities and components."""
        components = {column_name(name): name for name in self.case.components}
        return formula.fold(
            formula.parse(text),
            lambda value: self.build.emit(Op.CONSTANT, x=value),
            lambda name: self.resolve(f"all:{components[name]}" if name in components else f"quantity:{name}"),
            lambda operator, left, right: self.build.emit(ARITHMETIC[operator], left, right),
        )

    def all(self, name: str) -> int:
        """Emit all deaths of a component."""
        known, evidence = self.known[name], self.priors.components[name]
        match known.all:
            case Way.FORMULA:
                return self.derived(name)
            case Way.FIGURES:
                deaths = self.pooled(evidence, "all", f"all:{name}", name)
                return self.at_least_registered(name, deaths) if known.is_floored else deaths
            case Way.FROM_REGISTER:
                return self.build.emit(Op.DIVIDE, self.resolve(f"registered:{name}"), self.completeness(name))
            case Way.REGISTER_ALONE:
                return self.resolve(f"registered:{name}")
            case way:
                raise AssertionError(f"all deaths of {name}: {way}")

    def derived(self, name: str) -> int:
        """Emit what the formula of a component gives: if not signed, no less than zero, nor than was registered."""
        text = self.case.components[name].formula
        assert text is not None
        if self.priors.components[name].support == "signed":
            return self.formula(text)
        zero = self.build.emit(Op.CONSTANT)
        deaths = self.build.emit(Op.MAXIMUM, self.formula(text), zero)
        return self.at_least_registered(name, deaths) if self.known[name].is_floored else deaths

    def at_least_registered(self, name: str, deaths: int) -> int:
        """Emit the larger of all deaths as drawn and of those registered."""
        registered = self.resolve(f"registered:{name}")
        self.compared[name] = deaths, registered
        return self.build.emit(Op.MAXIMUM, deaths, registered)

    def registered(self, name: str) -> int:
        """Emit the registered deaths of a component."""
        known, evidence = self.known[name], self.priors.components[name]
        match known.registered:
            case Way.FIGURES:
                return self.pooled(evidence, "registered", f"registered:{name}", name)
            case Way.FROM_ALL:
                return self.build.emit(Op.MULTIPLY, self.resolve(f"all:{name}"), self.completeness(name))
            case way:
                raise AssertionError(f"registered deaths of {name}: {way}")

    def completeness(self, name: str) -> int:
        key = f"completeness:{name}"
        if key not in self.registers:
            share = self.priors.components[name].completeness
            assert share is not None
            self.registers[key] = self.draw(share, key, name)
        return self.registers[key]

    def output(self, column: str, register: int) -> None:
        self.build.outputs[column] = register

    def status(self, name: str) -> ComponentStatus:
        """Compile both measures of a component and say what is known of it."""
        evidence, known = self.priors.components[name], self.known[name]
        for measure in ("all", "registered"):
            if measure not in known.unknown:
                self.output(f"{measure}:{name}", self.resolve(f"{measure}:{name}"))
        if evidence.ordinary is not None:
            self.output(f"ordinary:{name}", self.draw(evidence.ordinary, f"ordinary:{name}"))
        behind = owners_behind(self.case, self.case.components[name])
        notes = [*known.notes, *(self.copula.changes(behind) if self.dependence == "declared" else ())]
        whole = [evidence_on(self.priors, owner) for owner in behind]
        notes += [note for said in (apart_note, zero_note, unused_bounds_note) for one in whole if (note := said(one))]
        notes += [f"{one.estimate.name}: {one.note}" for one in evidence.used if one.note]
        sources = _sources(self.priors, name, known)
        return ComponentStatus(known.unknown, tuple(notes), sources, known.is_registered_only)

    def members(self, name: str) -> list[tuple[str, float, int]]:
        """Emit a draw from each estimate of all deaths alone, at the point of the draw from their pool."""
        text = self.case.components[name].formula
        if text is not None:
            return [(f"the formula {text}", 1.0, self.compared[name][0])]
        return [
            (f"the lineage {used.estimate.line}", used.weight, self.alone(used, f"all:{name}", name))
            for used in self.priors.components[name].used
            if used.estimate.measure == "all" and used.weight > 0.0
        ]

    def alone(self, used: Used, stream: str, member: str) -> int:
        """Emit a draw from one estimate alone."""
        if used.estimate.formula is not None:
            return self.of_draw(FormulaOfDraw(used.estimate.formula, used.factor), "count")
        return self.draw(used.fit.distribution.scaled(used.factor), stream, member)


def evidence_on(priors: Priors, owner: Component | Quantity) -> Elicited:
    """Return what the evidence on a component or quantity amounts to."""
    return (priors.components if isinstance(owner, Component) else priors.quantities)[owner.id]


def _sources(priors: Priors, name: str, known: Known) -> dict[str, tuple[str, ...]]:
    """Return the keys of the sources behind each measure, through formulas where there are any."""
    case = priors.case
    everything: set[str] = set()
    for owner in owners_behind(case, case.components[name]):
        evidence = evidence_on(priors, owner)
        everything |= {one.estimate.source for one in evidence.used} | {one.source for one in evidence.bounds}
    own, completeness = priors.components[name], case.components[name].completeness
    registered = {one.estimate.source for one in own.used if one.estimate.measure == "registered"}
    registered |= {one.source for one in own.bounds if one.measure == "registered"}
    if known.registered is not Way.FIGURES:  # then the registered part, if any, comes from all deaths
        registered = set(everything)
    if completeness is not None and known.all is Way.FROM_REGISTER:
        everything.add(completeness.source)
    if completeness is not None and known.registered is Way.FROM_ALL:
        registered.add(completeness.source)
    return {"all": tuple(sorted(everything)), "registered": tuple(sorted(registered))}


def compile_priors(priors: Priors, dependence: Dependence = "declared") -> Compiled:
    """Compile the priors of a case.

    Parameters
    ----------
    priors : Priors
        From `mcmort.elicit.elicit`.
    dependence : {"declared", "independent", "comonotonic"}
        Of components and quantities; shares stay independent where the case links none.

    Returns
    -------
    Compiled
        The plan, and what is known of each component under each measure.
    """
    compiler = _Compiler(priors, dependence)
    statuses = {name: compiler.status(name) for name in sorted(priors.case.components)}
    for name, share in sorted(priors.overlaps.items()):
        compiler.output(f"overlap:{name}", compiler.draw(share, f"overlap:{name}"))
    for name, share in sorted(priors.shares.items()):
        compiler.output(f"share:{name}", compiler.draw(share, f"share:{name}"))
    for name, balance in priors.case.balances.items():  # of quantities, and therefore always known or always not
        if not why_not_computable(balance.formula, priors, lambda _: ""):
            compiler.output(f"balance:{name}", compiler.formula(balance.formula))
    for definition in priors.case.definitions.values():
        at_risk = definition.population
        if at_risk is not None and not why_not_computable(at_risk, priors, lambda _: ""):
            compiler.resolve(f"quantity:{at_risk}")
    for name in sorted(priors.case.quantities):
        column = f"quantity:{name}"
        if column in compiler.registers:  # only those on which a component, a balance or a rate rests
            compiler.output(column, compiler.registers[column])
    plan = compiler.build.plan()
    members = {name: compiler.members(name) for name in compiler.compared}
    extended = compiler.build.plan()
    for name, (deaths, registered) in compiler.compared.items():
        register = compare_register(extended, registered, deaths, members[name])
        statuses[name] = replace(statuses[name], register=register)
    if dependence == "declared":
        for name, links in reached_links(compiler.copula, extended, compiler.registers).items():
            statuses[name] = replace(statuses[name], links=links)
    return Compiled(plan, statuses)
