"""The JSON Schemas of results; those of case files are in `mcmort.catalogue.schema`."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from mcmort.present.documents.bridge_document import BridgeDocument
from mcmort.present.documents.calibration_document import CalibrationDocument
from mcmort.present.documents.claims_document import ClaimsDocument
from mcmort.present.documents.comparison_document import ComparisonDocument
from mcmort.present.documents.conflict_document import ConflictDocument
from mcmort.present.documents.dependence_document import DependenceDocument
from mcmort.present.documents.errors_document import ErrorsDocument
from mcmort.present.documents.fit_document import FitDocument
from mcmort.present.documents.frame import Document
from mcmort.present.documents.hindcast_document import HindcastDocument
from mcmort.present.documents.influence_document import InfluenceDocument
from mcmort.present.documents.location_document import LocationDocument
from mcmort.present.documents.multiverse_document import MultiverseDocument
from mcmort.present.documents.prediction_document import PredictionDocument
from mcmort.present.documents.prior_sensitivity_document import PriorSensitivityDocument
from mcmort.present.documents.probability_document import ProbabilityDocument
from mcmort.present.documents.rates_document import RatesDocument
from mcmort.present.documents.sensitivity_document import SensitivityDocument
from mcmort.present.documents.total_document import TotalDocument

__all__ = ["result_schema", "result_schemas"]

_DOCUMENTS: Final[dict[str, type[Document]]] = {
    "total": TotalDocument,
    "comparison": ComparisonDocument,
    "claims": ClaimsDocument,
    "dependence": DependenceDocument,
    "errors": ErrorsDocument,
    "hindcast": HindcastDocument,
    "bridge": BridgeDocument,
    "location": LocationDocument,
    "fit": FitDocument,
    "calibration": CalibrationDocument,
    "conflict": ConflictDocument,
    "priors": PriorSensitivityDocument,
    "influence": InfluenceDocument,
    "probability": ProbabilityDocument,
    "rates": RatesDocument,
    "prediction": PredictionDocument,
    "sensitivity": SensitivityDocument,
    "multiverse": MultiverseDocument,
}


@cache
def result_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the documents of a kind, such as ``total``; made once in a process."""
    return _DOCUMENTS[name].model_json_schema(by_alias=True, mode="serialization")


def result_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schemas of all documents, by name."""
    return {name: result_schema(name) for name in _DOCUMENTS}
