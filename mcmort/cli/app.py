"""The command ``mcmort``: gathers the commands, and turns errors into text and an exit code.

Exit codes: 0 done, 1 bad input or a result that could not be made or printed whole, 2 wrong use, 130 interrupted.
"""

from __future__ import annotations

import atexit
import gc
import os
from functools import cache
from pathlib import Path
from typing import Annotated, Final, cast

import typer
from typer.core import TyperGroup

from mcmort.cli.bench import bench
from mcmort.cli.bridge import bridge
from mcmort.cli.calibrate import calibrate
from mcmort.cli.cases import cases
from mcmort.cli.check import check
from mcmort.cli.cite import cite
from mcmort.cli.claims import claims
from mcmort.cli.compare import compare
from mcmort.cli.conflict import conflict
from mcmort.cli.errors import errors
from mcmort.cli.export import export
from mcmort.cli.fit import fit
from mcmort.cli.hindcast import hindcast
from mcmort.cli.import_ import import_
from mcmort.cli.influence import influence
from mcmort.cli.locate import locate
from mcmort.cli.multiverse import multiverse
from mcmort.cli.new import new
from mcmort.cli.once_only import OnceCommand
from mcmort.cli.plot import plot
from mcmort.cli.predict import predict
from mcmort.cli.priors import priors
from mcmort.cli.probability import probability
from mcmort.cli.rates import rates
from mcmort.cli.report import report
from mcmort.cli.schema import schema
from mcmort.cli.sensitivity import sensitivity
from mcmort.cli.show import show
from mcmort.cli.standard_streams import StandardOutputError, discard_output, held_output, write_err, write_out
from mcmort.cli.sweep import sweep
from mcmort.cli.total import total
from mcmort.cli.trace import trace
from mcmort.cli.verify import verify
from mcmort.errors import McmortError

__all__ = ["app", "command_line", "main"]

_INTERRUPTED: Final = 130
"""Some versions of typer make this of Ctrl-C, and return it."""

_LONGEST_PATH: Final = 200

app = typer.Typer(
    name="mcmort",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Monte Carlo uncertainty for mortality estimates: totals under explicit definitions, from cited ranges.",
)

for command in (
    cases,
    show,
    total,
    compare,
    bridge,
    locate,
    probability,
    rates,
    predict,
    claims,
    multiverse,
    errors,
    hindcast,
    fit,
    conflict,
    priors,
    calibrate,
    influence,
    plot,
    report,
    sensitivity,
    trace,
    cite,
    verify,
    check,
    new,
    import_,
    export,
    schema,
    sweep,
    bench,
):
    app.command(command.__name__.rstrip("_"), cls=OnceCommand)(command)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"mcmort {version('mcmort')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the options of the command as a whole."""


@cache
def command_line() -> TyperGroup:
    """Return ``mcmort`` with its commands, built once in a process, since that reads the signature of each."""
    return cast(TyperGroup, typer.main.get_command(app))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    # nearly all objects of a command live until it ends: to look for garbage among them took a tenth of its time
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    os.environ["MPLBACKEND"] = "agg"  # commands draw files, whatever a notebook or a shell has set, valid or not
    try:
        with held_output() as held:
            code = _run(arguments)
        if printed := held.text():
            write_out(printed)
    except BrokenPipeError:
        # the reader of a pipe has gone: nothing is left to say
        discard_output()
        return 1
    except StandardOutputError as error:
        write_err(f"mcmort: {error}\n")
        discard_output()
        return error.exit_code
    return code


def _run(arguments: list[str] | None) -> int:
    """Run the command line; what cannot be printed is left to the caller."""
    try:
        result = command_line()(args=arguments, prog_name="mcmort", standalone_mode=False)
    except (BrokenPipeError, StandardOutputError):
        raise
    except McmortError as error:
        write_err(f"mcmort: {_escaped(str(error))}\n")
        return error.exit_code
    except OSError as error:
        # of a path that no file can have, or of a disk: what can be foreseen is caught where it is
        if error.filename is None and not _is_nowhere():
            raise
        if error.filename is None:
            write_err("mcmort: the current folder is no longer there. Hint: change to another one\n")
            return 1
        write_err(f"mcmort: {_escaped(_shortened(str(error.filename)))}: cannot be used ({error.strerror})\n")
        return 1
    except typer.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except MemoryError:
        write_err("mcmort: not enough memory for so many draws. Hint: fewer with --draws\n")
        return 1
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "mcmort":
            raise
        hint = "pip install mcmort brings all that both engines need"
        write_err(f"mcmort: this needs {error.name}, which is not installed. Hint: {hint}\n")
        return 1
    except Exception as error:
        return _wrong_use(error)
    if result == _INTERRUPTED:
        return _interrupted()
    return result if isinstance(result, int) else 0


def _is_nowhere() -> bool:
    """Whether the current folder has been deleted."""
    try:
        return not Path.cwd().is_dir()
    except OSError:
        return True


def _escaped(message: str) -> str:
    """Return a message without what steers a terminal, such as the name of a file may hold."""
    from mcmort.catalogue.reading.hostile_text import escaped

    return escaped(message)


def _shortened(path: str) -> str:
    """Return a path in a message of one line."""
    return path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}..."


def _interrupted() -> int:
    write_err("mcmort: interrupted\n")
    return _INTERRUPTED


def _wrong_use(error: Exception) -> int:
    """Print an error of the option parser; anything else is a defect of ours and is raised."""
    show_error = getattr(error, "show", None)
    exit_code = getattr(error, "exit_code", None)
    if show_error is None or exit_code is None:
        raise error
    show_error()
    return int(exit_code)
