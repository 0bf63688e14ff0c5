from .api.bridge_report import bridge as bridge
from .api.calibration_report import calibrate as calibrate
from .api.conflict_report import conflict as conflict
from .api.errors_report import measured_errors as measured_errors
from .api.explorer_verb import explorer as explorer
from .api.hindcast_report import hindcast as hindcast
from .api.influence_report import influence as influence
from .api.location_report import locate as locate
from .api.multiverse_report import multiverse as multiverse
from .api.pictures import picture as picture
from .api.prediction_report import predict as predict
from .api.prior_sensitivity_report import prior_sensitivity as prior_sensitivity
from .api.probability_report import probability as probability
from .api.rates_report import rates as rates
from .api.report_folder import report as report
from .api.sensitivity_report import sensitivity as sensitivity
from .api.verbs import claims as claims
from .api.verbs import compare as compare
from .api.verbs import plot as plot
from .api.verbs import total as total
from .api.verification import verify as verify
from .bayes import fit as fit
from .bayes import open_fit as open_fit
from .bayes import save_fit as save_fit
from .bayes.vectorised_pymc import pymc_model as pymc_model
from .catalogue import cases as cases
from .catalogue import load as load
from .elicit import check as check
from .sampler import Sampler as Sampler
from .sampler import simulate as simulate

__all__: list[str]
__version__: str
