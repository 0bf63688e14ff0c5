"""JSON results to be verified, and results with one value altered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.cli.ran import Run

__all__ = ["altered", "keep", "leaves", "make_result", "replaced"]


def make_result(run: Run, *words: str) -> dict[str, Any]:
    """Make a JSON result in the file a.json and return it."""
    words = words or ("total", "case", "-d", "whole")
    assert run(*words, "-n", "3000", "-f", "json", "-o", "a.json").code == 0
    document: dict[str, Any] = json.loads(Path("a.json").read_text())
    return document


def keep(document: object) -> None:
    """Write a document over the file a.json."""
    Path("a.json").write_text(json.dumps(document))


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Go through the places of all values, and of all mappings and lists that are empty."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    items = list(inner)
    if not items:
        yield path
    for key, part in items:
        yield from leaves(part, (*path, key))


def altered(value: Any) -> Any:
    """Return something else of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return value * (1.0 + 1e-9) + 1e-9
        case str():
            return value + "x"
        case _:
            return "x"


def replaced(document: Any, path: tuple[str | int, ...], change: Callable[[Any], Any]) -> Any:
    """Return a document in which one value is another."""
    if not path:
        return change(document)
    copy = document.copy()
    copy[path[0]] = replaced(copy[path[0]], path[1:], change)
    return copy
