"""Small cases for tests: built in memory from plain tables, or written as folders of TOML.

A table here is what TOML would hold. `case_of` checks it as the loader does. `random_tables` is the Hypothesis
strategy of whole cases; `Tables` is their common form.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from mcmort.catalogue.case import Case, CaseHead
from mcmort.catalogue.checks.meaning import check_meaning
from mcmort.catalogue.reading.case_builder import CaseBuilder
from mcmort.catalogue.reading.load import LISTS
from mcmort.catalogue.records import Definition, Source
from mcmort.errors import CaseError

__all__ = [
    "SOURCES",
    "case_of",
    "component",
    "count",
    "definition",
    "head",
    "point",
    "random_tables",
    "ranged",
    "share",
    "write_case",
]

type Table = dict[str, Any]
type Tables = dict[str, Any]
"""Lists of tables by kind (``component``, ``overlap`` ...), and ``definitions`` by name, and ``head``."""

SOURCES = ("choice", *(f"study-{letter}" for letter in "abcdefghij"))
"""Keys of the works that a built case may cite; ``choice`` is of kind assumption."""

_CITED = {"source": "study-a", "locator": "p. 1"}


def head(**changes: Any) -> Table:
    """Return the head of a case: facets ``category`` (a, b, c), ``group`` (x, y) and ``kind``, years 1900 to 1999."""
    chosen = {"source": "choice", "locator": "none"}
    table = {
        "format": 2,
        "id": "small",
        "title": "A small case",
        "summary": "Made for tests.",
        "years": [1900, 1999],
        "territory": "Nowhere",
        "evidence": ["registered", "registered-adjusted", "demographic", "survey", "synthesis"],
        "facets": {
            "category": {"a": "A", "b": "B", "c": "C"},
            "group": {"x": "X", "y": "Y"},
            "kind": {"deaths": "Deaths"},
        },
        "readings": {"range": 0.9, "plausible": 0.8, **chosen},
        "spread": {
            "registered": {"log_sd": 0.05, **chosen},
            "demographic": {"log_sd": 0.2, **chosen},
            "survey": {"log_sd": 0.3, **chosen},
            "assertion": {"log_sd": 0.5, **chosen},
        },
    }
    return {**table, **changes}


def count(**changes: Any) -> Table:
    """Return an estimate; by default all deaths, of demographic basis, from study-a."""
    return {"basis": "demographic", **_CITED, **changes}


def ranged(low: float, high: float, **changes: Any) -> Table:
    """Return an estimate with two ends."""
    return count(low=float(low), high=float(high), **changes)


def point(best: float, **changes: Any) -> Table:
    """Return an estimate without a range."""
    return count(best=float(best), **changes)


def share(low: float, high: float | None = None, **changes: Any) -> Table:
    """Return a share: a range, or a fixed one where `high` is not given."""
    ends = {"best": float(low)} if high is None else {"low": float(low), "high": float(high)}
    return {**ends, **_CITED, **changes}


def component(id_: str, *estimates: Table, **changes: Any) -> Table:
    """Return a component of category a, group x, in 1930 to 1939."""
    facets = {"category": "a", "group": "x", "kind": "deaths", **changes.pop("facets", {})}
    table = {"id": id_, "label": id_, "years": [1930, 1939], "territory": "Nowhere", "counts": "deaths"}
    return {**table, "facets": facets, "estimate": list(estimates), **changes}


def quantity(id_: str, *estimates: Table, **changes: Any) -> Table:
    """Return a quantity."""
    table = {"id": id_, "label": id_, "unit": "persons", "years": [1930, 1939], "territory": "Nowhere"}
    return {**table, "estimate": list(estimates), **changes}


def definition(**changes: Any) -> Table:
    """Return a definition; by default of all deaths, gross, under the measure all."""
    words = {"label": "L", "question": "Q?", "adds": "A.", "leaves_out": "B."}
    return {**words, "include": [{"kind": "deaths"}], "measure": "all", **changes}


def profile(id_: str, values: Mapping[int, float]) -> Table:
    """Return an annual series."""
    series = {str(year): float(value) for year, value in values.items()}
    return {"id": id_, "label": id_, "unit": "deaths", **_CITED, "values": series}


def overlap(id_: str, of: str, within: str, **changes: Any) -> Table:
    """Return an overlap; give it `best`, or `low` and `high`."""
    return {"id": id_, "of": of, "within": within, **_CITED, **changes}


def dependence(id_: str, members: Sequence[str], loading: float, **changes: Any) -> Table:
    """Return a group of inputs that err together."""
    return {"id": id_, "label": id_, **_CITED, "members": list(members), "loading": loading, **changes}


def case_of(*components: Table, **tables: Any) -> Case:
    """Build a checked case.

    Parameters
    ----------
    *components : dict
        Components.
    **tables
        Further lists by kind (``quantity``, ``profile``, ``overlap``, ``dependence``, ``claim``), ``head``, and
        ``definitions`` by name (by default ``whole``: all deaths).

    Returns
    -------
    Case

    Raises
    ------
    CaseError
        If the tables make no sense together.
    """
    builder = CaseBuilder("small")
    builder.head = CaseHead.model_validate(tables.get("head", head()))
    builder.sources = {key: Source(key=key, kind="assumption" if key == "choice" else "book") for key in SOURCES}
    for name, table in tables.get("definitions", {"whole": definition()}).items():
        builder.declare("definition", name, "definitions.toml", Definition.model_validate({"id": name, **table}))
    for kind, record in LISTS.items():
        for table in [*(components if kind == "component" else ()), *tables.get(kind, ())]:
            builder.declare(kind, table["id"], f"{kind}.toml", record.model_validate(copy.deepcopy(table)))
    problems = builder.problems + check_meaning(builder)
    if problems:
        raise CaseError("small", problems)
    return builder.freeze()


def _toml(value: Any) -> str:
    """Write a value as TOML, tables inline."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(str(key))} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value)


def write_case(folder: Path, tables: Tables, files: Mapping[str, Sequence[tuple[str, int]]] | None = None) -> Path:
    """Write a case as TOML and return its folder.

    Parameters
    ----------
    folder : Path
        Where to.
    tables : dict
        As `case_of` takes them, with the components under ``component``.
    files : mapping, optional
        For each evidence file the entries that it holds, as kind and index in their list, in order. By default one file
        for each kind, in the order of the lists.

    Returns
    -------
    Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    top = tables.get("head", head())
    (folder / "case.toml").write_text("".join(f"{key} = {_toml(value)}\n" for key, value in top.items()))
    definitions = tables.get("definitions", {"whole": definition()})
    text = "".join(
        f"[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())
        for name, table in definitions.items()
    )
    (folder / "definitions.toml").write_text(text)
    keywords = {"choice": ", keywords = {assumption}"}
    works = (f"@book{{{key}, title = {{T}}, note = {{N}}{keywords.get(key, '')}}}\n" for key in SOURCES)
    (folder / "sources.bib").write_text("".join(works))
    if files is None:
        files = {f"{kind}s": [(kind, index) for index in range(len(tables.get(kind, ())))] for kind in LISTS}
    for name, entries in files.items():
        lines = []
        for kind, index in entries:
            lines.append(f"[[{kind}]]\n")
            lines += [f"{key} = {_toml(value)}\n" for key, value in tables[kind][index].items()]
        (folder / f"{name}.toml").write_text("".join(lines))
    return folder


_YEARS = (1920, 1931)


@st.composite
def _estimates(draw: st.DrawFn, id_: str, most: int) -> list[Table]:
    """Draw the estimates of one component: none, registered, all, or both, with formulas, bounds and lineages."""
    found: list[Table] = []
    if draw(st.booleans()):
        best = draw(st.integers(100, 100_000))
        found.append(point(best, basis="registered", measure="registered", source="study-b", id=f"{id_}-r"))
    for index in range(draw(st.integers(0 if found else 1, most))):
        low = draw(st.integers(100, 100_000))
        high = round(low * draw(st.floats(1.2, 6.0)))  # whole persons: 151.125 could be read in two ways
        lineage = draw(st.sampled_from(["one", "two"]))
        found.append(ranged(low, high, source=f"study-{'cd'[index]}", id=f"{id_}-{index}", lineage=lineage))
    if any("lineage" in one for one in found) and draw(st.integers(0, 3)) == 0:
        found.append(count(formula="people * rate", source="study-g", id=f"{id_}-f"))
    if any(one.get("measure", "all") == "all" for one in found) and draw(st.integers(0, 3)) == 0:
        floor = min(one["low"] for one in found if "low" in one) * 0.5
        found.append(count(low=floor, reads="at-least", source="study-e", id=f"{id_}-b"))
    return found


@st.composite
def random_tables(draw: st.DrawFn, most: int = 6, *, unknown: bool = True, pools: bool = True) -> Tables:
    """Draw a case: components with facets, years, profiles, floors, completeness, ordinary mortality and overlaps.

    Parameters
    ----------
    draw : callable
        From Hypothesis.
    most : int
        Most components.
    unknown : bool
        Whether some components, but not the first, may have no evidence.
    pools : bool
        Whether components may pool two estimates, whose tables take longer to build.

    Returns
    -------
    dict
        Tables for ``case_of(**tables)``. Overlaps lead from a later component to an earlier one: no circles.
    """
    total = draw(st.integers(2, most))
    components: list[Table] = []
    profiles: list[Table] = []
    for index in range(total):
        id_ = f"part-{index}"
        first = draw(st.integers(*_YEARS))
        last = draw(st.integers(first, _YEARS[1]))
        facets = {"category": draw(st.sampled_from("abc")), "group": draw(st.sampled_from([["x"], ["y"], ["x", "y"]]))}
        more: Table = {}
        if draw(st.booleans()):
            heights = st.floats(0.1, 10.0)
            profiles.append(profile(f"series-{index}", {year: draw(heights) for year in range(first, last + 1)}))
            more["profile"] = f"series-{index}"
        if draw(st.integers(0, 2)) == 0:
            more["ordinary"] = share(0.05, draw(st.floats(0.1, 0.6)))
        if draw(st.integers(0, 2)) == 0:
            more["completeness"] = share(draw(st.floats(0.3, 0.6)), draw(st.floats(0.7, 0.95)))
        estimates = (
            [] if unknown and index > 0 and draw(st.integers(0, 7)) == 0 else draw(_estimates(id_, 2 if pools else 1))
        )
        components.append(component(id_, *estimates, years=[first, last], facets=facets, **more))
    quantities = [quantity("people", ranged(1e4, 5e4)), quantity("rate", ranged(0.01, 0.2, source="study-f"))]
    if draw(st.booleans()):
        components.append(component("derived", formula="people * rate", years=[1925, 1928], facets={"category": "b"}))
    ids = [one["id"] for one in components]
    overlaps = []
    for inner in range(1, len(ids)):
        for host in range(inner):
            if draw(st.integers(0, 2)) == 0:
                span = components[inner]["years"]
                ends: Table = {"best": draw(st.floats(0.05, 1.0))} if draw(st.booleans()) else {"low": 0.1, "high": 0.6}
                if draw(st.booleans()):
                    ends["years"] = [span[0], draw(st.integers(span[0], span[1]))]
                spans = [span, components[host]["years"], ends.get("years", span)]
                if max(start for start, _ in spans) > min(end for _, end in spans):
                    continue  # no year that both sides have
                overlaps.append(overlap(f"o-{inner}-{host}", ids[inner], ids[host], **ends))
    groups = []
    if draw(st.booleans()):
        figured = [id_ for id_ in ids if id_ != "derived"]
        complete = [one["id"] for one in components if "completeness" in one]
        groups.append(dependence("archive", [*figured[:2], "people"], draw(st.floats(0.1, 0.5))))
        groups.append(dependence("baseline", figured[1:], draw(st.floats(0.1, 0.5))))
        groups.append(dependence("under-registration", ids, draw(st.floats(0.1, 0.5)), measure="registered"))
        if complete:
            groups.append(dependence("office", complete, draw(st.floats(0.1, 0.5)), measure="completeness"))
    return {
        "component": components,
        "quantity": quantities,
        "profile": profiles,
        "overlap": overlaps,
        "dependence": groups,
        "definitions": {"whole": definition()},
    }
