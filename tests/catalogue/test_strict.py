"""Strict checks: what a sound case may have and a finished one should not, each with its cure."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given

import mcmort as mm
from mcmort.catalogue.selection import selected_years
from mcmort.elicit import elicit
from mcmort.elicit.check_case import check_known
from mcmort.sampler import simulate
from tests.cases import Tables, case_of, definition, random_tables
from tests.cli.ran import GOOD, runner

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Defect:
    """A defect made from the minimal case: text to put in place of other text, by file, and what it should give.

    The empty text to be replaced stands for the end of the file. `cure` are changes that make it clean again.
    """

    name: str
    changes: tuple[tuple[str, str, str], ...]
    problems: tuple[str, ...]
    cure: tuple[tuple[str, str, str], ...] = ()


ESTIMATE = '\n[[component.estimate]]\nsource = "smith-1990"\nlocator = "p. 30"\nbasis = "demographic"\n'
FAMINE = (
    '\n[[component]]\nid = "famine"\nlabel = "Famine"\nyears = [1932, 1933]\nterritory = "Nowhere"\n'
    'counts = "Deaths by hunger."\nfacets = { category = "famine", kind = "deaths" }\n'
)
RANGE = "low = 1_000\nhigh = 3_000\n"
POINT = 'id = "again"\nbest = 150_000\n'
RUNNING = (
    '\n[[component.estimate]]\nsource = "smith-1990"\nlocator = "p. 30"\nbasis = "registered"\n'
    f'kind = "running-count"\n{POINT}'
)
OVERLAP = (
    '\n[[overlap]]\nid = "both"\nof = "camps"\nwithin = "famine"\nlow = 0.1\nhigh = 0.3\n'
    'source = "smith-1990"\nlocator = "p. 40"\n'
)
CLAIM = (
    '\n[[claim]]\nid = "total"\nauthor = "Smith 1990"\nsource = "smith-1990"\nlocator = "p. 1"\nbest = 100_000\n'
    'basis = "synthesis"\ncounts = "All deaths."\ndefinition = "broad"\n'
)
PROFILE = (
    '\n[[profile]]\nid = "by-year"\nlabel = "By year"\nunit = "deaths"\nsource = "smith-1990"\nlocator = "table 2"\n'
    "values = { 1930 = 1, 1931 = 2 }\n"
)
QUANTITY = '\n[[quantity]]\nid = "people"\nlabel = "People"\nunit = "persons"\nyears = 1932\nterritory = "Nowhere"\n'
OF_CAMPS = "facets = { category = "
REGISTERED = (
    '\n[archival]\nlabel = "Registered"\nquestion = "How many were registered?"\nadds = "Registers."\n'
    'leaves_out = "The rest."\ninclude = [{ kind = "deaths" }]\nmeasure = "registered"\n'
)
SHARE = (
    'include = [{ kind = "deaths" }]\n'
    'share = [{ where = { category = "camps" }, best = 0.5, source = "smith-1990", locator = "p. 2", '
    'via = "a review" }]'
)
VIA = "nothing, though it was read second-hand"
SECOND_HAND = (
    f"found {VIA}; expected how close the text that was read is to the study: high, medium or low. "
    "Hint: a figure quoted by the author of the study is high, one in the press or on a forum low"
)
ADDRESS = "found an address of the web; expected words. Hint: name the page or book; addresses belong in sources.bib"
UNKNOWN = "Hint: unknown is not zero"

DEFECTS = (
    Defect(
        "work that nothing cites",
        (("sources.bib", "", "@book{jones-1995, author = {Jones, Tom}, title = {The Famine}, year = {1995}}\n"),),
        (
            "sources.bib: jones-1995: found a work that nothing in the case cites; expected works that are cited. "
            "Hint: take it out, or cite it",
        ),
        (("camps.toml", "", ESTIMATE.replace("smith-1990", "jones-1995") + POINT),),
    ),
    Defect(
        "assumption without its reason",
        (("sources.bib", "A fifth either way.", "Ours."),),
        (
            "sources.bib: assumption-spread > note: found an assumption without its reason; expected the reason, in "
            "note. Hint: say what it rests on, and what speaks for another choice",
        ),
    ),
    Defect(
        "book without year",
        (("sources.bib", "  year = {1990},\n", ""),),
        (
            "sources.bib: smith-1990 > year: found nothing; expected the year of the work. "
            "Hint: give the year, or say in note why there is none",
        ),
        (("sources.bib", "title = {The Camps},", "title = {The Camps}, note = {The book prints no year.},"),),
    ),
    Defect(
        "work that cannot be found",
        (
            ("sources.bib", "", "@misc{leaflet, year = {1931}}\n"),
            ("camps.toml", "", ESTIMATE.replace("smith-1990", "leaflet") + POINT),
        ),
        (
            "sources.bib: leaflet: found neither author nor title; expected a work that a reader can find. "
            "Hint: add them",
        ),
        (("sources.bib", "{leaflet,", "{leaflet, title = {To the Miners of the North},"),),
    ),
    Defect(
        "address in the note of an estimate",
        (("camps.toml", "", 'note = "see https://example.org/page"\n'),),
        (f'camps.toml: component "camps" > estimate "smith-1990" > note: {ADDRESS}',),
        (("camps.toml", "see https://example.org/page", "see the page of the museum"),),
    ),
    Defect(
        "addresses in a profile, a claim and the summary",
        (
            ("camps.toml", OF_CAMPS, f'note = "from example.ru, copied"\n{OF_CAMPS}'),
            ("links.toml", "", PROFILE + 'note = "HTTP://example.org"\n' + CLAIM + 'note = "https://example.org"\n'),
            ("case.toml", "one definition.", "one definition (www.example.org)."),
        ),
        (
            f'camps.toml: component "camps" > note: {ADDRESS}',
            f"case.toml: summary: {ADDRESS}",
            f'links.toml: claim "total" > note: {ADDRESS}',
            f'links.toml: profile "by-year" > note: {ADDRESS}',
        ),
    ),
    Defect(
        "second-hand figure without confidence",
        (("camps.toml", "", 'via = "quoted in a review"\n'),),
        (f'camps.toml: component "camps" > estimate "smith-1990" > confidence: {SECOND_HAND}',),
        (("camps.toml", "", 'confidence = "low"\n'),),
    ),
    Defect(
        "second-hand shares, series and totals without confidence",
        (
            ("camps.toml", OF_CAMPS, 'ordinary = { low = 0.1, high = 0.2, source = "smith-1990", locator = "p. 5", '
             f'via = "a review" }}\n{OF_CAMPS}'),
            ("links.toml", "", PROFILE + 'via = "a review"\n' + CLAIM + 'via = "a review"\n'),
            ("definitions.toml", 'include = [{ kind = "deaths" }]', SHARE),
        ),
        (
            f'camps.toml: component "camps" > ordinary > confidence: {SECOND_HAND}',
            f'definitions.toml: [broad] > share[0] > confidence: {SECOND_HAND}',
            f'links.toml: claim "total" > confidence: {SECOND_HAND}',
            f'links.toml: profile "by-year" > confidence: {SECOND_HAND}',
        ),
    ),
    Defect(
        "cross-check without a reason",
        (("camps.toml", "", ESTIMATE + POINT + 'use = "cross-check"\n'),),
        (
            'camps.toml: component "camps" > estimate "again" > note: found a cross-check without a reason; expected '
            "why it is not pooled. Hint: a part, another scope, an older figure: say which",
        ),
        (("camps.toml", "", 'note = "The northern camps only."\n'),),
    ),
    Defect(
        "maximum as best estimate",
        (("camps.toml", "", ESTIMATE + POINT + 'counts = "The maximum of the author\'s range"\n'),),
        (
            "camps.toml: component \"camps\" > estimate \"again\" > best: found a figure that counts 'maximum'; "
            "expected a best estimate. Hint: use reads = 'at-most', or use = 'cross-check' with the reason",
        ),
        (("camps.toml", "best = 150_000", 'high = 150_000\nreads = "at-most"'),),
    ),
    Defect(
        "running count as best estimate",
        (("camps.toml", "", RUNNING),),
        (
            'camps.toml: component "camps" > estimate "again" > best: found a running count as a best estimate; '
            "expected a floor, while the dead are still being found. Hint: write low and reads = 'at-least', or say in "
            "note that its author meant the whole toll",
        ),
        (("camps.toml", "", 'note = "The last count; nobody was missing any more."\n'),),
    ),
    Defect(
        "no more than, as best estimate",
        (("camps.toml", "", ESTIMATE + POINT + 'counts = "No more than so many deaths"\n'),),
        (
            "camps.toml: component \"camps\" > estimate \"again\" > best: found a figure that counts 'No more than'; "
            "expected a best estimate. Hint: use reads = 'at-most', or use = 'cross-check' with the reason",
        ),
        (("camps.toml", "", 'use = "cross-check"\nnote = "A maximum."\n'),),
    ),
    Defect(
        "minimum as best estimate",
        (("camps.toml", "", ESTIMATE + POINT + 'counts = "At least so many deaths"\n'),),
        (
            "camps.toml: component \"camps\" > estimate \"again\" > best: found a figure that counts 'At least'; "
            "expected a best estimate. Hint: use reads = 'at-least', or use = 'cross-check' with the reason",
        ),
        (("camps.toml", "best = 150_000", 'low = 150_000\nreads = "at-least"'),),
    ),
    Defect(
        "copy under another lineage",
        (("camps.toml", "", ESTIMATE + 'id = "copy"\nlow = 100_000\nhigh = 200_000\nlineage = "other"\n'),),
        (
            "camps.toml: component \"camps\" > estimate \"smith-1990\" > lineage: found the figure of 'copy' under "
            "another lineage ('other', 'smith-1990'); expected figures that are independent. Hint: give both one "
            "lineage, or say in a note how each was reached on its own",
        ),
        (("camps.toml", 'lineage = "other"', 'lineage = "smith-1990"'),),
    ),
    Defect(
        "component without evidence",
        (("famine.toml", "", FAMINE),),
        (
            'famine.toml: component "famine": found no admissible all evidence, though broad counts it; expected '
            f"evidence, or the reason under unknown = {{ all = '...' }}. {UNKNOWN}",
        ),
        (("famine.toml", "", 'unknown = { all = "nobody has counted them" }\n'),),
    ),
    Defect(
        "component with a bound alone",
        (("famine.toml", "", FAMINE + ESTIMATE + 'low = 500\nreads = "at-least"\n'),),
        (
            'famine.toml: component "famine": found no admissible all evidence, though broad counts it; expected '
            f"evidence, or the reason under unknown = {{ all = '...' }}. {UNKNOWN}",
        ),
        (("famine.toml", OF_CAMPS, f'unknown = {{ all = "only a lower bound is in print" }}\n{OF_CAMPS}'),),
    ),
    Defect(
        "component without registered evidence",
        (("definitions.toml", "", REGISTERED),),
        (
            'camps.toml: component "camps": found no admissible registered evidence, though archival counts it; '
            f"expected evidence, or the reason under unknown = {{ registered = '...' }}. {UNKNOWN}",
        ),
        (("camps.toml", OF_CAMPS, f'unknown = {{ registered = "no register is known" }}\n{OF_CAMPS}'),),
    ),
    Defect(
        "registered part through a completeness that nothing needs it for",
        (
            ("definitions.toml", "", REGISTERED),
            ("camps.toml", OF_CAMPS, 'completeness = { low = 0.5, high = 0.9, source = "smith-1990", locator = "p. 7" '
             f'}}\nunknown = {{ registered = "no register is known" }}\n{OF_CAMPS}'),
        ),
        (
            'camps.toml: component "camps" > unknown > registered: found a reason why it is unknown, though there is '
            "evidence; expected one or the other. Hint: take the reason out",
        ),
        (("camps.toml", 'unknown = { registered = "no register is known" }\n', ""),),
    ),
    Defect(
        "formula that rests on nothing",
        (("famine.toml", "", FAMINE + 'formula = "0.1 * people"\n' + QUANTITY),),
        (
            'famine.toml: component "famine": found no admissible all evidence, though broad counts it; expected '
            f"evidence, or the reason under unknown = {{ all = '...' }}. {UNKNOWN}",
        ),
        (("famine.toml", "", ESTIMATE.replace("component", "quantity") + RANGE),),
    ),
    Defect(
        "estimate whose formula rests on nothing",
        (("famine.toml", "", FAMINE + ESTIMATE + 'formula = "0.1 * people"\n' + QUANTITY),),
        (
            'famine.toml: component "famine": found no admissible all evidence, though broad counts it; expected '
            f"evidence, or the reason under unknown = {{ all = '...' }}. {UNKNOWN}",
        ),
        (("famine.toml", "", ESTIMATE.replace("component", "quantity") + RANGE),),
    ),
    Defect(
        "unknown although there is evidence",
        (("camps.toml", OF_CAMPS, f'unknown = {{ all = "nobody has counted them" }}\n{OF_CAMPS}'),),
        (
            'camps.toml: component "camps" > unknown > all: found a reason why it is unknown, though there is '
            "evidence; expected one or the other. Hint: take the reason out",
        ),
    ),
    Defect(
        "net definition without ordinary mortality",
        (("definitions.toml", 'measure = "all"', 'measure = "all"\nnet = true'),),
        (
            'camps.toml: component "camps" > ordinary: found no ordinary mortality, though broad is net of it; '
            "expected a share, or already_net = true. Hint: violent deaths and excess deaths are net already",
        ),
        (("camps.toml", OF_CAMPS, f"already_net = true\n{OF_CAMPS}"),),
    ),
    Defect(
        "overlap of different units",
        (
            ("famine.toml", "", FAMINE + 'unit = "births"\n' + ESTIMATE + RANGE),
            ("links.toml", "", OVERLAP),
        ),
        (
            'links.toml: overlap "both": found deaths within births; expected one unit on both sides. '
            "Hint: say in a note how the one is counted in the other",
        ),
        (("links.toml", "", 'note = "Deaths in the first year are births lost as well."\n'),),
    ),
)  # fmt: skip


def changed(folder: Path, changes: tuple[tuple[str, str, str], ...]) -> None:
    """Make changes to the files of a case."""
    for name, old, new in changes:
        path = folder / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in text, old
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")


def made(folder: Path, defect: Defect) -> Path:
    """Write the minimal case with a defect."""
    shutil.copytree(GOOD, folder / "case")
    changed(folder / "case", defect.changes)
    return folder / "case"


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name.replace(" ", "-"))
def test_a_defect_is_found_by_the_strict_check_alone(defect: Defect, tmp_path: Path) -> None:
    """A case that loads is clean without --strict, and with it has this problem, said in these words, and no other."""
    folder = made(tmp_path, defect)
    assert mm.check(folder) == ()
    assert tuple(str(problem) for problem in mm.check(folder, strict=True)) == defect.problems


@pytest.mark.parametrize(
    "defect", [one for one in DEFECTS if one.cure], ids=lambda defect: defect.name.replace(" ", "-")
)
def test_following_the_hint_removes_the_strict_problem(defect: Defect, tmp_path: Path) -> None:
    """Done as the hint says, the problem is gone and no other has come."""
    folder = made(tmp_path, defect)
    changed(folder, defect.cure)
    assert mm.check(folder, strict=True) == ()


def test_unchanged_case_has_no_strict_problem() -> None:
    """Negative control: without a change the minimal case has no strict problem."""
    assert len(DEFECTS) >= 20
    assert mm.check(GOOD, strict=True) == ()


def test_check_command_reports_all_strict_problems_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --strict the exit code is 0; with it 1, every problem on stderr with its file, and nothing on stdout."""
    by_name = {defect.name: defect for defect in DEFECTS}
    chosen = [by_name[name] for name in ("work that nothing cites", "assumption without its reason")]
    chosen += [by_name[name] for name in ("component without evidence", "net definition without ordinary mortality")]
    folder = made(tmp_path, chosen[0])
    for defect in chosen[1:]:
        changed(folder, defect.changes)
    run = runner(capsys)
    assert run("check", folder).code == 0
    ran = run("check", folder, "--strict")
    assert (ran.code, ran.out) == (1, "")
    head, *lines = ran.err.splitlines()
    assert head == f"mcmort: {folder}: 5 problems"  # the famine lacks ordinary mortality too
    for defect in chosen:
        assert f"  {defect.problems[0]}" in lines


def test_note_explains_equal_figures_of_two_lineages(tmp_path: Path) -> None:
    """A note at either of two equal figures says how it was reached, and is taken for the reason."""
    defect = next(one for one in DEFECTS if one.name == "copy under another lineage")
    folder = made(tmp_path, defect)
    changed(folder, (("camps.toml", "", 'note = "Counted anew in the archive."\n'),))
    assert mm.check(folder, strict=True) == ()


@pytest.mark.parametrize("name", sorted(mm.cases()))
def test_a_shipped_case_is_clean_under_the_strict_check(name: str) -> None:
    """No shipped case has anything that a finished one should not have."""
    assert mm.check(name, strict=True) == ()


@given(tables=random_tables(pools=False))
def test_strict_check_and_sampler_agree_on_what_is_unknown(tables: Tables) -> None:
    """What the strict check calls a gap is what the sampler cannot draw, on random cases."""
    tables["definitions"] = {"whole": definition(), "kept": definition(measure="registered")}
    case = case_of(*tables.pop("component"), **tables)
    said = {
        (problem.key, word)
        for problem in check_known(elicit(case))
        for word in ("all", "registered")
        if problem.found.startswith(f"no admissible {word} evidence")
    }
    statuses = simulate(case, 8, rng=1).statuses
    unknown = {
        (f'component "{name}"', scope.measure)
        for name, component in case.components.items()
        for scope in case.definitions.values()
        if scope.measure in statuses[name].unknown and selected_years(scope, component)
    }
    assert said == unknown
