"""``mcmort verify``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mcmort.cli.options import Threads
from mcmort.cli.standard_streams import write_out

if TYPE_CHECKING:
    from mcmort.analysis.recorded_result import RecordedResult
    from mcmort.api.verification import Verification

__all__ = ["verify"]

_MOST: Final = 20
"""Values that are printed of those that differ."""


def verify(
    result: Annotated[
        Path, typer.Argument(metavar="FILE", help="Any JSON result, or the receipt beside a picture; - for stdin.")
    ],
    case: Annotated[
        str | None, typer.Option("--case", metavar="CASE", help="Where the case is now, if not where it was.")
    ] = None,
    max_draws: Annotated[
        int | None, typer.Option("--max-draws", metavar="N", min=1, help="Make up to so many draws without asking.")
    ] = None,
    threads: Threads = None,
) -> None:
    """Make a result again and compare, bit for bit, every number and text that is printed in it.

    Of a picture, the numbers that it shows are made again, and the file is compared with the digest in its receipt.
    A file that asks for more draws than take minutes is made again only on request.

    Example: `mcmort verify ussr-definitions-1.png.receipt.json`
    """
    from mcmort.analysis.recorded_result import read_result
    from mcmort.api.verification import draws_beyond
    from mcmort.api.verification import verify as run_again
    from mcmort.errors import VerifyError

    recorded = _from_stdin() if result == Path("-") else read_result(result)
    beyond = draws_beyond(recorded, max_draws)
    if beyond and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        if not typer.confirm(f"{result} asks for {beyond:,} draws, which may take hours. Make them?", err=True):
            raise VerifyError(f"{result}: not made again, and so not compared")
        max_draws = beyond
    outcome = run_again(recorded, case=case, threads=threads, max_draws=max_draws)
    changed = "".join(f"\n  {name}: {then} then, {now} now" for name, (then, now) in sorted(outcome.versions.items()))
    if not outcome.agrees and outcome.earlier_meaning:
        raise VerifyError(f"{result}: {outcome.earlier_meaning}. Totals that differ: {', '.join(outcome.differing)}")
    if not outcome.agrees:
        totals = f": {', '.join(outcome.differing)}" if outcome.differing else ""
        hint = f" Versions differ:{changed}" if changed else " No version differs."
        raise VerifyError(f"{result}: not reproduced{totals}.{hint}{_differences(outcome)}")
    unchecked = f"\n  Not compared: {outcome.unchecked}" if outcome.unchecked else ""
    write_out(f"{result}: reproduced bit for bit: {_names(outcome)}{changed}{unchecked}\n")


def _from_stdin() -> RecordedResult:
    from mcmort.analysis.recorded_result import parse_result
    from mcmort.errors import VerifyError

    if sys.stdin is None:
        raise VerifyError("stdin is closed; expected a receipt, or a result in JSON")
    return parse_result(sys.stdin.buffer.read(), "stdin")


def _names(outcome: Verification) -> str:
    """Name what was reproduced: the definitions, or what has none."""
    receipts = outcome.receipts.values()
    names = dict.fromkeys(name for receipt in receipts for name in receipt.request.names if name in receipt.totals)
    return outcome.library or ", ".join(names) or ", ".join(dict.fromkeys(str(receipt.result) for receipt in receipts))


def _differences(outcome: Verification) -> str:
    """Return a line for each value that differs, the first of them where there are many."""
    lines = [f"\n  {difference}" for difference in outcome.differences[:_MOST]]
    more = len(outcome.differences) - _MOST
    return "".join(lines) + (f"\n  and {more:,} values more" if more > 0 else "")
