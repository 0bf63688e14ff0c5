"""What a reader of figures meets: titles that hold, axes in round steps, figures that stand at their year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

import mcmort as mm
from mcmort.analysis import summarise
from mcmort.analysis.yearly import Yearly
from mcmort.present.figures.published_figures import published_figures
from mcmort.present.figures.scale import dress, scale_of
from mcmort.present.figures.sheet import sheets
from mcmort.present.figures.style import words_of
from mcmort.present.figures.typeset import wrapped
from mcmort.present.figures.yearly_deaths import yearly_chart
from mcmort.present.numbers import tick_texts
from tests.cases import case_of, component, count, definition, ranged
from tests.present.figures.extents import defects, text_of
from tests.present.made import claim, small_case, titled
from tests.shipped import draws_of


def _axes(figure: Figure) -> list[Axes]:
    """Return the axes of a figure that show data."""
    (whole,) = figure.axes
    return [axes for axes in whole.child_axes if isinstance(axes, Axes)]


@pytest.mark.parametrize(
    "text",
    ["the total is 11 million or more at the end", "registers hold 23 % of the mean", "by 16 ± 1 % on average of all"],
)
def test_lines_keep_a_number_with_its_unit_at_every_width(text: str) -> None:
    """No line of a figure begins with a unit, a per cent sign or a lone "more", while there is room for both."""
    for width in np.arange(1.0, 3.0, 0.05):
        lines = wrapped(text, float(width), 8.0)
        assert " ".join(lines) == text
        assert not [line for line in lines if line.startswith(("million", "%", "±", "more"))]


def test_lines_break_a_number_from_its_unit_where_there_is_no_room() -> None:
    """A line too short for both has the number, and the next its unit; nothing is cut within a word."""
    assert wrapped("1,234,567 million", 0.75, 8.0) == ["1,234,567", "million"]


@pytest.mark.parametrize("high", [0.9, 1.7, 2.6, 3.3, 4.6, 7.1, 8.8, 24.0, 61.0, 430.0])
def test_numbers_of_a_linear_axis_count_in_round_steps(high: float) -> None:
    """Steps are 1, 2, 2.5 or 5 times a power of ten, and all numbers but zero have as many decimals."""
    axes = Figure().add_subplot()
    dress(axes, scale_of(0.0, high * 1e6, "deaths"), 2.2)
    ticks = axes.get_xticks()
    step = (ticks[1] - ticks[0]) / 10.0 ** np.floor(np.log10(ticks[1] - ticks[0]))
    assert min(abs(step - one) for one in (1.0, 2.0, 2.5, 5.0, 10.0)) < 1e-9
    texts = [label.get_text() for label in axes.get_xticklabels()]
    assert len({len(text.partition(".")[2]) for text in texts if text != "0"}) == 1


def test_numbers_of_an_axis_have_the_decimals_that_the_finest_needs() -> None:
    """Zero is plain; a logarithmic axis writes each number as short as it is."""
    assert tick_texts([0.0, 5e5, 1e6, 1.5e6], 1e6) == ["0", "0.5", "1.0", "1.5"]
    assert tick_texts([0.1, 1.0, 10.0], is_log=True) == ["0.1", "1", "10"]
    assert tick_texts([-2_000.0, 0.0, 2_000.0]) == ["\N{MINUS SIGN}2,000", "0", "2,000"]


def _published(*claims: dict[str, object]) -> Figure:
    case = small_case(1e6, 2e6, claim=list(claims))
    dated = replace(
        case, sources={**case.sources, "study-c": case.sources["study-c"].model_copy(update={"year": "1990"})}
    )
    return published_figures(mm.compare(mm.simulate(dated, n=2_000, rng=1)).comparison)


def _spots(figure: Figure) -> list[tuple[float, float]]:
    """Return where markers of published totals stand."""
    lines = [line for line in _axes(figure)[0].lines if line.get_marker() not in (None, "None", "")]
    return [(float(x), float(y)) for line in lines for x, y in np.asarray(line.get_xydata())]


def test_published_figures_of_one_year_stand_at_it_unless_they_would_cover_one_another() -> None:
    """Figures far apart are all at the year; of two that are alike one is aside, by little; none by its size."""
    apart = _spots(_published(*(claim(f"c{place}", best=10.0 ** (5 + place), reads="point") for place in range(4))))
    assert len({x for x, _ in apart}) == 1
    alike = _spots(_published(*(claim(f"c{place}", best=1e6, reads="point") for place in range(3))))
    years = sorted(x for x, _ in alike)
    assert len(set(years)) == 3
    assert years[1] == round(years[1])
    assert years[-1] - years[0] < 0.5


def test_a_range_without_a_best_figure_has_no_marker_between_its_ends() -> None:
    """The middle of a range is nobody's figure: its markers are at its ends."""
    spots = _spots(_published(claim("range", low=1e6, high=4e6, reads="range"), claim("one", best=2e6, reads="point")))
    assert sorted(y for _, y in spots) == pytest.approx([1e6, 2e6, 4e6])


def test_the_key_of_published_figures_names_every_definition_that_is_drawn() -> None:
    """Also one whose figures all lack a year, since its total stands at the right."""
    words = text_of(mm.picture(draws_of("ussr"), "published").figures()[0])
    assert "repression (ours:" in words


def _yearly(values: dict[int, np.ndarray]) -> str:
    total = mm.total(draws_of("darfur"), "gross").total
    summaries = {year: summarise(own, (0.5, 0.95), shortest=False) for year, own in values.items()}
    return yearly_chart(Yearly(total, dict.fromkeys(values, total), summaries)).title


def test_a_year_is_said_to_have_most_deaths_only_if_it_stands_out() -> None:
    """Intervals that lie over one another single out no year, however their medians differ."""
    wide = np.random.default_rng(1).lognormal(10.0, 1.0, 4_000)
    assert "no single year stands out" in _yearly({2003: wide, 2004: 1.4 * wide})
    assert "no year has more deaths than 2004, " in _yearly({2003: wide, 2004: 9.0 * wide})


def test_the_title_of_an_evidence_forest_leaves_registers_out_of_what_lineages_say_of_all_deaths() -> None:
    """A count of the registered is a floor: the span of medians is of figures of all deaths alone."""
    picture = mm.picture(draws_of("ussr"), "evidence", "broad", component="famine-ukraine")
    assert "6 lineages put" in picture.chart.title
    assert "at 2.6 to 3.9 million (medians)" in picture.chart.title


def test_two_figures_of_one_source_can_be_told_apart_in_an_evidence_forest() -> None:
    """Rows that would have the same name and the same words beneath have the names of their estimates as well."""
    words = text_of(mm.picture(draws_of("cambodia"), "evidence", "decade", component="khmer-rouge-years").figures()[0])
    assert "sliwinski-total" in words
    assert "sliwinski-share" in words


@pytest.mark.parametrize("width", ["page", "column"])
@pytest.mark.parametrize(("case", "start", "end"), [("china", "repression", "broad"), ("darfur", "violent", "gross")])
def test_lines_between_the_steps_of_a_bridge_cross_no_word(case: str, start: str, end: str, width: str) -> None:
    """At both widths, also where a step begins below a long name."""
    for figure in sheets(mm.picture(draws_of(case), "bridge", start, end).chart, width):  # type: ignore[arg-type]
        assert defects(figure) == []


@pytest.mark.parametrize("width", ["page", "column"])
def test_the_line_of_zero_crosses_no_word(width: str) -> None:
    """Where shares or totals may be negative, zero is a line beside the marks alone."""
    for figure in mm.picture(draws_of("ussr"), "uncertainty", "broad").figures(width):  # type: ignore[arg-type]
        assert defects(figure) == []


def test_the_name_of_a_row_uses_the_room_beside_a_short_number_at_the_width_of_a_column() -> None:
    """A name of forty characters stands in one line beside a number of six, though another row has a long one."""
    case = case_of(
        component("one", ranged(100.0, 900.0), label="Deaths of those who were deported to it"),
        component("two", ranged(1.234e6, 1.267e6), facets={"category": "b"}),
    )
    (figure,) = mm.picture(mm.simulate(case, n=500, rng=1), "components", "whole").figures("column")
    texts = [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]
    assert "Deaths of those who were deported to it" in texts


def test_the_parts_of_a_total_are_never_said_to_be_left_out() -> None:
    """What a definition leaves out is in its own words; components are named as not added, or as parts of it."""
    case = case_of(
        component("whole-deaths", ranged(9e3, 2e4), label="All deaths"),
        component("killed", ranged(1e3, 2e3), facets={"category": "b"}, label="The killed"),
        component("dark", count(low=100.0, reads="at-least"), facets={"category": "c"}),
        head=titled(),
        definitions={"all": definition(include=[{"category": "a"}], leaves_out="Births that did not take place.")},
    )
    picture = mm.picture(mm.simulate(case, n=500, rng=1), "components", "all")
    words = words_of(picture.figures()[0], "caption")
    assert "Left out: Births that did not take place. Not added, as outside of the total or as parts of it: " in words
    assert "The killed" in words
    assert "Not counted" not in words
