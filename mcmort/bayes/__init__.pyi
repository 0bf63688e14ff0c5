from .collector import collect as collect
from .diagnose import Diagnosis as Diagnosis
from .evidence import Datum as Datum
from .evidence import Evidence as Evidence
from .posterior import Posterior as Posterior
from .posterior import fit as fit

__all__: list[str]
