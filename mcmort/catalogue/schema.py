"""JSON Schemas of the three kinds of file of a case, for editors and for checks outside Python.

A schema describes the form of a file: its keys, types and vocabulary. What can only be judged across keys or records
(sources that resolve, figures in order, circles) is checked by `mcmort.catalogue.reading.load` alone.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from mcmort.catalogue.case import CaseHead, DefinitionsFile, EvidenceFile

__all__ = ["schemas"]

_FILES: Final[dict[str, tuple[type[BaseModel], str, str]]] = {
    "case": (CaseHead, "mcmort case", "case.toml: what the case is, its facets, and what it assumes of bare figures."),
    "definitions": (DefinitionsFile, "mcmort definitions", "definitions.toml: one table for each definition."),
    "evidence": (EvidenceFile, "mcmort evidence", "Any other TOML file of a case: components, figures and links."),
}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schemas (draft 2020-12) of the files of a case.

    Returns
    -------
    dict
        By kind of file: ``case`` (``case.toml``), ``definitions`` (``definitions.toml``) and ``evidence`` (all other
        TOML files). Each describes the file as TOML reads it.

    Examples
    --------
    >>> sorted(schemas())
    ['case', 'definitions', 'evidence']
    """
    return {kind: _schema(*entry) for kind, entry in _FILES.items()}


def _schema(model: type[BaseModel], title: str, description: str) -> dict[str, Any]:
    schema = _tidied(model.model_json_schema(mode="validation"))
    definition = schema.get("$defs", {}).get("Definition")
    if definition is not None:  # a definition has its id from the name of its table
        definition["properties"].pop("id")
        definition["required"].remove("id")
    head = {"$schema": GenerateJsonSchema.schema_dialect, "title": title, "description": description}
    return {**head, **{key: value for key, value in schema.items() if key not in head}}


def _tidied(node: Any) -> Any:
    """Drop null, which TOML does not have, and allow no keys outside the pattern of a map that has one."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidy = {
        key: _tidied(value) for key, value in node.items() if key != "default" or isinstance(value, str | int | float)
    }
    if "anyOf" in tidy:
        branches = [branch for branch in tidy.pop("anyOf") if branch != {"type": "null"}]
        tidy |= branches[0] if len(branches) == 1 else {"anyOf": branches}
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    return tidy
