"""``mcmort cases``."""

from __future__ import annotations

from mcmort.cli.standard_streams import write_out

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
        write_out(f"{name}  {case.head.title}\n    {count} components; definitions: {definitions}\n")
