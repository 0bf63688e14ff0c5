"""Turns one table into a record, or describes every defect of its form in the terms of the case format.

pydantic finds the defects; its names for them, and those of Python, appear in no message.
"""

from __future__ import annotations

import copy
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from mcmort.catalogue.records import Definition, RecordError
from mcmort.catalogue.suggestions import PERCENT_AS_SHARE, closest, did_you_mean
from mcmort.errors import Problem

__all__ = ["record_of", "show"]

type Location = tuple[int | str, ...]

_EXPECTED: Final = {
    "bool_type": ("true or false", "write it without quotes"),
    "dict_type": ("a table", "write it as { key = value }"),
    "finite_number": ("a finite number", "leave the key out if the figure is unknown: unknown is not zero"),
    "float_type": ("a number", "write numbers without quotes, as 1_053_829"),
    "int_type": ("a whole number", "write it without quotes or decimals, as 1937"),
    "model_type": ("a table", "write it as { key = value }"),
    "string_type": ("text in quotes", "put the value in quotes"),
    "string_too_short": ("text that is not empty", "write it, or leave the key out where it may be left out"),
    "too_short": ("at least one value", "name one, or leave the key out where it may be left out"),
    "tuple_type": ("a list", "write it in square brackets"),
}
"""What is expected where pydantic finds a defect, and the hint, by the type of the defect."""

_PATTERNS: Final = {
    r"^[a-z0-9][a-z0-9-]*$": ("an id of the characters a-z, 0-9 and -", "as in 'camps-and-colonies'"),
    r"^[a-z][a-z0-9_]*$": ("a name of the characters a-z, 0-9 and _ that begins with a letter", "as in 'census_1937'"),
    r"^(0|-?[1-9]\d{0,3})$": ("a year", "as in 1931"),
}
"""What each pattern of the records asks for, with a hint."""

_PAIRS: Final = {
    "between": ("a list of two ids", 'as ["camps", "famine"]'),
    "years": ("a year, or the first and the last", "as 1937 or [1930, 1956]"),
}
"""Keys that hold two values, with what should stand there and the hint."""

_BOUNDS: Final = {
    "greater_than": ("gt", "a number above {:g}"),
    "greater_than_equal": ("ge", "{:g} or more"),
    "less_than": ("lt", "a number below {:g}"),
    "less_than_equal": ("le", "{:g} at most"),
}


def record_of[R: BaseModel](model: type[R], data: Any, file: str, label: str) -> tuple[R | None, list[Problem]]:
    """Make a record of a table.

    Parameters
    ----------
    model : type
        Kind of record.
    data : object
        The table as read.
    file, label : str
        Where it stands, for messages.

    Returns
    -------
    tuple of record or None, and list of Problem
        A record with defects is kept without its defective parts where that is possible, so that the checks across
        records see the rest; the case is refused all the same.
    """
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        defects = error.errors(include_url=False)
    misspelled = {defect["loc"]: _misspelled(model, defect["loc"]) for defect in defects if _is_unknown(defect)}
    meant = {(*location[:-1], name) for location, name in misspelled.items()}
    problems = [
        _problem(model, defect, file, " > ".join(part for part in (label, _place(data, defect["loc"])) if part))
        for defect in defects
        if not (defect["type"] == "missing" and defect["loc"] in meant) and not _is_echo(defect, defects)
    ]
    try:
        return model.model_validate(_without(data, defects)), problems
    except ValidationError:
        return None, problems


def _is_unknown(defect: Any) -> bool:
    return bool(defect["type"] == "extra_forbidden")


def _is_echo(defect: Any, defects: list[Any]) -> bool:
    """Whether a list is called too short only because its items have defects of their own."""
    location = defect["loc"]
    inside = (other["loc"] for other in defects if len(other["loc"]) > len(location))
    return defect["type"] == "too_short" and any(other[: len(location)] == location for other in inside)


def _misspelled(model: type[BaseModel], location: Location) -> str:
    """Return the key that an unknown one most resembles, or an empty string."""
    return closest(str(location[-1]), _allowed(model, location)) or ""


def _without(data: Any, defects: list[Any]) -> Any:
    """Return a table without its unknown keys, and without other keys or items of its lists that have defects."""
    if not isinstance(data, dict):
        return data
    kept = copy.deepcopy(data)
    for defect in defects:
        if _is_unknown(defect):
            *path, key = defect["loc"]
            _at(kept, tuple(path)).pop(key)
    places: list[Location] = [defect["loc"] for defect in defects if not _is_unknown(defect)]
    for key in {place[0] for place in places if place}:
        value = kept.pop(str(key), None)
        if isinstance(value, list) and all(len(place) > 1 for place in places if place[0] == key):
            bad = {place[1] for place in places if place[0] == key}
            kept[str(key)] = [item for index, item in enumerate(value) if index not in bad]
    return kept


def _at(data: Any, location: Location) -> Any:
    """Return the value at a location, or None if there is none."""
    for part in location:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _place(data: Any, location: Location) -> str:
    """Write a location; an item of a list is given by its name if it has one, else by its number."""
    parts: list[str] = []
    for index, part in enumerate(location):
        item = _at(data, location[: index + 1])
        name = item.get("id", item.get("source")) if isinstance(item, dict) else None
        if part == "[key]":
            continue
        if not isinstance(part, int):
            parts.append(part)
        elif parts and isinstance(name, str):
            parts[-1] += f' "{name}"'
        elif parts and isinstance(_at(data, location[:index]), list):
            parts[-1] += f"[{part}]"
    return " > ".join(parts)


def _problem(model: type[BaseModel], defect: Any, file: str, key: str) -> Problem:
    """Describe one defect that pydantic found in the terms of the case format."""
    location, kind, context = defect["loc"], defect["type"], defect.get("ctx", {})
    name, value = str(location[-1]) if location else "", defect["input"]
    found, (expected, hint) = show(value), _EXPECTED.get(kind, ("", ""))
    if kind == "value_error" and isinstance(context["error"], RecordError):
        error = context["error"]
        place = " > ".join(part for part in (key, error.key) if part)
        return Problem(file, place, error.found, error.expected, error.hint)
    pair = next((pair for pair in _PAIRS if pair in location), None)
    if pair is not None and kind in ("missing", "tuple_type", "too_long"):
        found = "nothing" if kind == "missing" and name == pair else found
        return Problem(file, key.rpartition(pair)[0] + pair, found, *_PAIRS[pair], "form")
    if kind == "missing":
        about = _about(model, location)
        found, expected, hint = "nothing", about or "a value", "this key must be given"
    elif kind == "extra_forbidden":
        allowed = _allowed(model, location)
        found, expected = f"the unknown key {name!r}", f"one of {', '.join(allowed)}"
        hint = did_you_mean(name, allowed, "remarks belong in note, or in a comment after #")
    elif kind == "literal_error":
        allowed = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        expected, hint = f"one of {', '.join(allowed)}", "take the nearest, and say the rest in note"
        hint = did_you_mean(value, allowed, hint) if isinstance(value, str) and value[:1].isalpha() else hint
    elif kind == "string_pattern_mismatch":
        expected, hint = _PATTERNS.get(context["pattern"], (f"text that matches {context['pattern']}", ""))
    elif kind in _BOUNDS:
        bound, text = _BOUNDS[kind]
        expected = text.format(context[bound])
        lower = f"lower it, or {PERCENT_AS_SHARE}" if context[bound] <= 1 else "look for a digit too many"
        hint = lower if bound in ("lt", "le") else "check the sign and the unit"
    elif not expected:
        expected = defect["msg"].removeprefix("Input should be ")
    return Problem(file, key, found, expected, hint, "form")


def _record_at(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """Return the type of record that holds the last key of a location."""
    here: type[BaseModel] | None = model
    for part in location[:-1]:
        if isinstance(part, int) or here is None:
            continue
        field = here.model_fields.get(part)
        here = _model_in(field.annotation) if field is not None else here
    return here


def _allowed(model: type[BaseModel], location: Location) -> list[str]:
    here = _record_at(model, location)
    names = sorted(here.model_fields) if here is not None else []
    return [name for name in names if here is not Definition or name != "id"]  # its id is the name of its table


def _about(model: type[BaseModel], location: Location) -> str:
    """Return the description of a key in its record, as part of a sentence."""
    here = _record_at(model, location)
    field = here.model_fields.get(str(location[-1])) if here is not None else None
    text = (field.description or "").rstrip(".") if field is not None else ""
    return text[:1].lower() + text[1:]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the record type inside an annotation such as ``tuple[Estimate, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        model = _model_in(part)
        if model is not None:
            return model
    return None


def show(value: Any) -> str:
    """Write a value as a case file does, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        text = f"[{', '.join(show(item) for item in value)}]"
    else:
        text = repr(value) if isinstance(value, str | int | float) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
