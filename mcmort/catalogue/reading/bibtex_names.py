"""Reads the names of a BibTeX field, in all the ways in which exports write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mcmort.catalogue.names import OTHERS, Name
from mcmort.catalogue.reading.bibtex_values import without_entities
from mcmort.catalogue.reading.latex import plain

__all__ = ["are_run_together", "is_institution", "read_names", "run_together", "split_at_depth_zero"]

_OF_INSTITUTIONS: Final = re.compile(
    r"\b(of|for|and|the|on|agency|archives?|association|authority|board|bureau|cent(er|re)|church|commission|committee"
    r"|company|corporation|council|department|division|foundation|government|group|institut(e|ion)|international|league"
    r"|library|ministry|museum|nations|network|office|organi[sz]ation|party|press|programme|project|republic|secretariat"
    r"|services?|society|states|survey|union|university|watch)\b",
    re.I,
)
"""Words that the names of persons do not hold."""


_LABELLED: Final = re.compile(r"(family|given|prefix|suffix)(-i)?\s*=", re.I)
"""How biblatex writes a name by its parts: ``family=Waal, given=Alex, prefix=de``."""
_STRAY_AND: Final = re.compile(r"^\s*and\s+|\s+and\s*$", re.I)
_SUFFIX: Final = re.compile(
    r"(?:jr|sr|jnr|snr|junior|senior|[iv]{1,4}|2nd|3rd|ph\.? ?d|m\.? ?d|esq|fils|père|filho|neto|hijo)\.?", re.I
)
"""What follows the name of a person: ``King, Jr., Martin Luther``; many exports write ``King, Martin Luther, Jr.``."""
_LAST_NAME: Final = r"[^\W\d_][\w'\N{RIGHT SINGLE QUOTATION MARK}-]+"
_WITH_INITIALS: Final = re.compile(rf"{_LAST_NAME}(?: {_LAST_NAME})? [A-Z]{{1,3}}")
"""A person as medical journals write one, without a comma: Smith JA."""
_AND_OTHERS: Final = re.compile(r"(?:^|[\s,]+)et\.? al\.?$|^et\.? al\.?,?\s+", re.I)


def read_names(field: str) -> tuple[Name, ...]:
    r"""Return the names in a field.

    Parameters
    ----------
    field : str
        As BibTeX has it, with its braces: ``Last, First``, ``Last, Jr, First`` or ``First von Last``, with "and"
        between; a name that braces hold together is that of an institution.

    Returns
    -------
    tuple of Name

    Examples
    --------
    >>> [name.last_name_first for name in read_names(r"Robert Conquest and {Ministry of Food, Agriculture and Trade}")]
    ['Conquest, Robert', 'Ministry of Food, Agriculture and Trade']
    >>> read_names("Alex de Waal")[0].last_name_first
    'de Waal, Alex'
    """
    names = []
    for part in _parts_of(field):
        without_others = _AND_OTHERS.sub("", part)
        names.append(_name(without_others))
        if without_others != part:
            names.append(Name(OTHERS))
    return tuple(name for name in names if name.family)


def run_together(field: str) -> str | None:
    """Return the first of the names in a field that holds several persons; None where each is one."""
    return next((part for part in _parts_of(field) if are_run_together(_AND_OTHERS.sub("", part))), None)


def _parts_of(field: str) -> list[str]:
    """Return the names of a field, as they are written."""
    field = _STRAY_AND.sub("", without_entities(field))
    parts = [" ".join(part.split()).rstrip(", ") for part in split_at_depth_zero(field, r"(\s+and(?=\s))+\s")]
    if len(parts) == 1:  # some exports part names with semicolons, which no name holds
        parts = [part.strip() for part in split_at_depth_zero(field, ";")]
    if len(parts) == 1 and len(both := [*split_at_depth_zero(field, r"\s+\\?&\s+")]) == field.count(",") > 1:
        parts = both  # "Last, First & Last, First": the name of a firm has no comma on each side
    return parts


def are_run_together(text: str) -> bool:
    """Whether what is to be one name holds several persons, with commas between, so that first names may be last ones.

    Examples
    --------
    >>> [are_run_together(name) for name in ("Smith, J., Doe, J.", "Smith JA, Doe B", "King, Jr., Martin", "Smith, J.")]
    [True, True, False, False]
    """
    if _LABELLED.match(text) or _is_one_group(text):
        return False
    parts = [plain(part.strip()) for part in split_at_depth_zero(text, ",")]
    if len(parts) > 1 and all(_WITH_INITIALS.fullmatch(part) for part in parts):
        return True
    return len([part for part in parts if part and not _SUFFIX.fullmatch(part)]) > 2


def split_at_depth_zero(text: str, separator: str) -> Iterator[str]:
    """Yield the parts of a text between separators that stand outside braces."""
    depth, start, at = 0, 0, 0
    pattern = re.compile(separator, re.I)
    while at < len(text):
        sign = text[at]
        if sign == "\\":
            at += 2
            continue
        depth += (sign == "{") - (sign == "}")
        match = pattern.match(text, at) if depth == 0 else None
        if match is not None and match.end() > at:
            yield text[start:at]
            start = at = match.end()
        else:
            at += 1
    yield text[start:]


def _name(text: str) -> Name:
    if _LABELLED.match(text):
        labelled = dict(part.split("=", 1) for part in split_at_depth_zero(text, r"\s*,\s*") if "=" in part)
        named = {key.strip().lower(): plain(value.strip().strip('"')) for key, value in labelled.items()}
        family = " ".join(named[key] for key in ("prefix", "family") if named.get(key))
        return Name(family, named.get("given", ""), named.get("suffix", ""))
    if _is_one_group(text):
        family = plain(text)
        return Name(family, is_protected="," in family or " and " in family or family == "others")
    parts = [part.strip() for part in split_at_depth_zero(text, ",")]
    if len(parts) == 2:
        return Name(plain(parts[0]), plain(parts[1]))
    if len(parts) > 2 and _SUFFIX.fullmatch(parts[-1]):
        return Name(plain(parts[0]), plain(", ".join(parts[1:-1])), plain(parts[-1]))
    if len(parts) > 2:
        return Name(plain(parts[0]), plain(", ".join(parts[2:])), plain(parts[1]))
    words = list(split_at_depth_zero(text, r"[\s~]+"))
    if len(words) == 1 or is_institution(" ".join(words)):
        return Name(plain(text))
    small = next((place for place, word in enumerate(words[:-1]) if place and word[:1].islower()), len(words) - 1)
    return Name(plain(" ".join(words[small:])), plain(" ".join(words[:small])))


def _is_one_group(text: str) -> bool:
    """Whether braces hold a whole name together; braces of an accent do not."""
    if not (text.startswith("{") and text.endswith("}")) or text.startswith("{\\"):
        return False
    depth = 0
    for place, sign in enumerate(text):
        if text[place - 1 : place] != "\\":
            depth += (sign == "{") - (sign == "}")
        if depth == 0 and place < len(text) - 1:
            return False
    return True


def is_institution(name: str) -> bool:
    """Whether a name without a comma is no person's: it holds a word that names of persons do not."""
    return _OF_INSTITUTIONS.search(name) is not None
