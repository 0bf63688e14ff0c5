"""``mcmort multiverse``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcmort.cli.drawing import check_output, deliver_report, progress_bar
from mcmort.cli.groups import command
from mcmort.cli.loading import load_case
from mcmort.cli.options import CaseName, Form, Format, Full, Level, Output, Quiet, Seed, Threads, deaths
from mcmort.cli.task_options import TaskWords

__all__ = ["multiverse"]


@command
def multiverse(
    case: CaseName,
    *,
    universes: Annotated[
        int, typer.Option("--universes", min=1, metavar="N", help="The most universes; of more, a balanced sample.")
    ] = 1_000,
    draws: Annotated[int, typer.Option("--draws", "-n", min=1, metavar="N", help="Draws of each universe.")] = 100_000,
    seed: Seed = 1,
    dial: Annotated[
        list[str] | None,
        typer.Option("--dial", metavar="NAME=A,B", help="Options of a dial, the usual one first; may be repeated."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude",
            metavar="NAME=A,B...",
            help="Leave out universes with all of these, such as 'pool=log weights=cited'.",
        ),
    ] = None,
    choices: Annotated[
        Path | None, typer.Option("--choices", metavar="FILE", help="Read dials, standards and exclusions from TOML.")
    ] = None,
    holds: Annotated[
        list[float] | None,
        typer.Option("--holds", metavar="X", parser=deaths, help="Say how many universes' intervals hold this number."),
    ] = None,
    interval: Level = 0.95,
    tasks: TaskWords,
    threads: Threads = None,
    form: Format = Form.text,
    output: Output = None,
    full: Full = False,
    quiet: Quiet = False,
) -> None:
    """Ask what the disagreement is about: the total under every combination of choices.

    Dials are definition, measure, net, evidence, pool, weights, reading (of ranges), family, dependence and engine. CSV
    holds every universe.

    Example: `mcmort multiverse ussr --dial pool=linear,log --holds 20e6`
    """
    from mcmort.analysis.multiverse.request import MultiverseRequest, read_choices
    from mcmort.analysis.multiverse.whole import multiverse_tasks
    from mcmort.api.multiverse_report import multiverse_of

    check_output(output)
    planned = {} if choices is None else read_choices(choices)
    request = MultiverseRequest.checked(
        dials={**planned.get("dials", {}), **_settings(dial or [], "--dial")},
        standards=planned.get("standards", {}),
        exclude=[
            *planned.get("exclude", []),
            *({"options": _settings(words.split(), "--exclude")} for words in exclude or []),
        ],
        universes=universes,
        holds=tuple(holds or ()),
    )
    loaded = load_case(case)
    if tasks.has_written_plan(lambda: multiverse_tasks(loaded, request, draws=draws, seed=seed, interval=interval)):
        return
    with tasks.executor() as executor, progress_bar(f"Universes of {loaded.id}", quiet) as progress:
        result = multiverse_of(
            loaded, request, draws=draws, seed=seed, interval=interval, threads=threads, workers=tasks.workers or 1,
            folder=tasks.results, executor=executor, progress=progress,
        )  # fmt: skip
    deliver_report(result, form, output, full=full)


def _settings(words: list[str], option: str) -> dict[str, tuple[str, ...]]:
    """Read ``pool=linear,log``."""
    settings = {}
    for word in words:
        name, equals, values = word.partition("=")
        options = tuple(value.strip() for value in values.split(",") if value.strip())
        if not equals or not name.strip() or not options:
            raise typer.BadParameter(f"{word!r} is no setting; write it as pool=linear,log", param_hint=option)
        settings[name.strip()] = options
    return settings
