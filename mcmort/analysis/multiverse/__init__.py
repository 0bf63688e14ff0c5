"""A multiverse: totals of one case under every combination of choices, and how much of their spread each choice makes."""

from mcmort.analysis.multiverse.constraints import Constraint
from mcmort.analysis.multiverse.decomposition import Decomposition, decompose
from mcmort.analysis.multiverse.dials import GROUPS, Dial
from mcmort.analysis.multiverse.pbox import PBox, pbox
from mcmort.analysis.multiverse.published import PublishedSpread, published_spread
from mcmort.analysis.multiverse.request import MultiverseRequest, read_plan
from mcmort.analysis.multiverse.run import GRID, run_universes
from mcmort.analysis.multiverse.universes import NO_OPTION, Universes
from mcmort.analysis.multiverse.whole import FailedUniverse, Multiverse, run_multiverse

__all__ = [
    "GRID",
    "GROUPS",
    "NO_OPTION",
    "Constraint",
    "Decomposition",
    "Dial",
    "FailedUniverse",
    "Multiverse",
    "MultiverseRequest",
    "PBox",
    "PublishedSpread",
    "Universes",
    "decompose",
    "pbox",
    "published_spread",
    "read_plan",
    "run_multiverse",
    "run_universes",
]
