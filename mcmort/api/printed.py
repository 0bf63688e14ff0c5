"""What all reports share: they print themselves, as text, in notebooks, and as tables in any format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcmort.analysis.receipt import Receipt
from mcmort.errors import UsageError
from mcmort.present.documents.frame import Document, as_json
from mcmort.present.print_format import wrapped
from mcmort.present.tables.columns import Table
from mcmort.present.tables.formats import render
from mcmort.present.tables.html import html_fragment

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["IntervalReport", "Printed"]


class Printed:
    """A result that prints itself; a report names its sentence, its tables and its document."""

    @property
    def headline(self) -> str:
        """The sentence that says the finding; of some results nothing."""
        return ""

    def tables(self, *, whole: bool = False) -> Sequence[Table]:
        """Return its tables, with all rows if whole."""
        raise NotImplementedError

    def rows_table(self) -> Table:
        """Return the one table of CSV and of a data frame: whole, with raw values beside the words."""
        return self.tables(whole=True)[0]

    def document(self) -> Document:
        """Return the result in the stable JSON schema."""
        raise NotImplementedError

    def to_json(self) -> str:
        """Return the result as JSON text."""
        return as_json(self.document())

    def render(self, form: str = "text", width: int | None = None, *, full: bool = False) -> str:
        """Return the result as ``text``, ``json``, ``csv``, ``markdown``, ``latex`` or ``html``.

        Parameters
        ----------
        form : str
            How. CSV has one table, with raw values.
        width : int, optional
            Of a line of plain text; by default that of the terminal.
        full : bool
            Whether plain text has all rows and notes where they fill more than a screen.

        Returns
        -------
        str
        """
        if form == "json":
            return self.to_json()
        if form == "csv":
            return render(self.rows_table(), form)
        sentence = self.headline if form == "text" else ""
        tables = [table.beneath(sentence) for table in self.tables(whole=full)]
        text = "\n".join(render(table, form, width, full=full) for table in tables)
        return "\n".join([*wrapped(sentence, width=width), "", text]) if sentence else text

    def workbook(self) -> bytes:
        """Return the tables as a workbook of Excel (XLSX), whose numbers are numbers; needs openpyxl."""
        from mcmort.present.tables.workbook import to_workbook

        return to_workbook(self.rows_table())

    def to_dataframe(self) -> pd.DataFrame:
        """Return the rows as a pandas data frame: the raw values, and beside them what is printed.

        Raises
        ------
        UsageError
            If pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise UsageError("a data frame needs pandas, which is not installed. Hint: pip install pandas") from error
        return pd.DataFrame(_columns_by_name(self.rows_table()))

    def __str__(self) -> str:
        return self.render("text")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.headline or self.tables()[0].title})"

    def _repr_html_(self) -> str:
        return html_fragment([table.beneath(self.headline).shortened() for table in self.tables()], self.headline)


def _columns_by_name(table: Table) -> dict[str, list[Any]]:
    """Return the columns of a table by name: raw values first, then printed words."""
    rows = [(*row, *raw) for row, raw in zip(table.rows, table.raw_rows or ((),) * len(table.rows), strict=True)]
    columns = {name: [row[i] for row in rows] for i, name in enumerate(table.names)}
    return {name: columns[name] for name in (*table.raw_columns, *columns)}


@dataclass(frozen=True, repr=False)
class IntervalReport[Result](Printed):
    """A result on one total, printed beside an interval of that total.

    Attributes
    ----------
    result : Result
        What was computed.
    receipt : Receipt
        All that is needed to compute it again.
    interval : float
        Probability of the interval.
    """

    result: Result
    receipt: Receipt
    interval: float = 0.95
