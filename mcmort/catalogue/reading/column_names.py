"""Names of the columns of a spreadsheet: those of the layout, what people call them instead, and what a user maps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import OptionError

__all__ = ["COLUMNS", "MORE_COLUMNS", "ColumnChoices"]

COLUMNS: Final[dict[str, str]] = {
    "component": "id of the component that the estimate is about; in every row",
    "label": "label of the component; in its first row",
    "years": "years of the component, as 1930-1935; in its first row",
    "territory": "territory of the component; in its first row",
    "counts": "what the component counts, in plain words; in its first row",
    "unit": "unit of the component, if not deaths; in its first row",
    "facet:NAME": "value of a facet, several with a semicolon between; in its first row",
    "id": "id of the estimate, if its source has several for the component",
    "source": "key of the work in sources.bib; in every row",
    "locator": "page, table or section; in every row",
    "via": "through whom it was read, if not the original",
    "confidence": "high, medium or low",
    "low": "lower figure",
    "best": "central figure",
    "high": "upper figure",
    "standard_error": "standard error of the central figure",
    "reads": "what the printed range means",
    "basis": "how the source got it; in every row",
    "measure": "registered, or all",
    "lineage": "estimates that rest on the same data share one",
    "supersedes": "ids of the author's earlier figures, several with a semicolon between",
    "use": "pool, or cross-check",
    "estimate_years": "years that the figure covers, if not those of the component",
    "estimate_territory": "territory of the figure, if not that of the component",
    "estimate_counts": "what the figure counts, if not what the component counts",
    "note": "remarks on the estimate",
}
"""Columns of a spreadsheet, with their meaning."""

MORE_COLUMNS: Final[dict[str, str]] = {
    "table": "what the row is: component (an estimate of one, if nothing is said), claim, or quantity",
    "author": "authors of the work, several with a semicolon between; last name first, or an institution",
    "year": "year of the work",
    "title": "title of the work",
    "publication": "where the work appeared",
    "start_year": "first year that the figure covers, in place of estimate_years",
    "end_year": "last year that the figure covers",
    "definition": "of a claim: the definition of the case that it is about",
}
"""Columns for sheets that were not made for this: rows that are claims, works without a key, two columns of years."""

_SYNONYMS: Final = {
    "best": (
        "central, central estimate, best estimate, mid, middle, midpoint, point, point estimate, median, mean, figure, "
        "value"
    ),
    "low": "lower, lower bound, low estimate, min, minimum, from figure",
    "high": "upper, upper bound, high estimate, max, maximum, to figure",
    "standard_error": "se, std error, std. error, stderr",
    "locator": "page, pages, pp, pp., p., where in source, table or page",
    "source": "ref, reference, citation, key, bibkey, citekey, source key",
    "territory": "place, country, region, location, area",
    "basis": "method, source type",
    "note": "notes, remark, remarks, comment, comments",
    "reads": "meaning, range means, interval",
    "start_year": "start, begin, year from, first year, from",
    "end_year": "end, year to, last year, to, until",
    "author": "authors, author(s)",
    "year": "publication year, published",
    "publication": "journal, publisher, published in",
    "table": "role, row type, kind of row",
    "unit": "units",
    "measure": "measures",
    "via": "read through, cited in, quoted in",
}
"""What people call the columns."""


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name.strip().lower())


_CALLED: Final = {_plain(called): column for column, names in _SYNONYMS.items() for called in names.split(",")}
_OF_LAYOUT: Final = {_plain(column): column for column in (*COLUMNS, *MORE_COLUMNS) if ":" not in column}
_FACET: Final = re.compile(r"facet:[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class ColumnChoices:
    """What a user says of the columns of a sheet.

    Attributes
    ----------
    renamed : mapping of str to str
        Columns of the layout by the names in the sheet.
    ignored : tuple of str
        Names of columns that are not read.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    @classmethod
    def of(cls, renamed: Sequence[str], ignored: Sequence[str]) -> ColumnChoices:
        """Return the choices of options such as ``--map central=best`` and ``--ignore colour``.

        Raises
        ------
        OptionError
            If an option has no two sides, or names no column of the layout.
        """
        pairs: dict[str, str] = {}
        for text in renamed:
            written, sign, column = (part.strip() for part in text.rpartition("="))
            if not sign or not written:
                raise OptionError("--map", f"found {text!r}; expected NAME=COLUMN, as in central=best")
            if column not in (*COLUMNS, *MORE_COLUMNS) and not _FACET.fullmatch(column):
                hint = did_you_mean(column, (*COLUMNS, *MORE_COLUMNS), "docs/import.md lists them")
                raise OptionError("--map", f"found {column!r}; expected a column of the layout. Hint: {hint}")
            if pairs.setdefault(_plain(written), column) != column:
                raise OptionError("--map", f"found {written!r} twice; expected one column for each name")
        left_out = tuple(_plain(name) for name in ignored)
        if both := next((name for name in left_out if name in pairs), None):
            raise OptionError("--ignore", f"found {both!r}, which --map reads; expected one of the two")
        return cls(pairs, left_out)

    def check_names(self, written: Iterable[str]) -> None:
        """Refuse choices about columns that a sheet does not have.

        Raises
        ------
        OptionError
            If a name stands in no cell of the row of names.
        """
        names = {_plain(name): name for name in written}
        for option, chosen in (("--map", self.renamed), ("--ignore", self.ignored)):
            for name in chosen:
                if name not in names:
                    hint = did_you_mean(name, [*names], f"it has {', '.join(names.values())}")
                    raise OptionError(
                        option, f"found {name!r}; expected the name of a column of the sheet. Hint: {hint}"
                    )

    def column(self, written: str) -> str | None:
        """Return the column of the layout that a name in the sheet means; None if it means none."""
        name = _plain(written)
        if name in self.renamed:
            return self.renamed[name]
        if _FACET.fullmatch(written.strip().lower()):
            return written.strip().lower()
        return _OF_LAYOUT.get(name) or _CALLED.get(name)

    def is_ignored(self, written: str) -> bool:
        """Whether a column is not to be read."""
        return _plain(written) in self.ignored
