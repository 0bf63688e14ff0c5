"""Names of authors and editors: persons with their parts, and institutions, which have none."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["OTHERS", "Name", "names_in"]

OTHERS: Final = "others"
"""What BibTeX writes for the authors that are not named."""


class Name(NamedTuple):
    """The name of a person, or of an institution.

    Attributes
    ----------
    family : str
        Last name with its particles, or the whole name of an institution.
    given : str
        First names.
    suffix : str
        What follows the name, such as Jr.
    is_protected : bool
        Whether the source keeps the name together, as braces do for an institution whose name holds a comma or "and".
    """

    family: str
    given: str = ""
    suffix: str = ""
    is_protected: bool = False

    @property
    def is_person(self) -> bool:
        """Whether the name has first names."""
        return bool(self.given)

    @property
    def is_others(self) -> bool:
        """Whether the name stands for authors who are not named."""
        return self.family == OTHERS and not self.is_protected

    @property
    def first_name_first(self) -> str:
        """The name as text has it."""
        return f"{self.given} {self.family}".strip() + (f", {self.suffix}" if self.suffix else "")

    @property
    def last_name_first(self) -> str:
        """The name as lists and BibTeX have it."""
        return ", ".join(part for part in (self.family, self.suffix, self.given) if part)

    @property
    def particle(self) -> str:
        """The small words before a last name: the "de" of de Waal."""
        match = re.match(r"(?:[^\W\d_A-Z][^\s]*\s+)+(?=\S)", self.family) if self.is_person else None
        words = match[0].split() if match else []
        return " ".join(words) if all(word[:1].islower() for word in words) else ""


def names_in(text: str) -> tuple[Name, ...]:
    """Return the names in a text that has lost its braces.

    Parameters
    ----------
    text : str
        Names with "and" between. A comma before a capital parts last and first names; a name without one is that of an
        institution.

    Returns
    -------
    tuple of Name
    """
    names = []
    for part in text.split(" and ") if "," in text else [text]:
        family, comma, given = (piece.strip() for piece in part.partition(","))
        if comma and given[:1] and not given[:1].islower():
            names.append(Name(family, given))
        elif part.strip():
            names.append(Name(part.strip()))
    return tuple(names)
