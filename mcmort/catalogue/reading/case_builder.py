"""What has been read of a case folder: the reader adds records, checks look them up, and `freeze` makes a `Case`.

An id counts as known also where its record has defects, or where it may stand in a file that could not be read, so
that one defect does not cause false reports of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcmort.catalogue.case import Case, CaseHead, place
from mcmort.catalogue.records import Component, Quantity, Record, Source
from mcmort.errors import Problem

__all__ = ["CaseBuilder"]


@dataclass
class CaseBuilder:
    """What has been read of a case folder so far.

    Attributes
    ----------
    where : str
        The folder, or the name of a shipped case.
    head : CaseHead or None
        None where ``case.toml`` has defects.
    sources : dict of str to Source
        Works by key.
    records : dict
        Records by kind and id, as far as they could be made.
    files : dict of str to str
        File of each id that was declared, by ``kind id``.
    problems : list of Problem
        Defects of form found so far.
    partial : set of str
        Records with defects, as ``kind id``: a key that they lack may have been dropped as defective.
    estimates : dict of str to set of str
        Names of estimates as written, by ``kind id`` of their owner.
    blind : set of str
        Kinds of record of which an unread file may hold more.
    unread : dict of str to tuple of Problem
        Works whose entries cannot be read, by key: problems of a case that cites them, remarks on any other.
    """

    where: str
    head: CaseHead | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    partial: set[str] = field(default_factory=set)
    estimates: dict[str, set[str]] = field(default_factory=dict)
    blind: set[str] = field(default_factory=set)
    unread: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    _records: dict[str, dict[str, Any]] = field(default_factory=dict)
    _declared: dict[str, list[str]] = field(default_factory=dict)

    def declare(self, kind: str, name: str, file: str, record: Record | None, problems: Sequence[Problem] = ()) -> None:
        """Add a record with the defects of its form; None declares the id of one that could not be made."""
        self._records.clear()
        self._declared.clear()
        self.problems += problems
        if problems:
            self.partial.add(f"{kind} {name}")
        if f"{kind} {name}" in self.files:
            found = f"a second {kind} {name!r} (the first stands in {self.files[f'{kind} {name}']})"
            self.problems.append(Problem(file, place(kind, name), found, "ids used once", "rename one of them"))
            return
        self.files[f"{kind} {name}"] = file
        if record is not None:
            self.records.setdefault(kind, {})[name] = record

    def of(self, kind: str) -> dict[str, Any]:
        """Return the well-formed records of a kind, sorted by id."""
        if kind not in self._records:  # asked for with each scope and reference, and long to sort
            self._records[kind] = dict(sorted(self.records.get(kind, {}).items()))
        return self._records[kind]

    def declared(self, kind: str) -> list[str]:
        """Return the ids of a kind that were declared, well formed or not."""
        if kind not in self._declared:
            self._declared[kind] = sorted(
                key.removeprefix(f"{kind} ") for key in self.files if key.startswith(f"{kind} ")
            )
        return self._declared[kind]

    def lacks(self, kind: str, name: str) -> bool:
        """Whether an id is certainly declared nowhere."""
        return kind not in self.blind and f"{kind} {name}" not in self.files

    def is_whole(self, kind: str) -> bool:
        """Whether every record of a kind was read without a defect."""
        return kind not in self.blind and not any(key.startswith(f"{kind} ") for key in self.partial)

    def owners(self) -> Iterator[tuple[str, str, str, Component | Quantity]]:
        """Yield kind, id, file and record of everything that has estimates."""
        for kind in ("component", "quantity"):
            for name, owner in self.of(kind).items():
                yield kind, name, self.files[f"{kind} {name}"], owner

    def freeze(self) -> Case:
        """Return the checked case."""
        if self.head is None:
            raise ValueError("a case without a head cannot be frozen")
        return Case(
            head=self.head,
            components=self.of("component"),
            quantities=self.of("quantity"),
            profiles=self.of("profile"),
            overlaps=self.of("overlap"),
            dependence=self.of("dependence"),
            correlations=self.of("correlation"),
            balances=self.of("balance"),
            lineages=self.of("lineage"),
            claims=self.of("claim"),
            definitions=dict(self.records.get("definition", {})),
            sources=dict(sorted(self.sources.items())),
            where=self.where,
            files=dict(self.files),
            remarks=tuple(sorted(problem for problems in self.unread.values() for problem in problems)),
        )
