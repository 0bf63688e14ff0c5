"""Groups of options: a frozen dataclass whose fields several commands take as options of their own.

Typer reads a command's signature, and knows no groups. `command` gives it one in which each group is spelled out.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

import typer

from mcmort.errors import OptionError

__all__ = ["command"]


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Spell out the groups in a command's signature, and report an `OptionError` as typer reports wrong use.

    Parameters
    ----------
    function : callable
        A command. A parameter whose type is a dataclass is a group: its fields, annotated as options with their
        defaults, stand in its place.

    Returns
    -------
    callable
        What typer is to register.
    """
    signature = inspect.signature(function, eval_str=True)
    groups: dict[str, Any] = {
        name: parameter.annotation
        for name, parameter in signature.parameters.items()
        if is_dataclass(parameter.annotation)
    }
    options: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        options += _options_of(groups[name]) if name in groups else [parameter.replace(kind=parameter.KEYWORD_ONLY)]

    @functools.wraps(function)
    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        try:
            function(**given)
        except OptionError as error:
            raise typer.BadParameter(str(error), param_hint=f"--{error.option}") from error

    run.__dict__["__signature__"] = signature.replace(parameters=options)  # as `inspect.signature` looks for it
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in options}
    return run


def _options_of(group: Any) -> list[inspect.Parameter]:
    """Return the fields of a group as parameters."""
    types = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=types[field.name]
        )
        for field in fields(group)
    ]
