"""Options of commands about a library of measured errors: pairs of one's own, and the model fitted anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcmort.cli.drawing import check_output, deliver
from mcmort.cli.task_options import TaskWords
from mcmort.errors import OptionError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from mcmort.api.errors_report import ErrorsReport
    from mcmort.api.hindcast_report import HindcastReport

__all__ = ["LibraryWords"]


@dataclass(frozen=True, kw_only=True)
class LibraryWords:
    """Which pairs, whether the model is fitted anew, and files beside what is printed."""

    own: Annotated[
        list[Path] | None,
        typer.Option("--with", metavar="PATH", help="Folder with pairs.csv and sources.bib to add; may be repeated."),
    ] = None
    refit: Annotated[bool, typer.Option("--refit", help="Fit the model anew to all pairs, which takes minutes.")] = (
        False
    )
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write the fitted numbers, with --refit.")
    ] = None
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="FILE", help="Draw it, ending in .png, .svg or .pdf.")
    ] = None

    @property
    def extra(self) -> tuple[Path, ...]:
        """Folders of pairs to add."""
        return tuple(self.own or ())

    def check(self, output: Path | None, tasks: TaskWords, *, is_fitted: bool) -> None:
        """Refuse options that do not go together, and files that cannot be written, before the work starts."""
        from mcmort.present.write import figure_format

        if self.save is not None and not self.refit:
            raise OptionError("save", "there are new numbers only with --refit")
        for option in ("plan", "results", "scheduler"):
            if getattr(tasks, option) is not None and not is_fitted:
                raise OptionError(option, "nothing is fitted without --refit")
        if self.figure is not None:
            figure_format(self.figure)
        for place in (output, self.save, self.figure):
            check_output(place)

    def deliver(self, numbers: BaseModel | None, report: ErrorsReport | HindcastReport) -> None:
        """Write the fitted numbers, and the figure, where each was asked for."""
        if self.save is not None and numbers is not None:
            deliver(numbers.model_dump_json(indent=1, by_alias=True) + "\n", self.save, is_json=True)
        if self.figure is not None:
            from mcmort.present.figures.style import figure_bytes
            from mcmort.present.write import figure_format, write_whole

            write_whole(self.figure, figure_bytes(report.figure(), figure_format(self.figure)))
