"""The elicited engine: priors to a plan, a plan to draws."""

from mcmort.sampler.simulate import DEFAULT_DRAWS, simulate

__all__ = ["DEFAULT_DRAWS", "simulate"]
