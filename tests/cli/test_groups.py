"""Groups of options: what typer sees of them, and what the command gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from mcmort.cli.groups import command
from mcmort.errors import OptionError


@dataclass(frozen=True, kw_only=True)
class _Size:
    width: Annotated[int, typer.Option("--width", "-w", min=1, help="How wide.")] = 3
    tags: Annotated[list[str] | None, typer.Option("--tag", help="May be repeated.")] = None


@command
def _paint(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    *,
    first: Annotated[bool, typer.Option("--first")] = False,
    size: _Size,
    last: Annotated[bool, typer.Option("--last")] = False,
) -> None:
    """Paint something."""
    if size.width == 13:
        raise OptionError("width", "13 is unlucky")
    typer.echo(f"{name} {size!r} {first} {last}")


@pytest.fixture
def app() -> typer.Typer:
    """Return an application with one command."""
    app = typer.Typer()
    app.command()(_paint)
    return app


def test_group_is_filled_from_its_options(app: typer.Typer) -> None:
    """Options of a group arrive as one record, those that are not given with their defaults."""
    ran = CliRunner().invoke(app, ["door", "-w", "5", "--tag", "a", "--tag", "b", "--last"])
    assert ran.output == f"door {_Size(width=5, tags=['a', 'b'])!r} False True\n"
    assert CliRunner().invoke(app, ["door"]).output == f"door {_Size()!r} False False\n"


def test_group_stands_in_help_where_the_command_names_it(app: typer.Typer) -> None:
    """Help lists the options of a group one by one, in place of the group, with the command's own docstring."""
    text = CliRunner().invoke(app, ["--help"]).output
    places = [text.index(option) for option in ("--first", "--width", "--tag", "--last")]
    assert places == sorted(places)
    assert "Paint something." in text
    assert "How wide." in text
    assert "--size" not in text


def test_option_out_of_range_in_group_is_wrong_use(app: typer.Typer) -> None:
    """Typer's own checks of an option hold in a group as well."""
    assert CliRunner().invoke(app, ["door", "-w", "0"]).exit_code == 2


def test_option_error_is_wrong_use_that_names_the_option(app: typer.Typer) -> None:
    """An option that a layer below refuses is reported as typer reports wrong use, with the name of the option."""
    ran = CliRunner().invoke(app, ["door", "-w", "13"])
    assert ran.exit_code == 2
    assert "--width" in ran.output
    assert "13 is unlucky" in ran.output
