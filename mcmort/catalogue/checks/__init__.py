"""Checks across the records of a case."""
