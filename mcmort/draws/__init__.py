"""What engines return: draws, or tallies of draws that were not kept."""

from mcmort.draws.arithmetic import Arithmetic, Symbol, maximum
from mcmort.draws.draws import Dependence, Draws, Manifest, Method, Standing, Tallies
from mcmort.draws.question import Question, Sums, Values
from mcmort.draws.source import Source
from mcmort.draws.tally import Tallied, Tally

__all__ = [
    "Arithmetic",
    "Dependence",
    "Draws",
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
