"""How commands load a case: with what to know about it on stderr."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from mcmort.cli.standard_streams import write_err

if TYPE_CHECKING:
    from mcmort.catalogue import Case

__all__ = ["load_case", "said_to_go_on"]

_EVERY: Final = 5.0
"""Seconds between two words on work whose end is not known."""


@contextmanager
def said_to_go_on(doing: str) -> Iterator[None]:
    """Say on stderr now and then that work goes on, if it takes long; nothing if stderr is no terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    start, ended = time.monotonic(), threading.Event()

    def say() -> None:
        while not ended.wait(_EVERY):
            write_err(f"mcmort: {doing}, {time.monotonic() - start:.0f} s\n")

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def load_case(name: str) -> Case:
    """Load a case, and say on stderr what to know first, such as that it was written for an earlier format."""
    from mcmort.catalogue import load
    from mcmort.catalogue.meaning_versions import format_notices

    with said_to_go_on(f"reading {name}"):
        case = load(name)
    for notice in format_notices(case):
        write_err(f"mcmort: notice: {notice}\n")
    return case
