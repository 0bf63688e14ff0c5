"""Compiles the priors of a case into a plan, and says what is known of each component.

Registered deaths never exceed all deaths on any draw: where both have evidence, all deaths are drawn from their pool
above the registered part of the same draw; where one has evidence, a cited completeness leads to the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mcmort.catalogue import formula
from mcmort.catalogue.case import Case, column_name
from mcmort.catalogue.cited import owners_behind
from mcmort.catalogue.records import Component
from mcmort.draws import Dependence, Standing
from mcmort.elicit import Elicited, Priors, build_score_table, build_table
from mcmort.elicit.families import Distribution
from mcmort.elicit.pool import Pool
from mcmort.sampler.compiled import Compiled
from mcmort.sampler.copula import Copula
from mcmort.sampler.plan import ARITHMETIC, Builder, Op
from mcmort.sampler.scores import normal_scores, normal_survival

__all__ = ["compile_priors"]


class _UnknownError(Exception):
    """Something has no admissible evidence; the message says what."""


@dataclass
class _Compiler:
    priors: Priors
    copula: Copula
    build: Builder = field(default_factory=Builder)
    registers: dict[str, int | _UnknownError] = field(default_factory=dict)
    scores: int | None = None
    survivals: int | None = None
    notes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        return self.priors.case

    def score(self, stream: str, member: str) -> int | None:
        """Return the normal score of an input that is tied to others, or None."""
        if not member:
            return None
        score = None
        for factor, loading in self.copula.loadings(stream).items():
            normal = self.normal(factor)
            if score is None:
                score = self.build.emit(Op.SCALE, normal, x=loading) if loading != 1.0 else normal
            else:
                score = self.build.emit(Op.ADD_SCALED, score, normal, x=loading)
        return score

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
        """Return the register of a column, compiled once."""
        if column not in self.registers:
            kind, _, name = column.partition(":")
            try:
                self.registers[column] = self.quantity(name) if kind == "quantity" else self.component(name, column)
            except _UnknownError as unknown:
                self.registers[column] = unknown
        found = self.registers[column]
        if isinstance(found, _UnknownError):
            raise found
        return found

    def quantity(self, name: str) -> int:
        quantity = self.case.quantities[name]
        if quantity.formula is not None:
            return self.formula(quantity.formula)
        pool = self.priors.quantities[name].all
        if pool is None:
            raise _UnknownError(f"the quantity {name} has no admissible evidence")
        return self.draw(pool, f"quantity:{name}", name)

    def formula(self, text: str) -> int:
        """Emit a formula over quantities and components."""
        components = {column_name(name): name for name in self.case.components}
        return formula.fold(
            formula.parse(text),
            lambda value: self.build.emit(Op.CONSTANT, x=value),
            lambda name: self.resolve(f"all:{components[name]}" if name in components else f"quantity:{name}"),
            lambda operator, left, right: self.build.emit(ARITHMETIC[operator], left, right),
        )

    def component(self, name: str, column: str) -> int:
        component, evidence = self.case.components[name], self.priors.components[name]
        if column.startswith("registered:"):
            return self.registered(component, evidence)
        return self.all(component, evidence)

    def registered(self, component: Component, evidence: Elicited) -> int:
        if evidence.registered is not None:
            return self.draw(evidence.registered, f"registered:{component.id}", component.id)
        if evidence.completeness is not None and (evidence.all is not None or component.formula is not None):
            deaths = self.resolve(f"all:{component.id}")
            self.note(component.id, "registered part from all deaths and the cited completeness")
            return self.build.emit(Op.MULTIPLY, deaths, self.completeness(component))
        reason = component.unknown.get("registered")
        raise _UnknownError(reason or "no admissible registered count, and no completeness of registration is cited")

    def all(self, component: Component, evidence: Elicited) -> int:
        if component.formula is not None:
            zero = self.build.emit(Op.CONSTANT)
            derived = self.build.emit(Op.MAXIMUM, self.formula(component.formula), zero)
            self.note(component.id, f"derived: {component.formula}")
            if evidence.registered is None:
                return derived
            return self.build.emit(Op.MAXIMUM, derived, self.resolve(f"registered:{component.id}"))
        if evidence.all is not None and evidence.registered is not None:
            floor = self.resolve(f"registered:{component.id}")
            score = self.score(f"all:{component.id}", component.id)
            if score is None:
                survival = self.build.emit(Op.UNIFORM, stream=f"all:{component.id}")
            else:
                survival = self.build.emit(Op.SCORED, score, self.survival())
            table = self.build.table(build_table(evidence.all))
            return self.build.emit(Op.FLOORED, survival, table, floor)
        if evidence.all is not None:
            return self.draw(evidence.all, f"all:{component.id}", component.id)
        if evidence.registered is None:
            raise _UnknownError(component.unknown.get("all") or _why_unknown(evidence))
        registered = self.resolve(f"registered:{component.id}")
        if evidence.completeness is not None:
            self.note(component.id, "all deaths from the registered count and the cited completeness")
            return self.build.emit(Op.DIVIDE, registered, self.completeness(component))
        self.note(component.id, "registered only: no estimate of all deaths, so the registered count stands for them")
        return registered

    def completeness(self, component: Component) -> int:
        key = f"completeness:{component.id}"
        if key not in self.registers:
            share = self.priors.components[component.id].completeness
            assert share is not None
            self.registers[key] = self.draw(share, key)
        found = self.registers[key]
        assert isinstance(found, int)
        return found

    def note(self, component: str, text: str) -> None:
        """Leave a note, once."""
        notes = self.notes.setdefault(component, [])
        if text not in notes:
            notes.append(text)

    def output(self, column: str, register: int) -> None:
        self.build.outputs[column] = register

    def standing(self, name: str) -> Standing:
        """Compile both measures of a component and say what is known of it."""
        evidence = self.priors.components[name]
        unknown: dict[str, str] = {}
        for measure in ("all", "registered"):
            try:
                self.output(f"{measure}:{name}", self.resolve(f"{measure}:{name}"))
            except _UnknownError as reason:
                unknown[measure] = str(reason)
        if evidence.ordinary is not None:
            self.output(f"ordinary:{name}", self.draw(evidence.ordinary, f"ordinary:{name}"))
        notes = [*self.notes.get(name, ()), *self.copula.changes(owners_behind(self.case, self.case.components[name]))]
        notes += [f"{one.estimate.name}: {one.note}" for one in evidence.used if one.note]
        return Standing(unknown, tuple(notes), _sources(self.priors, name))


def _why_unknown(evidence: Elicited) -> str:
    if evidence.bounds:
        return "only one-sided claims, which bound a distribution but make none"
    if evidence.left:
        reasons = sorted({reason for _, reason in evidence.left})
        return f"no admissible estimate ({'; '.join(reasons)})"
    return "no estimate"


def _sources(priors: Priors, name: str) -> dict[str, tuple[str, ...]]:
    """Return the keys of the sources behind each measure, through formulas where there are any."""
    case = priors.case
    everything: set[str] = set()
    for owner in owners_behind(case, case.components[name]):
        evidence = (priors.components if isinstance(owner, Component) else priors.quantities)[owner.id]
        everything |= {one.estimate.source for one in evidence.used} | {one.source for one in evidence.bounds}
    own, component = priors.components[name], case.components[name]
    registered = {one.estimate.source for one in own.used if one.estimate.measure == "registered"}
    registered |= {one.source for one in own.bounds if one.measure == "registered"}
    if own.registered is None:  # then the registered part, if any, comes from all deaths and the completeness
        registered = set(everything)
    if component.completeness is not None and (own.all is None) != (own.registered is None):
        (everything if own.all is None else registered).add(component.completeness.source)
    return {"all": tuple(sorted(everything)), "registered": tuple(sorted(registered))}


def compile_priors(priors: Priors, dependence: Dependence = "declared") -> Compiled:
    """Compile the priors of a case.

    Parameters
    ----------
    priors : Priors
        From `mcmort.elicit.elicit`.
    dependence : {"declared", "independent", "comonotonic"}
        Of components and quantities; shares stay independent.

    Returns
    -------
    Compiled
        The plan, and what is known of each component under each measure.
    """
    copula = Copula(priors.case, dependence)
    compiler = _Compiler(priors, copula)
    standing = {name: compiler.standing(name) for name in sorted(priors.case.components)}
    for name in sorted(priors.case.quantities):
        register = compiler.registers.get(f"quantity:{name}")
        if isinstance(register, int):  # only quantities on which a component rests are drawn
            compiler.output(f"quantity:{name}", register)
    for name, share in sorted(priors.overlaps.items()):
        compiler.output(f"overlap:{name}", compiler.draw(share, f"overlap:{name}"))
    for name, share in sorted(priors.shares.items()):
        compiler.output(f"share:{name}", compiler.draw(share, f"share:{name}"))
    return Compiled(compiler.build.plan(), standing)
