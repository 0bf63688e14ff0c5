"""The numbers behind hindcasts: what to expect of each figure from all events but its own, kept in a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from mcmort.analysis.measured_errors.error_law import FigureLaws, figure_laws
from mcmort.catalogue.measured_errors import ErrorLibrary, ErrorPair
from mcmort.catalogue.vocabulary import BASES

if TYPE_CHECKING:
    from mcmort.bayes.measured_errors import Design, Fit
    from mcmort.bayes.measured_errors.left_out import LeftOut

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
    khat: float
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
    library: ErrorLibrary, seed: int = 1, *, checks: int = 6, progress: Callable[[int, int], object] | None = None
) -> LeftOutNumbers:
    """Leave each event out in turn.

    Parameters
    ----------
    library : ErrorLibrary
        The pairs.
    seed : int
        Of the sampler.
    checks : int
        For how many events, those that move the posterior most, the model is also fitted anew.
    progress : callable, optional
        Called with how many fits are done, and of how many.

    Returns
    -------
    LeftOutNumbers
    """
    from mcmort.bayes.measured_errors import design_of, fit_errors
    from mcmort.bayes.measured_errors.left_out import LIMIT, leave_out, without

    design = design_of(library)
    names = sorted({pair.event for pair in library.pairs if pair.measures_error})
    fit = fit_errors(design, seed)
    left = [leave_out(fit, [index]) for index in range(len(names))]
    order = sorted(range(len(names)), key=lambda index: -left[index].khat)
    again = [index for rank, index in enumerate(order) if rank < checks or left[index].khat > LIMIT]
    refits = {}
    for done, index in enumerate(again):
        if progress is not None:
            progress(done + 1, len(again) + 1)
        refits[index] = fit_errors(without(design, [index]), seed)
    found, checked = [], []
    for index, name in enumerate(names):
        pairs = [pair for pair in library.pairs if pair.event == name]
        weighed = _figures(fit, left[index], design, [index], pairs)
        khat = round(left[index].khat, 3)
        chosen = weighed
        if index in refits:
            refitted = _figures(refits[index], leave_out(refits[index], []), design, [index], pairs)
            checked += [
                RefitCheck(event=name, id=one.id, khat=khat, weighed=one.laws, refitted=other.laws)
                for one, other in zip(weighed, refitted, strict=True)
            ]
            chosen = refitted if left[index].khat > LIMIT else weighed
        is_weighed = left[index].khat <= LIMIT
        found.append(LeftOutEvent(event=name, khat=khat if is_weighed else None, figures=chosen))
    return LeftOutNumbers(
        pairs=library.digest,
        seed=seed,
        events=tuple(found),
        before_archives=_before_archives(library, design, names, seed),
        checks=tuple(checked),
    )


def _figures(
    fit: Fit, left: LeftOut, design: Design, out: Sequence[int], pairs: Sequence[ErrorPair]
) -> tuple[LeftOutFigure, ...]:
    from mcmort.bayes.measured_errors import independent

    return tuple(
        LeftOutFigure(
            id=pair.id,
            laws=figure_laws(
                fit, left.weights, pair.cell, is_late=pair.lag > 0, events=independent(design, pair.cell, out)
            ),
        )
        for pair in pairs
    )


def _before_archives(library: ErrorLibrary, design: Design, names: Sequence[str], seed: int) -> LeftOutEvent:
    """Fit the model without the events of the Soviet Union; return what it says of late figures of each basis."""
    from mcmort.bayes.measured_errors import fit_errors, independent
    from mcmort.bayes.measured_errors.left_out import leave_out, without

    soviet = {pair.event for pair in library.pairs if pair.country == _SOVIET}
    out = [index for index, name in enumerate(names) if name in soviet]
    fit = fit_errors(without(design, out), seed)
    weights = leave_out(fit, []).weights
    classes = [f"{basis}, unclear" if basis == "assertion" else basis for basis in BASES]
    figures = tuple(
        LeftOutFigure(
            id=name,
            laws=figure_laws(fit, np.asarray(weights), name, is_late=True, events=independent(design, name, out)),
        )
        for name in classes
    )
    return LeftOutEvent(event=_SOVIET, khat=None, figures=figures)
