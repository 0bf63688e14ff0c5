"""Figures of a report: which kinds a case has, what each of them shows, and how they are made on two processes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from mcmort.analysis import Comparison
from mcmort.analysis.multiverse.request import MultiverseRequest
from mcmort.analysis.sensitivity import total_sensitivity
from mcmort.api.multiverse_report import multiverse_of
from mcmort.api.pictures import Kind, PictureRequest, picture_of
from mcmort.catalogue import Case
from mcmort.errors import McmortError
from mcmort.present.comparison_text import comparable
from mcmort.present.figures.probability_box import box_chart
from mcmort.present.figures.sheet import Chart, sheets
from mcmort.present.figures.specification_curve import curve_chart
from mcmort.present.figures.style import figure_bytes
from mcmort.present.figures.uncertainty_budget import budget_chart
from mcmort.present.write import FIGURE_FORMATS
from mcmort.results import DrawOptions
from mcmort.tasks.beside import TasksBeside, tasks_beside
from mcmort.tasks.keyed_task import Task, task_of
from mcmort.totals import DrawSource, definition_of, kept_draws_of, resolve, source_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CAPTIONS", "OtherFigures", "bridge_sides", "figure_files", "with_other_figures"]

CAPTIONS: Final[Mapping[Kind, str]] = {
    "definitions": "All definitions side by side, with published totals of each.",
    "components": "The components of the total.",
    "published": "Published totals by the year in which they appeared.",
    "years": "Deaths by year.",
    "bridge": "From the smallest definition to the largest, step by step.",
    "probability": "How likely the total is to be more than a number.",
    "uncertainty": "What carries the width of the interval.",
    "documented": "What registers hold, and what is estimated.",
    "evidence": "The evidence on the component with most estimates.",
    "influence": "What the total would be without each kind of evidence.",
    "multiverse": "The total under other choices.",
    "box": "The same choices as a probability box.",
}
"""What a figure of each kind shows, in the order of a report."""
_LONGEST_FIRST: Final[tuple[Kind, ...]] = (
    "influence", "multiverse", "years", "documented", "bridge", "evidence", "uncertainty", "probability",
)  # fmt: skip
"""The kinds that the report has not computed for its tables, those that take longest first; a box comes with a
multiverse."""
_DRAWS: Final = 100_000
"""Draws of figures that compute very many totals, or that keep their draws."""
_MANY: Final[tuple[Kind, ...]] = ("influence", "multiverse")
_UNIVERSES: Final = 30
"""Universes of the multiverse of a report: every choice alone, and some together."""


@dataclass(frozen=True)
class OtherFigures:
    """Figures under way, of kinds whose results stand in no table of the report.

    Attributes
    ----------
    case : Case
        The case.
    tasks : dict of str to Task
        By kind.
    beside : TasksBeside
        Who carries them out.
    """

    case: Case
    tasks: Mapping[Kind, Task]
    beside: TasksBeside

    def files(self) -> tuple[dict[str, bytes], dict[Kind, str]]:
        """Wait for the figures; return their files, and why there is none of some kinds."""
        found = self.beside.finish(lambda task: draw_figure(self.case, task.request))
        made, lacking = dict[str, bytes](), dict[Kind, str]()
        lacking["conflict"] = f"it takes many fits ('mcmort plot {self.case.id} --kind conflict' makes them)"
        for kind, task in self.tasks.items():
            result = found[task.key]
            if "lacking" in result:
                lacking[kind] = result["lacking"]
            made |= {path: b64decode(content) for path, content in result.get("files", {}).items()}
        return made, lacking


def bridge_sides(comparison: Comparison) -> tuple[str, str] | None:
    """Return the definitions with the least and the largest median among those that count the same; or None."""
    rows, _ = comparable(comparison)
    names = [row.total.definition.id for row in rows]
    return (names[0], names[-1]) if len(names) > 1 else None


@contextmanager
def with_other_figures(
    case: Case, options: DrawOptions, definition: str, sides: tuple[str, str] | None
) -> Iterator[OtherFigures]:
    """Begin the figures that need more than the tables of a report.

    Parameters
    ----------
    case : Case
        The case.
    options : DrawOptions
        How draws are made.
    definition : str
        The definition that the report shows first.
    sides : tuple of str, optional
        Between which definitions the bridge leads; none where there is only one.
    """
    terms = resolve(case, definition_of(case, definition)).terms
    counted = [term.component for term in terms if case.components[term.component].estimate]
    richest = max(counted, key=lambda name: len(case.components[name].estimate), default=None)
    asked: dict[Kind, dict[str, Any]] = {kind: {"definitions": [definition]} for kind in _LONGEST_FIRST}
    asked["evidence"]["component"] = richest
    asked["influence"]["by"] = "basis"
    asked["multiverse"]["universes"] = _UNIVERSES
    if sides is None:
        del asked["bridge"]
    else:
        asked["bridge"]["definitions"] = list(sides)
    words = {**asdict(options), "without": sorted(options.without)}
    words["evidence"] = None if options.evidence is None else sorted(options.evidence)
    tasks = {
        kind: task_of(draw_figure, {"kind": kind, **words_of, "draw": words}, case) for kind, words_of in asked.items()
    }
    with tasks_beside(list(tasks.values())) as beside:
        yield OtherFigures(case, tasks, beside)


def draw_figure(case: Case, request: Mapping[str, Any]) -> dict[str, Any]:
    """Draw one figure in every format.

    Parameters
    ----------
    case : Case
        The case.
    request : mapping
        Of a task: what `PictureRequest` takes, and under ``draw`` what `DrawOptions` takes.

    Returns
    -------
    dict
        ``files``, base64 by path; or ``lacking``, why there is no such figure.
    """
    words = {key: value for key, value in request.items() if key != "draw"}
    drawn = dict(request["draw"])
    drawn["without"] = frozenset(drawn["without"])
    drawn["evidence"] = None if drawn["evidence"] is None else frozenset(drawn["evidence"])
    options = DrawOptions(**drawn)
    asked = PictureRequest(**{**words, "definitions": tuple(words["definitions"])})
    try:
        charts = _charts(case, options, asked)
        files = [figure_files(kind, sheets(chart)) for kind, chart in charts.items()]
    except McmortError as error:
        return {"lacking": str(error)}
    return {"files": {path: b64encode(content).decode() for one in files for path, content in one.items()}}


def _charts(case: Case, options: DrawOptions, asked: PictureRequest) -> dict[Kind, Chart]:
    """Return the charts of a request; of a multiverse the curve, and the box of the definition asked for."""
    few = options if options.engine == "synthesis" else replace(options, draws=min(options.draws or _DRAWS, _DRAWS))
    if asked.kind == "uncertainty":
        draws = kept_draws_of(case, few)
        resolved = resolve(case, definition_of(case, asked.definition))
        return {"uncertainty": budget_chart(total_sensitivity(draws, resolved, asked.interval, with_inputs=False))}
    if asked.kind == "multiverse":
        request = MultiverseRequest.checked(universes=asked.universes)
        made = multiverse_of(
            case, request, draws=few.draws or _DRAWS, seed=few.seed, interval=asked.interval
        ).multiverse
        return {"multiverse": curve_chart(made), "box": box_chart(made, asked.definition)}
    return {asked.kind: picture_of(_source(case, few if asked.kind in _MANY else options), asked).chart}


_sources: dict[tuple[str, DrawOptions], DrawSource] = {}
"""Sources of draws of this process: the figures of one report share them."""


def _source(case: Case, options: DrawOptions) -> DrawSource:
    key = (case.digest, options)
    if key not in _sources:
        _sources.clear()
        _sources[key] = source_of(case, options)
    return _sources[key]


def figure_files(kind: Kind, figures: list[Figure]) -> dict[str, bytes]:
    """Return the sheets of a figure in every format, by their paths in a report."""
    made = dict[str, bytes]()
    for part, figure in enumerate(figures, start=1):
        name = kind if len(figures) == 1 else f"{kind}-{part}"
        made |= {f"figures/{name}.{form}": figure_bytes(figure, form) for form in FIGURE_FORMATS}
    return made
