"""How commands load a case: with what to know about it on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcmort.cli.standard_streams import write_err

if TYPE_CHECKING:
    from mcmort.catalogue import Case

__all__ = ["load_case"]


def load_case(name: str) -> Case:
    """Load a case, and say on stderr what to know first, such as that it was written for an earlier format."""
    from mcmort.catalogue import load
    from mcmort.catalogue.meaning_versions import format_notices

    case = load(name)
    for notice in format_notices(case):
        write_err(f"mcmort: notice: {notice}\n")
    return case
