"""Writes records as the TOML of a case."""

from __future__ import annotations

from typing import Any

from mcmort.catalogue.reading.number_spelling import is_ambiguous

__all__ = ["to_toml"]


def to_toml(document: dict[str, Any]) -> str:
    """Write tables as TOML.

    Parameters
    ----------
    document : dict
        Of plain values, lists and tables.

    Returns
    -------
    str
    """
    import tomlkit

    def inline(value: Any) -> Any:
        """Write the facets of a component on one line before its estimates, and no number that a case would refuse."""
        if isinstance(value, float) and is_ambiguous(repr(value)):
            return tomlkit.value(f"{value!r}0")
        if isinstance(value, list):
            return [inline(item) for item in value]
        if not isinstance(value, dict):
            return value
        written = {key: inline(item) for key, item in value.items()}
        if "facets" in written:
            table = tomlkit.inline_table()
            table.update(written["facets"])
            written["facets"] = table
        return written

    return tomlkit.dumps(inline(document))
