"""Says why nothing of a case is left to condition on, and what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from mcmort.bayes.evidence.standard import Standard
from mcmort.catalogue.vocabulary import BASES, Basis, not_admitted
from mcmort.elicit.evidence_rules import Known, Way
from mcmort.errors import EvidenceError

__all__ = ["nothing_left"]

_MOST: Final = 3


def nothing_left(standard: Standard, known: Mapping[str, Known], rejected: Mapping[str, str]) -> EvidenceError:
    """Return the error of a case of which nothing is left to condition on.

    Parameters
    ----------
    standard : Standard
        The standard of evidence.
    known : mapping of str to Known
        How each component is known.
    rejected : mapping of str to str
        Figures that are not used, each with the reason.

    Returns
    -------
    EvidenceError
        It names the reasons, by how many figures have them, and for each what helps.
    """
    case, reasons = standard.case, Counter(rejected.values())
    computed = [name for name, how in known.items() if how.all is Way.FORMULA]
    why, hints = list[str](), list[str]()
    counted = {basis: reasons.pop(not_admitted(basis)) for basis in BASES if not_admitted(basis) in reasons}
    why += [f"{_figures(count)} of basis {basis}, which is not admitted" for basis, count in counted.items()]
    of_quantities = _bases_of_quantities(standard)
    why += [f"a quantity has figures of basis {basis} alone, which is not admitted" for basis in of_quantities]
    if missing := {*counted, *of_quantities}:
        admitted = ",".join(basis for basis in BASES if basis in standard.bases or basis in missing)
        hints.append(f"admit more bases with --evidence {admitted}")
    why += [f"{_figures(count)} not used ({reason})" for reason, count in reasons.most_common(_MOST)]
    if standard.without:
        hints.append("leave fewer sources out")
    if computed:
        quantities = standard.quantities_behind([case.components[name].formula for name in computed])
        why.append(
            f"the deaths of {_named(computed)} are computed from {_named(quantities)}, which are taken as cited, and "
            "no figure of the deaths themselves, no claim about a sum and no balance speaks of them"
        )
        hints.append(f"'mcmort total {case.where} -d NAME' computes what the quantities give")
    if not hints:
        hints.append("add a figure of a component, a claim that is not for cross-checks alone, or a balance")
    text = "; ".join(why) if why else "no component has a figure, and there is no claim or balance"
    return EvidenceError(f"no evidence of {case.id} is left to condition on: {text}. Hint: {', or '.join(hints)}")


def _figures(count: int) -> str:
    return "1 figure is" if count == 1 else f"{count} figures are"


def _bases_of_quantities(standard: Standard) -> list[Basis]:
    """Return the bases that quantities of formulas lack for want of admission, where nothing else is known of them."""
    case = standard.case
    texts = [component.formula for component in case.components.values()]
    texts += [balance.formula for balance in case.balances.values()]
    silent = [name for name in standard.quantities_behind(texts) if standard.priors.quantities[name].all is None]
    found = {estimate.basis for name in silent for estimate in case.quantities[name].estimate} - standard.bases
    return [basis for basis in BASES if basis in found]


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}"
