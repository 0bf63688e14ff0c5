"""The Bayesian engine: all the evidence of a case in one model, its sampling and its checks.

The names, which the stub file beside this one lists, load when first used, so that a stored fit is read without the
libraries that made it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
