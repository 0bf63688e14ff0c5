"""Errors that a user can meet, each with what, where, found, expected and a hint.

Nothing here prints. The command line turns a `McmortError` into text on stderr and its exit code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

__all__ = [
    "CaseError",
    "ConvergenceError",
    "DefinitionError",
    "EvidenceError",
    "FitError",
    "FormulaError",
    "McmortError",
    "OptionError",
    "OutputError",
    "Problem",
    "TaskError",
    "UnknownCaseError",
    "UsageError",
    "VerifyError",
]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One defect of an input.

    Attributes
    ----------
    file : str
        File in which the defect stands, relative to the case folder.
    key : str
        Place inside the file, such as ``component "camps" > estimate[0] > low``.
    found : str
        What stands there.
    expected : str
        What should stand there.
    hint : str
        What to do about it; may be empty.
    kind : {"form", "meaning"}
        ``form`` for a badly formed input, ``meaning`` for a well-formed one that says nothing sensible.
    """

    file: str
    key: str
    found: str
    expected: str
    hint: str = ""
    kind: str = "meaning"

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        text = f"{where}: found {self.found}; expected {self.expected}"
        return f"{text}. Hint: {self.hint}" if self.hint else text


def _as_read(problem: Problem) -> tuple[object, ...]:
    """Return the order in which problems are read: row 9 before row 10."""
    parts = re.split(r"([0-9]+)", problem.key)
    return problem.file, [int(part[:18]) if part.isdecimal() else part for part in parts], problem


class McmortError(Exception):
    """Base of all errors of this package; `exit_code` is what the command line returns."""

    exit_code = 1


_MOST_PRINTED: Final = 1_000
"""Problems of a case that its message holds."""


class CaseError(McmortError):
    """A case folder has defects; `problems` holds all of them."""

    def __init__(self, where: str, problems: list[Problem]) -> None:
        self.where = where
        self.problems = tuple(sorted(problems, key=_as_read))
        count = len(self.problems)
        lines = [f"{where}: {count} problem{'s' if count != 1 else ''}"]
        printed = list(_gathered(self.problems))
        lines += [f"  {problem}" for problem in printed[:_MOST_PRINTED]]
        if len(printed) > _MOST_PRINTED:
            left = len(printed) - _MOST_PRINTED
            lines.append(f"  and {left:,} more, which are printed once some of these are mended")
        super().__init__("\n".join(lines))


_ALIKE: Final = 4
"""Rows of a sheet from which on the same problem in all of them is said once."""


def _gathered(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Iterate over problems, the same one in many rows of a sheet as one that names them."""
    rows: dict[Problem, list[Problem]] = {}
    for problem in problems:
        rows.setdefault(replace(problem, key=re.sub(r"^row \d+", "row", problem.key)), []).append(problem)
    for alike in rows.values():
        numbers = [re.match(r"row (\d+)", problem.key) for problem in alike]
        if len(alike) < _ALIKE or None in numbers:
            yield from alike
            continue
        named = ", ".join(number[1] for number in numbers if number)
        yield replace(alike[0], key=re.sub(r"^row \d+", f"rows {named}", alike[0].key))


class UnknownCaseError(McmortError):
    """No shipped case and no folder has the name that was asked for."""


class DefinitionError(McmortError):
    """A definition is unknown, names an unknown facet or value, or selects nothing."""


class FormulaError(McmortError):
    """A formula is not arithmetic, or names something that is not there."""


class FitError(McmortError):
    """No distribution of the family asked for has the quantiles that the source prints."""


class EvidenceError(McmortError):
    """There is nothing to condition on, or nothing that says how."""


class ConvergenceError(McmortError):
    """A fit is refused: its chains do not agree, or say too little."""


class OutputError(McmortError):
    """A result cannot be written where it was asked to go."""


class TaskError(McmortError):
    """A run of tasks cannot go on: workers differ in their versions, two results differ, or the workers are gone."""


class VerifyError(McmortError):
    """A receipt cannot be read, or a second run does not reproduce what it records."""


class UsageError(McmortError):
    """A call that makes no sense whatever the input, such as zero draws."""

    exit_code = 2


class OptionError(UsageError):
    """An option is out of range, or does not go with another; `option` is its name."""

    def __init__(self, option: str, message: str) -> None:
        self.option = option
        super().__init__(message)
