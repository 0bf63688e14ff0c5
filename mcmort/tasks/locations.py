"""Where the case or the library of measured errors of a task is read, and what it must hold to be the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcmort.errors import TaskError

if TYPE_CHECKING:
    from mcmort.catalogue.case import Case
    from mcmort.catalogue.measured_errors import ErrorLibrary

__all__ = ["CaseLocation", "LibraryLocation", "Located", "location_of", "read_location", "written_location"]

type Located = Case | ErrorLibrary
"""What a task may be about."""


@dataclass(frozen=True, slots=True)
class CaseLocation:
    """Where a case is read, and what it must hold to be the same case.

    Attributes
    ----------
    where : str
        Name of a shipped case, or the absolute path of a folder. No part of a key: a case may lie elsewhere on another
        machine.
    digest : str
        Digest of its content.
    """

    where: str
    digest: str

    @classmethod
    def of(cls, case: Case) -> CaseLocation:
        """Return the location of a case that was loaded."""
        from mcmort.catalogue.reading.load import cases

        return cls(case.where if case.where in cases() else str(Path(case.where).resolve()), case.digest)

    def __str__(self) -> str:
        return self.where

    def load(self) -> Case:
        """Load the case, once in each process.

        Raises
        ------
        CaseError, UnknownCaseError
            If there is no such case, or it has defects.
        TaskError
            If its content is not that of the task.
        """
        return _loaded(self)


@dataclass(frozen=True, slots=True)
class LibraryLocation:
    """Where a library of measured errors is read.

    Attributes
    ----------
    folders : tuple of str
        Absolute paths of the folders of its pairs, the first of them empty for those that come with mcmort. No part of
        a key.
    digest : str
        Of its pairs and of what is complete among its frames.
    """

    folders: tuple[str, ...]
    digest: str

    @classmethod
    def of(cls, library: ErrorLibrary) -> LibraryLocation:
        """Return the location of a library that was loaded."""
        return cls(
            tuple(folder and str(Path(folder).resolve()) for folder in library.folders), _digest_of_library(library)
        )

    def __str__(self) -> str:
        return ", ".join(folder or "measured errors" for folder in self.folders)

    def load(self) -> ErrorLibrary:
        """Load the library, once in each process.

        Raises
        ------
        CaseError
            If it has defects.
        TaskError
            If its content is not that of the task.
        """
        return _loaded_library(self)


def location_of(about: Located) -> CaseLocation | LibraryLocation:
    """Return where a case or a library of measured errors was read."""
    from mcmort.catalogue.measured_errors import ErrorLibrary

    return LibraryLocation.of(about) if isinstance(about, ErrorLibrary) else CaseLocation.of(about)


def written_location(location: CaseLocation | LibraryLocation) -> dict[str, Any]:
    """Return a location as values of JSON."""
    if isinstance(location, LibraryLocation):
        return {"folders": list(location.folders), "digest": location.digest}
    return {"where": location.where, "digest": location.digest}


def read_location(written: Mapping[str, Any]) -> CaseLocation | LibraryLocation:
    """Return the location that was written."""
    if "folders" in written:
        return LibraryLocation(tuple(map(str, written["folders"])), str(written["digest"]))
    return CaseLocation(str(written["where"]), str(written["digest"]))


@cache
def _loaded(location: CaseLocation) -> Case:
    from mcmort.catalogue.reading.load import load

    case = load(location.where)
    if case.digest != location.digest:
        raise TaskError(
            f"the case {location.where} has the digest {case.digest[:16]}; expected {location.digest[:16]}, that of "
            "the task. Hint: the files of the case were changed, or the case was changed after it was loaded"
        )
    return case


@cache
def _loaded_library(location: LibraryLocation) -> ErrorLibrary:
    from mcmort.catalogue.measured_errors import load_errors

    first, *extra = location.folders
    library = load_errors(first or None, extra)
    if (found := _digest_of_library(library)) != location.digest:
        raise TaskError(
            f"the pairs in {location} have the digest {found[:16]}; expected {location.digest[:16]}, that of the task. "
            "Hint: they were changed after the tasks were made"
        )
    return library


def _digest_of_library(library: ErrorLibrary) -> str:
    complete = sorted({pair.frame for pair in library.pairs if library.is_complete(pair)})
    return hashlib.sha256("\n".join([library.digest, *complete]).encode()).hexdigest()
