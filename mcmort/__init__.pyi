from .analysis.receipt import verify as verify
from .bayes import fit as fit
from .catalogue import cases as cases
from .catalogue import load as load
from .elicit import check as check
from .present.verbs import bridge as bridge
from .present.verbs import claims as claims
from .present.verbs import compare as compare
from .present.verbs import plot as plot
from .present.verbs import total as total
from .sampler import Sampler as Sampler
from .sampler import simulate as simulate

__all__: list[str]
__version__: str
