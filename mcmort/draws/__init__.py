"""What engines return: draws, or tallies of draws that were not kept."""

from mcmort.draws.draws import Dependence, Draws, Manifest, Method, Standing, Tallies
from mcmort.draws.tally import Tallied, Tally

__all__ = ["Dependence", "Draws", "Manifest", "Method", "Standing", "Tallied", "Tallies", "Tally"]
