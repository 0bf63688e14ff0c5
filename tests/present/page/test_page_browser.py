"""The page in a real browser: what it asks for, shows, computes and says, without a network."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mcmort.definitions import DefinitionChanges, definition_of
from mcmort.present.page.page import default_definition
from mcmort.present.pieces_text import headline_with_pieces
from mcmort.present.wording import interval_text
from mcmort.totals import resolve, total_of
from tests.cases import case_of, component, definition, point, ranged
from tests.present.page.browser import Opened, launched, opened
from tests.present.page.pages import (
    data_of,
    largest_gap,
    page_of,
    random_asks,
    shipped_variant,
    shipped_variants,
    variant_of,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\">\N{LINE SEPARATOR}&amp;"


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Lend one browser to all tests."""
    with launched() as running:
        yield running


@pytest.fixture(scope="module")
def ussr_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of the Soviet case."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page_of(*shipped_variants("ussr")), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of two components, one of them with a hostile label, and a component without evidence."""
    case = case_of(
        component("known", ranged(9_000, 12_000), label=HOSTILE, facets={"category": "a"}),
        component("other", ranged(800, 1_500), facets={"category": "b"}),
        component("unseen", unknown={"all": HOSTILE}, facets={"category": "b"}),
        definitions={
            "kept": definition(label="Of one kind", include=[{"category": "a"}]),
            "whole": definition(label=HOSTILE),
        },
    )  # fmt: skip
    path = tmp_path_factory.mktemp("small") / "report.html"
    path.write_text(page_of(variant_of(case)), encoding="utf-8")
    return path


@pytest.fixture
def ussr(browser: object, ussr_page: Path) -> Iterator[Opened]:
    """Lend the page of the Soviet case in a window of its own; it must ask for nothing and complain of nothing."""
    with opened(browser, ussr_page) as found:  # type: ignore[arg-type]
        yield found
        assert found.requests == [ussr_page.resolve().as_uri()]
        assert found.complaints == []


def test_page_of_the_largest_case_stays_below_a_megabyte(ussr_page: Path) -> None:
    """The page of the Soviet case can be sent by mail: at most 1,000,000 bytes."""
    assert ussr_page.stat().st_size <= 1_000_000


def test_each_preset_prints_the_headline_of_python(ussr: Opened) -> None:
    """Choosing a named definition shows the stored sentence of the full run, at each level of interval."""
    for row in shipped_variant("ussr").comparison.rows:
        ussr.page.check(f'input[name=definition][value="{row.total.definition.id}"]')
        for level in (0.5, 0.95):
            ussr.page.select_option("#level", str(level))
            assert ussr.text("#headline") == headline_with_pieces(row.total, row.summary, level, row.pieces)
            total = interval_text(row.total, row.summary, level)
            assert ussr.text("#components .sum td:nth-child(4)") == total
            assert f": {total} (" in ussr.text("#chart-title")


def test_live_totals_are_those_of_numpy_on_random_selections(ussr: Opened, seed: int) -> None:
    """Limits and medians of 40 selections, with years, measures, gross and net, lie within 1e-4 of those in NumPy."""
    asks, expected = random_asks(shipped_variant("ussr"), 40, seed)
    found = np.array([ussr.compute(**ask) for ask in asks])
    assert largest_gap(asks, found, expected) < 1e-4


def test_empty_selection_has_no_total_instead_of_zero(ussr: Opened) -> None:
    """With nothing selected the page says that there is no total, and nowhere that it is zero."""
    assert ussr.compute(selected=[]) is None
    assert "no total to report" in ussr.text("#headline")
    assert ussr.text("#components .sum td:nth-child(4)") == "no total"
    assert "no total" in ussr.text("#chart-title")


def test_space_on_a_focused_box_changes_the_total_and_is_said_aloud(ussr: Opened) -> None:
    """A component is left out with the keyboard alone, the basis changes, and the live region follows once."""
    before = ussr.text("#headline")
    ussr.page.focus("#on-famine-ukraine")
    ussr.page.keyboard.press("Space")
    assert ussr.text("#headline") != before
    assert "thinned draws" in ussr.text("#basis")
    assert ussr.text("#live") != ussr.text("#headline")
    ussr.page.wait_for_timeout(600)
    assert ussr.text("#live") == ussr.text("#headline")
    ussr.page.keyboard.press("Space")
    assert ussr.text("#headline") == before


def test_link_brings_back_the_selection_and_refuses_other_data(ussr: Opened, browser: object, ussr_page: Path) -> None:
    """The address after a change opens the same state elsewhere; with the digest of other data it is refused."""
    ussr.page.uncheck("#on-famine-ukraine")
    ussr.page.select_option("#level", "0.5")
    ussr.page.wait_for_timeout(600)
    fragment = "#" + ussr.page.url.partition("#")[2]
    with opened(browser, ussr_page, fragment) as again:  # type: ignore[arg-type]
        assert again.text("#headline") == ussr.text("#headline")
        assert not again.page.is_checked("#on-famine-ukraine")
        assert again.page.is_hidden("#link-problem")
    digest = data_of(ussr_page.read_text(encoding="utf-8"))["digest"]
    with opened(browser, ussr_page, fragment.replace(digest, "0" * 12)) as other:  # type: ignore[arg-type]
        assert other.page.is_visible("#link-problem")
        assert other.page.is_checked("#on-famine-ukraine")


def test_each_standard_of_evidence_prints_its_stored_figures(ussr: Opened) -> None:
    """A named definition under another standard shows the sentence of Python for that evidence, and says which."""
    variants = shipped_variants("ussr")
    assert ussr.page.locator("#variant option").count() == len(variants) > 2
    for variant in variants[1:]:
        ussr.page.select_option("#variant", f"elicited-{variant.standard.id}")
        for row in variant.comparison.rows:
            ussr.page.check(f'input[name=definition][value="{row.total.definition.id}"]')
            sentence = headline_with_pieces(row.total, row.summary, 0.95, row.pieces)
            assert ussr.text("#headline") == f"{sentence} Evidence: {variant.standard.label}."
        assert "another standard of evidence" in ussr.text("#basis")


def test_single_year_under_another_standard_is_in_the_link_and_agrees_with_numpy(
    ussr: Opened, browser: object, ussr_page: Path
) -> None:
    """1933 alone from counts: the headline names both, the interval is that of NumPy, and the link brings both back."""
    variant = next(one for one in shipped_variants("ussr") if one.standard.id == "counts")
    ussr.page.check('input[name=definition][value="broad"]')
    ussr.page.select_option("#variant", "elicited-counts")
    ussr.page.select_option("#span", "1933:1933")
    headline = ussr.text("#headline")
    assert ", 1933, registered or not." in headline
    assert headline.endswith("Evidence: registers, counts and surveys, no syntheses or testimony.")
    found = ussr.page.evaluate("window.mcmort.current().one.intervals[0.95]")
    draws = variant.model.draws
    changed = definition_of(draws.case, "broad", DefinitionChanges(years=(1933, 1933)))
    expected = np.quantile(total_of(draws, resolve(draws.case, changed)).values, (0.025, 0.975))
    assert np.abs(np.array(found) / expected - 1.0).max() < 1e-4
    ussr.page.wait_for_timeout(600)
    fragment = "#" + ussr.page.url.partition("#")[2]
    with opened(browser, ussr_page, fragment) as again:  # type: ignore[arg-type]
        assert again.text("#headline") == headline


def test_pin_shows_a_bridge_whose_steps_add_up(ussr: Opened) -> None:
    """After pinning, the steps by component add up to the difference of the means, which is that of the draws."""
    ussr.page.click("#pin")
    ussr.page.uncheck("#on-famine-ukraine")
    ussr.page.uncheck("#on-camps")
    steps = ussr.page.evaluate("""() => {
        const {state, current} = window.mcmort;
        const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;
        const before = [...state.pinned.means.values()].reduce((sum, one) => sum + one, 0);
        return [before, mean(current().total)]; }""")
    assert steps[0] > steps[1] > 0.0
    assert "Famine of 1932-34 in Ukraine" in ussr.text("#bridge-table")
    assert ussr.page.is_visible("#bridge")
    ussr.page.click("#unpin")
    assert ussr.page.is_hidden("#bridge")


def test_probability_of_more_than_a_number_is_that_of_the_draws(ussr: Opened) -> None:
    """The printed chance is the share of the page's draws above the number; nonsense is answered with a hint."""
    variant = shipped_variant("ussr")
    name = default_definition(variant.comparison.rows)
    draws = variant.model.draws
    values = total_of(draws, resolve(draws.case, draws.case.definitions[name])).values
    limit = float(np.quantile(values, 0.3))
    ussr.page.fill("#threshold", f"{limit / 1e6:.4f} million")
    printed = re.search(r"about (\d+)", ussr.text("#probability"))
    assert printed is not None
    assert abs(int(printed[1]) - 70) <= 1
    ussr.page.fill("#threshold", "many")
    assert "Write a number" in ussr.text("#probability")


def test_csv_of_a_selection_has_every_component_and_the_total(ussr: Opened) -> None:
    """The file that the page hands out has a line for each component and one for the total, with raw numbers."""
    with ussr.page.expect_download() as handed:
        ussr.page.click("#csv")
    lines = Path(handed.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2 + len(shipped_variant("ussr").model.draws.case.components)
    assert lines[-1].startswith("total,")
    ussr.requests[:] = [one for one in ussr.requests if not one.startswith("blob:")]  # the file itself, from memory


def test_page_without_javascript_shows_the_default_and_no_dead_controls(browser: object, ussr_page: Path) -> None:
    """Headline, figure and table stand in the page itself; nothing that cannot work is seen."""
    row = next(
        row
        for row in shipped_variant("ussr").comparison.rows
        if row.total.definition.id == default_definition(shipped_variant("ussr").comparison.rows)
    )
    with opened(browser, ussr_page, script=False) as found:  # type: ignore[arg-type]
        assert found.text("#headline") == headline_with_pieces(row.total, row.summary, 0.95, row.pieces)
        assert found.page.is_visible("figure.no-script svg")
        assert found.page.locator("input:visible, select:visible, button:visible").count() == 0
        assert found.page.locator("#components tbody tr").count() == len(row.total.case.components)
        assert found.requests == [ussr_page.resolve().as_uri()]


@pytest.mark.parametrize("width", [390, 1280])
def test_page_does_not_scroll_sideways(browser: object, ussr_page: Path, width: int) -> None:
    """On a telephone as on a desk, the page is as wide as its window."""
    with opened(browser, ussr_page, width=width) as found:  # type: ignore[arg-type]
        found.page.click("#pin")
        found.page.select_option("#variant", "elicited-counts")
        found.page.uncheck("#on-famine-ukraine")
        assert found.page.is_visible("#bridge-table")
        assert found.page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_labels_stay_text(browser: object, small_page: Path) -> None:
    """A label that would end the program, or load a picture, is read as the text that it is."""
    with opened(browser, small_page) as found:  # type: ignore[arg-type]
        found.page.check('input[name=definition][value="whole"]')
        found.page.click("#pin")
        found.page.uncheck("#on-other")
        assert "onerror" in found.text("#components")
        assert found.page.locator("img").count() == 0
        assert "broken" not in found.page.title()
        assert found.requests == [small_page.resolve().as_uri()]
        assert found.complaints == []


def test_case_without_registers_or_ordinary_mortality_hides_their_controls(browser: object, small_page: Path) -> None:
    """What a case has no evidence for is no choice, and what is asked for but unknown is said not to be zero."""
    with opened(browser, small_page) as found:  # type: ignore[arg-type]
        found.page.check('input[name=definition][value="whole"]')
        assert found.page.is_hidden("#measure-field")
        assert found.page.is_hidden("#net-field")
        assert found.page.is_hidden("#variant-field")
        assert "not zero" in found.text("#unknown")
        assert "at least" in found.text("#headline")


@pytest.mark.parametrize("width", [390, 1280])
def test_page_has_no_finding_of_axe(browser: object, ussr_page: Path, width: int) -> None:
    """The accessibility checks of axe-core, where MCMORT_AXE names its file, find nothing with a result pinned."""
    axe = os.environ.get("MCMORT_AXE")
    if axe is None:
        pytest.skip("no axe-core; name its axe.min.js with MCMORT_AXE")
    with opened(browser, ussr_page, width=width) as found:  # type: ignore[arg-type]
        found.page.click("#pin")
        found.page.uncheck("#on-famine-ukraine")
        found.page.evaluate(Path(axe).read_text(encoding="utf-8"))
        violations = found.page.evaluate("axe.run().then((result) => result.violations)")
        assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []


def test_page_prints(ussr: Opened) -> None:
    """The page can be printed to PDF, with its controls left out."""
    assert ussr.page.pdf(format="A4").startswith(b"%PDF")
    ussr.page.emulate_media(media="print")
    assert ussr.page.is_hidden("#pin")
    assert ussr.page.is_visible("#components")


def test_time_of_a_toggle_is_told(ussr: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    """A toggle changes the total; how long it takes is printed, since the machine is shared."""
    start = time.perf_counter()
    times = ussr.page.evaluate("""() => {
        const all = [...document.querySelectorAll('#components input[id]')], times = [];
        const boxes = all.filter((box) => !box.disabled);
        for (let turn = 0; turn < 60; turn += 1) {
            const from = performance.now(); boxes[turn % boxes.length].click(); document.body.offsetHeight;
            times.push(performance.now() - from); }
        return times.sort((a, b) => a - b); }""")
    with capsys.disabled():
        print(f"\ntoggle: median {times[30]:.1f} ms, 95 % below {times[56]:.1f} ms")  # noqa: T201
    assert len(times) == 60
    assert time.perf_counter() - start < 60.0


def test_registered_minimum_is_marked(browser: object, tmp_path: Path) -> None:
    """A component that only a register speaks of makes the total a minimum, in the page as in Python."""
    register = point(5_000, measure="registered", basis="registered", source="study-b")
    case = case_of(
        component("known", register), component("other", ranged(800, 1_500)), definitions={"whole": definition()}
    )
    variant, path = variant_of(case), tmp_path / "report.html"
    path.write_text(page_of(variant), encoding="utf-8")
    with opened(browser, path) as found:  # type: ignore[arg-type]
        assert found.text("#headline").startswith(f"{case.head.title}: at least")
        found.page.uncheck("#on-known")
        assert "at least" not in found.text("#headline")
