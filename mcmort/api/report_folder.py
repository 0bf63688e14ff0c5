"""A report as a folder: the page that people pass around, and everything behind it that others need to check it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mcmort.analysis.recorded_result import REPORT_RECEIPT
from mcmort.api.page_variant import compared, page_variants
from mcmort.api.report_contents import ReportContents
from mcmort.api.report_figures import bridge_sides, with_other_figures
from mcmort.catalogue import Case
from mcmort.catalogue.verb_arguments import checked_arguments
from mcmort.errors import OptionError, OutputError, UsageError
from mcmort.present.page.page import default_definition
from mcmort.present.write import write_whole
from mcmort.results import DrawOptions, Engine
from mcmort.results.draw_options import ENGINES

if TYPE_CHECKING:
    from mcmort.sampler.kernel.run import Progress

type Engines = Literal["elicited", "synthesis", "both"]
type Figures = Literal["all", "few"]

__all__ = ["FolderReport", "check_folder", "report", "report_with"]


@dataclass(frozen=True)
class FolderReport:
    """A report that was written.

    Attributes
    ----------
    folder : Path
        Where it is.
    headline : str
        The sentence that says what the total shown first is.
    files : dict of str to str
        SHA-256 of each file, by its path in the folder.
    notes : tuple of str
        What could not be written, and why.
    """

    folder: Path
    headline: str
    files: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def page(self) -> Path:
        """The page that people pass around."""
        return self.folder / "report.html"

    def __str__(self) -> str:
        return "\n".join([self.headline, "", f"{self.page} and {len(self.files)} files behind it.", *self.notes])


@checked_arguments
def report(
    case: Case,
    folder: str | Path,
    *,
    definition: str | None = None,
    engine: Engines = "elicited",
    figures: Figures = "all",
    rng: int = 1,
    force: bool = False,
) -> FolderReport:
    """Write a report as a folder.

    Parameters
    ----------
    case : Case
        From `mcmort.load`.
    folder : str or Path
        Where it goes; made if it is not there.
    definition : str, optional
        The definition that is shown first; by default the middle one of the case, neither narrow nor broad.
    engine : {"elicited", "synthesis", "both"}
        Pooled ranges, the model of all the evidence, or both; a stored fit is used where there is one.
    figures : {"all", "few"}
        All kinds that the case has, or those alone that need no more than the tables.
    rng : int
        Seed.
    force : bool
        Whether to write into a folder that holds files; those of the same names are replaced.

    Returns
    -------
    FolderReport
        Its page needs nothing but a browser.

    Raises
    ------
    OutputError
        If the folder holds files and `force` is not given, or it cannot be written.
    UsageError
        If there is no such definition.
    """
    return report_with(
        case, folder, DrawOptions(seed=rng), definition=definition, engine=engine, figures=figures, force=force
    )


def report_with(
    case: Case,
    folder: str | Path,
    options: DrawOptions,
    *,
    definition: str | None = None,
    engine: Engines = "elicited",
    figures: Figures = "all",
    force: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> FolderReport:
    """Write a report of draws that are made as the options say; see `report`."""
    folder = Path(folder)
    check_folder(folder, force=force)
    if definition is not None and definition not in case.definitions:
        raise UsageError(case.missing(definition, "definition"))
    if engine not in (*ENGINES, "both"):
        raise OptionError("engine", f"no engine {engine!r}; expected one of {', '.join(ENGINES)}, both")
    engines: tuple[Engine, ...] = ENGINES if engine == "both" else (engine,)
    choices = [
        replace(options, engine=one, without=frozenset() if one == "elicited" else options.without) for one in engines
    ]
    first = compared(case, choices[0], threads=threads, progress=progress)
    shown = default_definition(first.rows, definition)
    kinds = (
        with_other_figures(case, choices[0], shown, bridge_sides(first.comparison))
        if figures == "all"
        else nullcontext()
    )
    with kinds as others:
        comparisons = (first, *(compared(case, one, threads=threads, progress=progress) for one in choices[1:]))
        variants = tuple(
            variant
            for comparison, one in zip(comparisons, choices, strict=True)
            for variant in page_variants(comparison, one, definition=definition, threads=threads)
        )
        contents = ReportContents(case, comparisons, variants, shown)
        files, notes = contents.files(others)
    recorded = json.loads(files["tables/engines.json" if len(engines) > 1 else "tables/definitions.json"])
    receipts = {one: recorded[one]["receipt"] for one in engines} if len(engines) > 1 else recorded["receipt"]
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    receipt = {"files": digests, "receipts": receipts}
    files[REPORT_RECEIPT] = (json.dumps(receipt, indent=2) + "\n").encode()
    _write(folder, files)
    return FolderReport(folder, contents.headline, digests, notes)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, each whole or not at all, the receipt of them all last."""
    try:
        for place in [folder, *((folder / name).parent for name in files)]:
            place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror})") from error
    for name, content in files.items():
        write_whole(folder / name, content)


def check_folder(folder: Path, *, force: bool = False) -> None:
    """Refuse early a folder that cannot be written, or that holds something.

    Raises
    ------
    OutputError
        With what is wrong and what to do.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file; expected a folder, or the name of a new one")
    if folder.is_dir():
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OutputError(f"{folder}: may not be written. Hint: choose another place with -o")
        if not force and any(folder.iterdir()):
            raise OutputError(
                f"{folder}: holds files already. Hint: --force replaces those of the report, and leaves the others"
            )
        return
    nearest = next((parent for parent in folder.absolute().parents if parent.exists()), None)
    if nearest is None or not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise OutputError(f"{folder}: cannot be made, {nearest} may not be written. Hint: choose another place with -o")
