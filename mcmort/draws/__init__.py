"""Draws of every uncertain input, and how they were made."""

from mcmort.draws.draws import Draws, Manifest, Standing

__all__ = ["Draws", "Manifest", "Standing"]
