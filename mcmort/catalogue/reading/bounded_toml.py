"""Reads TOML within bounds: no text that steers a terminal, no depth, length or number that no case needs."""

from __future__ import annotations

import errno
import math
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from mcmort.catalogue.reading.hostile_text import escaped, forbidden_in
from mcmort.catalogue.reading.number_spelling import read_float
from mcmort.errors import Problem

__all__ = ["LONGEST_NAME", "read_toml", "refuse_device", "unfit_file"]

_LARGEST: Final = 200_000_000
"""Bytes of a file: three hundred thousand components with three figures each."""
_DEEPEST: Final = 20
"""Tables and lists inside of one another: a case needs six."""
LONGEST_NAME: Final = 100
"""Characters of an id, of a key, and of what refers to either; the longest of the shipped cases has 39."""
_LONGEST_LABEL: Final = 300
_LONGEST_TEXT: Final = 10_000
_LENGTHS: Final = {
    **dict.fromkeys(("id", "lineage", "profile", "source", "of", "within", "between", "members"), LONGEST_NAME),
    **dict.fromkeys(("supersedes", "component", "unit", "basis", "kind", "evidence"), LONGEST_NAME),
    **dict.fromkeys(("label", "title", "author"), _LONGEST_LABEL),
}
"""Characters of a text, by its key; those of other keys are prose."""
_MOST_ESTIMATES: Final = 300
"""Estimates of one component: so many take two seconds to pool, and the time grows faster than with their square."""
_MOST_ITEMS: Final = 300_000
_DOTTED_KEY: Final = re.compile(rf"(?:[\w\"'-]+[ \t]*\.[ \t]*){{{_DEEPEST + 1}}}")
_MOST_DIGITS: Final = 1e18
_SMALLEST: Final = 1e-18
_MOST_PROBLEMS: Final = 20
_LONGEST: Final = 60


def read_toml(path: Path) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Read a TOML file of a case.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of dict or None, and list of Problem
        None where the file cannot be used, with the reasons.
    """
    hint = ""
    try:
        if defect := unfit_file(path):
            return None, [Problem(path.name, "", *defect, "form")]
        text = path.read_text(encoding="utf-8-sig")
        _refuse_long_keys(text)
        document = tomllib.loads(text, parse_float=read_float)
    except FileNotFoundError:
        found, expected = "no such file", "a TOML file"
        hint = "a case has case.toml, definitions.toml, sources.bib and one file for each category"
    except UnicodeDecodeError as error:
        found, expected = f"bytes that are not UTF-8 ({error.reason})", "UTF-8"
        hint = "save the file as UTF-8 in the editor"
    except OSError as error:
        found, expected = str(error.strerror), "a file that can be read"
    except tomllib.TOMLDecodeError as error:
        said = escaped(str(error))
        found, expected = f"text that is not TOML ({said[:1].lower()}{said[1:]})", "TOML"
        hint = "the rest of this file is checked once it can be read"
    except RecursionError:
        found, expected = "lists or tables nested too deeply", f"at most {_DEEPEST} inside of one another"
        hint = "a case needs six"
    except ValueError:  # of a number with more digits than Python or `read_float` takes
        found, expected = "a number of more than 40 digits", "a number of at most 18 digits"
        hint = "look for a digit that was held down"
    else:
        may_be_hostile = "\\" in text or forbidden_in(text) is not None
        problems = [*_outside(document, path.name, with_texts=may_be_hostile)]
        return (None, problems) if problems else (document, [])
    return None, [Problem(path.name, "", found, expected, hint, "form")]


def unfit_file(path: Path) -> tuple[str, str, str] | None:
    """Return what was found, what is expected and a hint, where a file does not end or is too large; else None.

    Raises
    ------
    OSError
        If it is not there.
    """
    status = path.stat()
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode) or os.devnull == str(path.resolve())):
        return "a device or a pipe", "an ordinary file", "put the file itself there"
    if status.st_size > _LARGEST:
        return "a file of more than 200 MB", "a file of a case", "split it"
    return None


def refuse_device(path: Path) -> None:
    """Refuse to read from a device, which may never end; a pipe does.

    Raises
    ------
    OSError
        If the path is one, or is not there.
    """
    if stat.S_ISCHR(path.stat().st_mode) and str(path.resolve()) != os.devnull:
        raise OSError(errno.EINVAL, "a device, not a file")


def _outside(document: dict[str, Any], file: str, *, with_texts: bool) -> Iterator[Problem]:
    """Yield what of a document lies outside the bounds, without recursion: the document may be deep."""
    count = 0
    waiting: list[tuple[str, Any, int]] = [("", document, 0)]
    while waiting and count < _MOST_PROBLEMS:
        place, value, depth = waiting.pop()
        found = _why_not(place, value, depth, with_texts=with_texts)
        if found is not None:
            count += 1
            yield Problem(file, _short(escaped(place)), *found, "form")
        elif isinstance(value, dict):
            waiting += [(f"{place} > {key}" if place else key, item, depth + 1) for key, item in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{place}[{index}]", item, depth + 1) for index, item in enumerate(value)]


def _refuse_long_keys(text: str) -> None:
    """Refuse a key of more parts, joined by dots, than tables may nest: the time to read it grows with its square."""
    for line in text.split("\n"):
        if line.count(".") > _DEEPEST and _DOTTED_KEY.match(line.lstrip(" \t[{")):
            raise RecursionError("a key of too many parts")


def _too_long(place: str, value: Any) -> tuple[str, str, str] | None:
    """Return what was found, what is expected and a hint, where a key, a text or a list is longer than any need be."""
    key = place.rpartition(" > ")[2].partition("[")[0]
    if len(key) > LONGEST_NAME:
        hint = "shorten it; remarks belong in note"
        return f"a key of {len(key):,} characters", f"at most {LONGEST_NAME}", hint
    if isinstance(value, str):
        most = _LENGTHS.get(key, _LONGEST_TEXT)
        if len(value) > most:
            hint = "shorten it; remarks belong in note" if most < _LONGEST_TEXT else "shorten it"
            return f"a text of {len(value):,} characters ({_short(repr(value))})", f"at most {most:,}", hint
    elif isinstance(value, dict | list):
        most = _MOST_ESTIMATES if key == "estimate" else _MOST_ITEMS
        if len(value) > most:
            hint = "pool what rests on the same data first" if key == "estimate" else "divide the case"
            return f"{len(value):,} items", f"at most {most:,}", hint
    return None


def _why_not(place: str, value: Any, depth: int, *, with_texts: bool) -> tuple[str, str, str] | None:
    """Return what was found, what is expected and a hint, where a value cannot stand in a case."""
    name = forbidden_in(value) if with_texts and isinstance(value, str) else None
    in_key = forbidden_in(place) if with_texts else None
    if in_key is not None:
        return f"the character {in_key} in a key", "keys of letters, digits and -", "delete the character"
    if name is not None:
        text = _short(repr(escaped(value)).replace("\\\\", "\\"))
        return f"{text} with the character {name}", "text without control characters", "delete the character"
    if isinstance(value, int | float) and not isinstance(value, bool):
        size = abs(value)
        if _MOST_DIGITS < size < math.inf or 0 < size < _SMALLEST:
            found = (
                f"{value:.3e}" if isinstance(value, float) or size < 10**300 else f"a number of {len(str(size))} digits"
            )
            hint = "no figure is of this size; look for digits or an exponent too many"
            return found, "a number between 1e-18 and 1e18", hint
    if depth > _DEEPEST:
        expected, hint = f"at most {_DEEPEST} inside of one another", "a case needs six"
        return "lists or tables nested too deeply", expected, hint
    is_long = len(place) > LONGEST_NAME or (isinstance(value, str | dict | list) and len(value) > LONGEST_NAME)
    return _too_long(place, value) if is_long else None


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
