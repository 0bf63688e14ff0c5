"""Writes the generated parts of the documentation, or with ``--check`` says which are stale.

Run with ``make docs``. Generated are the tables of the README, the reference of the commands, the list of files, the
columns of a spreadsheet, the worked example of ``priors/README.md``, each author's total against ours, why numbers
differ, what universes disagree about, what single sources do, how the figures of each total were read, the statements
from which the first cases started, totals before and after version 2 of the case format, the gallery of figures, the
picture of the layers, what the examples in ``docs/method.md`` and ``docs/architecture.md`` print, what commands print
in the README and in ``WITH_OUTPUT``, the figure of the README, the reference of the Python functions, the spreads of
bases, and what the benchmarks found, once ``benchmarks/results.json`` is there.
"""

from __future__ import annotations

import argparse
import ast
import doctest
import io
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache, partial
from pathlib import Path

from evidence_pages import confidence_page, statements_page
from gallery import FIGURES, figure_svg, gallery_page
from hindcast import hindcasts_page, pit_svg
from influence import influence_page
from meaning import meaning_page
from measured import measured_errors
from picture import first_line, layers, layers_svg
from python_api import api_page
from samples import definitions_figure, shown
from spreads import bases

import mcmort as mm
from mcmort.bench.docs import RESULTS, page, readme_table
from mcmort.catalogue.reading.column_names import COLUMNS, MORE_COLUMNS
from mcmort.catalogue.reading.new_case import TEMPLATE
from mcmort.cli.app import command_line
from mcmort.present.numbers import rounding_for, rounding_of
from mcmort.present.tables.columns import Table
from mcmort.present.tables.comparison_table import comparison_table
from mcmort.present.tables.formats import to_markdown
from mcmort.sampler import Sampler

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mcmort"
PICTURED = ("recorded", "violent", "decade")
"""Definitions of Cambodia in the figure of the README, and in the sentence above it."""


@cache
def draws_of(case: str) -> Sampler:
    """Draw once for each case: the default number of draws and the default seed of the command line."""
    return mm.Sampler(mm.load(case), rng=1)


def between(text: str, name: str, content: str) -> str:
    """Replace what stands between the marks of a generated part."""
    pattern = rf"(<!-- generated: {re.escape(name)} -->\n).*?(<!-- end -->)"
    return re.sub(pattern, lambda match: match[1] + content + match[2], text, flags=re.DOTALL)


def readme(text: str) -> str:
    """Return the README with what commands print, the sentence of its figure, and the times of the benchmarks."""
    table = comparison_table(mm.compare(draws_of("ussr")).comparison)
    text = between(text, "sentence", sentence())
    text = between(text, "compare ussr", to_markdown(Table(table.title, table.columns, table.rows)))
    return shown(between(text, "benchmarks", speed()))


def sentence() -> str:
    """Return the sentence of the README that its figure shows."""
    spans = []
    for name in PICTURED:
        report = mm.total(draws_of("cambodia"), name)
        interval = report.summary.interval(0.95)
        spans.append(rounding_for(report.summary).span(interval.low, interval.high))
    return (
        f"In Cambodia the papers of the prison S-21 name {spans[0]} prisoners who were not released; {spans[1]}\n"
        f"people were killed in 1975-79; and {spans[2]} more died in 1970-80 than in ordinary years (95 % credible\n"
        "intervals). The three do not contradict each other: they answer different questions.\n"
    )


def speed() -> str:
    """Return the table of the benchmarks with a link to all of them, or nothing if there are none."""
    if not (ROOT / RESULTS).exists():
        return ""
    return (
        readme_table(ROOT)
        + "\n[docs/benchmarks.md](docs/benchmarks.md) has every cell, with those that mcmort loses.\n"
    )


def benchmarks(old: str) -> str:
    """Return the page on benchmarks, or what is there if there are none."""
    return page(ROOT) if (ROOT / RESULTS).exists() else old


def columns(text: str) -> str:
    """Return the page on spreadsheets with its columns."""
    rows = [f"| `{name}` | {meaning} |" for name, meaning in (COLUMNS | MORE_COLUMNS).items()]
    head = ["| column | meaning |", "| --- | --- |"]
    return between(text, "columns", "\n".join([*head, *rows]) + "\n")


def example(text: str) -> str:
    """Return the page on cases with the files of the worked example."""
    for path in sorted(TEMPLATE.iterdir()):
        language = {".toml": "toml", ".bib": "bibtex"}.get(path.suffix)
        if language is not None:
            block = f"`{path.name}`\n\n```{language}\n"
            body = path.read_text(encoding="utf-8")
            start = text.index(block) + len(block)
            text = text[:start] + body + text[text.index("```\n", start) :]
    return text


def claims(_: str) -> str:
    """Return each author's total against ours, for every shipped case."""
    lines = [
        "# Each author's total against ours",
        "",
        "Generated by `make docs` from `mcmort claims CASE` (100,000 draws, seed 1). A claim is replayed under its",
        "author's own definition, as far as it is known; no claim is an input of the draws beside which it stands.",
        "",
    ]
    for case in sorted(mm.cases()):
        lines += [f"## {draws_of(case).case.head.title}", "", mm.claims(draws_of(case)).render("markdown")]
    return "\n".join(lines)


MULTIVERSE = 200
"""Universes of the page on them: a fifth of what the command runs by default."""
SHOWN = (0.025, 0.25, 0.5, 0.75, 0.975)


def multiverse(_: str) -> str:
    """Return what the universes of the Soviet case disagree about, with its probability boxes."""
    report = mm.multiverse(mm.load("ussr"), universes=MULTIVERSE)
    lines = [
        "# What the numbers disagree about",
        "",
        f"Generated by `make docs` from `mcmort multiverse ussr --universes {MULTIVERSE}`; [method.md](method.md)",
        "says what the shares are.",
        "",
        report.headline,
        "",
        report.render("markdown"),
        "## Probability boxes",
        "",
        "The smallest and the largest quantile of any universe. Between the two lies choice, along each row lies",
        "chance.",
        "",
        "| definition | " + " | ".join(f"{100 * probability:g} %" for probability in SHOWN) + " |",
        "| --- |" + " ---: |" * len(SHOWN),
    ]
    for name, box in report.boxes.items():
        places = [int(abs(box.probabilities - probability).argmin()) for probability in SHOWN]
        spans = [rounding_of((box.lowest[at], box.highest[at])).span(box.lowest[at], box.highest[at]) for at in places]
        lines.append(f"| {name or 'any of them'} | " + " | ".join(spans) + " |")
    return "\n".join(lines) + "\n"


BRIDGES = (("archival", "maximal"), ("getty-1993-total", "rummel-1990"), ("getty-1993-total", "conquest-2008"))


def why_numbers_differ(_: str) -> str:
    """Return the page of bridges of the Soviet case, and of the definitions that fit a printed number."""
    draws = draws_of("ussr")
    lines = [
        "# Why numbers differ",
        "",
        "Generated by `make docs` from `mcmort bridge ussr FROM TO` and `mcmort locate ussr 20e6` (seed 1). Steps of",
        "scope lead from what one side counts to what the other does; steps of evidence from a figure that an author",
        "prints to our total under that author's own definition. [method.md](method.md#why-two-numbers-differ) has the",
        "mathematics.",
        "",
    ]
    for start, end in BRIDGES:
        between = mm.bridge(draws, start, end)
        lines += [f"## From `{start}` to `{end}`", "", between.headline, "", between.render("markdown")]
    average = mm.bridge(draws, *BRIDGES[0], orders="average")
    lines += [
        "## The same as an average over orders",
        "",
        "With `--orders average` each step is its Shapley value. Components that no register holds then bring half of",
        "their deaths with the step from registered to all deaths, since under registered deaths they bring none.",
        "",
        average.render("markdown"),
        "## Which definitions fit 20 million",
        "",
    ]
    located = mm.locate(draws, 20e6)
    return "\n".join([*lines, located.headline, "", located.render("markdown")])


def commands(_: str) -> str:
    """Return the reference of the commands, from the commands themselves."""
    group = command_line()
    lines = ["# Commands", "", "Generated by `make docs` from the commands themselves.", ""]
    for name, command in sorted(group.commands.items()):
        lines += [f"## mcmort {name}", "", (command.help or "").strip(), ""]
        rows = []
        for parameter in command.params:
            spelled = ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))
            if parameter.param_type_name == "argument":
                spelled = f"`{parameter.metavar or parameter.name.upper()}`"
            rows.append(f"| {spelled} | {getattr(parameter, 'help', None) or ''} |")
        lines += ["| option | meaning |", "| --- | --- |", *rows, ""] if rows else []
    return "\n".join(lines)


def executed(text: str) -> str:
    """Return a page with what its examples print, run from top to bottom in one namespace."""
    namespace: dict[str, object] = {}

    def run(block: re.Match[str]) -> str:
        pieces = []
        for piece in doctest.DocTestParser().parse(block[2]):
            if isinstance(piece, str):
                pieces.append(piece)
                continue
            printed = io.StringIO()
            with redirect_stdout(printed):
                exec(compile(piece.source, "<example>", "single"), namespace)
            first, *more = piece.source.splitlines()
            code = [f">>> {first}", *(f"... {line}" for line in more)]
            pieces.append("\n".join(code) + "\n" + printed.getvalue())
        return block[1] + "".join(pieces) + block[3]

    return re.sub(r"(^```pycon\n)(.*?)(^```$)", run, text, flags=re.MULTILINE | re.DOTALL)


def modules() -> list[Path]:
    """Return the packages and modules of mcmort as paths below it: top layer first."""
    paths = []
    for name in (name for layer in layers(ROOT) for name in layer):
        folder = PACKAGE / name
        inner = sorted(folder.rglob("*.py"), key=lambda path: (path.parent, path.name != "__init__.py", path.name))
        paths += [path.relative_to(PACKAGE) for path in inner] or [Path(f"{name}.py")]
    return paths


def described(paths: list[Path], heading: str) -> str:
    """Return a table of packages and modules with the first sentence of each."""
    rows = []
    for path in paths:
        place = f"`{path.parent}/`" if path.name == "__init__.py" else f"`{path}`"
        rows.append(f"| {place} | {first_line(PACKAGE / path)}{help_of(path)} |")
    return "\n".join([f"| {heading} | what is in it |", "| --- | --- |", *rows]) + "\n"


def help_of(path: Path) -> str:
    """Return what the command of a file does, whose docstring only names the command; of other files nothing."""
    command = command_line().commands.get(path.stem.rstrip("_")) if path.parent.name == "cli" else None
    return f" {(command.help or '').partition(chr(10))[0]}" if command else ""


def packages(*, inner: bool) -> str:
    """Return a table of the packages, with those inside of others or without."""
    rows = [path for path in modules() if path.name == "__init__.py" or len(path.parts) == 1]
    return described([path for path in rows if inner or len(path.parts) < 3], "package")


def files(_: str) -> str:
    """Return the page with a line for each file."""
    lines = [
        "# Files",
        "",
        "Every file of `mcmort`, upper layers first: the first sentence of each, gathered by `make docs`.",
        "[architecture.md](architecture.md) says how they work together.",
        "",
    ]
    return "\n".join(lines) + "\n" + described(modules(), "file")


def architecture(text: str) -> str:
    """Return the page on the architecture: its examples run, its table of packages from their docstrings."""
    return executed(placed(between(text, "packages", packages(inner=True))))


def placed(text: str) -> str:
    """Return a page in which each "`name` in `file`" names the file that defines the name today."""
    homes: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.TypeAlias(name=ast.Name(id=name)):
                    pass
                case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                    pass
                case _:
                    continue
            homes.setdefault(name, []).append(path.relative_to(PACKAGE).as_posix())

    def place(match: re.Match[str]) -> str:
        name, gap, home = match.groups()
        modules = homes.get(name, [])
        if home not in modules and len(modules) != 1:
            raise LookupError(f"`{name}` is said to be in {home}; it is defined in {modules or 'no module'}")
        return f"`{name}` in{gap}`{home if home in modules else modules[0]}`"

    return re.sub(r"`(\w+)` in(\s)`([\w/]+\.py)`", place, text)


def _figure(kind: str, _: str) -> str:
    return figure_svg(kind)


WITH_OUTPUT = (
    "how-sure",
    "ten-minutes",
    "using-measured-errors",
    "what-is-disputed",
    "which-evidence-matters",
    "why-somebody-says-otherwise",
)
"""Pages that show what commands print."""

PAGES: dict[str, Callable[[str], str]] = {
    "README.md": readme,
    "priors/README.md": example,
    "docs/benchmarks.md": benchmarks,
    "docs/architecture.md": architecture,
    "docs/bases.md": bases,
    "docs/cambodia.svg": lambda _: definitions_figure(draws_of("cambodia"), PICTURED),
    "docs/claims.md": claims,
    "docs/commands.md": commands,
    "docs/confidence.md": lambda _: confidence_page(draws_of),
    "docs/files.md": files,
    "docs/hindcast-pit.svg": lambda _: pit_svg(),
    "docs/hindcasts.md": hindcasts_page,
    "docs/import.md": columns,
    "docs/influence.md": lambda _: influence_page(),
    "docs/layers.svg": lambda _: layers_svg(ROOT),
    "docs/measured-errors.md": measured_errors,
    "docs/meaning-2.md": lambda _: meaning_page(draws_of),
    "docs/method.md": executed,
    "docs/multiverse.md": multiverse,
    "docs/python.md": lambda _: api_page(),
    "docs/statements.md": lambda _: statements_page(),
    "docs/why-numbers-differ.md": why_numbers_differ,
    **{f"docs/gallery/{kind}.svg": partial(_figure, kind) for kind in FIGURES},
    "docs/gallery.md": lambda _: gallery_page(),  # quotes the titles of the figures before it
    **{f"docs/{name}.md": shown for name in WITH_OUTPUT},
}


def main() -> int:
    """Write the files, or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    options = parser.parse_args()
    stale = []
    for name, make in PAGES.items():
        path = ROOT / name
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = make(old)
        if new != old:
            stale.append(name)
            if not options.check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(new, encoding="utf-8")
    for name in stale:
        print(f"{name}: {'stale; run make docs' if options.check else 'written'}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
