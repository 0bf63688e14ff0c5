"""The parts of which pages and widgets are put together: programs, styles and templates, from the files beside this."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["EXPLORER_SCRIPTS", "joined", "template"]

EXPLORER_SCRIPTS: Final = ("engine.js", "view.js", "app.js")
"""The program of an explorer, wherever it runs."""


def joined(names: Sequence[str]) -> str:
    """Return programs or styles as one, without the spaces before their lines, and without lines of comment."""
    lines = (line.lstrip() for name in names for line in _text(name).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))


@cache
def template(name: str) -> Template:
    """Return a template, which escapes what goes into it."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(loader=FunctionLoader(_text), autoescape=True, undefined=StrictUndefined).get_template(name)


def _text(name: str) -> str:
    return files("mcmort.present.page").joinpath(name).read_text(encoding="utf-8")
