"""A case as a plan: instructions over registers, and the same plan in plain NumPy."""
