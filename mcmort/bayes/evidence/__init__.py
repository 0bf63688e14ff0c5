"""What the Bayesian engine conditions on, and the steps that select it: admit, convert, deduplicate, collect."""

from mcmort.bayes.evidence.datum import Datum, Evidence, Latent, Side

__all__ = ["Datum", "Evidence", "Latent", "Side"]
