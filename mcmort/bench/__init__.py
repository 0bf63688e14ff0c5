"""Benchmarks: one task in mcmort and in its peers, answers checked before anything is timed."""
