"""Collects the evidence of a case: what each figure is a figure of, and why some are not used."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from mcmort.accounts import Account, Resolved, account_of, of_claim, resolve
from mcmort.bayes.evidence import Datum, Evidence, Latent, Side
from mcmort.catalogue import formula
from mcmort.catalogue.case import Case, column_name
from mcmort.catalogue.records import Claim, Component, Definition, Estimate, Figure, Quantity
from mcmort.catalogue.synthesis import Balance, Synthesis
from mcmort.catalogue.words import BASES, Basis, Measure
from mcmort.draws import Standing
from mcmort.elicit.families import Distribution, fixed
from mcmort.elicit.fit import fit_figure
from mcmort.elicit.pool import Pool
from mcmort.elicit.priors import elicit, to_years
from mcmort.errors import DefinitionError, EvidenceError, FitError, UsageError

__all__ = ["collect"]

_WIDEST: Final = 2.0
"""Log standard deviation of a component that only sums speak of: a factor of fifty either way."""
_WEAKEST: Final = 1.0
"""Least log standard deviation of a component's own prior."""


def collect(case: Case, evidence: frozenset[str] | None = None, without: frozenset[str] = frozenset()) -> Evidence:
    """Collect the evidence of a case under a standard.

    Parameters
    ----------
    case : Case
        The case.
    evidence : frozenset of str, optional
        Bases to admit; by default those that the case admits, and assertions.
    without : frozenset of str
        Keys of sources, or lineages, to leave out.

    Returns
    -------
    Evidence

    Raises
    ------
    EvidenceError
        If the case declares no priors for this engine, or nothing is left to condition on.
    UsageError
        If a basis, source or lineage is unknown.
    """
    synthesis = case.head.synthesis
    if synthesis is None:
        raise EvidenceError(
            f"{case.id} declares no priors of bias and heterogeneity. Hint: add [synthesis] to case.toml; "
            "'mcmort schema' lists its keys"
        )
    bases = frozenset(case.head.evidence) | {"assertion"} if evidence is None else evidence
    _check_words(case, bases, without)
    return _Collector(case, synthesis, bases, without).evidence()


def _check_words(case: Case, bases: frozenset[str], without: frozenset[str]) -> None:
    unknown = sorted(bases - set(BASES))
    if unknown:
        raise UsageError(f"no basis {unknown[0]!r}; expected some of {', '.join(BASES)}")
    lines = {claim.lineage or claim.source for claim in case.claims.values()}
    lines |= {one.line for owner in case.components.values() for one in owner.estimate}
    lines |= {one.line for owner in case.quantities.values() for one in owner.estimate}
    lost = sorted(without - set(case.sources) - lines)
    if lost:
        raise UsageError(f"{case.id} has no source or lineage {lost[0]!r}. Hint: 'mcmort show {case.id} --sources'")


class _Collector:
    """Goes through a case once; see `collect`."""

    def __init__(self, case: Case, synthesis: Synthesis, bases: frozenset[str], without: frozenset[str]) -> None:
        self.case, self.synthesis, self.bases, self.without = case, synthesis, bases, without
        self.priors = elicit(_with_left_out(case, without), bases)
        self.left: dict[str, str] = {}
        self.spoken_of: set[str] = set()  # components of which a figure speaks, directly or in a sum
        usable = [one for one in case.balances.values() if self._why_not(one) is None]
        self.told = {one.lineage for one in usable if one.lineage is not None}

    def evidence(self) -> Evidence:
        case = self.case
        direct = [datum for name in sorted(case.components) for datum in self._of_component(case.components[name])]
        own = {datum.column.partition(":")[2] for datum in direct if datum.side == "point"}
        claims = list(self._claims())
        sums = self._touched_by_sums(claims, own)
        self.spoken_of = own | set(sums)
        derived = tuple(
            name for name, one in case.components.items() if one.formula is not None and self._known(one.formula)
        )
        latents = {
            name: sums[name] if name in sums else self._latent(name, direct)
            for name in sorted(own | set(sums))
            if name not in derived or any(datum.column == f"registered:{name}" for datum in direct)
        }
        known = set(latents) | set(derived)
        registered = tuple(
            name
            for name in sorted(known)
            if case.components[name].completeness is not None
            or any(datum.column == f"registered:{name}" for datum in direct)
        )
        self.left |= {
            datum.name: "nothing else speaks of the component, and a bound alone makes no distribution"
            for datum in direct
            if datum.column.partition(":")[2] not in known
        }
        direct = [datum for datum in direct if datum.column.partition(":")[2] in known]
        standing = {
            name: self._standing(
                name,
                direct,
                is_known=name in known,
                is_registered=name in registered,
                by_sums=name in sums,
                is_derived=name in derived,
            )
            for name in case.components
        }
        columns = self._columns(known, registered)
        data = [*direct, *self._accounted(claims, standing, columns, direct)]
        if not any(datum.side == "point" for datum in data):
            raise EvidenceError(
                f"no evidence of {case.id} is left to condition on. Hint: admit more bases with --evidence, or leave "
                "fewer sources out"
            )
        balances = {}
        for name, balance in case.balances.items():
            account = self._balance(name, balance, standing, columns)
            if account is not None:
                balances[name] = account
        return Evidence(
            case, self.priors, self.synthesis, tuple(basis for basis in BASES if basis in self.bases),
            tuple(sorted(self.without)), latents, derived, registered,
            self._cited(known, registered, set(derived) & set(latents), data, balances),
            tuple(_counted_once(data)), balances, standing, dict(sorted(self.left.items())),
        )  # fmt: skip

    def _cited(
        self,
        known: set[str],
        registered: tuple[str, ...],
        apart: set[str],
        data: list[Datum],
        balances: Mapping[str, Account],
    ) -> dict[str, Pool | Distribution]:
        """Return the priors that are taken over, by column; those apart have a register beside their formula."""
        found: dict[str, Pool | Distribution] = {}
        default = self.synthesis.completeness
        for name in registered:
            if name in apart:
                continue  # its register is uncertain in itself
            share = self.priors.components[name].completeness
            if share is None and default is not None and self._speaks("all", name, data):
                share = fit_figure(self.case, default).distribution
            found[f"completeness:{name}"] = fixed(1.0) if share is None else share
        for name in sorted(known):
            ordinary = self.priors.components[name].ordinary
            if ordinary is not None:
                found[f"ordinary:{name}"] = ordinary
        found |= {f"overlap:{name}": share for name, share in self.priors.overlaps.items()}
        found |= {f"share:{name}": share for name, share in self.priors.shares.items()}
        texts = [self.case.components[name].formula for name in sorted(known)]
        texts += [datum.formula for datum in data] + [self.case.balances[name].formula for name in balances]
        for name in self._behind([text for text in texts if text is not None]):
            pool = self.priors.quantities[name].all
            if self.case.quantities[name].formula is None and pool is not None:
                found[f"quantity:{name}"] = pool
        return found

    def _speaks(self, measure: Measure, name: str, data: list[Datum]) -> bool:
        """Whether a figure of a component has a measure; where none has all deaths, its register stands for them."""
        return any(one.column == f"{measure}:{name}" for one in data)

    def _behind(self, texts: list[str]) -> list[str]:
        """Return the quantities on which formulas rest, sorted."""
        found: set[str] = set()
        while texts:
            for name in formula.names(formula.parse(texts.pop())) & self.case.quantities.keys() - found:
                found.add(name)
                own = self.case.quantities[name].formula
                texts += [own] if own is not None else []
        return sorted(found)

    def _known(self, text: str) -> bool:
        """Whether every quantity and component of a formula has evidence."""
        return all(self._has_prior(name) for name in formula.names(formula.parse(text)))

    def _has_prior(self, name: str) -> bool:
        quantity = self.case.quantities.get(name)
        if quantity is None:
            component = next(one for one in self.case.components.values() if column_name(one.id) == name)
            return component.id in self.spoken_of or (component.formula is not None and self._known(component.formula))
        return (
            self._known(quantity.formula)
            if quantity.formula is not None
            else self.priors.quantities[name].all is not None
        )

    def _is_out(self, source: str, line: str) -> bool:
        return source in self.without or line in self.without

    def _of_component(self, component: Component) -> Iterator[Datum]:
        taken, left = self.case.admitted(component, self.bases)
        self.left |= {f"{component.id}:{one.name}": reason for one, reason in left}
        for one in taken:
            name = f"{component.id}:{one.name}"
            if self._is_out(one.source, one.line):
                self.left[name] = "left out on request"
            elif one.formula is not None:
                if component.formula is not None and one.measure == "all":
                    self.left[name] = "the component is computed by a formula of its own"
                elif one.line in self.told:
                    self.left[name] = "told by a balance"
                elif not self._known(one.formula):
                    self.left[name] = "a quantity of its formula has no admissible evidence"
                else:
                    yield self._carried(
                        Datum(name, one.basis, one.line, one.source, formula=one.formula), component, one
                    )
            else:
                datum = self._figure(name, one, one.line, one.basis)
                if datum is not None:
                    yield self._carried(datum, component, one)

    def _carried(self, datum: Datum, component: Component, estimate: Estimate) -> Datum:
        """Return a figure as one of its component, carried to the component's years."""
        factor, _ = to_years(self.case, component, estimate)
        column = f"{estimate.measure}:{component.id}"
        return replace(datum, log_value=datum.log_value + math.log(factor), column=column)

    def _figure(self, name: str, figure: Figure, line: str, basis: Basis) -> Datum | None:
        """Return what a printed figure says on the logarithm, or note why it says nothing there."""
        side: Side = (
            "at-least" if figure.reading == "at-least" else "at-most" if figure.reading == "at-most" else "point"
        )
        if figure.is_one_sided or figure.reading == "point":
            value = figure.low if side == "at-least" else figure.high if side == "at-most" else figure.best
            assert value is not None
            middle, error = value, 0.0
        else:
            try:
                distribution = fit_figure(self.case, figure).distribution
            except FitError as error_found:
                self.left[name] = str(error_found)
                return None
            low, middle, high = distribution.ppf(np.array([0.1586552539, 0.5, 0.8413447461])).tolist()
            error = (math.log(high) - math.log(low)) / 2.0 if low > 0.0 else math.inf
        if middle <= 0.0 or not math.isfinite(error):
            self.left[name] = "a figure of zero has no logarithm"
            return None
        return Datum(name, basis, line, figure.source, side, math.log(middle), error)

    def _latent(self, name: str, data: list[Datum]) -> Latent:
        """Return the weak prior of a component: a standard deviation is as wide as all that is cited of it."""
        points = [one for one in data if one.column.partition(":")[2] == name and one.side == "point"]
        ends = [one.log_value + sign * one.log_error for one in points if one.formula is None for sign in (-1, 1)]
        pool = self.priors.components[name].all or self.priors.components[name].registered
        if pool is not None:
            ends += np.log(np.maximum(pool.ppf(np.array([0.05, 0.95])), 1.0)).tolist()
        if not ends:
            raise EvidenceError(
                f"the figures of {name} are formulas without a range. Hint: give it a figure of its own"
            )
        return Latent((min(ends) + max(ends)) / 2.0, max(_WEAKEST, max(ends) - min(ends)))

    def _claims(self) -> Iterator[tuple[Claim, Datum, Resolved]]:
        retired = self.case.retired()
        for name, claim in self.case.claims.items():
            key, line = f"claim:{name}", claim.lineage or claim.source
            if name in retired:
                self.left[key] = f"superseded by {retired[name]}"
            elif claim.use == "cross-check":
                self.left[key] = "a cross-check only"
            elif claim.basis not in self.bases:
                self.left[key] = f"basis {claim.basis} is not admitted"
            elif self._is_out(claim.source, line):
                self.left[key] = "left out on request"
            elif line in self.told:
                self.left[key] = "told by a balance"
            else:
                datum = self._figure(key, claim, line, claim.basis)
                if datum is None:
                    continue
                if claim.beyond is not None:
                    if datum.side == "at-least":
                        self.left[key] = "at least so many, of more than the case holds: it bounds nothing here"
                        continue
                    datum = replace(datum, side="at-most")
                try:
                    yield claim, datum, resolve(self.case, of_claim(self.case, claim))
                except DefinitionError as error:
                    self.left[key] = str(error)

    def _touched_by_sums(self, claims: list[tuple[Claim, Datum, Resolved]], known: set[str]) -> dict[str, Latent]:
        """Return priors for components of which only claims about sums speak."""
        found: dict[str, Latent] = {}
        for _, datum, resolved in claims:
            if datum.side == "point" and resolved.definition.measure == "all":
                for term in resolved.terms:
                    if term.component not in known and self.case.components[term.component].formula is None:
                        part = Latent(datum.log_value - math.log(len(resolved.terms)), _WIDEST)
                        if term.component not in found or part.log_median < found[term.component].log_median:
                            found[term.component] = part
        return found

    def _columns(self, known: set[str], registered: tuple[str, ...]) -> frozenset[str]:
        names = {f"all:{name}" for name in known} | {f"registered:{name}" for name in registered}
        names |= {f"ordinary:{name}" for name in known if self.case.components[name].ordinary is not None}
        names |= {f"overlap:{name}" for name in self.priors.overlaps} | {f"share:{name}" for name in self.priors.shares}
        return frozenset(names)

    def _accounted(
        self,
        claims: list[tuple[Claim, Datum, Resolved]],
        standing: Mapping[str, Standing],
        columns: frozenset[str],
        direct: list[Datum],
    ) -> Iterator[Datum]:
        """Yield the claims that are data, each with what it sums."""
        lines = {name: self._told_through(self.case.components[name].formula) for name in self.case.components}
        for datum in direct:
            lines[datum.column.partition(":")[2]] |= {datum.line, datum.source} | self._told_through(datum.formula)
        for claim, datum, resolved in claims:
            told = sorted(t.component for t in resolved.terms if {datum.line, claim.source} & lines[t.component])
            if told:
                self.left[datum.name] = f"its lineage speaks already on {', '.join(told)}"
                continue
            account = self._account(datum.name, resolved, standing, columns)
            if account is not None:
                yield replace(datum, account=account)

    def _told_through(self, text: str | None) -> set[str]:
        """Return the lineages and sources that speak through the quantities of a formula: these are taken over."""
        found: set[str] = set()
        for name in self._behind([text]) if text is not None else ():
            for one in self.priors.quantities[name].used:
                found |= {one.estimate.line, one.estimate.source}
        return found

    def _account(
        self, name: str, resolved: Resolved, standing: Mapping[str, Standing], columns: frozenset[str]
    ) -> Account | None:
        try:
            account = account_of(self.case, standing, columns, resolved)
        except DefinitionError as error:
            self.left[name] = str(error)
            return None
        if account.unknown:
            self.left[name] = f"it counts what nothing is known of: {', '.join(account.unknown)}"
            return None
        return account

    def _balance(
        self, name: str, balance: Balance, standing: Mapping[str, Standing], columns: frozenset[str]
    ) -> Account | None:
        key, reason = f"balance:{name}", self._why_not(balance)
        if reason is not None:
            self.left[key] = reason
            return None
        words = {"label": balance.label, "question": balance.label, "adds": balance.label, "leaves_out": "not stated"}
        scope = balance.model_dump(include={"include", "exclude", "years", "net", "share"})
        definition = Definition.model_validate({"id": name, "measure": "all", **words, **scope})
        return self._account(key, resolve(self.case, definition), standing, columns)

    def _why_not(self, balance: Balance) -> str | None:
        """Return why a balance says nothing here, or None if it does."""
        if not self._known(balance.formula):
            return "a quantity of its formula has no admissible evidence"
        if "demographic" not in self.bases:
            return "basis demographic is not admitted"
        if self._is_out(balance.source, balance.lineage or balance.source):
            return "left out on request"
        return None

    def _standing(
        self, name: str, direct: list[Datum], *, is_known: bool, is_registered: bool, by_sums: bool, is_derived: bool
    ) -> Standing:
        component, evidence = self.case.components[name], self.priors.components[name]
        unknown = {}
        if not is_known:
            unknown["all"] = component.unknown.get("all") or "no admissible evidence touches it"
        if not is_registered:
            reason = component.unknown.get("registered")
            unknown["registered"] = (
                reason or "no admissible registered count, and no completeness of registration is cited"
            )
        notes = []
        if by_sums:
            notes.append("known only through claims about sums")
        if (
            is_registered
            and component.completeness is None
            and not is_derived
            and not self._speaks("all", name, direct)
        ):
            notes.append("registered only: no estimate of all deaths, so the registered count stands for them")
        if is_derived:
            notes.append(f"derived: {component.formula}")
        sources = tuple(
            sorted({one.estimate.source for one in evidence.used} | {one.source for one in evidence.bounds})
        )
        return Standing(unknown, tuple(notes), {"all": sources, "registered": sources})


def _with_left_out(case: Case, without: frozenset[str]) -> Case:
    """Return a case in which the estimates that are left out are cross-checks, so that no pool holds them.

    What they supersede stays superseded: to leave out an author's figure does not bring an earlier one back.
    """

    def kept[Owner: (Component, Quantity)](owner: Owner) -> Owner:
        estimates = tuple(
            one.model_copy(update={"use": "cross-check"}) if {one.source, one.line} & without else one
            for one in owner.estimate
        )
        return owner.model_copy(update={"estimate": estimates})

    if not without:
        return case
    components = {name: kept(one) for name, one in case.components.items()}
    return replace(case, components=components, quantities={name: kept(one) for name, one in case.quantities.items()})


def _counted_once(data: list[Datum]) -> Iterator[Datum]:
    """Give each lineage the weight of one figure for each thing that it speaks of."""
    count = Counter((datum.line, datum.target, datum.side) for datum in data)
    for datum in data:
        yield replace(datum, weight=1.0 / count[datum.line, datum.target, datum.side])
