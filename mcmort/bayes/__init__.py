"""The Bayesian engine: all the evidence of a case in one model."""
