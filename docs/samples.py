"""What commands print, for the pages that show it, and the figure of the README."""

from __future__ import annotations

import io
import os
import re
import shlex
import tempfile
from collections.abc import Sequence
from contextlib import chdir, redirect_stdout
from functools import cache
from unittest.mock import patch

import mcmort as mm
from mcmort.cli.app import main
from mcmort.present.figures.style import figure_bytes
from mcmort.totals import DrawSource

__all__ = ["definitions_figure", "printed", "shown"]

WIDTH = "88"
"""Columns of the terminal for which output is laid out: fits a page."""
CONSOLE = re.compile(r"(^```console\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)
HEAD = re.compile(r"^head -(\d+)$")


@cache
def printed(command: str) -> str:
    """Return what a line of a shell prints: ``mcmort`` with its options, and ``| head -N`` to show so many lines."""
    call, _, pipe = command.partition(" | ")
    head = HEAD.match(pipe)
    if pipe and not head:
        raise ValueError(f"'{command}': only 'head -N' may follow the pipe")
    out = io.StringIO()
    program, *words = shlex.split(call)
    if program != "mcmort":
        raise ValueError(f"'{command}' does not call mcmort")
    with (
        tempfile.TemporaryDirectory() as folder,
        chdir(folder),
        patch.dict(os.environ, COLUMNS=WIDTH),
        redirect_stdout(out),
    ):
        code = main(words)
    if code:
        raise ValueError(f"'{command}' ends with exit code {code}")
    lines = [line.rstrip() for line in out.getvalue().rstrip("\n").split("\n")]
    return "\n".join(lines[: int(head[1])] if head else lines) + "\n"


def shown(text: str) -> str:
    """Return a page in which each ``$`` line of a console block is followed by what it prints."""

    def run(block: re.Match[str]) -> str:
        calls = [line for line in block[2].splitlines() if line.startswith("$ ")]
        return block[1] + "\n".join(f"{call}\n{printed(call.removeprefix('$ '))}" for call in calls) + block[3]

    return CONSOLE.sub(run, text)


def definitions_figure(draws: DrawSource, names: Sequence[str]) -> str:
    """Return the figure of some definitions of a case as SVG."""
    return figure_bytes(mm.compare(draws, names).figure(), "svg").decode()
