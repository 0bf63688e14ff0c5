"""A notebook for tests of the explorer in one: a page that plays the models of anywidget, with styles of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcmort.api.explorer_results import ExplorerResults
from mcmort.present.page.widget_program import widget_program

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["Cell", "write_notebook"]

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Notebook</title><style>
/* as notebooks do: rules for every table, heading and label, and a font size of the root of its own */
html { font-size: 10px; } body { background: #fff; margin: 0; padding: 8px; white-space: pre; }
body.dark { background: #111; color: #eee; }
table, label, fieldset, #headline { display: none; } h2, p, th { color: yellow; font-size: 40px; }
</style></head><body><main></main>
<script type="application/json" id="given">GIVEN</script>
<script>
// what anywidget hands to a view: state that Python shares
class Model {
  constructor(state) { this.state = state; this.sent = []; this.handlers = []; }
  get(key) { return this.state[key]; }
  set(key, value) {
    if (JSON.stringify(value) === JSON.stringify(this.state[key])) return;
    this.state = {...this.state, [key]: value};
    for (const [name, act] of this.handlers) if (name === `change:${key}`) act();
  }
  save_changes() { this.sent.push(JSON.parse(JSON.stringify(this.state.selection))); }
  on(name, act) { this.handlers.push([name, act]); }
  off(name, act) { this.handlers = this.handlers.filter((one) => one[0] !== name || one[1] !== act); }
}
(async () => {
  const {program, cells, states} = JSON.parse(document.getElementById("given").textContent);
  const {default: widget} = await import(URL.createObjectURL(new Blob([program], {type: "text/javascript"})));
  const models = Object.fromEntries(Object.entries(states).map(([name, state]) => [name, new Model(state)])), ends = {};
  for (const [cell, name] of Object.entries(cells)) {
    const el = document.createElement("div");
    el.id = cell;
    document.querySelector("main").append(el);
    ends[cell] = widget.render({model: models[name], el});
  }
  window.mcmort = {ready: true, models, ends};
})();
</script></body></html>"""


def write_notebook(path: Path, cells: Mapping[str, str], results: Mapping[str, ExplorerResults]) -> None:
    """Write a notebook.

    Parameters
    ----------
    path : Path
        Where.
    cells : mapping of str to str
        For each cell the name of the model that it shows.
    results : mapping of str to ExplorerResults
        What each model is of.
    """
    states = {name: {"_data": one.data(), "selection": one.whole({})} for name, one in results.items()}
    given = json.dumps({"program": widget_program(), "cells": dict(cells), "states": states}).replace("<", "\\u003c")
    path.write_text(_PAGE.replace("GIVEN", given), encoding="utf-8")


class Cell:
    """One cell of a notebook that was opened, and the model that it shows."""

    def __init__(self, page: Page, cell: str, model: str) -> None:
        self.page, self._cell, self._model = page, cell, f"window.mcmort.models[{json.dumps(model)}]"

    def at(self, selector: str) -> str:
        """Return a selector within the cell."""
        return f"#{self._cell} {selector}"

    def text(self, selector: str) -> str:
        """Return the text of an element, spaces as in the source."""
        return (self.page.text_content(self.at(selector)) or "").strip()

    @property
    def selection(self) -> dict[str, Any]:
        """What the model holds."""
        found: dict[str, Any] = self.page.evaluate(f"{self._model}.get('selection')")
        return found

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The selections that were sent to Python."""
        found: list[dict[str, Any]] = self.page.evaluate(f"{self._model}.sent")
        return found

    def from_python(self, selection: Mapping[str, Any]) -> None:
        """Change the selection as Python does."""
        self.page.evaluate(f"selection => {self._model}.set('selection', selection)", dict(selection))

    def end(self) -> None:
        """Take the view away, as a notebook does with a cell that runs again."""
        self.page.evaluate(f"window.mcmort.ends[{json.dumps(self._cell)}]()")
