"""Values of BibTeX fields: delimiters, strings, joins, and what an entry inherits from another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from itertools import count
from typing import Final

from mcmort.catalogue.reading.calendars import year_of_ours

__all__ = ["inherited", "is_run_on", "joined", "without_entities", "year_in"]

_YEAR: Final = re.compile(r"(?<![\d-])[12]\d{3}(?!\d)")
_OF_ITS_OWN: Final = frozenset(
    {
        "abstract",
        "annotation",
        "annote",
        "author",
        "crossref",
        "file",
        "ids",
        "key",
        "keywords",
        "label",
        "note",
        "related",
        "shorthand",
        "sortkey",
        "xdata",
        "xref",
    }
)
"""Fields that an entry does not inherit."""
_ENTITY: Final = re.compile(r"&(#[0-9]{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});", re.I)
_RUN_ON: Final = re.compile(r"[}\"]\s*[a-z][a-z0-9_-]*\s*=", re.I)
_OF_A_WHOLE: Final = {"title": "booktitle", "subtitle": "booksubtitle", "titleaddon": "booktitleaddon"}
"""What a chapter makes of the fields of its book."""
_DEEPEST: Final = 20
"""Entries that inherit from one another in turn."""
_MOST_LOOKED_AT: Final = 1_000
"""Entries, each counted as often as it is met, that one inherits from: two parents of two parents soon are many."""
_PARTS: Final = frozenset(
    {"incollection", "inbook", "inproceedings", "conference", "suppbook", "suppcollection", "inreference"}
)


def joined(written: str, strings: Mapping[str, str]) -> str:
    """Return the value of a field as written in the file: its parts, joined by ``#``, without their delimiters.

    Parameters
    ----------
    written : str
        Such as ``cup # { and others}``.
    strings : mapping of str to str
        What the file's ``@string`` entries stand for, by name in lower case. A name that is not there, such as that
        of a month, stands for itself.

    Returns
    -------
    str
    """
    parts = []
    for part in _parts(written):
        if (part[:1], part[-1:]) in (("{", "}"), ('"', '"')) and len(part) > 1:
            parts.append(part[1:-1])
        else:
            parts.append(strings.get(part.lower(), part))
    return "".join(parts)


def is_run_on(written: str) -> bool:
    """Whether another field follows in a value, since there is no comma between: ``{Title} year = {1995}``."""
    return any(_RUN_ON.search(_without_groups(part)) for part in _parts(written))


def _without_groups(part: str) -> str:
    """Return what of a part stands neither in braces nor in quotation marks."""
    outside, depth, quoted = [], 0, False
    for at, sign in enumerate(part):
        if sign == '"' and depth == 0:
            quoted = not quoted
        depth += ((sign == "{") - (sign == "}")) if not part[:at].endswith("\\") else 0
        if depth == 0 and not quoted:
            outside.append(sign)
    return "".join(outside)


def _parts(written: str) -> list[str]:
    """Split at the signs ``#`` that stand neither in braces nor in quotation marks."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, sign in enumerate(written):
        if at and written[at - 1] == "\\":
            continue
        if sign == '"' and depth == 0:
            quoted = not quoted
        elif sign in "{}":
            depth += 1 if sign == "{" else -1
        elif sign == "#" and depth == 0 and not quoted:
            parts.append(written[start:at].strip())
            start = at + 1
    return [*parts, written[start:].strip()]


def inherited(key: str, entries: Mapping[str, tuple[str, Mapping[str, str]]]) -> tuple[dict[str, str], list[str]]:
    """Return the fields of an entry with those of the entries that it names in ``crossref`` and ``xdata``.

    Parameters
    ----------
    key : str
        Of the entry.
    entries : mapping
        Kind and fields of each entry, by key.

    Returns
    -------
    fields : dict of str to str
    missing : list of str
        Entries that it names and that are not there.
    """
    missing: list[str] = []
    looked_at = count()

    def collect(name: str, seen: frozenset[str]) -> dict[str, str]:
        kind, own = entries[name]
        fields = dict(own)
        parents = [parent.strip() for parent in own.get("xdata", "").split(",")] + [own.get("crossref", "").strip()]
        for parent in parents:
            found = next((other for other in (parent, parent.lower()) if other and other in entries), None)
            is_too_far = found is not None and (len(seen) > _DEEPEST or next(looked_at) > _MOST_LOOKED_AT)
            if found is None or found in seen or is_too_far:
                missing.extend([parent] if parent and (found is None or is_too_far) else [])
                continue
            from_parent = collect(found, seen | {found})
            whole = entries[found][0] != kind and kind in _PARTS and parent == own.get("crossref", "").strip()
            is_dated = {"year", "date"} & fields.keys()
            for field, value in from_parent.items():
                target = _OF_A_WHOLE.get(field, field) if whole else field
                keeps = field in _OF_ITS_OWN and not (field == "author" and not whole)
                if not keeps and not (is_dated and field in ("year", "date", "month")):
                    fields.setdefault(target, value)
        return fields

    return collect(key, frozenset({key})), missing


def without_entities(text: str) -> str:
    """Return a text with the characters that HTML writes as entities: ``&amp;``, ``&#233;``."""
    return _ENTITY.sub(lambda match: unescape(match[0]), text)


def year_in(text: str) -> str:
    """Return the first year that a text holds, or the text itself where it holds none: forthcoming, 193X, -0044."""
    years = _YEAR.findall(text)
    if len(years) == 2 and (ours := year_of_ours(int(years[0]), int(years[1]))) is not None:
        return str(ours)
    return years[0] if years else text
