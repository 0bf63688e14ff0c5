"""The generated parts of the page on hindcasts."""

from __future__ import annotations

import re

import mcmort as mm
from mcmort.analysis.measured_errors.left_out_numbers import RefitCheck
from mcmort.present.figures.style import figure_bytes
from mcmort.present.numbers import signed, significant
from mcmort.present.tables.formats import to_markdown
from mcmort.present.texts.hindcast_headline import archives_headline

__all__ = ["hindcasts_page", "pit_svg"]


def hindcasts_page(text: str) -> str:
    """Return the page with its tables."""
    report = mm.hindcast()
    parts = {
        f"hindcast {name}": to_markdown(report.table(name))
        for name in ("coverage", "pit", "archives", "events", "cases")
    }
    parts["hindcast headline"] = report.headline + "\n"
    parts["hindcast archives headline"] = archives_headline(report.archives) + "\n"
    parts["hindcast checks"] = _checks(report.numbers.checks)
    pattern = r"(<!-- generated: (hindcast [\w ]+) -->\n).*?(<!-- end -->)"
    return re.sub(pattern, lambda match: match[1] + parts[match[2]] + match[3], text, flags=re.DOTALL)


def pit_svg() -> str:
    """Return the figure of where later counts lie in their predictions."""
    return figure_bytes(mm.hindcast().figure(), "svg").decode()


def _checks(checks: tuple[RefitCheck, ...]) -> str:
    """Return what importance sampling and refits say of the same figures."""
    lines = [
        "| event | figure | diagnostic | bias and spread, weighed | bias and spread, refitted |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for one in checks:
        laws = (one.weighed.found, one.refitted.found)
        weighed, refitted = (f"{signed(law.bias)}, {significant(law.log_sd, 2)}" for law in laws)
        lines.append(f"| {one.event} | {one.id} | {one.khat:.2f} | {weighed} | {refitted} |")
    return "\n".join(lines) + "\n"
