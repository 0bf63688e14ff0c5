"""The methods section of a report, written from the settings of the run and the contents of the case."""

from __future__ import annotations

from collections import Counter
from typing import Final

from mcmort.analysis import ComparedDefinition
from mcmort.analysis.explorer.accuracy import Accuracy
from mcmort.catalogue import Case
from mcmort.catalogue.citations import cited_sources
from mcmort.catalogue.records import Component, Quantity
from mcmort.present.engine_note import engine_note
from mcmort.present.tables.formats import markdown_text
from mcmort.present.texts.spread_text import bases_in_use, spread_words
from mcmort.results import Manifest

__all__ = ["METHOD_WORKS", "methods_text"]

METHOD_WORKS: Final = {
    "gather": "Stevens GA, Alkema L, Black RE, and others (2016). Guidelines for Accurate and Transparent Health "
    "Estimates Reporting: the GATHER statement. PLoS Medicine 13(6): e1002056. doi:10.1371/journal.pmed.1002056",
    "pool": "Clemen RT, Winkler RL (1999). Combining probability distributions from experts in risk analysis. Risk "
    "Analysis 19(2): 187-203. doi:10.1111/j.1539-6924.1999.tb00399.x",
    "copula": "Nelsen RB (2006). An Introduction to Copulas, 2nd edition. Springer. doi:10.1007/0-387-28678-0",
    "dirichlet": "Frigyik BA, Kapila A, Gupta MR (2010). Introduction to the Dirichlet distribution and related "
    "processes. University of Washington, UWEETR-2010-0006",
    "metalog": "Keelin TW (2016). The metalog distributions. Decision Analysis 13(4): 243-277. "
    "doi:10.1287/deca.2016.0338",
    "nuts": "Hoffman MD, Gelman A (2014). The No-U-Turn sampler. Journal of Machine Learning Research 15: 1593-1623",
    "rhat": "Vehtari A, Gelman A, Simpson D, Carpenter B, Buerkner PC (2021). Rank-normalization, folding, and "
    "localization: an improved R-hat. Bayesian Analysis 16(2): 667-718. doi:10.1214/20-BA1221",
}
_POOLS: Final = {
    "linear": "the average of the densities",
    "log": "the normalised geometric mean of the densities",
    "envelope": "the widest distribution that they allow",
}


def methods_text(case: Case, rows: list[ComparedDefinition], manifests: list[Manifest], accuracy: Accuracy) -> str:
    """Return the methods section as Markdown.

    Parameters
    ----------
    case : Case
        The case.
    rows : list of ComparedDefinition
        One of each engine, whose settings are described.
    manifests : list of Manifest
        How the draws of each engine were made.
    accuracy : Accuracy
        What the thinned draws of the page cost.

    Returns
    -------
    str
        With the works on method that it cites, and no others.
    """
    elicited = next((one for one in manifests if one.engine == "elicited"), None)
    synthesis = next((one for one in manifests if one.engine == "synthesis"), None)
    cited = ["gather", "dirichlet"]
    sections = {"Evidence": _evidence(case, manifests[0]), "Reading of figures": _readings(case)}
    if elicited is not None:
        sections["Pooling"] = _pooling(case, elicited)
        cited += ["pool", "metalog"] if _uses_metalog(case) else ["pool"]
        if dependence := _dependence(case, elicited):
            sections["Dependence"] = dependence
            cited += ["copula"] if elicited.dependence == "declared" else []
    if synthesis is not None:
        sections["All the evidence in one model"] = _synthesis(synthesis)
        cited += ["nuts", "rhat"]
    sections["Totals"] = _totals(case)
    sections["Uncertainty"] = _uncertainty(manifests, accuracy)
    sections["Settings"] = " ".join(engine_note(row.total, row.summary) for row in rows)
    text = [f"# Methods: {markdown_text(case.head.title)}", ""]
    for title, body in sections.items():
        text += [f"## {title}", "", body, ""]
    works = sorted(METHOD_WORKS[key] for key in cited)
    return "\n".join([*text, "## Works on method", "", *(f"- {work}" for work in works), ""])


def _owners(case: Case) -> list[Component | Quantity]:
    return [*case.components.values(), *case.quantities.values()]


def _evidence(case: Case, manifest: Manifest) -> str:
    bases = frozenset(manifest.evidence)
    admitted = sum(len(case.admitted(owner, bases)[0]) for owner in _owners(case))
    left = Counter(reason for owner in _owners(case) for _, reason in case.admitted(owner, bases)[1])
    reasons = "; ".join(f"{count} ({reason})" for reason, count in sorted(left.items()))
    works = cited_sources(case)
    assumptions = sum(source.is_assumption for source in works)
    without = f" Left out on request: {', '.join(manifest.without)}." if manifest.without else ""
    return (
        f"The case holds {len(case.components)} components and {len(case.quantities)} other quantities, with "
        f"{sum(len(owner.estimate) for owner in _owners(case))} figures and {len(case.claims)} published totals from "
        f"{len(works) - assumptions} works and {assumptions} stated assumptions; the evidence table names source and "
        f"page of each. Admitted are figures whose basis is {_listed(manifest.evidence)}: {admitted} in all. Not used: "
        f"{reasons or 'none'}.{without} Figures were entered as printed and are not altered. No published total is an "
        "input of the draws of pooled ranges; it is compared with them."
    )


def _readings(case: Case) -> str:
    readings = case.head.readings
    spreads = "; ".join(f"{basis} {spread_words(case, basis)}" for basis in bases_in_use(case))
    return (
        f"A range whose meaning its source leaves open is read as the middle {100 * readings.range:g} per cent of a "
        f"distribution, one called plausible as the middle {100 * readings.plausible:g} per cent ({readings.source}). "
        f"A bare point has a standard deviation of its logarithm by its basis: {spreads}. Each figure becomes a "
        "distribution with the quantiles so read. One-sided figures are soft bounds."
    )


def _pooling(case: Case, manifest: Manifest) -> str:
    rules = Counter(manifest.pool or component.pool for component in case.components.values() if component.estimate)
    listed = ", ".join(f"{_POOLS[rule]} for {count} components" for rule, count in sorted(rules.items()))
    weights = {
        "equal": "each lineage weighs the same",
        "confidence": "lineages weigh by the confidence of their figures",
        "cited": "lineages weigh as the case cites it",
    }[manifest.weights]
    return (
        "Figures that rest on the same data form one lineage and count once. The lineages of a component are pooled as "
        f"{listed or 'the case says'}; {weights} (Clemen and Winkler 1999)."
    )


def _uses_metalog(case: Case) -> bool:
    return any(estimate.family == "metalog" for owner in _owners(case) for estimate in owner.estimate)


def _dependence(case: Case, manifest: Manifest) -> str:
    if manifest.dependence == "independent":
        return "Components are drawn independently of one another, whatever the case declares."
    if manifest.dependence == "comonotonic":
        return "All inputs rise and fall together: the most dependence that is possible."
    if not case.dependence and not case.correlations:
        return ""
    return (
        f"The case declares {len(case.dependence)} groups of inputs that err together and {len(case.correlations)} "
        "rank correlations. They are imposed by a Gaussian copula (Nelsen 2006); other inputs are independent."
    )


def _synthesis(manifest: Manifest) -> str:
    return (
        "All admitted figures and published totals condition one model: figures scatter about the deaths that they are "
        "of, by an error of their own, a bias of their basis and a heterogeneity that is learned. It was sampled with "
        f"the No-U-Turn sampler (Hoffman and Gelman 2014) in {manifest.chains} chains, {manifest.draws:,} draws in "
        "all, and accepted after the checks of Vehtari and others (2021)."
    )


def _totals(case: Case) -> str:
    return (
        "A total is the sum of the components that a definition counts, draw by draw, each with the part that falls in "
        "the years of the definition. Where an annual series is cited, deaths follow it; where nothing says when they "
        "fell, the shares of the years are a flat Dirichlet draw (Frigyik, Kapila and Gupta 2010). "
        f"{len(case.overlaps)} cited overlaps are taken off where both sides count, and never more than what both "
        "sides hold. Net totals take off the share that would have died anyway, where it is cited. Components without "
        "evidence are named as unknown and add nothing. Reporting follows GATHER (Stevens and others 2016)."
    )


def _uncertainty(manifests: list[Manifest], accuracy: Accuracy) -> str:
    draws = " and ".join(f"{one.draws:,} joint draws ({one.engine}, seed {one.seed})" for one in manifests)
    thin = (
        f" The page holds a systematic sample of the draws; on {accuracy.selections} selections of components at "
        f"random its limits and medians differed "
        f"from those of {accuracy.draws:,} draws by {100 * accuracy.typical:.1f} % of "
        f"the width of the interval typically (root mean square) and {100 * accuracy.largest:.1f} % at most."
    )
    return (
        f"Intervals are equal-tailed, from {draws}. They hold the spread of figures, their disagreement, the timing of "
        "deaths, overlaps and shares of responsibility. They do not hold errors that all sources share, what no source "
        f"counts, or the choice of a definition.{thin}"
    )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words)
