"""What engines return: draws, or tallies of draws that were not kept."""

from mcmort.draws.arithmetic import Arithmetic, Symbol, maximum
from mcmort.draws.draw_options import Dependence, DrawOptions, Engine, Method
from mcmort.draws.draws import Draws, Manifest, Standing, Tallies
from mcmort.draws.question import Question, Sums, Values
from mcmort.draws.source import Source
from mcmort.draws.tally import Tallied, Tally

__all__ = [
    "Arithmetic",
    "Dependence",
    "DrawOptions",
    "Draws",
    "Engine",
    "Manifest",
    "Method",
    "Question",
    "Source",
    "Standing",
    "Sums",
    "Symbol",
    "Tallied",
    "Tallies",
    "Tally",
    "Values",
    "maximum",
]
