"""Whether the Bayesian engine is calibrated: writes ``docs/calibration.md`` and its figure ``docs/calibration.svg``.

Run with ``python benchmarks/calibration.py``; a run that was interrupted goes on. Fits and ranks are left in
``out/calibration``, from which the page is made again at once; delete them to simulate again.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

import mcmort as mm
from mcmort.bayes.calibration.rank_uniformity import ecdf_band
from mcmort.bayes.calibration.simulation_based import DRAWS, Calibration, calibrate
from mcmort.present.tables.columns import Column, Table
from mcmort.present.tables.formats import to_markdown

ROOT: Final = Path(__file__).resolve().parent.parent
KEPT: Final = ROOT / "out" / "calibration"
SEED: Final = 1
ARRAYS: Final = ("ranks", "ess", "divergent", "in_full")
"""What is kept of a calibration besides the names of its quantities."""


@dataclass(frozen=True)
class Study:
    """One calibration: a case, how often it is simulated, and what is believed of it wrongly.

    Attributes
    ----------
    name : str
        Of the file that keeps its ranks.
    label : str
        In tables.
    case : str or Path
        As `mcmort.load` takes it.
    simulations : int
        How many.
    believed : str or None
        See `mcmort.bayes.calibration.simulation_based.calibrate`.
    """

    name: str
    label: str
    case: str | Path
    simulations: int
    believed: str | None = None


SYNTHETIC: Final = ROOT / "benchmarks" / "synthetic"
STUDIES: Final = (
    Study("synthetic", "synthetic", SYNTHETIC, 500),
    Study("ussr", "ussr", "ussr", 100),
    Study("heterogeneity", "heterogeneities twice as sure", SYNTHETIC, 200, "halved-heterogeneity"),
    Study("bias", "biases half as large", SYNTHETIC, 200, "halved-bias"),
    Study("copies", "copies counted in full", SYNTHETIC, 200, "copies-in-full"),
    Study("bounds", "bounds read as points", SYNTHETIC, 200, "bounds-as-points"),
)


def ranks_of(study: Study) -> Calibration:
    """Return the ranks of a study, simulated unless they are kept."""
    case = mm.load(study.case)
    path = KEPT / f"{study.name}-{study.simulations}-{case.digest[:12]}.npz"
    if not path.exists():

        def report(done: int, asked: int) -> None:
            print(f"{study.name}: {done} of {asked}", file=sys.stderr)

        found = calibrate(
            case, study.simulations, seed=SEED, believed=study.believed, folder=KEPT / study.name, progress=report
        )
        np.savez(path, names=found.quantities, **{name: getattr(found, name) for name in ARRAYS})
    with np.load(path) as kept:
        return Calibration(tuple(map(str, kept["names"])), *(kept[name] for name in ARRAYS))


KINDS: Final = {
    "deaths": ("all", "registered"),
    "cited shares and quantities": ("completeness", "ordinary", "overlap", "share", "quantity"),
    "heterogeneity, bias, lineages": ("tau", "bias", "scatter", "lineage", "common"),
    "totals, balance, log density": ("total", "residual", "log density"),
}
"""What is drawn and counted together, by the first word of a quantity."""
LEVEL: Final = 0.01
_INK: Final = "#1b1b1b"
_GREY: Final = "#707070"
_OWN: Final = "#0072B2"
_WRONG: Final = "#b5482a"
_BAND: Final = "#e4e4e4"
_STYLE: Final[Any] = {
    "font.size": 7.5,
    "axes.titlesize": 7.0,
    "axes.edgecolor": _GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": _INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "mcmort",
    "savefig.dpi": 200,
}


def of_kind(found: Calibration, kind: str) -> list[str]:
    """Return the quantities of a kind."""
    return [name for name in found.quantities if name.partition(":")[0] in KINDS[kind]]


def figure(results: dict[str, Calibration], form: str) -> bytes:
    """Draw how far the distribution functions of ranks stray, with the band in which nineteen of twenty stay.

    A row for each case without a change, a column for each kind of quantity, and a row of wrong models.
    """
    unchanged = [study for study in STUDIES if study.believed is None]
    wrong = [study for study in STUDIES if study.believed is not None]
    with rc_context(_STYLE):
        drawing = Figure(figsize=(7.2, 5.4), layout="constrained")
        FigureCanvasAgg(drawing)
        panels = drawing.subplots(len(unchanged) + 1, 4, sharex=True, sharey="row")
        for row, study in zip(panels[:-1], unchanged, strict=True):
            for axes, kind in zip(row, KINDS, strict=True):
                draw_panel(axes, results[study.name], of_kind(results[study.name], kind), _OWN)
                axes.set_title(kind, loc="left")
            row[0].set_ylabel(f"{study.label}: {study.simulations} cases")
        for axes, study in zip(panels[-1], wrong, strict=True):
            draw_panel(axes, results[study.name], list(results[study.name].quantities), _WRONG)
            axes.set_title(study.label, loc="left")
        panels[-1][0].set_ylabel(f"wrong models: {wrong[0].simulations} cases")
        drawing.supxlabel("rank of the true value among the draws, as a share", fontsize=7.5)
        drawing.supylabel("share of cases with this rank or a lower one, less the share expected", fontsize=7.5)
        buffer = io.BytesIO()
        drawing.savefig(buffer, format=form, metadata={"Date": None} if form == "svg" else {})
    return buffer.getvalue()


def draw_panel(axes: Any, found: Calibration, names: list[str], colour: str) -> None:
    """Draw a line for each quantity over the band."""
    points = np.arange(1, DRAWS + 1) / (DRAWS + 1)
    lower, upper = ecdf_band(len(found.counted), DRAWS)
    axes.fill_between(points, lower - points, upper - points, color=_BAND, linewidth=0.0)
    axes.axhline(0.0, color=_GREY, linewidth=0.5)
    for name in names:
        ranks = found.counted[:, found.quantities.index(name)]
        strays = np.cumsum(np.bincount(ranks, minlength=DRAWS + 1))[:-1] / len(ranks) - points
        axes.plot(points[1::3], strays[1::3], color=colour, linewidth=0.6, alpha=0.8)  # every third: a smaller file
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:.2g}"))
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.0, 0.5, 1.0], ["0", "½", "1"])


def coverage_table(study: Study, found: Calibration) -> Table:
    """Return coverage and least probabilities by kind, of a case without a change."""
    every, rows = found.probabilities(), []
    for kind in KINDS:
        names = of_kind(found, kind)
        chi, distribution = (min(every[name][at] for name in names) for at in (0, 1))
        inside = [100.0 * np.mean([found.coverage(name, p) for name in names]) for p in (0.5, 0.8, 0.9)]
        rows.append((kind, f"{len(names)}", *(f"{share:.1f}" for share in inside), f"{chi:.1g}", f"{distribution:.1g}"))
    titles = ("how many", "in 50 %", "in 80 %", "in 90 %", "least p, chi-square", "least p, distribution")
    columns = (Column("quantities"), *(Column(title, is_number=True) for title in titles))
    return Table(f"{study.label}: {study.simulations} simulated cases", columns, tuple(rows))


def wrong_table(results: dict[str, Calibration]) -> Table:
    """Return how many quantities each wrong model gives away, and which most."""
    rows = []
    for study in STUDIES:
        if study.believed is not None:
            rejected = results[study.name].rejected(LEVEL)
            most = sorted(rejected, key=lambda name: rejected[name])[:3]
            total = len(results[study.name].quantities)
            rows.append((study.label, f"{study.simulations}", f"{len(rejected)} of {total}", ", ".join(most) or "none"))
    columns = (
        Column("what is believed wrongly"),
        Column("cases", is_number=True),
        Column("rejected", is_number=True),
        Column("most clearly"),
    )
    return Table("Wrong models of the synthetic case", columns, tuple(rows))


def went(study: Study, found: Calibration) -> str:
    """Say how the fits of a study went, what was rejected and what strayed most, with all fits counted as well."""
    least = {name: min(both) for name, both in found.probabilities().items()}
    most = min(least, key=lambda name: least[name])
    counted, total, digest = len(found.counted), len(found.ranks), mm.load(study.case).digest[:12]
    lines = [
        f"{study.label} (digest of the case {digest}): rejected at {100 * LEVEL:.0f} % for all {len(least)} quantities "
        f"and both tests together: {_listed(found)}. The least probability is that of {most}, {least[most]:.1g}, where "
        f"{2 * len(least)} were computed. Short chains did not mix, or had divergent transitions, in "
        f"{found.in_full.sum()} of {total} fits, which were made in full; refused and left out: {total - counted}. "
        f"Median of the least effective sample size: {np.median(found.ess):.0f}."
    ]
    if counted < total:
        every = replace(found, ess=np.full(total, np.inf))
        lines.append(f"With what was refused counted by its short chains, it is rejected: {_listed(every)}.")
    return " ".join(lines)


def _listed(found: Calibration) -> str:
    return ", ".join(f"{name} (p = {p:.1g})" for name, p in found.rejected(LEVEL).items()) or "nothing"


PAGE: Final = """\
# Is the Bayesian engine calibrated?

Made by `python benchmarks/calibration.py`, seed {seed}.

If parameters are drawn from the prior, every figure of a case from the model, and the case is
then fitted to these figures, the true value of anything is as likely to lie below the first of its posterior draws as
between any two of them: its rank is uniform (Talts and others 2018, arXiv:1804.06788). A mistake in the density, in
its gradient, in the sampler or in what is derived from parameters bends the ranks, provided that it matters for the
case. Ranked are deaths and registered parts, shares and quantities, heterogeneities, biases, effects of lineages,
totals of the definitions, residuals of balances, and the log density, which shows a posterior that leaves figures
unread (Modrák and others 2023, doi:10.1214/23-BA1404). The tests are Pearson's chi-square and that of the largest
departure of the distribution function (Säilynoja, Bürkner and Vehtari 2022, doi:10.1007/s11222-022-10090-6).

Two cases: the invented one in `benchmarks/synthetic`, called synthetic below, which holds every kind of evidence that
the engine knows, and `ussr`. Each is meant as it stood at the digest below; what has changed since, in a case or in the
engine, is not covered until this is run again. `mcmort calibrate` does the same for any case
([cluster.md](cluster.md)).

![Distribution functions of ranks](calibration.svg)

Lines are the distribution functions of ranks, less the uniform one; each is meant to stay within the grey band, all
along its way, in nineteen of twenty runs. Blue: the engine as it is. Red: wrong models, fitted to the same simulated
figures.

## As it is

The columns "in 50 %" and so on give how often a central interval of that width held the true value, in per cent, on
average over the quantities of a kind, and the least of the probabilities of each test. Many are computed, so that some
are small by chance; what is rejected takes that into account.

{unchanged}
{went}

## Wrong models

That the lines above stay in the band means something only if wrong models leave it.

{wrong}
## How figures are simulated

- A point is drawn from its expectation and scale, with the tails of the case. Where a formula stands for a figure,
  and in a balance, it is drawn what is added to the formula and by how many persons the balance is off.
- A bound keeps its printed number; the figure that it bounds is drawn, and the bound says "at least" if that lies
  above, else "at most". These are the two events to which the model gives a probability. It does not say how an
  author chooses a bound, so bounds drawn beside the figure would test another model.
- Copies, that is figures of one lineage about one thing, are one figure printed several times, and the first of them
  sets basis and error. In `ussr` a few such figures differ in both; there the weighted density is no density of the
  figures, and is not tested.
- The prior of a component's deaths is centred on what is cited of it. It is held as it is for the case, not made anew
  from simulated figures.

Each true value is ranked among {draws} draws, one of six of three chains, or fewer, until the effective sample size of
every parameter is one and a half times {draws}. A fit that does not come so far, or has divergent transitions, is made
in full, as `mcmort fit` makes it: longer chains from dispersed starts, shorter steps, and tempering where there are
several modes; its draws are then taken evenly from all of its chains. What `mcmort fit` refuses is left out; that
depends on the figures and not on the truth, so the ranks of the others are still uniform. Fits run as tasks of any
`concurrent.futures.Executor`, with the same ranks.

Short chains start near the middle of the priors. Where all of them stay in one of several modes nothing shows it, so
that calibration does not test the search for modes; planted cases do ([synthesis.md](synthesis.md)).

What is not shown: that historians come by figures as the model says. Calibration tests the engine under its own model.
"""


def page(results: dict[str, Calibration]) -> str:
    """Return the page of the documentation."""
    unchanged = [study for study in STUDIES if study.believed is None]
    return PAGE.format(
        seed=SEED,
        draws=DRAWS,
        unchanged="\n".join(to_markdown(coverage_table(study, results[study.name])) for study in unchanged),
        went="\n\n".join(went(study, results[study.name]) for study in unchanged),
        wrong=to_markdown(wrong_table(results)),
    )


def main() -> None:
    """Simulate, and write the page and its figure."""
    results = {study.name: ranks_of(study) for study in STUDIES}
    (ROOT / "docs" / "calibration.svg").write_bytes(figure(results, "svg"))
    written = ROOT / "docs" / "calibration.md"
    before = written.read_text(encoding="utf-8")
    kept = [before[before.index(mark) :] for mark in ("<!-- known truth -->", "<!-- conflict -->") if mark in before]
    written.write_text(page(results) + (f"\n{max(kept, key=len)}" if kept else ""), encoding="utf-8")


if __name__ == "__main__":
    main()
