"""Checks of what the head of a case says of single components and figures, for the Bayesian engine."""

from __future__ import annotations

from collections.abc import Iterator

from mcmort.catalogue.reading.case_builder import CaseBuilder
from mcmort.catalogue.records import Claim, Component
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import Problem

__all__ = ["check_priors"]


def check_priors(builder: CaseBuilder) -> Iterator[Problem]:
    """Yield every prior of no component or not of its kind, and every baseline of no figure or of one twice."""
    if builder.head is None or builder.head.synthesis is None:
        return
    yield from _priors(builder)
    yield from _baselines(builder)


def _priors(builder: CaseBuilder) -> Iterator[Problem]:
    assert builder.head is not None
    assert builder.head.synthesis is not None
    components: dict[str, Component] = builder.of("component")
    for name, prior in builder.head.synthesis.prior.items():
        key = f"synthesis > prior > {name}"
        if name not in components:
            hint = did_you_mean(name, components)
            yield Problem("case.toml", key, f"no component {name!r}", "the id of a component", hint)
            continue
        is_signed = builder.head.support_of(components[name]) == "signed"
        if is_signed and prior.median is not None:
            hint = "it may be negative (signed = true), so its prior is normal"
            yield Problem("case.toml", f"{key} > median", "median and log_sd", "mean and sd", hint)
        if not is_signed and prior.mean is not None:
            hint = "a count is not negative, so its prior is lognormal"
            yield Problem("case.toml", f"{key} > mean", "mean and sd", "median and log_sd", hint)


def _baselines(builder: CaseBuilder) -> Iterator[Problem]:
    assert builder.head is not None
    assert builder.head.synthesis is not None
    components: dict[str, Component] = builder.of("component")
    claims: dict[str, Claim] = builder.of("claim")
    names = {f"{one.id}:{figure.name}" for one in components.values() for figure in one.estimate}
    names |= {f"claim:{name}" for name in claims}
    baseline_of: dict[str, str] = {}
    for name, baseline in builder.head.synthesis.baseline.items():
        key = f"synthesis > baseline > {name} > figures"
        for figure in baseline.figures:
            if figure not in names:
                hint = did_you_mean(figure, names)
                yield Problem("case.toml", key, f"no figure {figure!r}", "COMPONENT:ESTIMATE or claim:ID", hint)
            elif figure in baseline_of:
                found = f"{figure!r}, which stands in {baseline_of[figure]!r} too"
                yield Problem("case.toml", key, found, "each figure once", "its error has one part in common")
            baseline_of[figure] = name
