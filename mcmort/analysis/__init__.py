"""What is computed from totals: summaries, comparisons, bridges, bounds, claims, receipts."""

from mcmort.analysis.bridge import Bridge, BridgeEnd, Orders, Step, bridge
from mcmort.analysis.compare import ComparedDefinition, Comparison, PublishedTotal, compare
from mcmort.analysis.pieces import Piece
from mcmort.analysis.schools import Origin, Pieces, TotalPieces
from mcmort.analysis.summary import Interval, Summary, mean_of, quantiles_of, share_at_most, summarise

__all__ = [
    "Bridge",
    "BridgeEnd",
    "ComparedDefinition",
    "Comparison",
    "Interval",
    "Orders",
    "Origin",
    "Piece",
    "Pieces",
    "PublishedTotal",
    "Step",
    "Summary",
    "TotalPieces",
    "bridge",
    "compare",
    "mean_of",
    "quantiles_of",
    "share_at_most",
    "summarise",
]
