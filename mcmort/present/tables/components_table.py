"""Tables of a fit: what it was made from, what it presupposes, what it found, and what drives it."""

from __future__ import annotations

from collections.abc import Sequence

from mcmort.analysis import Summary, summarise
from mcmort.analysis.fitted import Predicted, Shifted, predictions, shifts
from mcmort.bayes import Posterior
from mcmort.bayes.diagnose import LEAST_BFMI, LEAST_ESS, MOST_MCSE, MOST_RHAT
from mcmort.bayes.influence import Influence, Sensitivity
from mcmort.catalogue import Case
from mcmort.present.numbers import rounding_for
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.formats import Column, Table
from mcmort.totals import Total

__all__ = ["components_table", "figures_table", "influence_table", "priors_table"]


def components_table(posterior: Posterior) -> Table:
    """Return the table of the components: before the evidence, after it, and what was registered."""
    case = posterior.case
    registered = {one.name: one.after for one in shifts(posterior, "registered")}
    rows = []
    for one in sorted(shifts(posterior, "all"), key=lambda one: -one.after.median):
        part = registered.get(one.name)
        rows.append(
            (
                case.components[one.name].label,
                _wide(one.before),
                _precise(one.after),
                rounding_for(one.after).number(one.after.median),
                _precise(part) if part is not None else EN_DASH,
            )
        )
    columns = (
        Column("Component"),
        Column("Prior, 95 %", is_number=True),
        Column("Posterior, 95 %", is_number=True),
        Column("Median", is_number=True),
        Column("Registered of these, 95 %", is_number=True),
    )
    unknown = [case.components[name].label for name, one in sorted(posterior.standing.items()) if "all" in one.unknown]
    notes = [_evidence_note(posterior), *_balances(posterior), _chains_note(posterior)]
    if unknown:
        notes.insert(1, f"No evidence touches: {', '.join(unknown)}.")
    return Table(f"{case.head.title}: components, given all the evidence", columns, tuple(rows), tuple(notes))


def priors_table(posterior: Posterior) -> Table:
    """Return the table of what is presupposed of the figures, before and after the evidence."""
    case = posterior.case
    rows = []
    for kind, label in (("tau", "heterogeneity"), ("bias", "bias"), ("completeness", "completeness of the register")):
        for one in shifts(posterior, kind):
            owner = case.components[one.name].label if one.name in case.components else one.name
            rows.append((f"{label}: {owner}", _plain(one.before), _plain(one.after), _cited(case, kind, one)))
    columns = (
        Column("Of figures, on the logarithm; of registers, a share"),
        Column("Prior, 95 %", is_number=True),
        Column("Posterior, 95 %", is_number=True),
        Column("Source of the prior"),
    )
    note = "A heterogeneity of 0.1: figures of that basis differ by about 10 per cent beyond their own errors."
    return Table(f"{case.head.title}: what is presupposed of the evidence", columns, tuple(rows), (note,))


def figures_table(posterior: Posterior) -> Table:
    """Return the table of the figures: each beside what the model would have expected to see, and what was left out."""
    rows: list[tuple[str, ...]] = []
    raw: list[tuple[object, ...]] = []
    for one in predictions(posterior):
        rows.append((one.name, _count(one.printed), _replicates(one), f"{one.below:.2f}", _surprise(one)))
        raw.append((one.name, one.printed, one.low, one.middle, one.high, one.below, one.below_before))
    rows += [(name, EN_DASH, EN_DASH, EN_DASH, f"not used: {reason}") for name, reason in posterior.left.items()]
    raw += [(name, None, None, None, None, None, None) for name in posterior.left]
    columns = (
        Column("Figure"),
        Column("As printed", is_number=True),
        Column("Expected, 95 %", is_number=True),
        Column("Quantile", is_number=True),
        Column("How they stand"),
    )
    notes = (
        "Expected: what the model, given all the evidence, says that a source of this basis would print. Of a bound "
        "it is what the source would have printed in its place. Quantile: the share of that below the figure. "
        "A range stands for its middle; a figure for other years is carried to those of its component.",
    )
    return Table(
        f"{posterior.case.head.title}: each figure against the model", columns, tuple(rows), notes,
        ("name", "printed", "low", "middle", "high", "below", "below_before"), tuple(raw),
    )  # fmt: skip


def influence_table(total: Total, found: Sequence[Influence], power: Sensitivity, most: int = 15) -> Table:
    """Return the table of what drives a total: the figures whose absence would move it farthest."""
    summary = summarise(total.values, (0.95,), shortest=False, chains=total.chains)
    rounding, whole = rounding_for(summary), summary.interval(0.95)
    rows, raw = (
        [("all figures", rounding.span(whole.low, whole.high), rounding.number(summary.median), EN_DASH, "")],
        [],
    )
    for one in found[:most]:
        low, middle, high = one.quantiles
        moved = f"{100 * (middle / summary.median - 1):+.1f} %"
        sure = "" if one.is_sure else "unsure: fit again --without its source"
        rows.append((f"without {one.name}", rounding.span(low, high), rounding.number(middle), moved, sure))
    raw = [(one.name, *one.quantiles, one.pareto_k) for one in found]
    columns = (
        Column("Evidence"),
        Column("95 % interval", is_number=True),
        Column("Median", is_number=True),
        Column("Median moves by", is_number=True),
        Column(""),
    )
    notes = (
        f"Power-scaling sensitivity of the total: prior {power.prior:.2f}, likelihood {power.likelihood:.2f} (above "
        "0.05 it depends noticeably on how strong they are taken to be).",
        "Leaving out by Pareto-smoothed importance sampling.",
    )
    title = f"{total.case.head.title}: what drives the total under {total.definition.id}"
    names = ("name", "low", "median", "high", "pareto_k")
    return Table(title, columns, tuple(rows), notes, names, ((None,) * 5, *raw[:most]))


def _precise(summary: Summary) -> str:
    wide = summary.interval(0.95)
    return rounding_for(summary).span(wide.low, wide.high)


def _wide(summary: Summary | None) -> str:
    """Return the interval of a prior, with the one significant figure that it deserves."""
    if summary is None:
        return EN_DASH
    wide = summary.interval(0.95)
    return _rough(wide.low, wide.high, 1)


def _count(value: float, figures: int = 3) -> str:
    """Return a number with a few significant figures."""
    rounded = float(f"{value:.{figures - 1}e}")
    return f"{rounded / 1e6:,.10g} million" if rounded >= 1e6 else f"{rounded:,.0f}"


def _rough(low: float, high: float, figures: int) -> str:
    """Return an interval with a few significant figures of each end, and one unit word if it serves both."""
    first, last = _count(low, figures), _count(high, figures)
    if first.endswith(" million"):
        first = first.removesuffix(" million")
    return f"{first}{EN_DASH}{last}"


def _plain(summary: Summary | None) -> str:
    if summary is None:
        return EN_DASH
    wide = summary.interval(0.95)
    return f"{wide.low:.2f} to {wide.high:.2f}"


def _cited(case: Case, kind: str, one: Shifted) -> str:
    priors = case.head.synthesis
    assert priors is not None
    if kind == "tau":
        return ", ".join(spread.source for basis, spread in case.head.spread.items() if basis == one.name)
    if kind == "bias":
        return ", ".join(bias.source for basis, bias in priors.bias.items() if basis == one.name)
    share = case.components[one.name].completeness or priors.completeness
    return share.source if share is not None else ""


def _replicates(one: Predicted) -> str:
    return _rough(one.low, one.high, 2)


def _surprise(one: Predicted) -> str:
    if not one.is_surprising:
        return ""
    return "higher than expected" if one.below > 0.5 else "lower than expected"


def _evidence_note(posterior: Posterior) -> str:
    manifest, used = posterior.manifest, len(posterior.log_likelihood)
    claims = len(posterior.conditioned)
    without = f", without {', '.join(manifest.without)}" if manifest.without else ""
    return (
        f"Conditioned on {used} figures ({claims} of them claims about sums); {len(posterior.left)} are not used, each "
        f"for a reason ('mcmort fit {posterior.case.id} --figures'). Evidence: {', '.join(manifest.evidence)}{without}."
    )


def _balances(posterior: Posterior) -> list[str]:
    found = []
    for one in shifts(posterior, "residual"):
        wide, rounding = one.after.interval(0.95), rounding_for(one.after)
        label = posterior.case.balances[one.name].label
        found.append(f"{label}: not accounted for {rounding.span(wide.low, wide.high, to=' to ')} persons.")
    return found


def _chains_note(posterior: Posterior) -> str:
    found, manifest = posterior.diagnosis, posterior.manifest
    ess = min(*found.ess_bulk.values(), *found.ess_tail.values())
    compiling, sampling = (posterior.seconds.get(part, 0.0) for part in ("compiling", "sampling"))
    return (
        f"{manifest.chains} chains of {manifest.draws // manifest.chains:,} draws, seed {manifest.seed}: R-hat at most "
        f"{max(found.rhat.values()):.3f} (allowed {MOST_RHAT}), effective sample sizes at least {ess:,.0f} (asked "
        f"{LEAST_ESS:.0f}), Monte Carlo errors of means at most {max(found.mcse.values()):.3f} standard deviations "
        f"(allowed {MOST_MCSE}), {found.divergent} divergent transitions, fraction of missing information at least "
        f"{min(found.bfmi):.2f} (asked {LEAST_BFMI}). Compiling took {compiling:.1f} s, sampling {sampling:.1f} s."
    )
