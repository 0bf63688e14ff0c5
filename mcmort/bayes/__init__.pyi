from .diagnostics import Diagnosis as Diagnosis
from .evidence import Datum as Datum
from .evidence import Evidence as Evidence
from .evidence.collect import collect as collect
from .fit_files import open_fit as open_fit
from .fit_files import save_fit as save_fit
from .inference import fit as fit
from .posterior import Posterior as Posterior

__all__: list[str]
