"""Collects the evidence of a case step by step: what each figure is a figure of, and why some are not used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from mcmort.bayes.evidence.admit import admitted_balances, admitted_claims, admitted_estimates
from mcmort.bayes.evidence.convert import Stated, converted_claims, converted_estimates
from mcmort.bayes.evidence.datum import Datum, Evidence
from mcmort.bayes.evidence.declared import declared_heterogeneities, with_declared
from mcmort.bayes.evidence.deduplicate import claims_not_yet_used, weighted_by_lineage
from mcmort.bayes.evidence.error_groups import error_model, measured_completeness, priors_of
from mcmort.bayes.evidence.nothing_left import nothing_left
from mcmort.bayes.evidence.standard import Selection, Standard, standard_of
from mcmort.bayes.evidence.weak import latent_of, latents_of_balances, latents_of_sums
from mcmort.bayes.quantile_spline import Prior
from mcmort.catalogue.case import Case
from mcmort.catalogue.names_given import names_given
from mcmort.catalogue.records import Balance, Share
from mcmort.catalogue.vocabulary import BASES
from mcmort.definitions import DefinitionTerms, ResolvedDefinition, of_balance, resolve, resolve_definition
from mcmort.elicit.evidence_rules import Grounds, Known, Way, adds_registered_only, known_by
from mcmort.elicit.families import fixed
from mcmort.elicit.figure_fit import fit_figure
from mcmort.errors import DefinitionError
from mcmort.results import ComponentStatus

__all__ = ["collect"]

_ALONE = "the component has no other figure, and a bound alone makes no distribution"


def collect(case: Case, evidence: Iterable[str] | None = None, without: Iterable[str] = ()) -> Evidence:
    """Collect the evidence of a case under a standard.

    Parameters
    ----------
    case : Case
        The case.
    evidence : iterable of str, optional
        Bases to admit; by default those that the case admits.
    without : iterable of str
        Keys of sources, or lineages, to leave out.

    Returns
    -------
    Evidence

    Raises
    ------
    EvidenceError
        If nothing is left to condition on, or something may be negative.
    UsageError
        If a basis, source or lineage is unknown.
    """
    synthesis = priors_of(case)
    bases = frozenset(case.head.evidence if evidence is None else names_given("evidence", evidence))
    standard = standard_of(case, bases, frozenset(names_given("without", without)))

    balances = admitted_balances(standard)
    in_balances = {balance.lineage for balance in balances.kept if balance.lineage is not None}
    estimates, claims = admitted_estimates(standard, in_balances), admitted_claims(standard, in_balances)
    direct, stated = converted_estimates(standard, estimates.kept), converted_claims(standard, claims.kept)
    own = {datum.component for datum in direct.kept if datum.side == "point"}
    sums = latents_of_sums(standard, stated.kept, own)
    sums |= latents_of_balances(standard, balances.kept, own | set(sums))
    known = _known(standard, direct.kept, own, sums)
    figures = _with_something_else(direct.kept, known)
    statuses = {name: _status(standard, name, how, by_sums=name in sums) for name, how in known.items()}
    counted = _Countable(standard, statuses, _columns(standard, known))
    new_claims = claims_not_yet_used(standard, stated.kept, figures.kept)
    accounted = _accounted_claims(counted, new_claims.kept)
    sides = _accounted_balances(counted, balances.kept)
    data = [*figures.kept, *accounted.kept]
    steps = (balances, estimates, claims, direct, stated, figures, new_claims, accounted, sides)
    rejected = dict(sorted((name, reason) for step in steps for name, reason in step.rejected.items()))
    if not any(datum.side == "point" for datum in data) and not sides.kept:
        raise nothing_left(standard, known, rejected)
    errors = error_model(case, synthesis, {datum.group: datum.basis for datum in data})
    latents = {
        name: sums[name] if name in sums else latent_of(standard, name, direct.kept, errors)
        for name in sorted(own | set(sums))
        if known[name].all is not Way.FORMULA or known[name].is_floored
    }
    latents = with_declared(synthesis, latents)
    accounts = dict(sides.kept)
    return Evidence(
        case, standard.priors, synthesis, errors, tuple(basis for basis in BASES if basis in bases),
        tuple(sorted(standard.without)), latents,
        tuple(name for name, how in known.items() if how.all is Way.FORMULA),
        tuple(name for name in sorted(known) if known[name].registered is not Way.UNKNOWN),
        _cited(standard, known, latents, synthesis.completeness or measured_completeness(), data, accounts)
        | declared_heterogeneities(synthesis, {datum.component for datum in data}),
        weighted_by_lineage(data), accounts, statuses, rejected,
    )  # fmt: skip


def _known(
    standard: Standard, direct: Sequence[Datum], own: set[str], sums: Collection[str]
) -> dict[str, Known]:  # fmt: skip
    """Return how each component is known: claims about sums count too, and bounds where there is anything else."""
    components, columns = standard.case.components, {datum.column for datum in direct}
    silence = "no admissible evidence touches it"

    def gap_of(name: str) -> str:
        text = components[name].formula
        if name in own or name in sums:
            return ""
        return silence if text is None else standard.why_not_computable(text, gap_of)

    def grounds(name: str) -> Grounds:
        text, has_figures = components[name].formula, name in own or name in sums
        if text is not None and standard.why_not_computable(text, gap_of):
            text = None  # its register, if there is one, then counts as that of any other component
        is_informed = has_figures or text is not None
        return Grounds(
            all=is_informed and f"all:{name}" in columns,
            registered=is_informed and f"registered:{name}" in columns,
            completeness=components[name].completeness is not None,
            formula=text,
            adds_registered_only=text is not None
            and adds_registered_only(standard.case, text, lambda other: known_by(grounds(other)).is_registered_only),
            sums=name in sums,
            silence=silence,
            reasons=components[name].unknown,
        )

    return {name: known_by(grounds(name)) for name in components}


def _with_something_else(direct: Sequence[Datum], known: Mapping[str, Known]) -> Selection[Datum]:
    """Return the figures of components that are known: a bound alone does not make one known."""
    is_alone = [known[datum.component].all is Way.UNKNOWN for datum in direct]
    return Selection(
        [datum for datum, alone in zip(direct, is_alone, strict=True) if not alone],
        {datum.name: _ALONE for datum, alone in zip(direct, is_alone, strict=True) if alone},
    )


def _status(standard: Standard, name: str, known: Known, *, by_sums: bool) -> ComponentStatus:
    """Say what is known of a component.

    That a measure follows by a completeness is not noted: the completeness is inferred from the evidence like the rest.
    """
    evidence = standard.priors.components[name]
    omitted = (Way.FROM_REGISTER.value, Way.FROM_ALL.value)
    notes = [Way.SUMS.value] if by_sums else []
    notes += [note for note in known.notes if note not in omitted]
    sources = tuple(
        sorted({member.estimate.source for member in evidence.used} | {bound.source for bound in evidence.bounds})
    )
    both = {"all": sources, "registered": sources}
    return ComponentStatus(known.unknown, tuple(notes), both, known.is_registered_only)


def _columns(standard: Standard, known: Mapping[str, Known]) -> frozenset[str]:
    """Return the names of the columns that the model makes, as far as sums may ask for them."""
    columns = {
        f"{measure}:{name}"
        for name, how in known.items()
        for measure in ("all", "registered")
        if measure not in how.unknown
    }
    columns |= {
        f"ordinary:{name}"
        for name, component in standard.case.components.items()
        if component.ordinary is not None and f"all:{name}" in columns
    }
    columns |= {f"overlap:{name}" for name in standard.priors.overlaps}
    return frozenset(columns | {f"share:{name}" for name in standard.priors.shares})


class _Countable:
    """The components and columns over which sums can be taken."""

    def __init__(self, standard: Standard, statuses: Mapping[str, ComponentStatus], columns: frozenset[str]) -> None:
        self.case, self.statuses, self.columns = standard.case, statuses, columns

    def account(self, resolved: DefinitionTerms) -> ResolvedDefinition:
        """Return what of a definition is counted.

        Raises
        ------
        DefinitionError
            If something that it counts is unknown.
        """
        account = resolve_definition(self.case, self.statuses, self.columns, resolved)
        if account.unknown:
            raise DefinitionError(f"it counts what nothing is known of: {', '.join(account.unknown)}")
        return account


def _accounted_claims(counted: _Countable, claims: Iterable[Stated]) -> Selection[Datum]:
    """Return the claims that are data, each with what it sums."""
    kept, rejected = list[Datum](), dict[str, str]()
    for stated in claims:
        try:
            kept.append(replace(stated.datum, account=counted.account(stated.resolved)))
        except DefinitionError as error:
            rejected[stated.datum.name] = str(error)
    return Selection(kept, rejected)


def _accounted_balances(counted: _Countable, balances: Iterable[Balance]) -> Selection[tuple[str, ResolvedDefinition]]:
    """Return the balances whose scope can be counted, by id, each with what it sums."""
    kept, rejected = list[tuple[str, ResolvedDefinition]](), dict[str, str]()
    for balance in balances:
        try:
            kept.append((balance.id, counted.account(resolve(counted.case, of_balance(balance)))))
        except DefinitionError as error:
            rejected[f"balance:{balance.id}"] = str(error)
    return Selection(kept, rejected)


def _cited(
    standard: Standard,
    known: Mapping[str, Known],
    latents: Collection[str],
    default: Share | None,
    data: Sequence[Datum],
    balances: Collection[str],
) -> dict[str, Prior]:
    """Return the priors that are taken over as they are cited, by column."""
    case, priors = standard.case, standard.priors
    cited: dict[str, Prior] = {}
    names = [name for name in sorted(known) if known[name].all is not Way.UNKNOWN]
    for name in names:
        if known[name].registered is Way.UNKNOWN or (known[name].all is Way.FORMULA and name in latents):
            continue  # a register beside a formula has a prior of its own
        share = priors.components[name].completeness
        if share is None and default is not None and known[name].all is Way.FIGURES:
            share = fit_figure(case, default).distribution
        cited[f"completeness:{name}"] = fixed(1.0) if share is None else share
    for name in names:
        ordinary = priors.components[name].ordinary
        if ordinary is not None:
            cited[f"ordinary:{name}"] = ordinary
    cited |= {f"overlap:{name}": share for name, share in priors.overlaps.items()}
    cited |= {f"share:{name}": share for name, share in priors.shares.items()}
    texts = [case.components[name].formula for name in names] + [datum.formula for datum in data]
    for name in standard.quantities_behind([*texts, *(case.balances[key].formula for key in balances)]):
        pool = priors.quantities[name].all
        if case.quantities[name].formula is None and pool is not None:
            cited[f"quantity:{name}"] = pool
    return cited
