"""Benchmarks: the same task in mcmort and in other tools, timed after their answers are checked."""
