"""What is said beside a number: its definition, its interval, "at least" where due, what is left out and unknown."""

from __future__ import annotations

import json
import re

import pytest

import mcmort as mm
from mcmort.api.reports import ComparisonReport, TotalReport
from mcmort.present.wording import headline, is_floor, level_text, measure_text
from mcmort.results import Draws
from tests.cases import case_of, component, definition, head, point
from tests.present.made import floors, ussr_comparison, ussr_draws, ussr_total

FORMS = ("text", "markdown", "latex")
NAMES = ("signed", "narrow", "archival", "repression", "excess", "broad", "demographic", "maximal")


def _words(text: str) -> str:
    """Return a text without the line breaks that a terminal or LaTeX puts into it, and without escapes."""
    plain = re.sub(r"\\([&%$#_{}])", r"\1", text).replace("--", "\N{EN DASH}")
    return " ".join(plain.split())


def _total_line(result: TotalReport, form: str) -> str:
    (line,) = [one for one in result.render(form).splitlines() if one.lstrip(" |").startswith("Total ")]
    return line


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("name", "floor"), [("whole", False), ("kept", True), ("gappy", True), ("both", True)])
def test_floors_say_at_least_or_more_and_nothing_else_does(form: str, name: str, floor: bool) -> None:
    """A registered total, and one of which a part is unknown, is a minimum; a known one of all deaths is not."""
    result = mm.total(floors(), name)
    assert is_floor(result.total) is floor
    assert ("or more" in _total_line(result, form)) is floor
    assert (": at least " in result.headline) is floor
    assert result.document().floor is floor
    table = mm.compare(floors(), [name]).render(form)
    row = next(one for one in table.splitlines() if one.lstrip(" |").startswith(f"{name} "))
    assert ("or more" in row) is floor


def test_total_without_something_that_may_be_negative_is_no_minimum() -> None:
    """Where births lost, say, are not known, the known part is neither at least nor at most what all is."""
    kinds = {"deaths": "Deaths", "excess": {"label": "Excess deaths", "signed": True}}
    top = head(facets={"category": {"a": "A", "b": "B"}, "group": {"x": "X"}, "kind": kinds})

    def draws(unknown: str) -> Draws:
        excess = point(-500.0, standard_error=200.0, reads="standard-error")
        gap = component("gap", facets={"category": "b", "kind": unknown})
        definitions = {"whole": definition(include=[{"kind": ["deaths", "excess"]}])}
        known = component("known", excess, facets={"kind": "excess"})
        return mm.simulate(case_of(known, gap, head=top, definitions=definitions), 4_000, rng=1)

    signed, count_of_deaths = (mm.total(draws(kind), "whole") for kind in ("excess", "deaths"))
    assert "at least" not in signed.headline
    assert "or more" not in str(signed)
    assert "if what is not known adds none" in signed.headline
    assert "at least \N{MINUS SIGN}" in count_of_deaths.headline
    chance = str(mm.probability(draws("excess"), "whole", above=-600))
    assert "if complete" in chance
    assert "at least" not in chance
    lost = mm.influence(draws("deaths"), "whole")
    assert "a floor" not in str(lost)


def test_a_bridge_says_or_more_at_its_registered_end() -> None:
    """Between a registered and a known total only the registered end reads "or more"."""
    lines = str(mm.bridge(floors(), "kept", "whole")).splitlines()
    (start,) = [line for line in lines if line.startswith(" kept ")]
    (end,) = [line for line in lines if line.startswith(" whole ")]
    assert "or more" in start
    assert "or more" not in end


def test_a_bridge_names_what_neither_end_counts_and_what_one_does_not_know() -> None:
    """Beside a bridge stand the exclusions that both ends share and the component that one of them does not know."""
    assert "Neither counts: dark." in _words(str(mm.bridge(floors(), "kept", "whole")))
    text = _words(str(mm.bridge(floors(), "kept", "gappy")))
    assert "gappy does not know: dark." in text
    assert "95 % credible interval; mean" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_headline_is_one_sentence_with_interval_level_and_definition(name: str) -> None:
    """The sentence gives the interval before the median, the level in words, the definition, its years and measure."""
    result = ussr_total(name)
    number = r"[\d.,]+"
    floor = rf"(at least {number}( million)?; )?"
    pattern = floor + rf"{number} to {number}( million)? \(95 % credible interval; median {number}( million)?\) "
    sentence = headline(result.total, result.summary)
    assert re.match(pattern, sentence)
    assert result.total.definition.label in sentence
    assert f"{result.total.years[0]}\N{EN DASH}{result.total.years[1]}" in sentence
    assert measure_text(result.total) in sentence


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("kept", "no register missed a death"),
        ("gappy", "what is not known adds none"),
        ("both", "no register missed a death and what is not known adds none"),
    ],
)
def test_headline_of_a_floor_gives_its_lower_end_then_the_interval_with_its_condition(
    name: str, condition: str
) -> None:
    """A floor reads "at least A; A to B if ...", and the table explains its "or more" by the same condition."""
    result = mm.total(floors(), name)
    sentence = result.headline.partition(": ")[2]
    low = re.match(r"at least ([\d,]+); ([\d,]+) to [\d,]+ \(", sentence)
    assert low is not None
    assert low[1] == low[2]
    assert f") if {condition}, under the definition" in sentence
    assert f"within the interval only if {condition}." in _words(result.render("text"))


def test_the_level_and_kind_of_an_interval_are_named() -> None:
    """An interval of 80 % is called one of 80 %, a shortest one a highest-density interval."""
    assert level_text(0.8) == "80 % credible interval"
    assert level_text(0.5, "highest-density") == "50 % highest-density interval"
    result = mm.total(ussr_draws(), "broad", interval=0.8)
    assert "(80 % credible interval; median" in result.headline
    assert "80 % interval" in result.render("text")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_excluded_and_unknown_stands_beside_every_total(name: str, form: str) -> None:
    """Each component of the case is a row of the total, or named as not added, or named as not known."""
    result = ussr_total(name)
    text = _words(result.render(form))
    total = result.total
    labels = {key: one.label for key, one in total.case.components.items()}
    for key in total.excluded:
        assert labels[key] in text.partition("parts of it: ")[2], key
    for key in total.unknown:
        assert labels[key] in text.partition("Asked for, but not known: ")[2], key
    assert {*total.parts, *total.excluded, *total.unknown} == set(total.case.components)
    assert ("Asked for, but not known" in text) is bool(total.unknown)


def test_json_holds_every_component_once() -> None:
    """In JSON too each component is counted, excluded with a reason or unknown with a reason."""
    for row in ussr_comparison().document().definitions:
        names = [one.id for one in row.components] + [one.id for one in (*row.excluded, *row.unknown)]
        assert sorted(names) == sorted(ussr_draws().case.components)
        assert all(one.reason for one in (*row.excluded, *row.unknown))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("years", [None, (1928, 1953)])
def test_a_comparison_says_what_each_definition_leaves_out(form: str, years: tuple[int, int] | None) -> None:
    """Beneath the rows stand the question, the omissions and the unknown parts of each definition, and the years."""
    compared = ussr_comparison(years)
    text = _words(compared.render(form, full=True))
    for row in compared.rows:
        definition = row.total.definition
        assert f"{definition.id}: {definition.question} Left out: {definition.leaves_out}" in text
        for key in row.total.unknown:
            assert row.total.case.components[key].label in text.partition(f"{definition.id} does not know: ")[2]
    assert ("Nothing outside 1928\N{EN DASH}1953 is counted." in text) is (years is not None)


def test_a_measure_that_the_user_set_is_printed_with_the_total() -> None:
    """A table of the broad definition restricted to registered, net deaths says so in its title, in every form."""
    result = mm.total(ussr_draws(), "repression", measure="registered", net=True)
    for form in FORMS:
        assert "counting deaths (registered, net)" in _words(result.render(form))


def _cells(compared: ComparisonReport | TotalReport) -> list[str]:
    """Return the cells of the columns that hold our own figures."""
    lines = compared.render("markdown").splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("|")]
    head = [cell.strip() for cell in rows[0]]
    kept = [index for index, title in enumerate(head) if "interval" in title or title in ("Median", "Share of mean")]
    return [row[index].strip() for row in rows[2:] for index in kept]


def _significant(figure: str) -> int:
    """Count significant digits: a whole number's trailing zeros do not count, those after a decimal point do."""
    digits = figure.replace(",", "").lstrip("0.")
    if "." in figure:
        return len(digits.replace(".", "").lstrip("0"))
    return len(digits.rstrip("0"))


@pytest.mark.slow
@pytest.mark.parametrize("years", [None, (1928, 1953)])
def test_no_figure_of_ours_has_more_than_four_significant_digits(years: tuple[int, int] | None) -> None:
    """In comparisons and totals of the Soviet case no printed figure of ours reads like 61,911,000."""
    results: list[ComparisonReport | TotalReport] = [ussr_comparison(years, 100_000)]
    results += [mm.total(ussr_draws(100_000), name, years=years) for name in NAMES]
    checked = 0
    for result in results:
        for cell in _cells(result):
            for figure in re.findall(r"\d[\d,.]*\d|\d", cell):
                assert _significant(figure) <= 4, cell
                checked += 1
        notes = result.render("text")
        assert not re.search(r"\d{1,3},\d{3},\d{3}", notes), "a figure above a million is not in millions"
    assert checked > 500


def test_the_check_of_digits_would_catch_false_precision() -> None:
    """The count of digits distinguishes 61,911,000 and 3.376 million from 62 million and 3.38 million."""
    assert _significant("61,911,000") == 5
    assert _significant("3.376") == 4
    assert _significant("0.50") == 2
    assert _significant("62") == _significant("760,000") == 2


@pytest.mark.slow
def test_the_shortest_interval_is_no_finer_than_its_own_error() -> None:
    """The ends of a shortest interval are less sure than quantiles, and printed no finer than twice their error."""
    result = mm.total(ussr_draws(100_000), "demographic")
    shortest = result.summary.interval(0.95, "highest-density")
    match = re.search(
        r"Shortest interval that holds 95 %: ([\d.]+)\N{EN DASH}([\d.]+) million", result.render("text", full=True)
    )
    assert match is not None
    unit = 10.0 ** (6 - len(match[1].partition(".")[2]))
    assert unit >= 2 * max(shortest.low_error, shortest.high_error)
    assert abs(float(match[1]) * 1e6 - shortest.low) <= unit / 2


def test_few_draws_admit_that_they_are_few() -> None:
    """A result of a hundred draws says that its Monte Carlo error is not known, one of two thousand how large it is."""
    few = ussr_draws(100)
    assert "do not tell the Monte Carlo error" in _words(str(mm.total(few, "broad")))
    assert "less surely than the last digit" in _words(str(mm.compare(few)))
    assert "Monte Carlo error of the interval's ends at most" in _words(str(ussr_total("broad")))


def test_published_totals_are_printed_with_the_digits_of_their_authors() -> None:
    """A cited total keeps the digits of its source and the basis on which it rests; it is none of ours."""
    text = _words(ussr_comparison().published(full=True))
    assert "61,911,000" in text
    assert "Published figures are not inputs of the totals beside which they stand." in text
    cited = json.loads(ussr_comparison().to_json())["definitions"][-1]["cited"]
    assert 61_911_000 in [one["best"] for one in cited]
