"""The program of an explorer in a notebook: that of the page, with another beginning."""

from __future__ import annotations

import json
from typing import Final

from mcmort.present.page.page_files import EXPLORER_SCRIPTS, joined, template

__all__ = ["widget_program"]

_BLANK: Final = dict.fromkeys(
    ("headline", "question", "basis", "table_title", "median", "interval", "left_out", "unknown", "note"), ""
)


def widget_program() -> str:
    """Return an ECMAScript module for anywidget, which holds its own markup and style."""
    skeleton = template("explorer.html.j2").render(shown={**_BLANK, "rows": []}, page=False)
    constants = {"SKELETON": skeleton, "STYLE": joined(["explorer.css", "widget.css"])}
    head = [f"const {name} = {json.dumps(text)};" for name, text in constants.items()]
    return "\n".join([*head, joined([*EXPLORER_SCRIPTS, "widget.js"])])
