"""What is computed from totals: summaries, comparisons, bridges, bounds, claims, receipts."""

from mcmort.analysis.bridge import Bridge, Step, bridge
from mcmort.analysis.compare import ComparedDefinition, Comparison, PublishedTotal, compare
from mcmort.analysis.summary import Interval, Summary, mean_of, quantiles_of, share_at_most, summarise

__all__ = [
    "Bridge",
    "ComparedDefinition",
    "Comparison",
    "Interval",
    "PublishedTotal",
    "Step",
    "Summary",
    "bridge",
    "compare",
    "mean_of",
    "quantiles_of",
    "share_at_most",
    "summarise",
]
