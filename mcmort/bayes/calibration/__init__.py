"""Whether the engine finds again what simulated evidence was made from."""
