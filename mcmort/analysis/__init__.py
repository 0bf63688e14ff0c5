"""What is computed from totals: summaries, comparisons, bridges."""

from mcmort.analysis.bridge import Bridge, Step, bridge
from mcmort.analysis.compare import Cited, Comparison, Row, compare
from mcmort.analysis.summary import Interval, Summary, mean_of, quantiles_of, share_at_most, summarise

__all__ = [
    "Bridge",
    "Cited",
    "Comparison",
    "Interval",
    "Row",
    "Step",
    "Summary",
    "bridge",
    "compare",
    "mean_of",
    "quantiles_of",
    "share_at_most",
    "summarise",
]
