"""``mcmort cases``."""

from __future__ import annotations

import sys

__all__ = ["cases"]


def cases() -> None:
    """List the cases that come with mcmort.

    Example: `mcmort cases`
    """
    from mcmort import catalogue

    for name in catalogue.cases():
        case = catalogue.load(name)
        count = len(case.components)
        definitions = ", ".join(case.definitions)
        sys.stdout.write(f"{name}  {case.head.title}\n    {count} components; definitions: {definitions}\n")
