"""First step: which figures of a case a standard of evidence admits."""

from __future__ import annotations

from mcmort.bayes.evidence.standard import Selection, Standard
from mcmort.catalogue.records import Balance, Claim, Component, Estimate
from mcmort.catalogue.vocabulary import not_admitted

__all__ = ["admitted_balances", "admitted_claims", "admitted_estimates"]

_OUT = "left out on request"
_IN_BALANCE = "already used by a balance"
_NO_QUANTITY = "a quantity of its formula has no admissible evidence"


def admitted_balances(standard: Standard) -> Selection[Balance]:
    """Return the balances that are data, in the order of the case."""
    kept, rejected = list[Balance](), dict[str, str]()
    for name, balance in standard.case.balances.items():
        reason = _why_no_balance(standard, balance)
        if reason:
            rejected[f"balance:{name}"] = reason
        else:
            kept.append(balance)
    return Selection(kept, rejected)


def _why_no_balance(standard: Standard, balance: Balance) -> str:
    if standard.why_not_computable(balance.formula):
        return _NO_QUANTITY
    if "demographic" not in standard.bases:
        return not_admitted("demographic")
    return _OUT if standard.leaves_out(balance.source, balance.lineage or balance.source) else ""


def admitted_estimates(standard: Standard, in_balances: set[str]) -> Selection[tuple[Component, Estimate]]:
    """Return the estimates of components that are data, by id of the component.

    Parameters
    ----------
    standard : Standard
        The standard of evidence.
    in_balances : set of str
        Lineages that a balance already uses.

    Returns
    -------
    Selection
        Of each estimate with its component.
    """
    kept, rejected = list[tuple[Component, Estimate]](), dict[str, str]()
    for _, component in sorted(standard.case.components.items()):
        taken, unused = standard.case.admitted(component, standard.bases)
        rejected |= {f"{component.id}:{estimate.name}": reason for estimate, reason in unused}
        for estimate in taken:
            reason = _why_no_estimate(standard, component, estimate, in_balances)
            if reason:
                rejected[f"{component.id}:{estimate.name}"] = reason
            else:
                kept.append((component, estimate))
    return Selection(kept, rejected)


def _why_no_estimate(standard: Standard, component: Component, estimate: Estimate, in_balances: set[str]) -> str:
    if standard.leaves_out(estimate.source, estimate.line):
        return _OUT
    if estimate.formula is None:
        return ""
    if component.formula is not None and estimate.measure == "all":
        return "the component is computed by a formula of its own"
    if estimate.line in in_balances:
        return _IN_BALANCE
    return _NO_QUANTITY if standard.why_not_computable(estimate.formula) else ""


def admitted_claims(standard: Standard, in_balances: set[str]) -> Selection[Claim]:
    """Return the claims about sums that may be data; `in_balances` as in `admitted_estimates`."""
    kept, rejected, retired = list[Claim](), dict[str, str](), standard.case.retired()
    for name, claim in standard.case.claims.items():
        line = claim.lineage or claim.source
        if name in retired:
            reason = f"superseded by {retired[name]}"
        elif claim.use == "cross-check":
            reason = "a cross-check only"
        elif claim.basis not in standard.bases:
            reason = not_admitted(claim.basis)
        elif standard.leaves_out(claim.source, line):
            reason = _OUT
        elif line in in_balances:
            reason = _IN_BALANCE
        else:
            kept.append(claim)
            continue
        rejected[f"claim:{name}"] = reason
    return Selection(kept, rejected)
