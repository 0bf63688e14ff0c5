"""From cited ranges to priors: families, fits, pools and quantile tables."""

from mcmort.elicit.check import check
from mcmort.elicit.priors import Elicited, Priors, Used, elicit, share_column
from mcmort.elicit.table import QuantileTable, build_table

__all__ = ["Elicited", "Priors", "QuantileTable", "Used", "build_table", "check", "elicit", "share_column"]
