"""Sentences about pieces: in every text the alternatives, their probabilities, the schools, and where the median is."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import pytest

import mcmort as mm
from mcmort.analysis import Pieces
from mcmort.api.reports import TotalReport
from mcmort.present.pieces_text import pieces_label, pieces_text, schools_text
from tests.cases import case_of, component, definition, ranged
from tests.present.made import titled


def _report(*estimates: dict[str, object]) -> TotalReport:
    case = case_of(component("one", *estimates), head=titled("A case"), definitions={"whole": definition()})
    return mm.total(mm.Sampler(case, 50_000, rng=1), "whole")


@cache
def _halves() -> TotalReport:
    """Return a total of two studies, far apart and of the same weight."""
    return _report(ranged(4.6e6, 6.3e6, source="study-a"), ranged(8.0e6, 8.7e6, source="study-b"))


@cache
def _thirds() -> TotalReport:
    """Return a total of three studies, two of which say much the same."""
    return _report(
        ranged(4.6e6, 5.2e6, source="study-a"),
        ranged(4.6e6, 5.2e6, source="study-c"),
        ranged(8.0e6, 8.7e6, source="study-b"),
    )


def _whole(report: TotalReport) -> Pieces:
    assert report.pieces.whole is not None
    return report.pieces.whole


def test_headline_gives_the_alternatives_and_marks_a_median_between_them() -> None:
    """After the interval, which stays: either, or, and that the median is no likely value."""
    assert _halves().headline.endswith(
        "In pieces: either 4.5 to 6.4 million or 7.9 to 8.8 million. The median lies between the pieces and is no "
        "likely value."
    )
    assert "95 % credible interval; median" in _halves().headline


def test_headline_says_nothing_of_a_median_within_a_piece() -> None:
    """Two of three studies agree: the median is in their piece, and likely enough."""
    assert "In pieces: either " in _thirds().headline
    assert "The median" not in _thirds().headline


def test_a_total_in_one_piece_says_nothing_of_pieces() -> None:
    """Neither text nor JSON speak of pieces where there is one."""
    report = _report(ranged(4.6e6, 6.3e6))
    assert "piece" not in report.render("text")
    document = json.loads(report.to_json())
    assert (document["pieces"], document["pieces_of"], document["median_between"]) == ([], None, None)


@pytest.mark.parametrize("form", ["text", "markdown", "latex"])
def test_every_form_of_the_table_names_the_school_of_each_piece(form: str) -> None:
    """The note on the total has both alternatives with probabilities and lineages, and what lies between."""
    text = " ".join(_halves().render(form, width=120).replace("\\", "").split())
    assert "6.4 million (probability 47 %: study-a) or 7.9" in text.replace("{", "").replace("}", "")
    assert "study-b); between them lies what no source says of" in text


def test_the_note_shows_where_the_median_lies_by_other_seeds() -> None:
    """The median is printed with the range over seeds, which reaches from one piece to the other."""
    report = _halves()
    note = pieces_text("The total", _whole(report), report.summary, report.total.case)
    assert "lies between the pieces, by one seed or another anywhere from 6." in note
    assert note.endswith("it is no likely value.")


def test_pieces_of_a_floor_are_each_at_least() -> None:
    """Every alternative of a floor reads "at least", and a label says it once, before all of them."""
    report = _halves()
    floor = pieces_text("The total", _whole(report), report.summary, report.total.case, floor=True)
    assert floor.count("at least ") == 2
    assert pieces_label(_whole(report), report.summary, floor=True).startswith("at least: ")


def test_a_label_has_one_unit_word_and_the_probability_of_each_piece() -> None:
    """What a figure writes beneath its bars."""
    label = pieces_label(_whole(_thirds()), _thirds().summary)
    assert label.count("million") == 1
    assert label.count(" %)") == 2


def test_schools_of_a_figure_name_the_lineages_of_each_piece_in_order() -> None:
    """The lineages that agree stand together, then those of the next piece."""
    report = _thirds()
    assert schools_text(_whole(report), report.total.case).startswith("study-a, study-c, or study-b; between them")


def test_json_holds_the_pieces_beside_interval_and_median() -> None:
    """Pieces of total and component with their schools, the pool behind them, where the median lies by other seeds."""
    document = json.loads(_halves().to_json())
    first, second = document["pieces"]
    assert (first["school"], second["school"]) == (["study-a"], ["study-b"])
    assert first["high"] < second["low"]
    assert 0.93 < first["probability"] + second["probability"] < 0.97
    assert document["pieces_of"] == {"kind": "component", "id": "one", "agreement": 1.0, "between": []}
    low, high = document["median_between"]
    assert low < document["median"] < high
    assert document["components"][0]["pieces"] == document["pieces"]
    assert {interval["kind"] for interval in document["intervals"]} == {"equal-tailed", "highest-density"}


def test_a_median_within_a_piece_is_not_said_to_lie_between_them() -> None:
    """Where draws put the median just inside a piece, the sentence says only that they do not settle it."""
    report = _halves()
    whole = _whole(report)
    inside = replace(report.summary, median=whole.pieces[0].high * 0.999)
    note = pieces_text("The total", whole, inside, report.total.case)
    assert "is not settled by the draws: by one seed or another it is anywhere from 6." in note
    assert "no likely value" not in note


def test_a_short_total_names_the_pieces_of_a_part_that_it_shows() -> None:
    """The row of a component in pieces has one interval and one median; the screen says that these are two schools."""
    apart = component("one", ranged(4.6e6, 6.3e6, source="study-a"), ranged(8.0e6, 8.7e6, source="study-b"))
    case = case_of(apart, component("two", ranged(3e6, 9e6)), definitions={"whole": definition()})
    (table,) = mm.total(mm.Sampler(case, 20_000, rng=1), "whole").tables()
    (note,) = [note for note in table.main_notes or () if "falls into pieces" in note]
    assert note.startswith("one falls into pieces: 4.")
