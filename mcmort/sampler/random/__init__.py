"""Random numbers: hashed streams and digital nets."""
