"""Random streams: counter-based independent draws and digital nets."""
