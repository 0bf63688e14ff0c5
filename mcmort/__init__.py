"""mcmort."""
