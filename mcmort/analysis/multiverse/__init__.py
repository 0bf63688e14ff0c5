"""Totals of one case under every combination of choices, and how much of their spread each choice makes."""
