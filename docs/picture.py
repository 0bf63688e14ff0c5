"""Draws docs/layers.svg: the packages of mcmort one above the other, as the import contract in pyproject.toml has them.

The order is read from the contract, and what a package is from the first line of its docstring, so the picture says
nothing of its own. `docs/generate.py` writes it.
"""

from __future__ import annotations

import ast
import textwrap
import tomllib
from html import escape
from pathlib import Path
from typing import Final

__all__ = ["first_line", "layers", "layers_svg"]

_WIDTH: Final = 920
_LEFT: Final = 70
_RIGHT: Final = 850
_GAP: Final = 10
_LINE: Final = 15
_CHARACTER: Final = 6.6
"""About the width of a character of the small font."""
_STYLE: Final = (
    "text { font-family: sans-serif; fill: #222 } .name { font-size: 15px; font-weight: bold } "
    ".says { font-size: 12px } .edge { font-size: 12px; fill: #555 } "
    "rect { fill: #f4f1ea; stroke: #777 } .outside { fill: none; stroke-dasharray: 4 3 } "
    "line { stroke: #555; stroke-width: 1.5; marker-end: url(#tip) }"
)


def layers(root: Path) -> list[list[str]]:
    """Return the packages of each layer, top first."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (found,) = (one["layers"] for one in contracts if one["type"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in found]


def first_line(path: Path) -> str:
    """Return the first sentence of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].strip()


def layers_svg(root: Path) -> str:
    """Return the picture."""
    top = 46
    boxes = [_box(8, _LEFT, _RIGHT - _LEFT, "", ["a terminal, Python, a notebook"])]
    for row in layers(root):
        width = (_RIGHT - _LEFT - _GAP * (len(row) - 1)) / len(row)
        texts = [_docstring(root / "mcmort" / name) for name in row]
        lines = [textwrap.wrap(text, int((width - 20) / _CHARACTER)) for text in texts]
        tallest = max(lines, key=len)
        for column, name in enumerate(row):
            room = [*lines[column], *[""] * (len(tallest) - len(lines[column]))]
            boxes.append(_box(top, _LEFT + column * (width + _GAP), width, name, room))
        top += _height(name, tallest) + _GAP
    files = "priors/CASE: TOML files and sources.bib"
    boxes.append(_box(top, _LEFT, _RIGHT - _LEFT, "", [files]))
    bottom = top + 28
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {bottom + 8}" role="img">',
            "<title>The layers of mcmort</title>",
            f"<style>{_STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0,0 L10,5 L0,10 z" fill="#555"/></marker></defs>',
            f'<rect width="{_WIDTH}" height="{bottom + 8}" style="fill: white; stroke: none"/>',
            *boxes,
            _arrow(40, 46, bottom - 38, "a package imports only from those below it"),
            _arrow(_RIGHT + 30, bottom - 4, 12, "a figure becomes a printed interval"),
            "</svg>",
            "",
        ]
    )


def _docstring(module: Path) -> str:
    return first_line(module / "__init__.py" if module.is_dir() else module.with_suffix(".py")).replace("`", "")


def _height(name: str, lines: list[str]) -> int:
    return (28 if name else 13) + _LINE * len(lines)


def _box(top: float, left: float, width: float, name: str, lines: list[str]) -> str:
    """Return a package with its name and what is in it, or, without a name, what lies outside of the package."""
    frame = f'x="{left:g}" y="{top:g}" width="{width:g}" height="{_height(name, lines)}" rx="4"'
    parts = [f'<rect class="{"layer" if name else "outside"}" {frame}/>']
    if name:
        parts.append(f'<text class="name" x="{left + 10:g}" y="{top + 19:g}">{escape(name)}</text>')
    first = top + (36 if name else 19)
    parts += [
        f'<text class="says" x="{left + 10:g}" y="{first + _LINE * number:g}">{escape(line)}</text>'
        for number, line in enumerate(lines)
        if line
    ]
    return "\n".join(parts)


def _arrow(x: float, start: float, end: float, says: str) -> str:
    middle = (start + end) / 2
    return (
        f'<line x1="{x:g}" y1="{start:g}" x2="{x:g}" y2="{end:g}"/>\n'
        f'<text class="edge" text-anchor="middle" transform="translate({x - 8:g} {middle:g}) rotate(-90)">'
        f"{escape(says)}</text>"
    )
