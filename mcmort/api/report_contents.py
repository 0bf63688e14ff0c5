"""What a report folder holds: every file, made from the comparisons of one or both engines."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from mcmort.analysis.explorer.standards import ADMITTED
from mcmort.api.pictures import Kind
from mcmort.api.report_figures import CAPTIONS, OtherFigures, figure_files
from mcmort.api.reports import ClaimsReport, ComparisonReport, EnginesReport, TotalReport
from mcmort.api.verbs import claims, total_with
from mcmort.catalogue import Case
from mcmort.catalogue.citations import cited_sources
from mcmort.definitions import DefinitionChanges
from mcmort.errors import McmortError
from mcmort.present.documents.ro_crate import ro_crate
from mcmort.present.figures.category_forest import category_forest_chart
from mcmort.present.figures.published_figures import published_chart
from mcmort.present.figures.sheet import sheets
from mcmort.present.figures.style import glyph_note
from mcmort.present.page.page import page_html
from mcmort.present.page.page_data import Variant
from mcmort.present.tables.evidence_table import evidence_table
from mcmort.present.tables.formats import render
from mcmort.present.texts.exported_references import as_csl_json, as_ris
from mcmort.present.texts.gather_checklist import gather_table
from mcmort.present.texts.limits_text import limits
from mcmort.present.texts.methods_text import methods_text
from mcmort.present.texts.quarto_text import quarto_text
from mcmort.present.texts.reference_list import as_bibtex, as_text
from mcmort.totals import resolve, total_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ReportContents"]

_FORMS: Final = {"text": "txt", "csv": "csv", "markdown": "md", "latex": "tex", "json": "json"}
_WIDTH: Final = 120
_OWN: Final[tuple[Kind, ...]] = ("definitions", "components", "published")
"""Kinds of figures that show what tables of the report hold."""


@dataclass(frozen=True)
class ReportContents:
    """The results of a report.

    Attributes
    ----------
    case : Case
        The case.
    comparisons : tuple of ComparisonReport
        One for each engine.
    variants : tuple of Variant
        What the page holds of each, under every standard of evidence.
    default : str
        The definition that is shown first.
    """

    case: Case
    comparisons: tuple[ComparisonReport, ...]
    variants: tuple[Variant, ...]
    default: str

    @cached_property
    def total(self) -> TotalReport:
        """The total that is shown first, by the first engine."""
        return total_with(self.comparisons[0].comparison.draws, self.default, DefinitionChanges())

    @property
    def headline(self) -> str:
        """The sentence that says what it is."""
        return self.total.headline

    def files(self, others: OtherFigures | None) -> tuple[dict[str, bytes], tuple[str, ...]]:
        """Return the files by their paths, and what could not be made, in words.

        Parameters
        ----------
        others : OtherFigures or None
            Figures under way beside those of what the tables hold, if any.
        """
        tables, (draws, notes) = self._tables(), self._draws()
        figures, lacking, strange = self._figures()
        if others is not None:
            more, missing = others.files()
            figures, lacking = figures | more, lacking | missing
        captions = [
            (caption, path)
            for kind, caption in CAPTIONS.items()
            for path in figures
            if re.fullmatch(rf"figures/{kind}(-\d+)?\.png", path)
        ]
        first = [f"tables/{name}.md" for name in ("definitions", f"total-{self.default}", "published")]
        texts = {
            "report.html": page_html(self.variants, self.default, captions),
            "report.qmd": quarto_text(self.case, self.headline, [name for name in first if name in tables], captions),
            **self._texts(),
            **tables,
        }
        files = {name: text.encode() for name, text in texts.items()} | figures | draws
        today = datetime.now(UTC).date()
        files["ro-crate-metadata.json"] = ro_crate(self.case, files, version("mcmort"), today).encode()
        without = [f"No figure of {kind}: {reason}" for kind, reason in lacking.items()]
        characters = [f"{note[:1].upper()}{note[1:]}." for note in sorted(strange, key=len)[-1:]]  # that with most
        return files, (*without, *characters, *notes)

    def _tables(self) -> dict[str, str]:
        """Return every table in every format that it has."""
        first = self.comparisons[0]
        results: dict[str, ComparisonReport | EnginesReport | TotalReport | ClaimsReport] = {
            "definitions": first,
            f"total-{self.default}": self.total,
            "claims": claims(first.comparison.draws),
        }
        if len(self.comparisons) > 1:
            results["engines"] = EnginesReport(*self.comparisons)
        made = {
            f"tables/{name}.{ending}": result.render(form, _WIDTH)
            for name, result in results.items()
            if not (name == "claims" and not self.case.claims)
            for form, ending in _FORMS.items()
        }
        published = {
            f"tables/published.{_FORMS[form]}": first.published(form, _WIDTH) for form in _FORMS if form != "json"
        }
        return made | {path: text for path, text in published.items() if text}

    def _texts(self) -> dict[str, str]:
        """Return methods, limits, evidence, bibliography and checklist."""
        rows = [row for one in self.comparisons for row in one.rows if row.total.definition.id == self.default]
        manifests = [one.rows[0].total.draws.manifest for one in self.comparisons]
        evidence = evidence_table(self.case, frozenset(manifests[0].evidence))
        works = cited_sources(self.case)
        gather = gather_table(self.case, has_fit=any(one.engine == "synthesis" for one in manifests))
        return {
            "methods.md": methods_text(self.case, rows, manifests, self.variants[0].accuracy),
            "limits.md": "\n".join(["# Limits", "", *(f"- {limit}" for limit in limits(self.case)), ""]),
            "gather.md": render(gather, "markdown"),
            "evidence.csv": render(evidence, "csv"),
            "evidence.md": render(evidence, "markdown"),
            "bibliography.txt": as_text(works),
            "bibliography.bib": as_bibtex(works),
            "bibliography.json": as_csl_json(works),
            "bibliography.ris": as_ris(works),
        }

    def _figures(self) -> tuple[dict[str, bytes], dict[Kind, str], set[str]]:
        """Return figures of what has been computed, in every format; why there is none of some; missing characters."""
        made, lacking, strange = dict[str, bytes](), dict[Kind, str](), set[str]()
        for kind in _OWN:
            try:
                figures = self._figure(kind)
            except McmortError as error:
                lacking[kind] = str(error)
                continue
            made |= figure_files(kind, figures)
            strange |= {note for note in map(glyph_note, figures) if note}
        return made, lacking, strange

    def _figure(self, kind: Kind) -> list[Figure]:
        first = self.comparisons[0]
        if kind == "definitions":
            return (EnginesReport(*self.comparisons) if len(self.comparisons) > 1 else first).figures()
        if kind == "published":
            return sheets(published_chart(first.comparison, first.probability))
        shown = self.total
        return sheets(category_forest_chart(shown.total, shown.summary, shown.probability, shown.pieces))

    def _draws(self) -> tuple[dict[str, bytes], tuple[str, ...]]:
        """Return the draws of the page as files for other programs, where the libraries for them are there."""
        made, notes = dict[str, bytes](), []
        for ending, write in (("nc", _netcdf), ("parquet", _parquet)):
            try:
                for variant in (one for one in self.variants if one.standard == ADMITTED):
                    made[f"draws/{variant.model.draws.manifest.engine}.{ending}"] = write(_columns(variant))
            except ImportError as error:
                notes.append(f"No draws as .{ending}: {error.name} is not installed.")
        return made, tuple(notes)


def _columns(variant: Variant) -> Mapping[str, object]:
    """Return the joint draws of the page: totals of definitions, then every uncertain input, a column each."""
    draws = variant.model.draws
    totals = {}
    for row in variant.comparison.rows:
        totals[f"total:{row.total.definition.id}"] = total_of(draws, resolve(draws.case, row.total.definition)).values
    return {**totals, **draws.columns}


def _netcdf(columns: Mapping[str, object]) -> bytes:
    """Return columns as netCDF, a variable each over the dimension ``draw``."""
    import xarray

    data = xarray.Dataset({name: ("draw", values) for name, values in columns.items()})
    return bytes(data.to_netcdf(None, engine="h5netcdf"))


def _parquet(columns: Mapping[str, object]) -> bytes:
    """Return columns as Parquet."""
    import pyarrow as pa
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(pa.table(dict(columns)), buffer)
    return buffer.getvalue()
