from .diagnostics import Diagnosis as Diagnosis
from .evidence import Datum as Datum
from .evidence import Evidence as Evidence
from .evidence.collect import collect as collect
from .inference import fit as fit
from .posterior import Posterior as Posterior

__all__: list[str]
