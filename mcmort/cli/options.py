"""Options that several commands share, singly or as a group, and how their words are read.

The groups hold words as they were typed. What these mean, and which of them go together, is defined once, below the
command line, by `mcmort.results.DrawOptions` and `mcmort.definitions.DefinitionChanges`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mcmort.definitions import DefinitionChanges
    from mcmort.results import Dependence, DrawOptions, Engine

__all__ = [
    "CaseName",
    "ChangeWords",
    "DefinitionName",
    "DefinitionNames",
    "DrawCount",
    "DrawWords",
    "EngineName",
    "EngineOption",
    "Evidence",
    "Form",
    "Format",
    "Full",
    "Level",
    "Output",
    "Quiet",
    "Seed",
    "Threads",
    "TotalDrawWords",
    "Without",
    "YearSpan",
    "bases",
    "deaths",
    "probability",
    "relative",
    "selectors",
    "span",
]


class Form(StrEnum):
    """How a result is printed."""

    text = "text"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"
    html = "html"
    xlsx = "xlsx"


class MeasureName(StrEnum):
    """Which deaths count."""

    registered = "registered"
    all = "all"


CaseName = Annotated[str, typer.Argument(metavar="CASE", help="A shipped case, or the path of a case folder.")]
DefinitionName = Annotated[
    str | None,
    typer.Option("--definition", "-d", metavar="NAME", help="Definition of the case; without one, its names are said."),
]
DefinitionNames = Annotated[
    list[str] | None, typer.Option("--definition", "-d", metavar="NAME", help="Only these definitions.")
]


class MethodName(StrEnum):
    """How draws are made."""

    plain = "plain"
    quasi = "quasi"


class DependenceName(StrEnum):
    """The dial of dependence."""

    declared = "declared"
    independent = "independent"
    comonotonic = "comonotonic"


class DependencesName(StrEnum):
    """One setting of the dial of dependence, or all of them side by side."""

    declared = "declared"
    independent = "independent"
    comonotonic = "comonotonic"
    all = "all"


class PoolName(StrEnum):
    """How estimates are pooled."""

    linear = "linear"
    log = "log"
    envelope = "envelope"


class WeightsName(StrEnum):
    """By what lineages weigh."""

    equal = "equal"
    confidence = "confidence"
    cited = "cited"


class EngineName(StrEnum):
    """How draws are made."""

    elicited = "elicited"
    synthesis = "synthesis"


DrawCount = Annotated[
    int | None,
    typer.Option(
        "--draws",
        "-n",
        min=1,
        max=1_000_000_000_000,  # years of work: a digit that was held down
        metavar="N",
        help="Number of joint draws [100,000, more where digits are unsure]; with --precision, the most.",
    ),
]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="Draws from pooled ranges, or from the model of all the evidence.")
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="SOURCE", help="Leave out a source or lineage; may be repeated (synthesis)."),
]
Seed = Annotated[int, typer.Option("--seed", "-s", min=0, metavar="S", help="Seed: the same seed, the same bits.")]


def _share(text: str) -> float:
    """Read ``0.1%``, ``0.1 %`` or ``0.001``; what is neither is not a number."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d*)?|\.\d+)(?:[eE](-?\d+))?\s*(%?)\s*", text)
    if match is None:
        return math.nan
    return float(f"{match[1]}e{int(match[2] or 0) - (2 if match[3] else 0)}")


def probability(text: str | float) -> float:
    """Read the probability of an interval: ``95%``, ``95 %`` or ``0.95``."""
    value = _share(str(text))
    if math.isnan(value):
        raise typer.BadParameter(f"{text!r} is no probability; expected one between 0 and 1, such as 95% or 0.95")
    return value


_DEATHS = re.compile(
    r"\s*([-+\N{MINUS SIGN}]?)(\d{1,3}(?:,\d{3})+|\d+(?:_\d+)*(?:\.\d+)?(?:[eE]\+?\d+)?)"
    r"\s*(thousand|million|billion)?\s*"
)
_SIZES = {None: 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9}


def deaths(text: str | float) -> float:
    """Read a number of deaths: ``20e6``, ``20_000_000``, ``20,000,000`` (as it is printed) or ``20 million``."""
    match = _DEATHS.fullmatch(str(text))
    if match is None or (match[3] is None and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", match[2])):
        raise typer.BadParameter(
            f"{text!r} is no number of deaths that can be read in one way; write it as 20e6, 20_000_000 or '20 million'"
        )
    size = float(match[2].replace(",", "").replace("_", "")) * _SIZES[match[3]]
    if not math.isfinite(size):
        raise typer.BadParameter(f"{text!r} is too large for a number of deaths")
    return size if match[1] in ("", "+") else -size


Level = Annotated[
    float,
    typer.Option(
        "--interval",
        metavar="P",
        parser=probability,
        help="Probability of the printed interval, such as 0.95 or 95%.",
    ),
]
YearSpan = Annotated[str | None, typer.Option("--years", metavar="A:B", help="Restrict to the years A to B.")]
Evidence = Annotated[
    str | None, typer.Option("--evidence", metavar="BASIS,...", help="Admit only estimates of these bases.")
]
Format = Annotated[Form, typer.Option("--format", "-f", help="How to print the result.")]
Full = Annotated[bool, typer.Option("--full", help="Print all rows and notes, where they fill more than a screen.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file instead.")]
Threads = Annotated[int | None, typer.Option("--threads", min=1, help="Threads to use; they change no bit.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


@dataclass(frozen=True, kw_only=True)
class _DrawWords:
    """How draws are made: the options of every command that computes totals, but for the engine and dependence."""

    evidence: Evidence = None
    without: Without = None
    draws: DrawCount = None
    precision: Annotated[
        str | None,
        typer.Option("--precision", metavar="P", help="Draw until the printed limits are this sure, such as 0.1%."),
    ] = None
    method: Annotated[
        MethodName,
        typer.Option("--method", help="Independent draws, or scrambled Sobol points."),
    ] = MethodName.plain
    pool: Annotated[
        PoolName | None, typer.Option("--pool", help="Pool all estimates this way, instead of as the case says.")
    ] = None
    weights: Annotated[
        WeightsName, typer.Option("--weights", help="By what lineages weigh: alike, by confidence, or as cited.")
    ] = WeightsName.equal
    seed: Seed = 1
    threads: Threads = None

    def options_under(self, dependence: Dependence, engine: Engine) -> DrawOptions:
        """Return what was asked of an engine, under one setting of dependence."""
        from mcmort.results import DrawOptions

        return DrawOptions(
            engine=engine,
            draws=self.draws,
            seed=self.seed,
            precision=relative(self.precision),
            method=self.method.value,
            dependence=dependence,
            pool=None if self.pool is None else self.pool.value,
            weights=self.weights.value,
            evidence=bases(self.evidence),
            without=frozenset(self.without or ()),
        )


@dataclass(frozen=True, kw_only=True)
class DrawWords(_DrawWords):
    """How draws are made, under one setting of dependence."""

    dependence: Annotated[
        DependenceName, typer.Option("--dependence", help="How components depend on one another.")
    ] = DependenceName.declared

    def options(self, engine: Engine) -> DrawOptions:
        """Return what was asked of an engine."""
        return self.options_under(self.dependence.value, engine)


@dataclass(frozen=True, kw_only=True)
class TotalDrawWords(_DrawWords):
    """How draws of one total are made, under one setting of dependence or under each of them."""

    dependence: Annotated[
        DependencesName,
        typer.Option("--dependence", help="How components depend on one another; all: each setting, with the bounds."),
    ] = DependencesName.declared

    def settings(self, engine: Engine) -> tuple[DrawOptions, ...]:
        """Return what was asked of an engine, once for each setting of dependence."""
        from mcmort.results.draw_options import DEPENDENCES

        if self.dependence is DependencesName.all:
            return tuple(self.options_under(setting, engine) for setting in DEPENDENCES)
        return (self.options_under(DependenceName(self.dependence.value).value, engine),)


@dataclass(frozen=True, kw_only=True)
class ChangeWords:
    """What to change in a definition."""

    years: YearSpan = None
    measure: Annotated[MeasureName | None, typer.Option("--measure", help="Count registered deaths only, or all.")] = (
        None
    )
    net: Annotated[bool | None, typer.Option("--net/--gross", help="Take off ordinary mortality, or do not.")] = None
    include: Annotated[
        list[str] | None, typer.Option("--include", metavar="FACET=VALUE", help="Count these components too.")
    ] = None
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", metavar="FACET=VALUE", help="Do not count these components.")
    ] = None

    def changes(self) -> DefinitionChanges:
        """Return the changes that were asked for."""
        from mcmort.definitions import DefinitionChanges

        return DefinitionChanges.checked(
            years=span(self.years),
            measure=None if self.measure is None else self.measure.value,
            net=self.net,
            include=selectors(self.include, "--include"),
            exclude=selectors(self.exclude, "--exclude"),
        )


def span(text: str | None) -> tuple[int, int] | None:
    """Read ``1928:1953``, or a single year."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*(-?\d{1,4})(?:\s*[:\N{EN DASH}]\s*(-?\d{1,4}))?\s*", text)
    if match is None:
        raise typer.BadParameter(f"{text!r} is no span of years; write it as 1928:1953", param_hint="--years")
    first = int(match[1])
    last = int(match[2]) if match[2] else first
    if first > last:
        raise typer.BadParameter(f"{text!r} runs backwards; write {last}:{first}", param_hint="--years")
    return first, last


def relative(text: str | None) -> float | None:
    """Read a precision: ``0.1%``, ``0.1 %`` or ``0.001``."""
    if text is None:
        return None
    value = _share(text)
    if not 0.0 < value < 1.0:
        raise typer.BadParameter(f"{text!r} is no precision; write it as 0.1%", param_hint="--precision")
    return value


def selectors(words: list[str] | None, option: str) -> tuple[dict[str, tuple[str, ...]], ...]:
    """Read ``category=famine`` or ``category=famine,camps``; each use of the option is a rule of its own."""
    rules = []
    for word in words or ():
        facet, equals, values = word.partition("=")
        chosen = tuple(value.strip() for value in values.split(",") if value.strip())
        if not equals or not facet.strip() or not chosen:
            raise typer.BadParameter(f"{word!r} is no rule; write it as category=famine", param_hint=option)
        if facet.strip() == "years":
            raise typer.BadParameter(f"{word!r} is no rule of a facet; --years A:B restricts years", param_hint=option)
        rules.append({facet.strip(): chosen})
    return tuple(rules)


def bases(text: str | None) -> frozenset[str] | None:
    """Read a list of bases of evidence."""
    from mcmort.catalogue.vocabulary import BASES

    if text is None:
        return None
    chosen = frozenset(word.strip() for word in text.split(",") if word.strip())
    unknown = sorted(chosen - set(BASES))
    if unknown or not chosen:
        named = ", ".join(unknown) or "nothing"
        raise typer.BadParameter(
            f"{named}: no basis of evidence; choose from {', '.join(BASES)}", param_hint="--evidence"
        )
    return chosen
