"""``mcmort verify``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.options import Threads

__all__ = ["verify"]


def verify(
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT", help="A receipt, or any JSON result; - for stdin.")],
    threads: Threads = None,
) -> None:
    """Run again what a receipt records and compare, bit for bit.

    Example: `mcmort verify ussr-definitions.png.receipt.json`
    """
    from mcmort.analysis.receipt import parse_receipt
    from mcmort.analysis.receipt import verify as run_again
    from mcmort.errors import VerifyError

    outcome = run_again(
        parse_receipt(sys.stdin.buffer.read(), "stdin") if receipt == Path("-") else receipt, threads=threads
    )
    changed = "".join(f"\n  {name}: {then} then, {now} now" for name, (then, now) in sorted(outcome.versions.items()))
    if not outcome.agrees and outcome.receipt.earlier_meaning:
        raise VerifyError(
            f"{receipt}: {outcome.receipt.earlier_meaning}. Totals that differ: {', '.join(outcome.differing)}"
        )
    if not outcome.agrees:
        hint = f" Versions differ:{changed}" if changed else " No version differs."
        raise VerifyError(f"{receipt}: not reproduced: {', '.join(outcome.differing)}.{hint}")
    names = ", ".join(outcome.receipt.totals)
    sys.stdout.write(f"{receipt}: reproduced bit for bit: {names}{changed}\n")
