"""``mcmort cases``."""

from __future__ import annotations

from mcmort.cli.standard_streams import write_out

__all__ = ["cases"]


def cases() -> None:
    """List the cases that come with mcmort.

    Example: `mcmort cases`
    """
    from mcmort import catalogue
    from mcmort.present.print_format import wrapped

    for name in catalogue.cases():
        case = catalogue.load(name)
        count = len(case.components)
        definitions = ", ".join(case.definitions)
        lines = [
            *wrapped(f"{name}  {case.head.title}", hanging="    "),
            *wrapped(f"{count} components; definitions: {definitions}", indent="    "),
        ]
        write_out("".join(f"{line}\n" for line in lines))
