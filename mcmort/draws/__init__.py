"""What engines return: draws, or tallies of draws that were not kept."""

from mcmort.draws.draw_options import Dependence, DrawOptions, Engine, Method
from mcmort.draws.draws import Draws, Manifest, Standing, Tallies
from mcmort.draws.exact import ExactTotal
from mcmort.draws.tally import Tallied, Tally

__all__ = [
    "Dependence",
    "DrawOptions",
    "Draws",
    "Engine",
    "ExactTotal",
    "Manifest",
    "Method",
    "Standing",
    "Tallied",
    "Tallies",
    "Tally",
]
