"""``mcmort schema``."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from mcmort.cli.standard_streams import write_out

__all__ = ["SchemaName", "schema"]


class SchemaName(StrEnum):
    """Whose schema to print."""

    case = "case"
    definitions = "definitions"
    evidence = "evidence"
    total = "total"
    comparison = "comparison"
    claims = "claims"
    errors = "errors"
    hindcast = "hindcast"
    bridge = "bridge"
    location = "location"
    probability = "probability"
    rates = "rates"
    prediction = "prediction"


def schema(
    document: Annotated[SchemaName, typer.Argument(metavar="DOCUMENT", help="Kind of file, or of result.")],
) -> None:
    """Print the JSON Schema of a kind of case file (for editors) or of a JSON result.

    Case files: `case` for case.toml, `definitions` for definitions.toml, `evidence` for all others.
    Results: `total`, `comparison`, `claims`, `errors`, `hindcast`, `bridge`, `location`, `probability`, `rates`,
    `prediction`.

    Example: `mcmort schema evidence > evidence.schema.json`
    """
    if document in (SchemaName.case, SchemaName.definitions, SchemaName.evidence):
        from mcmort.catalogue.schema import schemas

        content = schemas()[document.value]
    else:
        from mcmort.present.documents.result_schemas import result_schema

        content = result_schema(document.value)
    write_out(json.dumps(content, indent=2, ensure_ascii=False) + "\n", is_json=True)
