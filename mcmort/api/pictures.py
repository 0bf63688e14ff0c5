"""Figures of every kind: what is computed for each, the chart that shows it, and its receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from mcmort.analysis.left_out import By
from mcmort.analysis.receipt import Receipt
from mcmort.catalogue import Case
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.definitions import DefinitionChanges
from mcmort.errors import UsageError
from mcmort.results import Draws
from mcmort.totals import DrawSource

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mcmort.analysis.influence import Runner
    from mcmort.present.figures.sheet import Chart, Width

__all__ = ["Kind", "Picture", "PictureRequest", "picture", "picture_of"]

Kind = Literal[
    "definitions", "components", "bridge", "probability", "published", "uncertainty", "multiverse", "box", "influence",
    "conflict", "documented", "years", "evidence",
]  # fmt: skip
"""What a figure shows."""

_OF_ONE: Final = ("components", "probability", "uncertainty", "influence", "documented", "years", "evidence")
"""Kinds that show the total of one definition."""


@dataclass(frozen=True, kw_only=True)
class PictureRequest:
    """What a figure is asked to show.

    Attributes
    ----------
    kind : Kind
        Which figure.
    definitions : tuple of str
        Names of definitions; of a bridge its two sides, which may be claims. Empty: all.
    years : tuple of int or None
        First and last year to restrict definitions to.
    above, below : float or None
        Thresholds of a probability.
    component : str or None
        Whose evidence is shown.
    by : {"source", "lineage", "school", "basis"}
        What influence leaves out.
    universes : int
        The most universes of a multiverse.
    interval : float
        Probability of intervals.
    """

    kind: Kind
    definitions: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    above: float | None = None
    below: float | None = None
    component: str | None = None
    by: By = "source"
    universes: int = 100
    interval: float = 0.95
    run: Runner | None = field(default=None, compare=False)

    @property
    def changes(self) -> DefinitionChanges:
        """What to change in definitions."""
        return DefinitionChanges(years=self.years)

    @property
    def definition(self) -> str:
        """The one definition."""
        return self.definitions[0]

    def check(self, case: Case) -> None:
        """Refuse what does not go together.

        Raises
        ------
        UsageError
            If there are too few or too many definitions, no component, or something that another kind takes.
        """
        for name, kind in (("above", "probability"), ("below", "probability"), ("component", "evidence")):
            if getattr(self, name) is not None and self.kind != kind:
                raise UsageError(f"{name} goes with a figure of {kind}, not of {self.kind}")
        count, names = len(self.definitions), ", ".join(case.definitions)
        if self.kind in _OF_ONE and count != 1:
            raise UsageError(
                f"a figure of {self.kind} shows the total of one definition; {count} are given (-d). Hint: "
                f"{case.id} has {names}"
            )
        if self.kind == "bridge" and count != 2:
            raise UsageError(
                f"a bridge leads from one definition or claim to another; {count} are given (-d). Hint: "
                f"{case.id} has {names}"
            )
        if self.kind == "evidence" and self.component is None:
            raise UsageError(
                f"evidence is that of one component, and none is named. Hint: {', '.join(sorted(case.components))}"
            )
        if self.kind == "conflict" and (count or self.years is not None):
            raise UsageError("a conflict is one in all the evidence of a case; expected no definition and no years")
        if self.kind in ("multiverse", "box") and self.years is not None:
            raise UsageError("a multiverse has no years; expected none")
        if self.kind == "box" and count > 1:
            raise UsageError("a box shows one definition or all of them; expected at most one")


@dataclass(frozen=True)
class Picture:
    """A chart with the receipts of what it shows.

    Attributes
    ----------
    chart : Chart
        Before it has a size.
    receipts : mapping of str to Receipt
        By the name ``""``.
    """

    chart: Chart
    receipts: Mapping[str, Receipt]

    @property
    def caption(self) -> str:
        """What a reader must know beside the picture, for axes of one's own, which have no room for it."""
        return " ".join(self.chart.caption)

    def figures(self, width: Width = "page") -> list[Figure]:
        """Return the figure at the width of a column or of a page, on as many sheets as it takes."""
        from mcmort.present.figures.sheet import sheets

        return sheets(self.chart, width)

    def figure(self, width: Width = "page", ax: Axes | None = None) -> Figure:
        """Return the first sheet, or draw into axes that are given."""
        from mcmort.present.figures.sheet import drawn

        return drawn(self.chart, width, ax)


@checked_arguments
def picture(draws: DrawSource, kind: Kind, *definitions: str, **asked: Any) -> Picture:
    """Prepare a figure.

    Parameters
    ----------
    draws : Draws or Sampler
        From `mcmort.simulate`, `mcmort.Sampler` or `mcmort.fit`; uncertainty takes draws that are kept.
    kind : str
        ``definitions`` (totals side by side), ``components`` (of a total), ``bridge`` (from one number to another),
        ``probability`` (dots and a threshold), ``published`` (figures over time), ``uncertainty`` (what carries the
        width), ``multiverse`` (under every choice), ``box`` (the same as a probability box), ``influence`` (of each
        source), ``conflict`` (of each part of the evidence with the rest, by the Bayesian engine), ``documented`` (in
        registers), ``years``, or ``evidence`` (on one component).
    *definitions : str
        Names of definitions, or of a bridge its two sides.
    **asked
        Others of `PictureRequest`: ``years``, ``above``, ``below``, ``component``, ``by``, ``universes``, ``interval``.

    Returns
    -------
    Picture
        `figure` draws it, into axes of your own if you like; `mcmort.plot` writes it with its receipt.

    Raises
    ------
    UsageError
        If there is no such kind, or it needs more than was given.

    Examples
    --------
    >>> import mcmort as mm
    >>> sampler = mm.Sampler(mm.load("ussr"), 2_000, rng=1)
    >>> forest = mm.picture(sampler, "components", "archival")
    >>> forest.chart.title[:47]
    'Soviet Union, 1917-1987: of 21 components under'
    """
    if kind not in get_args(Kind):
        raise UsageError(f"no figure of kind {kind!r}; expected one of {', '.join(get_args(Kind))}")
    return picture_of(draws, PictureRequest(kind=kind, definitions=definitions, **asked))


def picture_of(draws: DrawSource, request: PictureRequest) -> Picture:
    """Prepare a figure from a request; see `picture`."""
    request.check(draws.case)
    return _KINDS[request.kind](draws, request)


def _single(receipt: Receipt) -> Mapping[str, Receipt]:
    return {"": receipt}


def _definitions(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.api.verbs import compare
    from mcmort.present.figures.definition_ladder import ladder_chart

    report = compare(draws, asked.definitions or None, years=asked.years, interval=asked.interval)
    return Picture(ladder_chart(report.comparison, asked.interval), report.receipts)


def _published(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.api.verbs import compare
    from mcmort.present.figures.published_figures import published_chart

    report = compare(draws, asked.definitions or None, years=asked.years, interval=asked.interval)
    return Picture(published_chart(report.comparison, asked.interval), report.receipts)


def _components(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.api.verbs import total_with
    from mcmort.present.figures.category_forest import category_forest_chart

    report = total_with(draws, asked.definition, asked.changes, interval=asked.interval)
    chart = category_forest_chart(report.total, report.summary, asked.interval, report.pieces)
    return Picture(chart, _single(report.document().receipt))


def _bridge(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.api.bridge_report import bridge
    from mcmort.present.figures.bridge_steps import bridge_chart

    report = bridge(draws, *asked.definitions, years=asked.years, interval=asked.interval)
    return Picture(bridge_chart(report.bridge, asked.interval), _single(report.document().receipt))


def _probability(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.api.probability_report import probability_with
    from mcmort.present.figures.quantile_dots import dots_chart

    report = probability_with(
        draws, asked.definition, asked.changes, above=asked.above, below=asked.below,
        table=asked.above is None and asked.below is None, interval=asked.interval,
    )  # fmt: skip
    return Picture(dots_chart(report.result, asked.interval), _single(report.document().receipt))


def _uncertainty(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.api.sensitivity_report import sensitivity_with
    from mcmort.present.figures.uncertainty_budget import budget_chart

    if not isinstance(draws, Draws):
        raise UsageError("uncertainty needs draws that are kept: make them with mcmort.simulate or mcmort.fit")
    report = sensitivity_with(draws, asked.definition, asked.changes, interval=asked.interval)
    return Picture(budget_chart(report.sensitivity), _single(report.document().receipt))


def _multiverse(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.analysis.multiverse.request import MultiverseRequest
    from mcmort.api.multiverse_report import multiverse_of
    from mcmort.present.figures.probability_box import box_chart
    from mcmort.present.figures.specification_curve import curve_chart

    dials = {"definition": asked.definitions} if asked.definitions else {}
    request = MultiverseRequest.checked(dials=dials, universes=asked.universes)
    manifest = draws.manifest
    report = multiverse_of(
        draws.case, request, draws=manifest.draws, seed=manifest.seed, interval=asked.interval
    )  # fmt: skip
    only = asked.definitions[0] if asked.definitions else None
    chart = curve_chart(report.multiverse) if asked.kind == "multiverse" else box_chart(report.multiverse, only)
    return Picture(chart, _single(report.document().receipt))


def _influence(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.analysis.influence import run_here
    from mcmort.api.influence_report import influence_with
    from mcmort.present.figures.influence_tornado import influence_chart

    report = influence_with(
        draws, asked.definition, asked.changes, by=asked.by, interval=asked.interval, run=asked.run or run_here
    )
    return Picture(influence_chart(report.influence), _single(report.document().receipt))


def _conflict(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.api.conflict_report import conflict_with
    from mcmort.present.figures.conflict_densities import conflict_chart

    manifest = draws.manifest
    report = conflict_with(
        draws.case, seed=manifest.seed, evidence=manifest.evidence, without=manifest.without, run=asked.run
    )  # fmt: skip
    return Picture(conflict_chart(report.conflict), _single(report.receipt))


def _documented(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.analysis.documented import documented
    from mcmort.api.verbs import total_with
    from mcmort.present.figures.documented_deaths import documented_chart

    found = documented(draws, asked.definition, asked.changes, probabilities=(0.5, asked.interval))
    changes = asked.changes.model_copy(update={"measure": "all", "net": False})
    report = total_with(draws, asked.definition, changes, interval=asked.interval)
    return Picture(documented_chart(found, asked.interval), _single(report.document().receipt))


def _years(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.analysis.yearly import yearly
    from mcmort.api.verbs import total_with
    from mcmort.present.figures.yearly_deaths import yearly_chart

    found = yearly(draws, asked.definition, asked.changes, probabilities=(0.5, asked.interval))
    report = total_with(draws, asked.definition, asked.changes, interval=asked.interval)
    return Picture(yearly_chart(found, asked.interval), _single(report.document().receipt))


def _evidence(draws: DrawSource, asked: PictureRequest) -> Picture:
    from mcmort.api.verbs import total_with
    from mcmort.present.figures.evidence_forest import evidence_chart

    assert asked.component is not None
    report = total_with(draws, asked.definition, asked.changes, interval=asked.interval)
    chart = evidence_chart(report.total, asked.component, asked.interval)
    return Picture(chart, _single(report.document().receipt))


_KINDS: Final[Mapping[Kind, Callable[[DrawSource, PictureRequest], Picture]]] = {
    "definitions": _definitions,
    "components": _components,
    "bridge": _bridge,
    "probability": _probability,
    "published": _published,
    "uncertainty": _uncertainty,
    "multiverse": _multiverse,
    "box": _multiverse,
    "influence": _influence,
    "conflict": _conflict,
    "documented": _documented,
    "years": _years,
    "evidence": _evidence,
}
