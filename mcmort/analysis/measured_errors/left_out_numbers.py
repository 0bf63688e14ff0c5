"""The numbers behind hindcasts: what to expect of each figure from all events but its own, kept in a file."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from mcmort.analysis.measured_errors.error_law import FigureLaws
from mcmort.analysis.measured_errors.refits import (
    Figure,
    Runner,
    answers_here,
    event_names,
    not_weighed,
    request_without,
    whole_fit,
    without_fits,
)
from mcmort.catalogue.measured_errors import ErrorLibrary
from mcmort.catalogue.vocabulary import BASES

__all__ = ["LeftOutEvent", "LeftOutFigure", "LeftOutNumbers", "RefitCheck", "left_out_numbers"]

_SOVIET: Final = "USSR"
"""Country whose events are left out together, to predict what was said of it before its archives opened."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LeftOutFigure(_Part):
    """What to expect of one figure."""

    id: str = Field(description="Of the pair; of a claim its class.")
    laws: FigureLaws


class LeftOutEvent(_Part):
    """What all other events teach of the figures of one."""

    event: str
    khat: float | None = Field(description="Diagnostic of importance sampling; null where the model was fitted anew.")
    figures: tuple[LeftOutFigure, ...]


class RefitCheck(_Part):
    """One figure of an event for which the model was also fitted anew without it."""

    event: str
    id: str
    khat: float | None
    weighed: FigureLaws
    refitted: FigureLaws


class LeftOutNumbers(_Part):
    """The numbers behind hindcasts."""

    schema_: Literal["mcmort/left-out-errors/1"] = Field("mcmort/left-out-errors/1", alias="schema")
    pairs: str = Field(description="Digest of the pairs that they rest on.")
    seed: int
    events: tuple[LeftOutEvent, ...]
    before_archives: LeftOutEvent = Field(description="Classes of figures, without any event of the Soviet Union.")
    checks: tuple[RefitCheck, ...]


def left_out_numbers(
    library: ErrorLibrary, seed: int = 1, *, checks: int = 6, run: Runner = answers_here
) -> LeftOutNumbers | None:
    """Leave each event out in turn.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    seed : int
        Of the sampler.
    checks : int
        For how many events, those that move the posterior most, the model is also fitted anew.
    run : Runner
        What has fits carried out.

    Returns
    -------
    LeftOutNumbers or None
        None where fits are only planned.
    """
    whole = whole_fit(library, seed, run)
    if whole is None:
        return None
    left, anew = whole["left_out"], set(not_weighed(whole))
    order = sorted(left, key=lambda name: (name not in anew, -(left[name]["khat"] or 0.0)))
    again = order[: max(checks, len(anew))]
    fits = without_fits(library, again, seed, run, more=[_before_archives(library, seed)])
    if fits is None:
        return None
    *refits, archives = fits
    refitted = {name: _figures(one["laws"]) for name, one in zip(again, refits, strict=True)}
    weighed = {name: _figures(one["laws"]) for name, one in left.items()}
    diagnostic = {name: None if one["khat"] is None else round(one["khat"], 3) for name, one in left.items()}
    return LeftOutNumbers(
        pairs=library.digest,
        seed=seed,
        events=tuple(
            LeftOutEvent(
                event=name,
                khat=None if name in anew else diagnostic[name],
                figures=refitted[name] if name in anew else weighed[name],
            )
            for name in left
        ),
        before_archives=LeftOutEvent(event=_SOVIET, khat=None, figures=_figures(archives["laws"])),
        checks=tuple(
            RefitCheck(event=name, id=one.id, khat=diagnostic[name], weighed=one.laws, refitted=other.laws)
            for name in left
            if name in refitted
            for one, other in zip(weighed[name], refitted[name], strict=True)
        ),
    )


def _figures(laws: list[dict[str, Any]]) -> tuple[LeftOutFigure, ...]:
    return tuple(map(LeftOutFigure.model_validate, laws))


def _before_archives(library: ErrorLibrary, seed: int) -> dict[str, Any]:
    """Ask what late figures of each basis are worth without the events of the Soviet Union."""
    soviet = {pair.event for pair in library.pairs if pair.country == _SOVIET}
    classes = [f"{basis}, unclear" if basis == "assertion" else basis for basis in BASES]
    return request_without(
        [name for name in event_names(library) if name in soviet],
        [Figure(name, name, is_late=True) for name in classes],
        seed,
    )
