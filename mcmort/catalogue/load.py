"""Reads the files of a case and reports every problem at once.

Form is checked record by record, so that one bad record hides no other; meaning across records is checked
in `mcmort.catalogue.check`.
"""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from mcmort.catalogue.bibliography import read_sources
from mcmort.catalogue.case import Case, CaseHead
from mcmort.catalogue.check import Loaded, check_meaning
from mcmort.catalogue.records import Claim, Component, Definition, Dependence, Overlap, Profile, Quantity, Record
from mcmort.errors import CaseError, Problem, UnknownCaseError

__all__ = ["load", "load_folder", "shipped"]

LISTS: Final[dict[str, type[Record]]] = {
    "component": Component,
    "quantity": Quantity,
    "profile": Profile,
    "overlap": Overlap,
    "dependence": Dependence,
    "claim": Claim,
}
"""Tables that an evidence file may hold, with the record of each."""


def shipped() -> dict[str, Path]:
    """Return the folders of the cases that come with mcmort, by name."""
    package = Path(__file__).resolve().parent.parent
    for root in (package / "priors", package.parent / "priors"):
        if root.is_dir():
            return {path.parent.name: path.parent for path in sorted(root.glob("*/case.toml"))}
    return {}


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
    cases = shipped()
    if str(name) in cases:
        return load_folder(cases[str(name)], str(name))
    folder = Path(name)
    if folder.is_dir():
        return load_folder(folder, str(name))
    near = difflib.get_close_matches(str(name), cases, 1)
    hint = f"Did you mean {near[0]!r}?" if near else "'mcmort cases' lists the shipped ones."
    raise UnknownCaseError(f"no case {str(name)!r}: it is neither a shipped case nor a folder. {hint}")


def load_folder(folder: Path, where: str) -> Case:
    """Load the case that stands in a folder; see `load`."""
    loaded = Loaded(where)
    sources, problems = read_sources(folder / "sources.bib", "sources.bib")
    loaded.sources = sources
    loaded.problems += problems
    head = _read_toml(folder / "case.toml", loaded)
    if head is not None:
        loaded.head = _record(CaseHead, head, "case.toml", "", loaded)
    definitions = _read_toml(folder / "definitions.toml", loaded)
    for name, table in (definitions or {}).items():
        _definition(name, table, loaded)
    for path in sorted(folder.glob("*.toml")):
        if path.name not in ("case.toml", "definitions.toml"):
            document = _read_toml(path, loaded)
            if document is not None:
                _evidence(document, path.name, loaded)
    problems = loaded.problems + check_meaning(loaded)
    if problems or loaded.head is None:
        raise CaseError(where, problems)
    return loaded.freeze()


def _read_toml(path: Path, loaded: Loaded) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        hint = "a case has case.toml, definitions.toml, sources.bib and one file for each category"
        loaded.problems.append(Problem(path.name, "", "no such file", "a TOML file", hint, "form"))
    except UnicodeDecodeError as error:
        loaded.problems.append(
            Problem(path.name, "", f"bytes that are not UTF-8 ({error.reason})", "UTF-8", "", "form")
        )
    except OSError as error:
        loaded.problems.append(Problem(path.name, "", str(error.strerror), "a file that can be read", "", "form"))
    except tomllib.TOMLDecodeError as error:
        loaded.problems.append(Problem(path.name, "", f"text that is not TOML: {error}", "TOML", "", "form"))
    return None


def _definition(name: str, table: Any, loaded: Loaded) -> None:
    if not isinstance(table, dict):
        found = f"{name} = {_show(table)}"
        loaded.problems.append(Problem("definitions.toml", name, found, "a table for each definition", "", "form"))
        return
    record = _record(Definition, {"id": name, **table}, "definitions.toml", f"[{name}]", loaded)
    loaded.declare("definition", name, "definitions.toml", record)


def _evidence(document: dict[str, Any], file: str, loaded: Loaded) -> None:
    for key, items in document.items():
        if key not in LISTS:
            expected = "one of " + ", ".join(f"[[{name}]]" for name in LISTS)
            near = difflib.get_close_matches(key, LISTS, 1)
            hint = f"did you mean [[{near[0]}]]?" if near else ""
            loaded.problems.append(Problem(file, key, f"the table {key!r}", expected, hint, "form"))
            continue
        if not isinstance(items, list):
            hint = f"write [[{key}]], with two brackets"
            loaded.problems.append(Problem(file, key, "one table", "a list of tables", hint, "form"))
            continue
        for index, item in enumerate(items):
            name = item.get("id") if isinstance(item, dict) else None
            label = f'{key} "{name}"' if isinstance(name, str) else f"{key}[{index}]"
            record = _record(LISTS[key], item, file, label, loaded)
            if isinstance(name, str):
                loaded.declare(key, name, file, record)


def _record[R: BaseModel](model: type[R], data: Any, file: str, label: str, loaded: Loaded) -> R | None:
    """Validate one record, turning every defect into a `Problem`.

    A record with defects is kept without its defective parts where that is possible, so that the checks of
    meaning see the rest; the case as a whole is refused all the same.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        defects = error.errors(include_url=False)
        for defect in defects:
            place = _place(defect["loc"])
            key = " > ".join(part for part in (label, place) if part)
            loaded.problems.append(_problem(model, defect, file, key))
    try:
        return model.model_validate(_without(data, [defect["loc"] for defect in defects]))
    except ValidationError:
        return None


def _without(data: Any, places: list[tuple[int | str, ...]]) -> Any:
    """Return a record without the keys, or the items of its lists, that have defects."""
    if not isinstance(data, dict):
        return data
    kept = dict(data)
    for key in {place[0] for place in places if place}:
        value = kept.pop(key, None)
        if isinstance(value, list) and all(len(place) > 1 for place in places if place[0] == key):
            bad = {place[1] for place in places if place[0] == key}
            kept[key] = [item for index, item in enumerate(value) if index not in bad]
    return kept


def _place(location: tuple[int | str, ...]) -> str:
    parts: list[str] = []
    for part in location:
        if isinstance(part, int) and parts:
            parts[-1] += f"[{part}]"
        else:
            parts.append(str(part))
    return " > ".join(parts)


def _problem(model: type[BaseModel], defect: Any, file: str, key: str) -> Problem:
    """Say one defect that pydantic found in our own words."""
    location, found = defect["loc"], _show(defect["input"])
    context = defect.get("ctx", {})
    match defect["type"]:
        case "missing":
            return Problem(file, key, "nothing", "a value", "this key must be given", "form")
        case "extra_forbidden":
            allowed = _allowed(model, location)
            near = difflib.get_close_matches(str(location[-1]), allowed, 1)
            hint = f"did you mean {near[0]!r}?" if near else ""
            return Problem(file, key, f"the unknown key {location[-1]!r}", f"one of {', '.join(allowed)}", hint, "form")
        case "literal_error":
            return Problem(file, key, found, context["expected"].replace("'", ""), "", "form")
        case "value_error":
            return Problem(file, key, str(context["error"]), "a figure that can be true", "", "meaning")
        case "finite_number":
            hint = "leave the key out if the figure is unknown: unknown is not zero"
            return Problem(file, key, found, "a finite number", hint, "form")
        case "float_type" | "int_type":
            return Problem(file, key, found, "a number", "write numbers without quotes, as 1_053_829", "form")
        case "string_pattern_mismatch":
            pattern = context["pattern"]
            return Problem(file, key, found, f"text that matches {pattern}", "", "form")
        case _:
            message = defect["msg"][0].lower() + defect["msg"][1:]
            return Problem(file, key, found, message.replace("input should be ", ""), "", "form")


def _allowed(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed at a place inside a record."""
    here: Any = model
    for part in location[:-1]:
        if isinstance(part, int) or not (isinstance(here, type) and issubclass(here, BaseModel)):
            continue
        field = here.model_fields.get(str(part))
        here = _model_in(field.annotation) if field is not None else None
    return sorted(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the record type inside an annotation such as ``tuple[Estimate, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        found = _model_in(part)
        if found is not None:
            return found
    return None


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
