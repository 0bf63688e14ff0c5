"""The elicited engine: from priors to a plan, from a plan to draws or histograms.

The names that the stub file beside this one lists are loaded when first used: arithmetic over a plan needs neither
SciPy nor Numba.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
