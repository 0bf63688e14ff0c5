"""The log density of a model and its gradient, as a tape that compiled code runs."""
