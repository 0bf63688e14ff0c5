"""Reads the files of a case and reports every problem at once.

The form of each record is checked by itself in `mcmort.catalogue.reading.schema_errors`, so that one bad record hides
no other; what holds across records is checked in `mcmort.catalogue.checks.meaning`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mcmort.catalogue.case import Case, CaseHead
from mcmort.catalogue.checks.meaning import check_meaning
from mcmort.catalogue.reading.bibliography import read_sources
from mcmort.catalogue.reading.bounded_toml import read_toml
from mcmort.catalogue.reading.case_builder import CaseBuilder
from mcmort.catalogue.reading.joint_write import finish_writes
from mcmort.catalogue.reading.number_spelling import ambiguous_counts
from mcmort.catalogue.reading.schema_errors import record_of, show
from mcmort.catalogue.records import (
    Balance,
    Claim,
    Component,
    Correlation,
    Definition,
    Dependence,
    Lineage,
    Overlap,
    Profile,
    Quantity,
    Record,
)
from mcmort.catalogue.suggestions import closest
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.errors import CaseError, Problem, UnknownCaseError

__all__ = ["cases", "load", "load_folder"]

LISTS: Final[dict[str, type[Record]]] = {
    "component": Component,
    "quantity": Quantity,
    "profile": Profile,
    "overlap": Overlap,
    "dependence": Dependence,
    "correlation": Correlation,
    "balance": Balance,
    "lineage": Lineage,
    "claim": Claim,
}
"""Tables that an evidence file may hold, with the record of each."""

_TABLES: Final = "one of " + ", ".join(f"[[{name}]]" for name in LISTS)


def cases() -> dict[str, Path]:
    """Return the folders of the cases that come with mcmort, by name."""
    package = Path(__file__).resolve().parents[2]
    for root in (package / "priors", package.parent / "priors"):
        if root.is_dir():
            return {path.parent.name: path.parent for path in sorted(root.glob("*/case.toml"))}
    return {}


@checked_arguments
def load(name: str | Path) -> Case:
    """Load a case by the name of a shipped one, or by the path of a folder.

    Parameters
    ----------
    name : str or Path
        ``"ussr"``, or a folder with a ``case.toml``.

    Returns
    -------
    Case
        Checked and frozen.

    Raises
    ------
    UnknownCaseError
        If there is neither a shipped case nor a folder of that name.
    CaseError
        If the case has defects; all of them are listed.

    Examples
    --------
    >>> import mcmort as mm
    >>> mm.load("ussr").id
    'ussr'
    """
    shipped = cases()
    if str(name) in shipped:
        return load_folder(shipped[str(name)], str(name))
    folder = Path(name)
    if str(name) and is_there(folder.is_dir):
        return load_folder(folder, str(name))
    similar = closest(str(name), shipped)
    hint = f"Did you mean {similar!r}?" if similar else "'mcmort cases' lists the shipped ones."
    if is_there(folder.is_file):
        hint = f"Give the folder that holds the file: {str(folder.parent)!r}."
    raise UnknownCaseError(f"no case {show(str(name))}: it is neither a shipped case nor a folder. {hint}")


def is_there(ask: Callable[[], bool]) -> bool:
    """Return what `Path.is_dir` or `Path.is_file` says; a name that no file can have is not there."""
    try:
        return ask()
    except (OSError, ValueError):
        return False


def load_folder(folder: Path, where: str) -> Case:
    """Load the case that stands in a folder; see `load`."""
    builder = CaseBuilder(where)
    try:
        finish_writes(folder)
    except OSError as error:
        found, hint = f"an import that was cut short ({error.strerror})", "make the folder writable, and run it again"
        raise CaseError(
            where, [Problem("the folder", "", found, "files that belong together", hint, "form")]
        ) from error
    bibliography = read_sources(folder / "sources.bib", "sources.bib")
    builder.sources = bibliography.sources
    builder.problems += bibliography.problems
    builder.unread = bibliography.broken
    if not bibliography.is_read:
        builder.blind.add("source")
    head = _read_toml(folder / "case.toml", builder)
    if head is not None:
        builder.head, problems = record_of(CaseHead, head, "case.toml", "")
        builder.problems += problems
    definitions = _read_toml(folder / "definitions.toml", builder)
    if definitions is None:
        builder.blind.add("definition")
    for name, table in (definitions or {}).items():
        _definition(name, table, builder)
    for path in sorted(folder.glob("[!.]*")):
        if path.suffix.lower() == ".toml" != path.suffix:
            hint = "write the ending in small letters: on some systems such a file is found, on others it is not"
            builder.problems.append(Problem(path.name, "", f"the ending {path.suffix!r}", "'.toml'", hint, "form"))
        elif path.suffix == ".toml" and path.name not in ("case.toml", "definitions.toml"):
            document = _read_toml(path, builder)
            if document is None:
                builder.blind |= LISTS.keys()
            else:
                _evidence(document, path.name, builder)
    problems = builder.problems + check_meaning(builder)
    if problems or builder.head is None:
        raise CaseError(where, problems)
    return builder.freeze()


def _read_toml(path: Path, builder: CaseBuilder) -> dict[str, Any] | None:
    document, problems = read_toml(path)
    builder.problems += problems
    return document


def _definition(name: str, table: Any, builder: CaseBuilder) -> None:
    file, place = "definitions.toml", f"[{name}]"
    if not isinstance(table, dict):
        hint = f"put it under the [name] of its definition, or write [{name}]"
        problem = Problem(file, name, f"{name} = {show(table)}", "a table for each definition", hint, "form")
        builder.problems.append(problem)
        builder.blind.add("definition")
        return
    if "id" in table:
        hint = "leave it out: the name of the table is the id"
        builder.problems.append(Problem(file, f"{place} > id", show(table["id"]), "no id", hint, "form"))
    record, problems = record_of(Definition, {**table, "id": name}, file, place)
    builder.declare("definition", name, file, record, problems)


def _evidence(document: dict[str, Any], file: str, builder: CaseBuilder) -> None:
    for key, items in document.items():
        if key not in LISTS:
            similar = closest(key, LISTS)
            expected, hint = _TABLES, f"did you mean [[{similar}]]?" if similar else ""
            builder.problems.append(Problem(file, key, f"the table {key!r}", expected, hint, "form"))
            builder.blind |= {similar} if similar else LISTS.keys()
            continue
        if not isinstance(items, list):
            hint = f"write [[{key}]], with two brackets"
            builder.problems.append(Problem(file, key, "one table", "a list of tables", hint, "form"))
            builder.blind.add(key)
            continue
        for index, item in enumerate(items):
            name = item.get("id") if isinstance(item, dict) else None
            label = f'{key} "{name}"' if isinstance(name, str) else f"{key}[{index}]"
            record, problems = record_of(LISTS[key], item, file, label)
            if isinstance(item, dict):
                problems += ambiguous_counts(item, file, label)
            if isinstance(name, str):
                builder.declare(key, name, file, record, problems)
                _name_estimates(f"{key} {name}", item, builder)
            else:
                builder.problems += problems
                builder.blind.add(key)


def _name_estimates(owner: str, table: dict[str, Any], builder: CaseBuilder) -> None:
    """Record the names of the estimates as written, so that one with a defect still counts as known."""
    estimates = table.get("estimate")
    for estimate in estimates if isinstance(estimates, list) else ():
        if isinstance(estimate, dict):
            builder.estimates.setdefault(owner, set()).add(str(estimate.get("id", estimate.get("source"))))
