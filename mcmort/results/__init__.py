"""What engines return: draws, or histograms of draws that were not kept."""

from mcmort.results.arithmetic import Arithmetic, Symbol, maximum
from mcmort.results.draw_options import SAMPLERS, Dependence, DrawOptions, Engine, Method, SamplerOfFit
from mcmort.results.draw_source import DrawSource
from mcmort.results.draws import ComponentStatus, Draws, HistogramResults, Manifest, ReachedLink, RegisterComparison
from mcmort.results.histogram import Histogram
from mcmort.results.histogram_estimate import HistogramEstimate
from mcmort.results.question import Question, Residual, Split, Sums, Values

__all__ = [
    "SAMPLERS",
    "Arithmetic",
    "ComponentStatus",
    "Dependence",
    "DrawOptions",
    "DrawSource",
    "Draws",
    "Engine",
    "Histogram",
    "HistogramEstimate",
    "HistogramResults",
    "Manifest",
    "Method",
    "Question",
    "ReachedLink",
    "RegisterComparison",
    "Residual",
    "SamplerOfFit",
    "Split",
    "Sums",
    "Symbol",
    "Values",
    "maximum",
]
