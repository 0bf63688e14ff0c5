"""The table of the components of a fit, and of what was registered of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mcmort.analysis import Summary
from mcmort.analysis.fitted import shifts
from mcmort.analysis.judged_priors import JudgedPrior, judged_priors
from mcmort.bayes import Posterior
from mcmort.bayes.diagnostics import LEAST_BFMI, LEAST_ESS, MOST_MCSE, MOST_RHAT
from mcmort.catalogue import Case
from mcmort.present.engine_note import ignored_dependence_note
from mcmort.present.numbers import rounding_for
from mcmort.present.print_format import EN_DASH
from mcmort.present.tables.columns import Column, Table

__all__ = ["components_table", "raw_ends"]

_MOST: Final = 16
"""Components of which a short table consists: the largest."""


def components_table(posterior: Posterior) -> Table:
    """Return the table of the components given the evidence, and of what was registered; CSV has the priors too."""
    case = posterior.case
    registered = {one.name: one.after for one in shifts(posterior, "registered")}
    moved = sorted(shifts(posterior, "all"), key=lambda one: -one.after.median)
    rows = [
        (
            case.components[one.name].label,
            _interval(one.after),
            rounding_for(one.after).number(one.after.median),
            _interval(registered.get(one.name)),
        )
        for one in moved
    ]
    raw = [
        (one.name, one.after.median, *raw_ends(one.after), *raw_ends(registered.get(one.name)), *raw_ends(one.before))
        for one in moved
    ]
    columns = (
        Column("Component"),
        Column("95 % interval", is_number=True),
        Column("Median", is_number=True),
        Column("Registered of these, 95 %", is_number=True, is_optional=True),
    )
    unknown = [case.components[name].label for name, one in sorted(posterior.statuses.items()) if "all" in one.unknown]
    notes = [_evidence_note(posterior)]
    if unknown:
        notes.append(f"No evidence touches: {', '.join(unknown)}.")
    notes += [
        *ignored_dependence_note(case),
        *_balances(posterior),
        _priors_note(case, judged_priors(posterior, "all")),
        _chains_note(posterior),
    ]
    return Table(
        f"{case.head.title}: components, given all the evidence", columns, tuple(rows), tuple(notes),
        raw_columns=("id", "median", "low", "high", "registered_low", "registered_high", "prior_low", "prior_high"),
        raw_rows=tuple(raw), main_rows=tuple(range(min(len(rows), _MOST))), main_notes=(notes[0],),
    )  # fmt: skip


def raw_ends(summary: Summary | None) -> tuple[float | None, float | None]:
    """Return the ends of the 95 % interval for machines, or none."""
    if summary is None:
        return None, None
    wide = summary.interval(0.95)
    return wide.low, wide.high


def _priors_note(case: Case, judged: Sequence[JudgedPrior]) -> str:
    """Say in words what was presupposed of the deaths."""
    narrow = sum(not one.is_wider for one in judged)
    each = "The prior of each was" if narrow < len(judged) else "No prior was"
    but = f", but for {narrow} of {len(judged)}" if 0 < narrow < len(judged) else ""
    return f"{each} wider than all the evidence{but} ('mcmort fit {case.where} --priors')."


def _interval(summary: Summary | None) -> str:
    if summary is None:
        return EN_DASH
    wide = summary.interval(0.95)
    return rounding_for(summary).span(wide.low, wide.high)


def _evidence_note(posterior: Posterior) -> str:
    manifest, claims = posterior.manifest, len(posterior.conditioned)
    balances = sum(name.startswith("balance:") for name in posterior.log_likelihood)
    used = len(posterior.log_likelihood) - balances
    without = f", without {', '.join(manifest.without)}" if manifest.without else ""
    sums = f" ({claims} of them claims about sums)" if claims else ""
    beside = f" and {_counted(balances, 'balance')}" if balances else ""
    rejected = f"; {len(posterior.rejected)} not used, each for a reason" if posterior.rejected else ""
    return (
        f"Conditioned on {_counted(used, 'figure')}{sums}{beside}{rejected} ('mcmort fit {posterior.case.where} "
        f"--figures'). Evidence: {', '.join(manifest.evidence)}{without}."
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


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
    compiling, sampling, tempering = (
        posterior.seconds.get(part, 0.0) for part in ("compiling", "sampling", "tempering")
    )
    compiled = "The model in PyMC: compiling" if manifest.sampler == "pymc" else "Compiling"
    return (
        f"{manifest.chains} chains of {manifest.draws // manifest.chains:,} draws, seed {manifest.seed}: R-hat at most "
        f"{max(found.rhat.values()):.3f} (allowed {MOST_RHAT}), effective sample sizes at least {ess:,.0f} (asked "
        f"{LEAST_ESS:.0f}), Monte Carlo errors of means at most {max(found.mcse.values()):.3f} standard deviations "
        f"(allowed {MOST_MCSE}), {found.divergent} divergent transitions, fraction of missing information at least "
        f"{min(found.bfmi):.2f} (asked {LEAST_BFMI}). {compiled} took {compiling:.1f} s, sampling {sampling:.1f} s"
        f"{f', weighing modes by parallel tempering {tempering:.1f} s' if tempering else ''}."
    )
