"""A Quarto document of a report, from which Quarto makes Word and PDF; nothing of ours depends on it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mcmort.catalogue import Case
from mcmort.present.tables.formats import markdown_text

__all__ = ["quarto_text"]


def quarto_text(case: Case, headline: str, tables: Sequence[str], figures: Sequence[tuple[str, str]]) -> str:
    """Return ``report.qmd``.

    Parameters
    ----------
    case : Case
        The case.
    headline : str
        The sentence that says what the first total is.
    tables : sequence of str
        Paths of tables in Markdown, in their order.
    figures : sequence of (str, str)
        Captions and paths of figures.
    """
    head = [
        "---",
        f"title: {json.dumps(_shown(case.head.title), ensure_ascii=False)}",
        "author: For the author",
        "format:\n  docx: default\n  pdf: default\n  html: default",
        "bibliography: bibliography.bib",
        'nocite: "@*"',
        "---",
    ]
    shown = [f"![{_shown(caption.replace(']', ')').replace('[', '('))}]({path})" for caption, path in figures]
    parts = [
        "\n".join(head), "# Result", _shown(headline), *shown, *(f"{{{{< include {path} >}}}}" for path in tables),
        "{{< include methods.md >}}", "{{< include limits.md >}}", "{{< include gather.md >}}", "# Bibliography",
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _shown(text: str) -> str:
    """Return a text of the case as Quarto shows it: Quarto would run code, shortcodes and formulas in it."""
    return markdown_text(text).replace("$", "\\$")
