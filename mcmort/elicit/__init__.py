"""From cited ranges to priors: families, fits, pools, correlations, quantile tables.

The names, which the stub file beside this one lists, load when first used, so that a stored plan, which needs the
tables alone, starts without SciPy.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
