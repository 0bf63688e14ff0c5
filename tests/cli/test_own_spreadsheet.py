"""From a spreadsheet with columns of its own to a total, a figure and a fit: the steps of docs/own-case.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mcmort as mm
from mcmort.catalogue.reading.bibliography import read_sources
from mcmort.catalogue.reading.sheet_works import Works
from tests.cli.ran import ROOT, Run, runner

HEADER = (
    "id,category,counted,territory,start_year,end_year,low,best,high,unit,reads,basis,role,lineage,author,year,title,"
    "publication,locator,seen_level"
)
ROWS = (
    'N1,"excess, famine years",Excess deaths,Northland,1975,1979,1200000,1900000,2800000,deaths,95%,demographic,'
    'claim on a total,lee,"Lee, Min",2015,The Boundaries,Studies 69(2),p. 201,C',
    "N2,violent deaths,Deaths by violence,Northland,1975,1979,,300000,,deaths,point,demographic,"
    'estimate of a component,lee,"Lee, Min; Koe, Ann",1998,Between One and Three,Papers,p. 4,C',
    "N3,violent deaths,Executions,Northland,1975,1978,200000,,400000,deaths,range,survey,"
    "estimate of a component,stone,Census Office,1990,Returns & Tables,Office,table 2,B",
    "N4,groups,1975 population,Northland,1975,1975,,4500000,,persons,point,synthesis,"
    'quantity: population,koe,"Koe, Ann",1996,The Regime,Press,p. 458,D',
)
WORDS = (
    *("--map", "category=label", "--map", "counted=estimate_counts", "--ignore", "seen_level"),
    *("-o", "my-case/evidence.toml", "--force"),
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return the runner of commands, standing in a folder with the spreadsheet."""
    monkeypatch.chdir(tmp_path)
    Path("sheet.csv").write_text("\n".join((HEADER, *ROWS)) + "\n", encoding="utf-8")
    return runner(capsys)


@pytest.mark.slow
def test_spreadsheet_of_ones_own_becomes_a_case_with_a_total_and_a_figure(run: Run) -> None:
    """A case of one's own took 40 to 60 minutes; the written steps need no edit but the texts of the template."""
    assert run("new", "my-case", "--minimal").code == 0
    assert run("check", "my-case").code == 0
    ran = run("import", "sheet.csv", *WORDS)
    assert (ran.code, ran.out) == (0, "my-case/evidence.toml\n")
    for said in ("role as table", "seen_level", 'kind = "deaths"', "4 works added"):
        assert said in ran.err
    assert run("check", "my-case").code == 0
    case = mm.load("my-case")
    assert sorted(case.components) == ["violent-deaths"]
    assert case.components["violent-deaths"].years == (1975, 1979)
    assert [estimate.source for estimate in case.components["violent-deaths"].estimate] == [
        "lee-1998",
        "census-office-1990",
    ]
    assert case.quantities["population_1975"].unit == "persons"
    assert case.claims["n1"].definition == "all"
    assert case.claims["n1"].author == "Lee 2015"
    assert run("total", "my-case", "--definition", "all").code == 0
    assert run("plot", "my-case", "--output", "figure.png").code == 0
    assert Path("figure.png").stat().st_size > 0


def test_works_are_added_once_with_their_authors(run: Run) -> None:
    """Entries are made of author, year and title; a second import finds them, and persons and institutions are kept."""
    run("new", "my-case", "--minimal")
    run("import", "sheet.csv", *WORDS)
    first = Path("my-case/sources.bib").read_text(encoding="utf-8")
    assert run("import", "sheet.csv", *WORDS).code == 0
    assert Path("my-case/sources.bib").read_text(encoding="utf-8") == first
    sources = read_sources(Path("my-case/sources.bib"), "sources.bib").sources
    assert sources["lee-1998"].author == "Lee, Min and Koe, Ann"
    assert (sources["census-office-1990"].author, sources["census-office-1990"].title) == (
        "Census Office",
        "Returns & Tables",
    )


def test_strict_check_names_the_texts_of_the_template(run: Run) -> None:
    """What `mcmort new` wrote to be replaced is remarked until it is."""
    run("new", "my-case", "--minimal")
    ran = run("check", "my-case", "--strict")
    assert ran.code == 1
    assert "case.toml: title: found 'TEMPLATE" in ran.err
    assert "sources.bib: template-1990 > title: found 'TEMPLATE" in ran.err
    for path in Path("my-case").iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("TEMPLATE: ", ""), encoding="utf-8")
    assert run("check", "my-case", "--strict").code == 0


def test_output_that_exists_is_kept_without_force(run: Run) -> None:
    """An import over an edited file erased the edits."""
    run("new", "my-case", "--minimal")
    before = Path("my-case/evidence.toml").read_bytes()
    assert run("import", "sheet.csv", *WORDS[:-1]).code == 1
    assert Path("my-case/evidence.toml").read_bytes() == before


def test_works_without_a_place_to_go_are_refused(run: Run) -> None:
    """On stdout there is no bibliography to which works could be added."""
    Path("sheet.csv").write_text("\n".join((HEADER, *ROWS[1:3])) + "\n", encoding="utf-8")
    ran = run("import", "sheet.csv", *WORDS[:6])
    assert ran.code == 2
    assert "--output" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--map", "central"), "expected NAME=COLUMN"),
        (("--map", "central=bets"), "did you mean 'best'?"),
    ],
)
def test_map_that_names_no_column_is_wrong_use(run: Run, words: tuple[str, ...], said: str) -> None:
    """An option that cannot be meant is refused with what is expected."""
    ran = run("import", "sheet.csv", *words)
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize("name", ["Central estimate", "point estimate", "Median", "MID"])
def test_columns_are_known_by_what_people_call_them(run: Run, name: str) -> None:
    """Usual names of the columns need no option."""
    Path("a.csv").write_text(
        f"component,label,years,country,counts,facet:kind,source,page,min,{name},max,basis\n"
        "x,X,1930,N,Deaths,deaths,lee-1995,p. 2,1,2,3,survey\n",
        encoding="utf-8",
    )
    ran = run("import", "a.csv")
    assert ran.code == 0
    assert "best = 2" in ran.out


@pytest.mark.slow
def test_case_of_the_steps_is_fitted(run: Run) -> None:
    """The Bayesian engine takes the case as the guide leaves it."""
    run("new", "my-case", "--minimal")
    run("import", "sheet.csv", *WORDS)
    assert run("fit", "my-case").code == 0


def test_guide_has_the_steps_that_are_tested() -> None:
    """docs/own-case.md runs the commands above, with the same options."""
    guide = (ROOT / "docs" / "own-case.md").read_text(encoding="utf-8")
    commands = re.findall(r"^mcmort (\w+)", guide, re.M)
    assert commands[:3] == ["new", "import", "check"]
    for word in ("--minimal", "--map category=label", "--map counted=estimate_counts", "--ignore seen_level"):
        assert word in guide


def test_many_works_of_one_author_and_year_have_keys_of_their_own() -> None:
    """After b to z the keys go on with numbers."""
    works = Works()
    keys = [works.key_of({"author": "Lee, Min", "year": "1990", "title": f"Title {number}"}) for number in range(40)]
    assert len({*keys}) == 40
    assert keys[:2] == ["lee-1990", "lee-1990b"]
